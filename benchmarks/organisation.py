"""A Salesforce organisation for the benchmarks: the stand-in, in a process of its own, and the requests it was sent.

One account in ten is a customer's and has contacts; the others are prospects. They were changed over two years.
"""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import requests

from benchmarks.processes import Line, other_process
from sandbox.ledger import Ledger
from sandbox.salesforce import SalesforceStandIn

_CUSTOMERS_PER_HUNDRED = 10
_TOKENS = ("token", "soap_login")


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One request as it was sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Organisation:
    """The settings that lead to it, and the ERP's ids of the customers that it knows."""

    environment: dict[str, str]
    customer_ids: tuple[int, ...]
    line: Line

    async def sent(self) -> tuple[Request, ...]:
        """What it was asked since this was called last, without logins."""
        self.line.tell("sent")
        found: tuple[Request, ...] = await self.line.hear()
        return found


@asynccontextmanager
async def organisation(accounts: int) -> AsyncIterator[Organisation]:
    """One that listens, with so many accounts."""
    async with other_process(_serve, accounts) as line:
        environment, customer_ids = await line.hear()
        yield Organisation(environment=environment, customer_ids=customer_ids, line=line)


async def repeat(line: Line, address: str, sent: Sequence[Request]) -> None:
    """Send the same once more, read every answer, and do nothing with it; tells how many seconds that took."""
    started = time.perf_counter()
    with requests.Session() as session:
        for each in sent:
            session.request(
                each.method, address + each.path, headers=each.headers, data=each.body, timeout=60
            ).raise_for_status()
    line.tell(time.perf_counter() - started)


async def _serve(line: Line, accounts: int) -> None:
    customers = max(1, accounts * _CUSTOMERS_PER_HUNDRED // 100)
    ledger = Ledger.seeded(today=datetime.now(UTC).date(), customers=customers, invoices_per_customer=1)
    async with SalesforceStandIn(ledger, accounts=accounts) as server:
        environment = {
            "SALESFORCE_URL": server.url,
            "SALESFORCE_DOMAIN": server.domain,
            "SALESFORCE_CLIENT_ID": server.credentials.client_id,
            "SALESFORCE_CLIENT_SECRET": server.credentials.client_secret,
        }
        line.tell((environment, tuple(ledger.customers)))
        try:
            while await line.hear():
                line.tell(_taken(server))
        except EOFError:
            return


def _taken(server: SalesforceStandIn) -> tuple[Request, ...]:
    sent = tuple(
        Request(method=each.method, path=each.path, headers=each.headers, body=each.body)
        for each in server.log
        if each.operation not in _TOKENS and each.outcome == "ok"
    )
    server.log.clear()
    return sent
