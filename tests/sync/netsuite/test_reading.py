import itertools
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.ledger import Ledger
from sandbox.netsuite import NetSuiteStandIn
from store.customers import Customer
from store.invoices import Invoice
from sync.connector import Page
from sync.connectors.netsuite.position import Stage, decode
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import START, NetSuiteBench, netsuite_bench

FAR = ("America/Los_Angeles", "America/St_Johns", "UTC", "Asia/Kolkata", "Pacific/Apia", "Pacific/Pago_Pago")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path) as made:
        yield made


def invoices_of(pages: Iterable[Page]) -> dict[str, Invoice]:
    return {record.source_id: record for page in pages for record in page.records if isinstance(record, Invoice)}


def changes_of(pages: Iterable[Page]) -> dict[str, datetime]:
    return {key: one.source_changed_at for key, one in invoices_of(pages).items() if one.source_changed_at}


def operations(bench: NetSuiteBench) -> Counter[str]:
    return Counter(logged.operation for logged in bench.server.log)


class TestFirstRead:
    async def test_brings_open_items_before_history(self, bench: NetSuiteBench) -> None:
        pages = await read(bench)
        in_time = list(itertools.takewhile(lambda page: page.covered_until is None, pages))
        first = invoices_of(pages[: len(in_time) + 1])
        still_open = {str(one.id) for one in bench.ledger.invoices.values() if one.open_minor > 0}
        assert still_open
        assert still_open <= set(first)
        assert len(first) < len(bench.ledger.invoices)

    async def test_agrees_with_the_ledger_to_the_cent_and_the_day(self, bench: NetSuiteBench) -> None:
        found = invoices_of(await read(bench))
        for expected in bench.ledger.invoices.values():
            invoice = found[str(expected.id)]
            assert (invoice.number, invoice.total.currency) == (expected.number, expected.currency)
            assert (invoice.total.minor, invoice.open_balance.minor) == (expected.total_minor, expected.open_minor)
            assert (invoice.invoice_date, invoice.due_date) == (expected.invoice_date, expected.due_date)
            assert invoice.customer_id == f"netsuite:customer:{expected.customer_id}"
            assert invoice.lines

    async def test_knows_parents_and_names(self, bench: NetSuiteBench) -> None:
        found = records_of(await read(bench, stream="customers"))
        for expected in bench.ledger.customers.values():
            customer = found[str(expected.id)]
            assert isinstance(customer, Customer)
            assert (customer.name, customer.number, customer.email) == (expected.name, expected.number, expected.email)
            parent = expected.parent_id
            assert customer.parent_id == (f"netsuite:customer:{parent}" if parent else None)

    async def test_can_leave_lines_out(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, invoice_lines=False) as bench:
            assert not [one for one in invoices_of(await read(bench)).values() if one.lines]

    async def test_divides_what_is_too_much_for_one_window(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, customers=80, window_records=100) as bench:
            pages = await read(bench)
            assert set(records_of(pages)) == bench.ids("invoices")
            windows = {(decode(page.cursor).since, decode(page.cursor).until) for page in pages}
        assert len(windows) > 3

    @pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "America/New_York", "Europe/Berlin", "Pacific/Auckland"])
    async def test_no_date_is_off_by_one_in_any_zone(self, zone: str, tmp_path: Path) -> None:
        bench = NetSuiteBench(tmp_path, customers=8)
        bench.server = NetSuiteStandIn(bench.ledger, now=lambda: bench.now, user_zone=ZoneInfo(zone))
        bench.env = {"NETSUITE_TIMEZONE": zone}
        found: dict[str, Invoice] = {}
        async with served(bench):
            found = invoices_of(await read(bench))
        expected = {str(one.id): (one.invoice_date, one.due_date) for one in bench.ledger.invoices.values()}
        assert {key: (one.invoice_date, one.due_date) for key, one in found.items()} == expected


def served(bench: NetSuiteBench) -> Any:
    return netsuite_bench(bench.folder, made=bench)


class TestLaterReads:
    @pytest.mark.parametrize("zone", ["Pacific/Auckland", *(pytest.param(far, marks=pytest.mark.soak) for far in FAR)])
    async def test_miss_no_edit_of_three_days(self, zone: str, tmp_path: Path) -> None:
        # An edit every 15 minutes, a read at odd times, in a zone far from UTC.
        bench = NetSuiteBench(tmp_path, customers=8)
        bench.server = NetSuiteStandIn(bench.ledger, now=lambda: bench.now, user_zone=ZoneInfo(zone))
        bench.env = {"NETSUITE_TIMEZONE": zone}
        edits: dict[str, datetime] = {}
        seen: dict[str, datetime] = {}
        async with served(bench):
            cursor = (await read(bench))[-1].cursor
            ids = itertools.cycle(sorted(bench.ids("invoices")))
            for quarter in range(288):
                bench.pass_time(timedelta(minutes=15))
                edited = next(ids)
                bench.edit(edited)
                edits[edited] = bench.now
                if quarter % 29 == 28:
                    bench.pass_time(timedelta(minutes=2))
                    pages = await read(bench, cursor)
                    cursor = pages[-1].cursor
                    seen |= {
                        key: one.source_changed_at for key, one in invoices_of(pages).items() if one.source_changed_at
                    }
            bench.pass_time(timedelta(hours=1))
            pages = await read(bench, cursor)
            seen |= changes_of(pages)
        assert {key: seen[key] for key in edits} == edits

    async def test_bring_rows_that_appear_ten_minutes_late(self, bench: NetSuiteBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(timedelta(hours=1))
        stamped = bench.now
        bench.pass_time(timedelta(minutes=9))
        cursor = (await read(bench, cursor))[-1].cursor
        late = min(bench.ledger.invoices)
        bench.ledger.edit_invoice(late, memo="posted late", last_modified=stamped)
        bench.pass_time(timedelta(minutes=1))
        assert str(late) in records_of(await read(bench, cursor))

    async def test_bring_a_thousand_rows_of_one_second_whole(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, customers=60, window_records=100) as bench:
            for number in bench.ledger.invoices:
                bench.ledger.edit_invoice(number, memo="imported", last_modified=START - timedelta(days=9))
            pages = await read(bench)
            assert set(records_of(pages)) == bench.ids("invoices")
            assert pages[-1].covered_until is not None


class TestShiftingRows:
    async def test_a_window_that_loses_rows_while_it_is_read_is_read_again(self, bench: NetSuiteBench) -> None:
        expected = bench.ids("invoices")
        pages: list[Page] = []
        edited: list[str] = []
        async for one in bench.source.pages("invoices", "", now=bench.now):
            pages.append(one)
            position = decode(one.cursor)
            if position.stage is Stage.WINDOWS and position.next_page == 2 and not edited:
                # What the window's first page brought leaves the search, so every later row moves up.
                edited = [record.source_id for record in one.records][:15]
                bench.pass_time(timedelta(minutes=10))
                for source_id in edited:
                    bench.edit(source_id)
        assert edited
        by_window = [one for one in pages if one.covered_until is not None]
        assert set(records_of(by_window[1:])) | set(edited) == expected

    async def test_a_search_that_has_died_is_started_again(self, bench: NetSuiteBench) -> None:
        whole = await read(bench)
        bench.pass_time(timedelta(minutes=16))
        rest = await read(bench, whole[0].cursor)
        assert set(records_of([whole[0], *rest])) == bench.ids("invoices")
        assert operations(bench)["search"] > 2


class TestLedgerSize:
    async def test_a_page_never_builds_zeeps_objects(self, tmp_path: Path) -> None:
        # zeep needs 56 MiB and more for such a page; the tree of one record and the mapped records stay far below.
        async with netsuite_bench(tmp_path, customers=350, page_size=1000, retry_attempts=1) as bench:
            await bench.source.fetch("invoice", "1", since=None)
            generator = bench.source.pages("invoices", "", now=bench.now)
            await anext(generator)
            tracemalloc.start()
            largest = await anext(generator)
            size, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            await generator.aclose()
        assert len(largest.records) == 1000
        assert peak < 40_000_000
        assert size < 20_000_000


def test_the_bench_has_records_of_every_day_length() -> None:
    # The zone test means something only when there are dates on both sides of the clock changes.
    ledger = Ledger.seeded(today=START.date(), customers=8, invoices_per_customer=3)
    months = {one.invoice_date.month for one in ledger.invoices.values()}
    assert months & {12, 1, 2}
    assert months & {5, 6, 7}
    assert max(one.invoice_date for one in ledger.invoices.values()) <= date(2026, 11, 22)
