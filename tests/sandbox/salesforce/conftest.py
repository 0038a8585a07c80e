from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest

from sandbox.ledger import DEFAULT_SEED, Kind, Ledger
from sandbox.ledger.seed import seeded
from sandbox.salesforce import Org, SalesforceStandIn
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
def org(clock: Clock) -> Org:
    """One without accounts, outside any server."""
    made = Org(clock)
    made.acting_user = made.create("User", LastName="I", Username="i@x.example", Email="i@x.example")
    return made


@cache
def _records() -> Mapping[Kind, tuple[Any, ...]]:
    return seeded(customers=40, today=TODAY, seed=DEFAULT_SEED, invoices_per_customer=0)


@pytest.fixture
def ledger(clock: Clock) -> Ledger:
    return Ledger(_records(), today=TODAY, now=clock)


@pytest.fixture
async def sf(ledger: Ledger, clock: Clock) -> AsyncIterator[SalesforceStandIn]:
    async with SalesforceStandIn(ledger, now=clock) as standing_in:
        yield standing_in


@pytest.fixture
async def client(sf: SalesforceStandIn) -> AsyncIterator[Client]:
    async with Client(sf) as made:
        yield made
