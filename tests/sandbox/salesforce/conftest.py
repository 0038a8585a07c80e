from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from sandbox.ledger import Ledger
from sandbox.salesforce import SalesforceStandIn
from tests.sandbox.salesforce.client import Client

TODAY = date(2026, 11, 22)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **time: float) -> None:
        self.at += timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(clock: Clock) -> Ledger:
    return Ledger.seeded(today=TODAY, customers=40, invoices_per_customer=1, now=clock)


@pytest.fixture
async def sf(ledger: Ledger, clock: Clock) -> AsyncIterator[SalesforceStandIn]:
    async with SalesforceStandIn(ledger, now=clock) as standing_in:
        yield standing_in


@pytest.fixture
async def client(sf: SalesforceStandIn) -> AsyncIterator[Client]:
    async with Client(sf) as made:
        yield made
