"""The bot's own script in the account: how it is called, and what its answers mean."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header

from sandbox.ledger import Kind
from sandbox.ledger.communication import Direction, Owner
from sync.connectors.netsuite.passport import Credentials
from sync.connectors.netsuite.restlet import RestletClient, authorization
from sync.connectors.netsuite.slots import Slots
from sync.errors import (
    BusyError,
    ReauthoriseError,
    RejectedError,
    RetryError,
    StopError,
    UnknownOutcomeError,
)
from sync.settings import SettingsError
from tests.contract.target_contract import NOTE, note
from tests.sync.netsuite.bench import NetSuiteBench
from tests.sync.netsuite.conftest import MakeSettings
from tests.sync.netsuite.target_bench import NetSuiteTargetBench, target_bench
from tests.sync.netsuite.wire import Reply, Wire

# The example of NetSuite's own documentation.
SECRETS = Credentials(
    account="123456",
    consumer_key="ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
    consumer_secret="d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
    token_id="2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc",
    token_secret="c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
)
ADDRESS = (
    "https://123456.restlets.api.netsuite.com/app/site/hosting/restlet.nl"
    "?script=6&deploy=1&customParam=someValue&testParam=someOtherValue"
)


in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def account(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NetSuiteTargetBench]:
    async with target_bench(tmp_path_factory.mktemp("account"), customers=6, with_script=True) as bench:
        yield bench


@pytest.fixture
def bench(account: NetSuiteTargetBench) -> NetSuiteTargetBench:
    account.renew()
    return account


@pytest_asyncio.fixture(loop_scope="module")
async def script(wire: Wire, make_settings: MakeSettings) -> AsyncIterator[RestletClient]:
    """A client of a scripted server, which answers with what stands in its script."""
    client = RestletClient(make_settings(), f"{wire.url}/restlet.nl?script=1&deploy=1", Slots(2))
    yield client
    await client.close()


def said(body: str, status: int = 200) -> Reply:
    return Reply(body=body.encode(), status=status, content_type="application/json")


class TestAuthorization:
    def test_signs_as_netsuite_does(self) -> None:
        header = authorization(SECRETS, "POST", ADDRESS, timestamp=1508242306, nonce="fjaLirsIcCGVZWzBX0pg")
        parts = dict(parse_authorization_header(header))
        assert parts["oauth_signature"] == "%2BKK4SKNgz4ZiILGLwOMtfYlgcXSy1eis8ldE9X90azQ%3D"
        assert (parts["realm"], parts["oauth_signature_method"], parts["oauth_version"]) == (
            "123456",
            "HMAC-SHA256",
            "1.0",
        )

    def test_never_signs_twice_alike(self) -> None:
        first, second = (authorization(SECRETS, "GET", ADDRESS, timestamp=1508242306) for _ in "ab")
        assert first != second


@in_one_loop
class TestAnswers:
    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            (said('{"error": {"code": "SSS_REQUEST_LIMIT_EXCEEDED", "message": "later"}}', 400), BusyError),
            (said('{"error": {"code": "SSS_INVALID_PARAMETER", "message": "no"}}', 400), RejectedError),
            (said('{"error": {"code": "RCRD_DSNT_EXIST", "message": "no"}}'), RejectedError),
            (said('{"error": {"code": "INVALID_LOGIN_ATTEMPT", "message": "no"}}', 401), ReauthoriseError),
            (said('{"error": {"code": "SSS_INVALID_SCRIPTLET_ID", "message": "no"}}', 404), StopError),
            (Reply(body=b"<html>", status=429, content_type="text/html"), BusyError),
            (Reply(body=b"<html>", status=403, content_type="text/html"), ReauthoriseError),
            (
                Reply(status=302, content_type="text/html", headers={"Location": "https://elsewhere.example"}),
                RejectedError,
            ),
        ],
    )
    async def test_that_surely_stored_nothing(
        self, wire: Wire, script: RestletClient, reply: Reply, kind: type[Exception]
    ) -> None:
        wire.answers(reply)
        with pytest.raises(kind):
            await script.post({"action": "note"})
        assert len(wire.posted) == 1

    @pytest.mark.parametrize(
        "reply",
        [
            said('{"id": "7"', 200),
            said("[]", 200),
            said('{"error": {"code": "UNEXPECTED_ERROR", "message": "no"}}', 400),
            Reply(body=b"<html>", status=502, content_type="text/html"),
            Reply(body=b'{"id":', length=900, content_type="application/json"),
            # Deeper than anything that is read.
            Reply(body=b"[" * 100_000, content_type="application/json"),
        ],
    )
    async def test_that_leave_it_in_doubt(self, wire: Wire, script: RestletClient, reply: Reply) -> None:
        wire.answers(reply)
        with pytest.raises(UnknownOutcomeError):
            await script.post({"action": "note"})
        assert len(wire.posted) == 1

    async def test_nobody_there_is_no_doubt(self, make_settings: MakeSettings) -> None:
        client = RestletClient(make_settings(), "http://127.0.0.1:1/restlet.nl?script=1&deploy=1", Slots(1))
        with pytest.raises(RetryError):
            await client.post({"action": "note"})
        await client.close()

    async def test_no_secret_is_in_what_goes_wrong(self, wire: Wire, script: RestletClient) -> None:
        wire.answers(Reply(status=500, content_type="text/plain"))
        with pytest.raises(UnknownOutcomeError) as wrong:
            await script.post({"action": "note"})
        assert "secret" not in str(wrong.value)


@in_one_loop
class TestGet:
    async def test_asks_again_while_that_helps(self, bench: NetSuiteTargetBench) -> None:
        bench.server.faults.blocked(times=2, operation="restlet")
        settings = bench.account.settings(bench.server.credentials)
        assert settings.restlet_url is not None
        client = RestletClient(settings, settings.restlet_url, Slots(1), unix_time=bench.account.now.timestamp)
        answer = await client.get({"action": "version"})
        assert answer == {"version": 1, "account": bench.server.account_id}
        await client.close()


@in_one_loop
class TestNote:
    async def test_goes_with_its_owner_in_one_call(self, bench: NetSuiteTargetBench) -> None:
        before = len(bench.server.log)
        about = replace(note(bench), about_kind="invoice", about_source_id=bench.invoice_id)
        note_id = await bench.target.push(about)
        assert [request.operation for request in list(bench.server.log)[before:]] == ["restlet"]
        (made,) = bench.notes()
        assert (str(made.id), made.text) == (note_id, NOTE.text)
        assert made.owner == Owner(kind=Kind.INVOICE, id=int(bench.invoice_id))
        assert (made.external_id, made.direction) == ("tesorio-u1-note-1", Direction.OUTGOING)
        assert made.note_date == NOTE.written_at != made.created_at
        assert await bench.target.find(about) == note_id
        assert await bench.target.push(about) == note_id

    @pytest.mark.parametrize("is_stored", [True, False])
    async def test_whose_answer_got_lost_is_looked_up(self, bench: NetSuiteTargetBench, is_stored: object) -> None:
        bench.cut_off(stored=bool(is_stored))
        with pytest.raises(UnknownOutcomeError):
            await bench.target.push(note(bench))
        assert (await bench.target.find(note(bench)) is not None) == (len(bench.notes()) == 1)
        await bench.target.push(note(bench))
        assert bench.texts() == [NOTE.text]

    async def test_shares_what_the_account_bears_with_soap(self, bench: NetSuiteTargetBench) -> None:
        slots = bench.account.source._client.slots  # type: ignore[attr-defined]  # NetSuite's
        assert (slots.limit, slots.allowed) == (2, 2)
        bench.server.faults.blocked(operation="restlet")
        with pytest.raises(BusyError):
            await bench.target.push(note(bench))
        assert slots.allowed == 1
        await bench.target.push(note(bench))
        assert bench.texts() == [NOTE.text]


@in_one_loop
class TestSetting:
    @pytest.mark.parametrize("address", ["https://x.example/restlet.nl", "https://x.example/restlet.nl?script=1"])
    async def test_needs_script_and_deployment(self, tmp_path: Path, address: str) -> None:
        bench = NetSuiteBench(tmp_path)
        bench.env = {"NETSUITE_RESTLET_URL": address}
        with pytest.raises(SettingsError, match="NETSUITE_RESTLET_URL: lacks"):
            bench.settings(bench.server.credentials)
