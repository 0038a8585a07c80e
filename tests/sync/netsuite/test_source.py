import itertools
import random
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.ledger import Ledger
from sandbox.netsuite import NetSuiteStandIn, SoapFaultError
from store.customers import Customer
from store.invoices import Invoice
from sync.connector import Page
from sync.connectors.netsuite import NetSuiteSource
from sync.connectors.netsuite.faults import TooMuchError
from sync.connectors.netsuite.position import decode
from sync.errors import NotPermittedError, RejectedError, RetryError, SourceError, StopError
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import START, NetSuiteBench, netsuite_bench
from tests.sync.netsuite.conftest import MakeSettings
from tests.sync.netsuite.wire import Reply, Wire, currency_list, customer_record, fault, page, refusal, server_time

NOON = "2026-11-22T01:00:00.000-08:00"


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
    async def test_miss_no_edit_of_three_days(self, tmp_path: Path) -> None:
        # An edit every 15 minutes, a read at odd times, in a zone far from UTC.
        bench = NetSuiteBench(tmp_path, customers=8)
        bench.server = NetSuiteStandIn(bench.ledger, now=lambda: bench.now, user_zone=ZoneInfo("Pacific/Auckland"))
        bench.env = {"NETSUITE_TIMEZONE": "Pacific/Auckland"}
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
        async for one in bench.source.pages("invoices", "", now=bench.now):
            pages.append(one)
            if len(pages) == 2:
                # What was read on the first pages leaves the search, so every later row moves up.
                bench.pass_time(timedelta(minutes=10))
                for source_id in list(records_of(pages))[:15]:
                    bench.edit(source_id)
        assert set(records_of(pages)) == expected

    async def test_a_search_that_has_died_is_started_again(self, bench: NetSuiteBench) -> None:
        whole = await read(bench)
        bench.pass_time(timedelta(minutes=16))
        rest = await read(bench, whole[0].cursor)
        assert set(records_of([whole[0], *rest])) == bench.ids("invoices")
        assert operations(bench)["search"] > 2


class TestTrouble:
    @pytest.mark.parametrize(
        "trouble",
        ["truncate", "drop", "wrong_charset", "expired_session", "blocked", "http 500", "http 429", "http 503"],
    )
    async def test_that_passes_costs_no_record(self, trouble: str, bench: NetSuiteBench) -> None:
        name, _, status = trouble.partition(" ")
        arguments = (int(status),) if status else ()
        getattr(bench.server.faults, name)(*arguments, operation="searchMoreWithId", skip=1)
        pages = await read(bench)
        assert set(records_of(pages)) == bench.ids("invoices")
        assert sum(len(page.records) for page in pages) == pages[-1].expected

    async def test_that_lasts_ends_the_read_at_its_last_page(self, bench: NetSuiteBench) -> None:
        whole = await read(bench)
        bench.server.faults.truncate(operation="searchMoreWithId", skip=1, times=99)
        pages: list[Page] = []
        with pytest.raises(RetryError):
            pages.extend([one async for one in bench.source.pages("invoices", whole[0].cursor, now=bench.now)])
        bench.server.faults.clear()
        assert set(records_of([whole[0], *await read(bench, whole[0].cursor)])) == bench.ids("invoices")

    async def test_a_huge_answer_is_refused(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, max_answer_megabytes=4) as bench:
            bench.server.faults.huge(40, operation="search", times=9)
            tracemalloc.start()
            with pytest.raises(SourceError):
                await read(bench)
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        assert peak < 200_000_000

    async def test_a_hanging_answer_is_given_up(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, read_timeout_seconds=0.2, retry_attempts=2) as bench:
            bench.server.faults.hang(operation="search", times=2)
            with pytest.raises(RetryError):
                await read(bench)

    async def test_an_account_that_refuses_half_of_all_calls_is_read_to_the_end(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, customers=60, page_size=10) as bench:
            await read(bench)
            fewest = len(bench.server.log)
            bench.server.log.clear()
            chance = random.Random(7)  # noqa: S311 - a repeatable toss, not a secret
            real = bench.server.faults.take

            def half(operation: str) -> Any:
                if chance.random() < 0.5:
                    bench.server.faults.blocked()
                return real(operation)

            bench.server.faults.take = half  # type: ignore[method-assign]  # the stand-in's own door to its faults
            pages = await read(bench)
            assert set(records_of(pages)) == bench.ids("invoices")
            assert len(bench.server.log) <= 2.5 * fewest

    async def test_a_role_without_currencies_is_told_what_it_needs(
        self, wire: Wire, schemas: Path, make_settings: MakeSettings
    ) -> None:
        wire.answers(fault("insufficientPermissionFault", "INSUFFICIENT_PERMISSION"))
        with pytest.raises(NotPermittedError, match=r"Lists > Currency, or set \[netsuite\] currency"):
            await scripted(make_settings(), schemas)

    async def test_an_account_of_one_currency_needs_no_list(
        self, wire: Wire, schemas: Path, make_settings: MakeSettings
    ) -> None:
        wire.answers(fault("insufficientPermissionFault", "WS_FEATURE_REQD"), page(customer_record(1)))
        (only,) = await scripted(make_settings(currency="SEK"), schemas)
        (record,) = only.records
        assert isinstance(record, Customer)
        assert record.currency == "SEK"

    async def test_a_search_that_takes_too_long_is_divided(
        self, wire: Wire, schemas: Path, make_settings: MakeSettings
    ) -> None:
        wire.answers(currency_list(), refusal("ABORT_SEARCH_EXCEEDED_MAX_TIME"), page(customer_record(1)), page())
        pages = await scripted(make_settings(), schemas)
        assert [len(one.records) for one in pages] == [1, 0]
        assert wire.operations == ["getAll", "search", "search", "search"]

    async def test_a_search_for_open_items_that_takes_too_long_says_so(self, bench: NetSuiteBench) -> None:
        slow = SoapFaultError("UnexpectedErrorFault", "EXCEEDED_MAX_TIME", "too slow")
        bench.server.faults.soap(slow, operation="search")
        with pytest.raises(TooMuchError):
            await read(bench)

    async def test_a_search_that_dies_every_time_ends_with_an_error(
        self, wire: Wire, schemas: Path, make_settings: MakeSettings
    ) -> None:
        wire.answers(currency_list())
        for _ in range(9):
            wire.answers(page(customer_record(1), total=2, pages=2), refusal("INVALID_JOB_ID"))
        with pytest.raises(SourceError):
            await scripted(make_settings(), schemas)
        assert Counter(wire.operations)["search"] == 4

    async def test_a_missing_wsdl_says_what_to_run(self, make_settings: MakeSettings, tmp_path: Path) -> None:
        with pytest.raises(StopError, match="tesorio connect netsuite"):
            await scripted(make_settings(), tmp_path / "netsuite" / "2025_2" / "netsuite.wsdl")


async def scripted(settings: Any, wsdl: Path) -> list[Page]:
    source = NetSuiteSource(settings.model_copy(update={"wsdl": str(wsdl)}), wsdl.parent, clock=lambda: START)
    try:
        return [one async for one in source.pages("customers", "", now=START)]
    finally:
        await source.close()


class TestFetch:
    async def test_a_customer_comes_with_its_open_invoices(self, bench: NetSuiteBench) -> None:
        customer = bench.ledger.customer_named("Sun Microsystems, Inc.")
        first, *others = await bench.source.fetch("customer", str(customer.id), since=None)
        assert isinstance(first, Customer)
        still_open = {str(one.id) for one in bench.ledger.invoices_of(customer.id) if one.open_minor > 0}
        assert {one.source_id for one in others} == still_open

    async def test_a_customer_comes_with_what_changed_since(self, bench: NetSuiteBench) -> None:
        customer = bench.ledger.customer_named("Sun Microsystems, Inc.")
        since = bench.now
        bench.pass_time(timedelta(days=1))
        paid = next(one for one in bench.ledger.invoices_of(customer.id) if one.open_minor > 0)
        bench.ledger.pay_invoice(paid.id)
        _, *others = await bench.source.fetch("customer", str(customer.id), since=since)
        (found,) = others
        assert isinstance(found, Invoice)
        assert (found.source_id, found.open_balance.minor) == (str(paid.id), 0)

    async def test_unreadable_invoices_do_not_spoil_the_card(self, bench: NetSuiteBench) -> None:
        customer = bench.ledger.customer_named("Sun Microsystems, Inc.")
        broken, *_ = (one for one in bench.ledger.invoices_of(customer.id) if one.open_minor > 0)
        bench.break_record(str(broken.id))
        found = await bench.source.fetch("customer", str(customer.id), since=None)
        assert isinstance(found[0], Customer)
        assert str(broken.id) not in {one.source_id for one in found}

    async def test_several_pages_are_bounded(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, page_size=5) as bench:
            customer = bench.ledger.customer_named("Sun Microsystems, Inc.")
            for _ in range(40):
                bench.ledger.add_invoice(customer.id, total_minor=100)
            found = await bench.source.fetch("customer", str(customer.id), since=None)
        assert len(found) == 1 + 25

    async def test_a_page_that_is_gone_meanwhile_ends_the_list(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, page_size=5) as bench:
            customer = bench.ledger.customer_named("Sun Microsystems, Inc.")
            for _ in range(9):
                bench.ledger.add_invoice(customer.id, total_minor=100)
            gone = SoapFaultError("InvalidSessionFault", "INVALID_JOB_ID", "gone")
            bench.server.faults.soap(gone, operation="searchMoreWithId")
            found = await bench.source.fetch("customer", str(customer.id), since=None)
        assert len(found) == 1 + 5

    async def test_an_answer_without_a_record_is_none(
        self, wire: Wire, schemas: Path, make_settings: MakeSettings
    ) -> None:
        wire.answers(currency_list(), page())
        settings = make_settings().model_copy(update={"wsdl": str(schemas)})
        source = NetSuiteSource(settings, schemas.parent, clock=lambda: START)
        assert await source.fetch("invoice", "1", since=None) == ()
        await source.close()

    async def test_an_invoice_is_reported_broken_with_field_and_value(self, bench: NetSuiteBench) -> None:
        number = min(bench.ledger.invoices)
        bench.break_record(str(number))
        with pytest.raises(RejectedError, match="total: «NaN»"):
            await bench.source.fetch("invoice", str(number), since=None)


class TestCheck:
    async def test_stops_at_a_missing_wsdl(self, make_settings: MakeSettings, tmp_path: Path, wire: Wire) -> None:
        source = NetSuiteSource(make_settings(), tmp_path, clock=lambda: START)
        (finding,) = await source.check()
        await source.close()
        assert not finding.ok
        assert "tesorio connect netsuite" in finding.remedy
        assert wire.posted == []

    @pytest.mark.parametrize(
        ("answers", "check", "remedy"),
        [
            ([server_time("soon")], "login", "Try again"),
            ([server_time(NOON), fault("x", "INSUFFICIENT_PERMISSION")], "currencies", "role"),
            ([server_time(NOON), page()], "currencies", "[netsuite] currency"),
            ([server_time(NOON), currency_list(), refusal("INSUFFICIENT_PERMISSION")], "customers", "role"),
        ],
    )
    async def test_says_what_to_do(
        self,
        wire: Wire,
        schemas: Path,
        make_settings: MakeSettings,
        *,
        answers: list[Reply | str],
        check: str,
        remedy: str,
    ) -> None:
        wire.answers(*answers, page(), page())
        settings = make_settings().model_copy(update={"wsdl": str(schemas)})
        source = NetSuiteSource(settings, schemas.parent, clock=lambda: START)
        found = {finding.check: finding for finding in await source.check()}
        await source.close()
        assert not found[check].ok
        assert remedy in found[check].remedy

    async def test_a_record_that_cannot_be_read_is_no_matter_of_permission(self, bench: NetSuiteBench) -> None:
        for number in bench.ledger.invoices:
            bench.break_record(str(number))
        assert [finding for finding in await bench.source.check() if not finding.ok] == []

    async def test_notices_clocks_that_differ(self, bench: NetSuiteBench) -> None:
        skewed = NetSuiteSource(
            bench.settings(bench.server.credentials), bench.folder, clock=lambda: bench.now - timedelta(minutes=6)
        )
        found = {finding.check: finding for finding in await skewed.check()}
        await skewed.close()
        assert not found["login"].ok

    async def test_notices_a_wrong_time_zone(self, bench: NetSuiteBench) -> None:
        bench.env = {"NETSUITE_TIMEZONE": "Asia/Kolkata"}
        source = NetSuiteSource(bench.settings(bench.server.credentials), bench.folder, clock=lambda: bench.now)
        found = {finding.check: finding for finding in await source.check()}
        await source.close()
        assert found["customers"].ok
        assert not found["invoices"].ok
        assert "NETSUITE_TIMEZONE" in found["invoices"].remedy


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
