"""A page knows by itself which columns it was asked without, whatever is read or refreshed beside it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store.contacts import Contact
from sync.connectors.netsuite.suiteql.client import Rows, SuiteQLClient
from tests.contract.source_contract import records_of
from tests.sync.netsuite.bench import netsuite_bench
from tests.sync.netsuite.suiteql_bench import SuiteQLBench

ROLE = ("contact", "contactrole")
# Longer than what is known of an account holds.
LATER = timedelta(minutes=11)

Happening = Callable[[], Awaitable[object]]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[SuiteQLBench]:
    made = SuiteQLBench(tmp_path, customers=6, suiteql=("contacts", "invoices"))
    async with netsuite_bench(tmp_path, made):
        yield made


async def primaries(bench: SuiteQLBench) -> dict[str, bool | None]:
    """Whether each contact is a primary one, as a reading of all says it."""
    found = records_of([page async for page in bench.source.pages("contacts", "", now=bench.now)])
    return {key: one.is_primary for key, one in found.items() if isinstance(one, Contact)}


def after_contacts(monkeypatch: pytest.MonkeyPatch, happen: Happening) -> list[Happening]:
    """This happens once, when contacts were answered and are not read yet; the list is empty from then on."""
    ask, left = SuiteQLClient.rows, [happen]

    async def rows(client: SuiteQLClient, query: str, **how: Any) -> Rows:
        found = await ask(client, query, **how)
        if " FROM contact " in query and left:
            await left.pop()()
        return found

    monkeypatch.setattr(SuiteQLClient, "rows", rows)
    return left


class TestPrimaryContacts:
    async def test_that_were_not_asked_for_are_left_alone_whatever_is_refreshed_meanwhile(
        self, bench: SuiteQLBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bench.server.rest.queries.hidden.add(ROLE)
        assert set((await primaries(bench)).values()) == {None}

        async def refresh() -> None:
            bench.pass_time(LATER)
            assert await bench.source.fetch("invoice", min(bench.ids("invoices")), since=None)

        left = after_contacts(monkeypatch, refresh)
        found = await primaries(bench)
        assert not left
        assert found.keys() == bench.ids("contacts")
        assert set(found.values()) == {None}

    async def test_that_were_told_are_known_though_another_reading_lacks_them(
        self, bench: SuiteQLBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = await primaries(bench)
        assert True in whole.values()

        async def lose() -> None:
            bench.server.rest.queries.hidden.add(ROLE)
            (contact,) = await bench.source.fetch("contact", min(whole), since=None)
            assert isinstance(contact, Contact)
            assert contact.is_primary is None

        left = after_contacts(monkeypatch, lose)
        assert await primaries(bench) == whole
        assert not left

    async def test_are_asked_for_again_once_the_account_tells_them(self, bench: SuiteQLBench) -> None:
        whole = await primaries(bench)
        bench.server.rest.queries.hidden.add(ROLE)
        assert set((await primaries(bench)).values()) == {None}
        bench.server.rest.queries.hidden.clear()
        bench.pass_time(LATER)
        assert await primaries(bench) == whole
