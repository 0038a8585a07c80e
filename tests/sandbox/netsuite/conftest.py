import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import zeep

from sandbox.ledger import DEFAULT_SEED, Kind, Ledger
from sandbox.ledger.seed import seeded
from sandbox.netsuite import NetSuiteStandIn
from tests.sandbox.netsuite.soap import SoapClient, loaded_wsdl

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


@cache
def _records() -> Mapping[Kind, tuple[Any, ...]]:
    return seeded(customers=40, today=TODAY, seed=DEFAULT_SEED, invoices_per_customer=6)


@pytest.fixture
def ledger(clock: Clock) -> Ledger:
    return Ledger(_records(), today=TODAY, now=clock)


@pytest.fixture
async def ns(ledger: Ledger, clock: Clock) -> AsyncIterator[NetSuiteStandIn]:
    async with NetSuiteStandIn(ledger, now=clock) as standing_in:
        yield standing_in


@pytest.fixture(scope="session")
def loaded() -> zeep.Client:
    async def load() -> zeep.Client:
        async with NetSuiteStandIn(Ledger.seeded(today=TODAY, customers=1)) as ns:
            return await asyncio.to_thread(loaded_wsdl, ns.wsdl_url)

    return asyncio.run(load())


@pytest.fixture
def soap(ns: NetSuiteStandIn, clock: Clock, loaded: zeep.Client) -> Iterator[SoapClient]:
    client = SoapClient(ns, clock, loaded)
    yield client
    client.http.close()
