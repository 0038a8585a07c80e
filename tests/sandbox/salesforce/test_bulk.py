import csv
import io
from collections.abc import Callable
from typing import Any, cast

import pytest

from sandbox.salesforce import SalesforceStandIn
from sandbox.salesforce.hands import delete
from tests.sandbox.salesforce.client import Client
from tests.sandbox.salesforce.conftest import Clock

JOBS = "/services/data/v62.0/jobs/query"


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


async def job(client: Client, query: str, operation: str = "query", **more: str) -> str:
    answer = await client.raw("POST", JOBS, json={"operation": operation, "query": query, **more})
    return str(answer.json()["id"])


async def done(client: Client, query: str, operation: str = "query", **more: str) -> str:
    made = await job(client, query, operation, **more)
    states = [(await client.raw("GET", f"{JOBS}/{made}")).json()["state"] for _ in range(2)]
    assert states == ["InProgress", "JobComplete"]
    return made


class TestBulk:
    async def test_the_real_client_reads_a_job(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.jobs.polls = 0
        query = "SELECT Id, Name, Owner.Name, SystemModstamp, Credit_Insured__c, Fax FROM Account ORDER BY Id"
        read = cast("Callable[..., Any]", client.api.bulk2.Account.query)  # type: ignore[union-attr]

        pages = await client.do(lambda: list(read(query, max_records=15, wait=0)))

        found = [row for page in pages for row in rows(page)]
        assert [row["Id"] for row in found] == sorted(sf.org.accounts)
        assert len(pages) == -(-len(found) // 15)
        assert found[0]["SystemModstamp"].endswith("Z")
        assert {row["Credit_Insured__c"] for row in found} == {"true", "false"}
        assert "" in {row["Fax"] for row in found}

    async def test_pages_have_locators(self, client: Client) -> None:
        made = await done(client, "SELECT Id FROM Account", columnDelimiter="PIPE", lineEnding="CRLF")

        first = await client.raw("GET", f"{JOBS}/{made}/results", params={"maxRecords": 40})
        locator = first.headers["Sforce-Locator"]
        last = await client.raw("GET", f"{JOBS}/{made}/results", params={"maxRecords": 40, "locator": locator})
        wrong = await client.raw("GET", f"{JOBS}/{made}/results", params={"locator": "x"})

        assert (first.headers["Sforce-NumberOfRecords"], last.headers["Sforce-Locator"]) == ("40", "null")
        assert first.text.startswith('"Id"\r\n')
        assert wrong.json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"

    async def test_query_all_has_the_deleted(self, client: Client, sf: SalesforceStandIn) -> None:
        delete(sf.org, "Account", next(iter(sf.org.accounts)))

        made = await done(client, "SELECT Id FROM Account WHERE IsDeleted = true", "queryAll")

        text = (await client.raw("GET", f"{JOBS}/{made}/results")).text
        assert len(rows(text)) == 1

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("SELECT BillingAddress FROM Account", "FUNCTIONALITY_NOT_ENABLED"),
            ("SELECT COUNT() FROM Account", "API_ERROR"),
            ("SELECT Nme FROM Account", "INVALID_FIELD"),
            ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "MALFORMED_QUERY"),
        ],
    )
    async def test_what_it_cannot_write_is_refused(self, client: Client, query: str, code: str) -> None:
        answer = await client.raw("POST", JOBS, json={"operation": "query", "query": query})

        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)

    async def test_a_job_can_be_aborted_and_dropped(self, client: Client) -> None:
        made = await job(client, "SELECT Id FROM Account")
        early = await client.raw("GET", f"{JOBS}/{made}/results")
        busy = await client.raw("DELETE", f"{JOBS}/{made}")

        aborted = await client.raw("PATCH", f"{JOBS}/{made}", json={"state": "Aborted"})
        dropped = await client.raw("DELETE", f"{JOBS}/{made}")

        assert early.json()[0]["errorCode"] == busy.json()[0]["errorCode"] == "INVALIDJOBSTATE"
        assert aborted.json()["state"] == "Aborted"
        assert (dropped.status_code, (await client.raw("GET", f"{JOBS}/{made}")).status_code) == (204, 404)

    async def test_results_are_kept_for_a_week(self, client: Client, sf: SalesforceStandIn, clock: Clock) -> None:
        made = await done(client, "SELECT Id FROM Account")

        for _ in range(7 * 24):
            clock.pass_(hours=1)
            sf.sessions.use(f"Bearer {client.api.session_id}", clock.at)
        assert (await client.raw("GET", f"{JOBS}/{made}/results")).status_code == 200

        clock.pass_(minutes=1)
        assert (await client.raw("GET", f"{JOBS}/{made}/results")).status_code == 404
