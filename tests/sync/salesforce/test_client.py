import asyncio
import logging
import threading
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sync.connectors.salesforce.soql import Query
from sync.errors import (
    ReauthoriseError,
    SourceError,
    UsedUpError,
)
from tests.sync.salesforce.conftest import SECRETS, MakeClient
from tests.sync.salesforce.wire import TOKEN, Reply, Wire, page_of_html, refusal, rows

ACCOUNTS = Query(fields=("Id", "Name"), source="Account")
ENDED = refusal(401, "INVALID_SESSION_ID", "Session expired or invalid")
SOAP_WELCOME = (
    b"<Envelope><Body><loginResponse><result><sessionId>soap-session</sessionId>"
    b"<serverUrl>https://acme.my.salesforce.com/services/Soap/u/62.0/00D</serverUrl></result></loginResponse></Body>"
    b"</Envelope>"
)


class TestQuery:
    async def test_rows_come_with_their_number_and_the_servers_date(self, wire: Wire, make_client: MakeClient) -> None:
        date = "Sun, 22 Nov 2026 09:00:07 GMT"
        wire.answers(rows({"Id": "1"}, total=3, next_path="/services/data/v62.0/query/01g-2000", Date=date))
        wire.answers(rows({"Id": "2"}, {"Id": "3"}, total=3))
        client = make_client()
        first = await client.query(ACCOUNTS)
        assert (first.rows, first.total) == (({"Id": "1"},), 3)
        assert first.at == datetime(2026, 11, 22, 9, 0, 7, tzinfo=UTC)
        assert [row["Id"] for row in (await client.more(first.next_path)).rows] == ["2", "3"]
        assert wire.asked == [
            "/services/data/v62.0/query/?q=SELECT Id, Name FROM Account",
            "/services/data/v62.0/query/01g-2000",
        ]
        assert wire.headers[0]["Authorization"] == f"Bearer {TOKEN}1"

    async def test_deleted_rows_are_asked_for_by_query_all(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(rows())
        await make_client().query(ACCOUNTS, deleted=True)
        assert wire.asked[0].startswith("/services/data/v62.0/queryAll/?q=")

    async def test_counting_selects_no_field(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(rows(total=12))
        assert await make_client().count(ACCOUNTS) == 12
        assert wire.asked[0].endswith("?q=SELECT COUNT() FROM Account")

    async def test_what_is_unmodified_has_no_body(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(Reply(status=304), Reply(body={"name": "Account"}))
        client = make_client()
        since = {"If-Modified-Since": "Sun, 22 Nov 2026 09:00:00 GMT"}
        assert (await client.get("sobjects/Account/describe", headers=since)).body is None
        assert wire.headers[0]["If-Modified-Since"] == since["If-Modified-Since"]
        assert (await client.get("sobjects/Account/describe")).body == {"name": "Account"}


class TestLogin:
    async def test_a_secret_goes_to_the_domains_token_address(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(rows())
        await make_client().query(ACCOUNTS)
        assert (wire.login_paths, wire.logins) == (["/services/oauth2/token"], ["grant_type=client_credentials"])

    async def test_a_certificate_signs_for_the_common_host(self, wire: Wire, make_client: MakeClient) -> None:
        key = generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        env = {"SALESFORCE_DOMAIN": "acme--uat.sandbox.my", "SALESFORCE_CLIENT_ID": "ci"}
        wire.answers(rows())
        await make_client(env | {"SALESFORCE_USERNAME": "ada@acme.com", "SALESFORCE_PRIVATE_KEY": pem}).query(ACCOUNTS)
        assertion = wire.logins[0].partition("&assertion=")[2]
        claims = jwt.decode(assertion, key.public_key(), algorithms=["RS256"], audience="https://test.salesforce.com")
        assert (claims["iss"], claims["sub"]) == ("ci", "ada@acme.com")

    async def test_a_password_goes_by_soap_of_a_version_that_has_it(self, wire: Wire, make_client: MakeClient) -> None:
        env = {"SALESFORCE_DOMAIN": "login", "SALESFORCE_USERNAME": "a&b@acme.com", "SALESFORCE_API_VERSION": "66.0"}
        wire.login_script.append(Reply(body=SOAP_WELCOME, content_type="text/xml"))
        wire.answers(rows())
        secrets = {"SALESFORCE_PASSWORD": "pw<secret", "SALESFORCE_SECURITY_TOKEN": "st-secret"}
        await make_client(env | secrets).query(ACCOUNTS)
        assert wire.login_paths == ["/services/Soap/u/64.0"]
        assert "<n1:password>pw&lt;secretst-secret</n1:password>" in wire.logins[0]
        assert wire.headers[0]["Authorization"] == "Bearer soap-session"

    async def test_an_ended_session_is_renewed_once_and_reading_goes_on(
        self, wire: Wire, make_client: MakeClient
    ) -> None:
        wire.answers(rows(), ENDED, rows({"Id": "1"}))
        client = make_client()
        await client.query(ACCOUNTS)
        assert (await client.query(ACCOUNTS)).rows == ({"Id": "1"},)
        assert len(wire.logins) == 2
        assert wire.headers[-1]["Authorization"] == f"Bearer {TOKEN}2"

    async def test_a_page_of_html_for_an_ended_session_is_no_other(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(page_of_html(401), rows({"Id": "1"}))
        assert (await make_client().query(ACCOUNTS)).rows == ({"Id": "1"},)
        assert len(wire.logins) == 2

    async def test_a_session_that_never_lasts_is_not_renewed_without_end(
        self, wire: Wire, make_client: MakeClient
    ) -> None:
        wire.answers(*[ENDED] * 50)
        client = make_client()
        for _ in range(5):
            with pytest.raises(SourceError):
                await client.query(ACCOUNTS)
        assert len(wire.logins) == 3

    async def test_logins_are_had_again_after_ten_minutes(self, wire: Wire, make_client: MakeClient) -> None:
        now = 0.0
        client = make_client(unix_time=lambda: now)
        wire.answers(*[ENDED] * 5)
        with pytest.raises(ReauthoriseError):
            await client.query(ACCOUNTS)
        with pytest.raises(ReauthoriseError):
            await client.query(ACCOUNTS)
        with pytest.raises(UsedUpError):
            await client.query(ACCOUNTS)
        wire.script.clear()
        now = 601.0
        wire.answers(rows({"Id": "1"}))
        assert (await client.query(ACCOUNTS)).rows

    async def test_threads_that_find_it_ended_share_one_login(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(rows())
        client = make_client()
        await client.query(ACCOUNTS)
        held = threading.Event()
        wire.answers(*[Reply(status=401, body=ENDED.body, hold=held)] * 4, *[rows()] * 4)
        asking = [asyncio.ensure_future(client.query(ACCOUNTS)) for _ in range(4)]
        await asyncio.to_thread(wire.wait_for_requests, 5)
        held.set()
        await asyncio.gather(*asking)
        assert len(wire.logins) == 2

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (400, {"error": "invalid_grant", "error_description": "authentication failure"}),
            (400, {"error": "invalid_client_id", "error_description": "client identifier invalid"}),
            (401, {"error": "invalid_client"}),
        ],
    )
    async def test_wrong_credentials_are_asked_for_anew(
        self, wire: Wire, make_client: MakeClient, status: int, body: dict[str, str]
    ) -> None:
        wire.login_script += [Reply(status=status, body=body)] * 9
        client = make_client()
        for _ in range(5):
            with pytest.raises(ReauthoriseError) as caught:
                await client.query(ACCOUNTS)
            assert body["error"] in caught.value.detail
        assert len(wire.logins) == 3

    async def test_a_login_page_that_is_down_may_be_up_later(self, wire: Wire, make_client: MakeClient) -> None:
        wire.login_script += [page_of_html(503), Reply(body=b"<html>", content_type="text/html")]
        wire.answers(rows({"Id": "1"}))
        assert (await make_client().query(ACCOUNTS)).rows

    async def test_an_app_that_nobody_approved_is_told_without_its_key(
        self, wire: Wire, make_client: MakeClient, recwarn: pytest.WarningsRecorder
    ) -> None:
        told = {"error": "invalid_grant", "error_description": "user hasn't approved this consumer"}
        wire.login_script.append(Reply(status=400, body=told))
        with pytest.raises(ReauthoriseError) as caught:
            await make_client().query(ACCOUNTS)
        assert "user hasn't approved this consumer" in caught.value.detail
        assert not recwarn.list

    async def test_no_secret_is_in_an_error_or_a_log(
        self, wire: Wire, make_client: MakeClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        echo = f"the secret {SECRETS[0]} is wrong"
        wire.login_script.append(Reply(status=400, body={"error": "invalid_client", "error_description": echo}))
        with pytest.raises(ReauthoriseError) as caught:
            await make_client().query(ACCOUNTS)
        told = f"{caught.value} {caught.value!r} {caught.value.__cause__} {caplog.text}"
        assert not [secret for secret in SECRETS if secret in told]
        assert caught.value.__suppress_context__
