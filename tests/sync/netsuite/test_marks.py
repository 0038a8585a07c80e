"""What only a search tells of a record: not to know it is never taken for its not being so."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.ledger import Kind
from store.contacts import Contact, contacts
from store.db import Store
from store.payments import Payment
from store.pulled import Record
from sync.connectors.netsuite import marks
from sync.connectors.netsuite.marks import marked_ids
from sync.errors import NotPermittedError, RejectedError, RetryError
from tests.contract.source_contract import read, records_of
from tests.store.make import rows, save
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench

TOO_LONG = "ABORT_SEARCH_EXCEEDED_MAX_TIME"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path) as made:
        yield made


@pytest.fixture
def in_german(monkeypatch: pytest.MonkeyPatch) -> None:
    """No status is in English."""
    monkeypatch.setattr("sync.connectors.netsuite.mapping.transactions._VOIDED", frozenset())


def primary(records: dict[str, Record]) -> set[str]:
    return {key for key, one in records.items() if isinstance(one, Contact) and one.is_primary}


def voided(records: dict[str, Record]) -> set[str]:
    return {key for key, one in records.items() if isinstance(one, Payment) and one.is_voided}


async def known_primary(store: Store) -> set[str]:
    return {row["source_id"] for row in await rows(store, contacts) if row["is_primary"]}


def void_payments(bench: NetSuiteBench, number: int) -> set[str]:
    ids = sorted(bench.ledger.payments)[:number]
    for each in ids:
        bench.ledger.edit(Kind.PAYMENT, each, is_voided=True, applications=())
    bench.pass_time(timedelta(minutes=10))
    return {str(each) for each in ids}


@pytest.mark.usefixtures("in_german")
class TestVoidedPayments:
    async def test_stay_voided_when_their_search_takes_too_long(self, bench: NetSuiteBench) -> None:
        cursor = (await read(bench, stream="payments"))[-1].cursor
        bench.pass_time(timedelta(hours=2))
        expected = void_payments(bench, 3)
        bench.server.faults.refused(TOO_LONG, "too long", operation="search")
        assert voided(records_of(await read(bench, cursor, stream="payments"))) == expected

    async def test_are_all_known_though_the_place_in_their_search_is_lost(
        self, bench: NetSuiteBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sync.connectors.netsuite.asking._MARKS_AT_ONCE", 5)
        cursor = (await read(bench, stream="payments"))[-1].cursor
        bench.pass_time(timedelta(hours=2))
        expected = void_payments(bench, 12)
        bench.server.faults.refused("INVALID_JOB_ID", "expired", operation="searchMoreWithId", times=2)
        assert voided(records_of(await read(bench, cursor, stream="payments"))) == expected

    async def test_end_the_read_when_their_search_is_lost_for_good(
        self, bench: NetSuiteBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sync.connectors.netsuite.asking._MARKS_AT_ONCE", 5)
        cursor = (await read(bench, stream="payments"))[-1].cursor
        bench.pass_time(timedelta(hours=2))
        void_payments(bench, 12)
        bench.server.faults.refused("INVALID_JOB_ID", "expired", operation="searchMoreWithId", times=20)
        with pytest.raises(RetryError, match="voided"):
            await read(bench, cursor, stream="payments")


class TestPrimaryContacts:
    @pytest.mark.parametrize("code", ["INSUFFICIENT_PERMISSION", "WS_INVALID_SEARCH_OPERATN"])
    async def test_are_as_they_were_known_when_their_search_is_refused(
        self, code: str, bench: NetSuiteBench, store: Store
    ) -> None:
        await save(store, *records_of(await read(bench, stream="contacts")).values())
        known = await known_primary(store)
        assert known
        for contact_id in bench.ledger.contacts:
            bench.ledger.edit_contact(contact_id, title="AP")
        bench.pass_time(timedelta(hours=2))
        bench.server.faults.refused(code, "no", operation="search")
        found = records_of(await read(bench, stream="contacts"))
        assert {one.title for one in found.values() if isinstance(one, Contact)} == {"AP"}
        assert {one.is_primary for one in found.values() if isinstance(one, Contact)} == {None}
        await save(store, *found.values())
        assert await known_primary(store) == known

    async def test_nobody_new_is_one_while_their_search_is_refused(self, bench: NetSuiteBench, store: Store) -> None:
        bench.server.faults.refused("INSUFFICIENT_PERMISSION", "no", operation="search")
        await save(store, *records_of(await read(bench, stream="contacts")).values())
        assert await known_primary(store) == set()
        await save(store, *records_of(await read(bench, stream="contacts")).values())
        assert len(await known_primary(store)) == len([one for one in bench.ledger.contacts.values() if one.is_primary])

    async def test_contacts_that_may_not_be_read_at_all_are_refused(self, bench: NetSuiteBench) -> None:
        bench.server.permissions.lack("Contacts")
        with pytest.raises(NotPermittedError):
            await read(bench, stream="contacts")

    async def test_a_search_for_voided_payments_that_is_refused_ends_the_read(self, bench: NetSuiteBench) -> None:
        bench.server.faults.refused("WS_INVALID_SEARCH_OPERATN", "no", operation="search")
        with pytest.raises(RejectedError):
            await read(bench, stream="payments")

    async def test_are_known_of_no_more_records_than_a_window_has(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept: list[int] = []

        async def counted(*args: Any, **how: Any) -> frozenset[str]:
            found = await marked_ids(*args, **how)
            kept.append(len(found))
            return found

        monkeypatch.setattr(marks, "marked_ids", counted)
        async with netsuite_bench(tmp_path, customers=130, window_records=100, page_size=200) as bench:
            found = primary(records_of(await read(bench, stream="contacts")))
            assert len(found) > 100
        assert sum(kept) == len(found)
        assert max(kept) <= 100
