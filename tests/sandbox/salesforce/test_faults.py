import pytest
import requests
from simple_salesforce.exceptions import SalesforceAuthenticationFailed

from sandbox.salesforce import ApiError, SalesforceStandIn
from tests.sandbox.salesforce.client import Client
from tests.sandbox.salesforce.conftest import Clock

COUNT = "SELECT COUNT() FROM Account"
QUERY = "/services/data/v62.0/query"


class TestExpiredSession:
    async def test_it_may_end_between_two_pages(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.cursors.most_rows = 20
        sf.faults.expired_session(operation="query_more", skip=1)

        rows = await client.rows("SELECT Id FROM Account")

        assert len(rows) == len(set(sf.org.accounts))
        assert sf.sessions.opened == 2
        assert [each.outcome for each in sf.log if each.operation == "query_more"].count("INVALID_SESSION_ID") == 1

    async def test_a_new_login_may_fail_too(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.faults.expired_session(operation="query")
        sf.faults.html(503, operation="token")

        # Which of the two the library raises depends on the JSON parser that requests finds installed.
        with pytest.raises((ValueError, SalesforceAuthenticationFailed), match=r"Expecting value|down for maintenance"):
            await client.query(COUNT)

    async def test_the_401_may_be_a_page(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.faults.html(401)

        with pytest.raises(ValueError, match="Expecting value"):
            await client.query(COUNT)


class TestLimits:
    async def test_requests_are_counted(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.usage.used, sf.usage.limit = 18, 5_000

        await client.query(COUNT)

        assert client.api.api_usage["api-usage"][:2] == (19, 5_000)
        assert (await client.do(client.api.limits))["DailyApiRequests"] == {"Max": 5_000, "Remaining": 4_980}

    async def test_past_the_limit_everything_is_refused_for_a_day(
        self, client: Client, sf: SalesforceStandIn, clock: Clock
    ) -> None:
        sf.usage.used = sf.usage.limit

        assert await client.refusal(client.api.query, COUNT) == (403, "REQUEST_LIMIT_EXCEEDED")

        clock.pass_(hours=23)
        assert await client.refusal(client.api.query, COUNT) == (403, "REQUEST_LIMIT_EXCEEDED")

        clock.pass_(hours=1)
        await client.query(COUNT)
        assert sf.usage.used == 1

    async def test_it_may_be_reached_on_demand(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.faults.limit_reached(2)

        for _ in range(2):
            assert (await client.refusal(client.api.query, COUNT))[1] == "REQUEST_LIMIT_EXCEEDED"
        await client.query(COUNT)


class TestDelivery:
    @pytest.mark.parametrize("status", [200, 503])
    async def test_a_page_for_human_eyes(self, client: Client, sf: SalesforceStandIn, status: int) -> None:
        sf.faults.html(status, operation="query")

        answer = await client.raw("GET", QUERY, params={"q": COUNT})

        assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html; charset=utf-8")

    async def test_a_dropped_request_did_nothing(self, client: Client, sf: SalesforceStandIn) -> None:
        before = len(sf.org.notes)
        note = {"Title": "t", "ParentId": next(iter(sf.org.accounts))}
        sf.faults.drop(operation="create")
        sf.faults.lost_answer(operation="create")

        for expected in (before, before + 1):
            with pytest.raises(requests.ConnectionError):
                await client.do(client.object("Note").create, note)
            assert len(sf.org.notes) == expected

    async def test_a_truncated_answer_is_no_json(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.faults.truncate(operation="query")

        with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
            await client.query("SELECT Id, Name FROM Account")

    async def test_a_silent_answer_ends_when_the_client_leaves(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.faults.hang(operation="query")
        url = f"{sf.url}{QUERY}"
        headers = {"Authorization": f"Bearer {client.api.session_id}"}

        with pytest.raises(requests.RequestException, match="timed out"):
            await client.do(lambda: requests.get(url, params={"q": COUNT}, headers=headers, timeout=(5, 0.2)).content)

        await client.query(COUNT)

    async def test_a_slow_answer_comes(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.faults.slow(0.01)

        assert (await client.query(COUNT))["done"]
        assert sf.log[-1].outcome == "slow"

    async def test_something_may_happen_meanwhile(self, client: Client, sf: SalesforceStandIn) -> None:
        before = (await client.query(COUNT))["totalSize"]
        sf.faults.meanwhile(lambda: sf.org.create("Account", Name="Late"), operation="query")

        assert (await client.query(COUNT))["totalSize"] == before + 1


class TestClock:
    async def test_answers_bear_the_date_of_the_org(self, client: Client, sf: SalesforceStandIn, clock: Clock) -> None:
        clock.pass_(minutes=3)
        sf.faults.html(503, skip=1)

        answers = [await client.raw("GET", QUERY, params={"q": COUNT}) for _ in range(2)]

        assert [each.status_code for each in answers] == [200, 503]
        assert {each.headers["Date"] for each in answers} == {"Sun, 22 Nov 2026 12:03:00 GMT"}


class TestQueryTimeout:
    async def test_a_query_may_take_too_long(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.faults.query_timeout()

        await client.do(client.api.limits)
        assert await client.refusal(client.api.query, COUNT) == (400, "QUERY_TIMEOUT")

    async def test_any_error_can_be_had(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.faults.error(ApiError("SERVER_UNAVAILABLE", "try later", 503), skip=1)

        await client.query(COUNT)
        assert await client.refusal(client.api.query, COUNT) == (503, "SERVER_UNAVAILABLE")

    async def test_what_is_cleared_never_happens(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.faults.query_timeout(times=5)
        sf.faults.lock_every(1)
        sf.faults.clear()

        assert (await client.query(COUNT))["done"]
        assert (await client.do(client.object("Account").create, {"Name": "x"}))["success"]
