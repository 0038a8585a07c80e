import asyncio
import threading

import pytest

from sync.connectors.salesforce.client import SalesforceClient
from sync.connectors.salesforce.faults import TooMuchError, VanishedFieldError
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.connectors.salesforce.soql import Query
from sync.connectors.salesforce.wire import directed
from sync.errors import (
    BusyError,
    ExpiredPositionError,
    NotPermittedError,
    RejectedError,
    RetryError,
    SourceError,
    UnreadableAnswerError,
    UsedUpError,
)
from tests.sync.salesforce.conftest import ENV, MakeClient
from tests.sync.salesforce.wire import Reply, Wire, page_of_html, refusal, rows

ACCOUNTS = Query(fields=("Id", "Name"), source="Account")


class TestTrouble:
    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            (refusal(400, "MALFORMED_QUERY"), RejectedError),
            (refusal(400, "QUERY_TIMEOUT"), TooMuchError),
            (refusal(400, "INVALID_FIELD", "No such column 'Gone__c' on entity 'Account'"), VanishedFieldError),
            (refusal(400, "INVALID_QUERY_LOCATOR"), ExpiredPositionError),
            (refusal(400, "UNABLE_TO_LOCK_ROW"), RetryError),
            (refusal(400, "INVALID_TYPE", "sObject type 'Contact' is not supported."), NotPermittedError),
            (refusal(403, "API_DISABLED_FOR_ORG"), NotPermittedError),
            (refusal(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests)"), BusyError),
            (refusal(503, "SERVER_UNAVAILABLE"), RetryError),
            (page_of_html(500), RetryError),
            (page_of_html(403), NotPermittedError),
            (page_of_html(200), UnreadableAnswerError),
            (Reply(body=b'{"records": [{"Id"', length=900), RetryError),
            (Reply(body={"totalSize": 0}), UnreadableAnswerError),
            (Reply(body={"totalSize": 1, "records": ["x"], "done": True}), UnreadableAnswerError),
            (Reply(body={"totalSize": 9, "records": [], "done": False}), UnreadableAnswerError),
            (Reply(status=302, headers={"Location": "https://evil.example/"}), RejectedError),
        ],
    )
    async def test_every_answer_is_an_error_that_says_what_to_do(
        self, wire: Wire, make_client: MakeClient, reply: Reply, kind: type[SourceError]
    ) -> None:
        wire.answers(reply, reply)
        with pytest.raises(kind):
            await make_client(retry_attempts=1, busy_attempts=1).query(ACCOUNTS)
        assert len(wire.asked) == (2 if kind is BusyError else 1)

    async def test_what_passes_is_tried_again(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(page_of_html(503), refusal(500, "UNKNOWN_EXCEPTION"), page_of_html(200), rows({"Id": "1"}))
        assert (await make_client().query(ACCOUNTS)).rows == ({"Id": "1"},)

    async def test_an_answer_without_end_is_cut_off(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(Reply(body=b'{"records": ["' + b"x" * 2_000_000 + b'"]}'))
        with pytest.raises(RejectedError) as caught:
            await make_client(max_answer_megabytes=1).query(ACCOUNTS)
        assert "lower [salesforce] page_size" in caught.value.detail

    async def test_a_server_that_does_not_answer_is_not_waited_for(self, wire: Wire, make_client: MakeClient) -> None:
        held = threading.Event()
        wire.answers(Reply(hold=held))
        with pytest.raises(RetryError):
            await make_client(read_timeout_seconds=0.2, retry_attempts=1).query(ACCOUNTS)
        held.set()

    async def test_closing_breaks_off_what_is_under_way(self, wire: Wire, make_client: MakeClient) -> None:
        held = threading.Event()
        wire.answers(Reply(hold=held))
        client = make_client()
        asking = asyncio.ensure_future(client.query(ACCOUNTS))
        await asyncio.to_thread(wire.arrived.wait, 10)
        await client.close()
        with pytest.raises(SourceError) as caught:
            await asking
        assert not isinstance(caught.value, RetryError)
        held.set()

    async def test_the_next_page_is_of_the_same_service(self, wire: Wire, make_client: MakeClient) -> None:
        with pytest.raises(UnreadableAnswerError):
            await make_client().more("@evil.example/query")
        assert wire.asked == []


class TestAllowance:
    async def test_reading_stops_at_our_share_and_asks_again_later(self, wire: Wire, make_client: MakeClient) -> None:
        now = 0.0
        client = make_client(unix_time=lambda: now, api_share=0.8)
        wire.answers(rows(Sforce_Limit_Info="api-usage=4000/5000; per-app-api-usage=17/250(appName=x)"))
        await client.query(ACCOUNTS)
        with pytest.raises(UsedUpError) as caught:
            await client.query(ACCOUNTS)
        assert "4,000 of 5,000" in caught.value.detail
        assert len(wire.asked) == 1
        now = 901.0
        wire.answers(rows(Sforce_Limit_Info="api-usage=100/5000"), rows())
        await client.query(ACCOUNTS)
        await client.query(ACCOUNTS)

    async def test_what_somebody_waits_for_is_asked_nevertheless(self, wire: Wire, make_client: MakeClient) -> None:
        client = make_client()
        wire.answers(rows(Sforce_Limit_Info="api-usage=4999/5000"), rows(), Reply(body={"id": "1"}))
        await client.query(ACCOUNTS)
        await client.query(ACCOUNTS, urgent=True)
        assert (await client.send("POST", "sobjects/Note", {"Title": "x"})).body == {"id": "1"}

    async def test_a_limit_that_is_reached_is_not_asked_again_at_once(
        self, wire: Wire, make_client: MakeClient
    ) -> None:
        wire.answers(refusal(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
        client = make_client()
        with pytest.raises(UsedUpError):
            await client.query(ACCOUNTS)
        with pytest.raises(UsedUpError):
            await client.query(ACCOUNTS)
        assert len(wire.asked) == 1


class TestHosts:
    async def test_without_a_chosen_host_only_salesforces_own_is_asked(self) -> None:
        assert directed("https://acme.my.salesforce.com/x", None) == "https://acme.my.salesforce.com/x"
        for url in ("https://evil.example/x", "http://acme.my.salesforce.com/", "https://evilsalesforce.com/"):
            with pytest.raises(RejectedError):
                directed(url, None)
        client = SalesforceClient(SalesforceSettings.from_mapping(ENV, {}))
        await client.close()
