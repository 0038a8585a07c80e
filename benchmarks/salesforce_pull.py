"""Reading all accounts of a large Salesforce organisation in bulk, against fetching the same pages and doing nothing.

Both fetch over loopback what the stand-in, in a process of its own, writes as CSV. Ours also takes rows apart, checks
and maps them. Its most memory is compared with what an organisation of a tenth takes.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import requests

from benchmarks.processes import Line, other_process, peak_megabytes
from benchmarks.result import Arguments, Result
from bot.root import utc_now
from sandbox.ledger import Ledger
from sandbox.salesforce import SalesforceStandIn
from sync.connectors.salesforce import SalesforceSettings, SalesforceSource
from sync.connectors.salesforce.client import SalesforceClient
from sync.connectors.salesforce.describe import Descriptions
from sync.connectors.salesforce.position import Position, Stage
from sync.connectors.salesforce.reading import query_at
from sync.connectors.salesforce.streams import ACCOUNTS, parts_of

_ACCOUNTS = 100_000
_TIMES = 10
_CUSTOMERS = 20
_GOAL, _MEMORY_GOAL = 0.4, 1.15
_RULES = {"account_field": "ERP_Customer_Id__c", "bulk_above": 0, "bulk_poll_seconds": 0.05}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """What one process did."""

    records: int
    seconds: float
    peak_mb: float

    @property
    def rate(self) -> float:
        return self.records / self.seconds


def run(arguments: Arguments) -> Result:
    """Read `size` accounts, and before that a tenth as many."""
    return asyncio.run(_run(arguments.size or _ACCOUNTS))


async def _run(accounts: int) -> Result:
    async with _organisation(max(_CUSTOMERS * 2, accounts // _TIMES)) as environment:
        small = await _in_a_process(_pull, environment)
    async with _organisation(accounts) as environment:
        raw, large = await _in_a_process(_fetch, environment), await _in_a_process(_pull, environment)
    ratio, growth = large.rate / raw.rate, large.peak_mb / small.peak_mb
    return Result(
        name="salesforce_pull",
        figures={
            "accounts": large.records,
            "fetched_per_second": round(raw.rate),
            "read_per_second": round(large.rate),
            "small_peak_mb": round(small.peak_mb, 1),
            "large_peak_mb": round(large.peak_mb, 1),
            "memory_ratio": round(growth, 3),
        },
        ratio=round(ratio, 3),
        goal=f"accounts per second at least {_GOAL} of what is fetched; the peak of {_TIMES} times as many at most "
        f"{_MEMORY_GOAL} times as high",
        ok=ratio >= _GOAL and growth <= _MEMORY_GOAL,
    )


@asynccontextmanager
async def _organisation(accounts: int) -> AsyncIterator[dict[str, str]]:
    async with other_process(_serve, accounts) as line:
        environment: dict[str, str] = await line.hear()
        yield environment


async def _serve(line: Line, accounts: int) -> None:
    ledger = Ledger.seeded(today=datetime.now(UTC).date(), customers=_CUSTOMERS, invoices_per_customer=1)
    async with SalesforceStandIn(ledger, accounts=accounts) as server:
        line.tell(
            {
                "SALESFORCE_URL": server.url,
                "SALESFORCE_DOMAIN": server.domain,
                "SALESFORCE_CLIENT_ID": server.credentials.client_id,
                "SALESFORCE_CLIENT_SECRET": server.credentials.client_secret,
            }
        )
        await line.hear_the_end()


async def _in_a_process(act: object, environment: dict[str, str]) -> _Read:
    async with other_process(act, environment) as line:  # type: ignore[arg-type]  # either of the two below
        found: _Read = await line.hear()
        return found


async def _pull(line: Line, environment: dict[str, str]) -> None:
    source = SalesforceSource(SalesforceSettings.from_mapping(environment, _RULES))
    count, started = 0, time.perf_counter()
    async with aclosing(source.pages(ACCOUNTS, "", now=utc_now())) as pages:
        async for page in pages:
            count += len(page.records)
    seconds = time.perf_counter() - started
    await source.close()
    line.tell(_Read(records=count, seconds=seconds, peak_mb=peak_megabytes()))


async def _fetch(line: Line, environment: dict[str, str]) -> None:
    settings = SalesforceSettings.from_mapping(environment, _RULES)
    client = SalesforceClient(settings)
    (part,) = await parts_of(ACCOUNTS, Descriptions(client), settings, utc_now())
    await client.close()
    everything = query_at(part, Position(ceiling=utc_now(), stage=Stage.WHOLE), 1)
    line.tell(await asyncio.to_thread(_fetched, settings, str(replace(everything, order=(), limit=None))))


def _fetched(settings: SalesforceSettings, query: str) -> _Read:
    """Fetch the pages of one job, and count what their headers say that is in them."""
    started, count, locator = time.perf_counter(), 0, ""
    with requests.Session() as session:
        form = {"grant_type": "client_credentials"}
        secret = "" if settings.client_secret is None else settings.client_secret.get_secret_value()
        token = session.post(
            f"{settings.address}/services/oauth2/token", data=form, auth=(settings.client_id or "", secret), timeout=60
        ).json()["access_token"]
        session.headers["Authorization"] = f"Bearer {token}"
        jobs = f"{settings.address}/services/data/v{settings.api_version}/jobs/query"
        job = session.post(jobs, json={"operation": "query", "query": query}, timeout=60).json()["id"]
        while session.get(f"{jobs}/{job}", timeout=60).json()["state"] != "JobComplete":
            time.sleep(0.05)
        while locator != "null":
            params = {"maxRecords": settings.bulk_page_size} | ({"locator": locator} if locator else {})
            page = session.get(f"{jobs}/{job}/results", params=params, timeout=60)
            count, locator = count + int(page.headers["Sforce-NumberOfRecords"]), page.headers["Sforce-Locator"]
    return _Read(records=count, seconds=time.perf_counter() - started, peak_mb=peak_megabytes())
