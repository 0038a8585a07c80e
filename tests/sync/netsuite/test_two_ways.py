"""The same ledger by SOAP and by SuiteQL: the same records, and the same rows in the store."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Table, select

from sandbox.ledger import InvoiceStatus, Kind, drawing, hands
from sandbox.ledger.records import Application, Installment
from sandbox.netsuite import NetSuiteStandIn
from store.db import Store, sqlite_url
from store.pulled import Record
from store.subsidiaries import Subsidiary
from store.tables import TABLES
from store.tie_out import latest_tie_out
from sync.connector import Source
from sync.connectors.netsuite import NetSuiteSource, target_of
from sync.connectors.netsuite.settings import SUITEQL_STREAMS
from sync.pull import PullOrder, pull_source
from tests.contract.source_contract import records_of
from tests.sync.netsuite.bench import netsuite_bench
from tests.sync.netsuite.suiteql_bench import SuiteQLBench, TokenlessBench
from tests.sync.pulling import BOOKKEEPING

# What either way has besides, and what tells whether a row has changed.
_OTHERWISE = {"extra_json", "fingerprint"}
_MOVING = (
    *("custom_fields", "customers", "invoices", "balances", "payments"),
    *("deposit_applications", "credit_memos", "refunds", "journal_entries"),
)
_DELETED = "deletions"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[SuiteQLBench]:
    async with netsuite_bench(tmp_path, SuiteQLBench(tmp_path, suiteql=["all"], customers=12, page_size=50)) as made:
        assert isinstance(made, SuiteQLBench)
        yield made


@pytest.fixture
async def soap(bench: SuiteQLBench) -> AsyncIterator[NetSuiteSource]:
    settings = bench.settings(bench.server.credentials).model_copy(update={"suiteql": ()})
    made = NetSuiteSource(settings, bench.folder, clock=lambda: bench.now)
    yield made
    await made.close()


@pytest.fixture
async def stores(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[tuple[Store, Store]]:
    paths = [Path(copyfile(sqlite_template, tmp_path / f"{way}.db")) for way in ("suiteql", "soap")]
    made = (Store(sqlite_url(paths[0])), Store(sqlite_url(paths[1])))
    yield made
    for one in made:
        await one.close()


async def all_of(source: Source, stream: str, bench: SuiteQLBench, cursor: str = "") -> dict[str, Record]:
    return records_of([page async for page in source.pages(stream, cursor, now=bench.now)])


def alike(record: Record) -> Record:
    """The record without what either way has besides."""
    changes: dict[str, Any] = {"extra_json": ""} if hasattr(record, "extra_json") else {}
    if isinstance(record, Subsidiary):
        # Here a code, there a word of the schema.
        changes["country"] = None
    if record.source_changed_at is not None:
        changes["source_changed_at"] = record.source_changed_at.replace(microsecond=0)
    return replace(record, **changes)


def all_alike(records: Mapping[str, Record]) -> dict[str, Record]:
    return {key: alike(one) for key, one in records.items()}


async def rows_of(store: Store) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    async with store.read() as conn:
        for table in (one for one in TABLES if one.name not in BOOKKEEPING):
            found[table.name] = sorted(map(dict, (await conn.execute(_compared(table))).mappings()), key=repr)
    return found


def _compared(table: Table) -> Any:
    return select(*(column for column in table.columns if column.name not in _OTHERWISE))


def _change(bench: SuiteQLBench) -> None:
    """What may happen on a day: something of every kind."""
    ledger = bench.ledger
    owed = [one for one in ledger.invoices.values() if one.status == "open" and not one.installments]
    assert len(owed) > 3
    ledger.void_invoice(owed[0].id)
    ledger.pay_invoice(owed[1].id, owed[1].open_minor // 2)
    ledger.edit_customer(owed[2].customer_id, name="Häagen & 'Söhne'")
    ledger.add_invoice(owed[2].customer_id, total_minor=1_234, memo="<b>späť</b>")
    ledger.delete(Kind.INVOICE, owed[3].id)
    customer_id = owed[2].customer_id
    deposit = hands.take_deposit(ledger, customer_id, 700)
    hands.apply(ledger, deposit, owed[2].id, 1)
    drawing.refund(ledger, customer_id, 5, ledger.records(Kind.CUSTOMER_DEPOSIT)[deposit.id])
    drawing.refund(ledger, customer_id, 7, hands.issue_credit_memo(ledger, customer_id, 1_000))
    drawing.refund(ledger, customer_id, 9)
    hands.post_journal_entry(ledger, customer_id, -250)
    hands.post_journal_entry(ledger, customer_id, 125)
    abroad = next(one for one in ledger.customers.values() if one.currency != "USD")
    waiting = ledger.add_invoice(abroad.id, total_minor=5_000)
    ledger.edit(Kind.INVOICE, waiting.id, status=InvoiceStatus.PENDING_APPROVAL)


def _in_parts(bench: SuiteQLBench) -> None:
    """An invoice that is due in two installments."""
    owed = next(one for one in bench.ledger.invoices.values() if one.open_minor == one.total_minor > 1)
    first = Installment(sequence=1, due_date=owed.due_date, amount_minor=1, open_minor=1)
    rest = owed.total_minor - 1
    second = Installment(sequence=2, due_date=owed.due_date + timedelta(days=30), amount_minor=rest, open_minor=rest)
    bench.ledger.edit(Kind.INVOICE, owed.id, installments=(first, second), last_modified=owed.last_modified)


class TestRecords:
    async def test_are_the_same_by_either_way(self, bench: SuiteQLBench, soap: NetSuiteSource) -> None:
        for stream in (name for name in SUITEQL_STREAMS if name != _DELETED):
            ours, theirs = await all_of(bench.source, stream, bench), await all_of(soap, stream, bench)
            assert ours
            assert all_alike(ours) == all_alike(theirs)

    @pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Kiritimati"])
    async def test_have_the_same_days_in_any_zone(self, zone: str, tmp_path: Path) -> None:
        made = SuiteQLBench(tmp_path, suiteql=["all"], customers=4, page_size=50)
        made.server = NetSuiteStandIn(made.ledger, now=lambda: made.now, user_zone=ZoneInfo(zone))
        made.env = {"NETSUITE_TIMEZONE": zone}
        async with netsuite_bench(tmp_path, made) as bench:
            assert isinstance(bench, SuiteQLBench)
            settings = bench.settings(bench.server.credentials).model_copy(update={"suiteql": ()})
            soap = NetSuiteSource(settings, bench.folder, clock=lambda: bench.now)
            for stream in ("customers", "invoices", "journal_entries"):
                ours, theirs = await all_of(bench.source, stream, bench), await all_of(soap, stream, bench)
                assert {key: alike(one) for key, one in ours.items()} == {
                    key: alike(one) for key, one in theirs.items()
                }
            await soap.close()


class TestStores:
    async def test_have_the_same_rows_after_a_first_load_and_after_a_day(
        self, bench: SuiteQLBench, soap: NetSuiteSource, stores: tuple[Store, Store]
    ) -> None:
        ways: tuple[Source, Source] = (bench.source, soap)
        _in_parts(bench)
        for day in range(2):
            for source, store in zip(ways, stores, strict=True):
                order = PullOrder(run_id=f"{day}", streams=(*_MOVING, _DELETED))
                await pull_source(source, store, order, clock=lambda: bench.now)
            ours, theirs = [await rows_of(store) for store in stores]
            assert {"customers", "invoices", "invoice_lines", "invoice_installments", "applications"} <= {
                name for name, rows in ours.items() if rows
            }
            assert ours == theirs
            for store in stores:
                async with store.read() as conn:
                    tied = await latest_tie_out(conn, "netsuite")
                assert tied is not None
                assert (tied.compared, tied.differing) == (len(bench.ledger.customers), 0)
            bench.pass_time(timedelta(hours=20))
            _change(bench)
            bench.pass_time(timedelta(hours=4))


class TestWithoutToken:
    async def test_nothing_is_asked_by_soap(self, tmp_path: Path, stores: tuple[Store, Store]) -> None:
        async with netsuite_bench(tmp_path, TokenlessBench(tmp_path, customers=2)) as bench:
            assert set(bench.source.streams) == set(SUITEQL_STREAMS)
            for day in range(2):
                await pull_source(bench.source, stores[0], PullOrder(run_id=f"{day}"), clock=lambda: bench.now)
                bench.pass_time(timedelta(days=1))
                bench.ledger.delete(Kind.INVOICE, max(bench.ledger.invoices))
            await bench.source.fetch("customer", str(min(bench.ledger.customers)), since=None)
            found = await bench.source.check()
            asked = Counter(one.operation for one in bench.server.log)
            assert asked.keys() == {"record", "schema", "suiteql", "system"}
            assert [one for one in found if not one.ok] == []
            assert "notes, messages, files" in found[-1].detail
            assert target_of(bench.source) is None

    async def test_a_discount_is_not_told(self, bench: SuiteQLBench) -> None:
        payment = next(one for one in bench.ledger.payments.values() if one.applications)
        applied = payment.applications[0]
        one = Application(invoice_id=applied.invoice_id, amount_minor=applied.amount_minor - 1, discount_minor=1)
        bench.ledger.edit(Kind.PAYMENT, payment.id, applications=(one, *payment.applications[1:]))
        bench.pass_time(timedelta(hours=1))
        found: Any = (await all_of(bench.source, "payments", bench))[str(payment.id)]
        assert found.applications[0].discount is None
        assert found.applications[0].amount.minor == applied.amount_minor - 1
