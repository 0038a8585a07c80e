"""Customers and invoices by SuiteQL: the same records as by SOAP, whatever happens on the way."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.netsuite.permissions import Level
from store.contacts import Contact
from store.customers import Customer
from store.invoices import Invoice
from store.pulled import Record
from sync.connector import Source
from sync.connectors.netsuite import NetSuiteSource
from sync.connectors.netsuite.mapping import invoice
from sync.connectors.netsuite.request import Criterion, Search, within
from sync.connectors.netsuite.slots import Slots
from sync.connectors.netsuite.suiteql.client import SuiteQLClient
from sync.connectors.netsuite.suiteql.entity_tables import CUSTOMERS
from sync.connectors.netsuite.suiteql.literals import filled, literal
from sync.connectors.netsuite.suiteql.related import Context
from sync.connectors.netsuite.suiteql.tables import select_for, text_of, without
from sync.connectors.netsuite.suiteql.transaction_tables import INVOICES
from sync.connectors.netsuite.suiteql.transaction_trees import invoice_tree
from sync.errors import NotPermittedError, RejectedError, RetryError
from sync.settings import SettingsError
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench
from tests.sync.netsuite.suiteql_bench import STREAMS, SuiteQLBench
from tests.sync.netsuite.trees import ACCOUNT

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTILE = (
    "O'Neil",
    "' OR 1=1 --",
    "'';",
    "100%_\\",
    "\\'",
    "\u2019\u2018\u02bc\uff07",
    ":after :values",
    "x" * 10_000,
    "'" * 5_000,
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[SuiteQLBench]:
    async with netsuite_bench(tmp_path, SuiteQLBench(tmp_path)) as made:
        assert isinstance(made, SuiteQLBench)
        yield made


def by_soap(bench: SuiteQLBench) -> NetSuiteSource:
    settings = bench.settings(bench.server.credentials).model_copy(update={"suiteql": ()})
    return NetSuiteSource(settings, bench.folder, clock=lambda: bench.now)


async def all_of(source: Source, stream: str, bench: NetSuiteBench, cursor: str = "") -> dict[str, Record]:
    return records_of([page async for page in source.pages(stream, cursor, now=bench.now)])


def operations(bench: SuiteQLBench) -> Counter[str]:
    return Counter(logged.operation for logged in bench.server.log)


def _fax_of(record: Record) -> str | None:
    return record.fax if isinstance(record, Customer) else None


class TestLiteral:
    @pytest.mark.parametrize("value", HOSTILE)
    def test_a_text_ends_at_its_own_quote_only(self, value: str) -> None:
        written = literal(value)
        assert written[1:-1].replace("''", "") == value.replace("'", "")
        assert written[1:-1].replace("''", "'") == value

    def test_an_instant_is_in_utc(self) -> None:
        assert "2026-11-22 12:00:00" in literal(NOON)

    def test_places_in_a_value_are_left_alone(self) -> None:
        assert filled("a = :a AND b = :b", {"a": ":b", "b": 1}) == "a = ':b' AND b = 1"

    @pytest.mark.parametrize("value", ["\0", "a\x1bb", ()])
    def test_what_no_query_can_hold_is_refused(self, value: Any) -> None:
        with pytest.raises(RejectedError):
            literal(value)

    @pytest.mark.parametrize("value", HOSTILE)
    async def test_it_finds_itself_and_nothing_else(self, value: str, bench: SuiteQLBench) -> None:
        customer = bench.ledger.customers[min(bench.ledger.customers)]
        bench.ledger.edit_customer(customer.id, name=value)
        settings = bench.settings(bench.server.credentials)
        assert settings.certificate is not None
        rest = SuiteQLClient(settings, settings.certificate, Slots(1), unix_time=bench.now.timestamp)
        query = "SELECT id FROM customer WHERE companyname = :name ORDER BY id"
        found = await rest.rows(filled(query, {"name": value}))
        await rest.close()
        assert [row["id"] for row in found.rows] == [str(customer.id)]


class TestRecords:
    async def test_voided_invoices_are_voided(self, bench: SuiteQLBench) -> None:
        number = next(one.id for one in bench.ledger.invoices.values() if one.status == "open")
        bench.ledger.void_invoice(number)
        bench.pass_time(timedelta(hours=1))
        record = (await all_of(bench.source, "invoices", bench))[str(number)]
        assert isinstance(record, Invoice)
        assert record.status == "voided"

    @pytest.mark.parametrize(
        ("letter", "status"), [("D", "pending"), ("E", "pending"), ("CustInvc:D", "pending"), ("A", "open")]
    )
    def test_pending_invoices_are_pending_in_any_language(self, letter: str, status: str) -> None:
        row = {"id": "5", "tranid": "R1", "entity": "7", "foreigntotal": "100.00", "foreignamountunpaid": "100.00"}
        said = {"currency": "1", "status": letter, "status_name": "Rechnung : Wartet", "voided": "F"}
        assert invoice(invoice_tree(row | said, Context(account=ACCOUNT)), ACCOUNT).status == status

    async def test_no_search_is_sent_for_them(self, bench: SuiteQLBench) -> None:
        for stream in STREAMS:
            await all_of(bench.source, stream, bench)
        assert operations(bench)["suiteql"] > 3
        assert operations(bench)["search"] == 0

    async def test_lines_are_left_out_when_they_are_not_wanted(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, SuiteQLBench(tmp_path, customers=2, invoice_lines=False)) as bench:
            found = await all_of(bench.source, "invoices", bench)
        records = [record for record in found.values() if isinstance(record, Invoice)]
        assert [record.lines for record in records] == [()] * len(found)
        assert all(record.subsidiary for record in records)

    async def test_customers_show_with_what_their_card_is_made_of(self, bench: SuiteQLBench) -> None:
        customer_id = next(one.customer_id for one in bench.ledger.invoices.values() if one.open_minor)
        found = await bench.source.fetch("customer", str(customer_id), since=None)
        pulled = await all_of(bench.source, "invoices", bench)
        invoices = [one for one in found if isinstance(one, Invoice)]
        assert invoices
        assert all(replace(one, seen_at=bench.now) == pulled[one.source_id] for one in invoices)


class TestSwitching:
    async def test_in_the_middle_of_a_window_reads_it_from_its_start(self, bench: SuiteQLBench) -> None:
        soap = by_soap(bench)
        for first, second in ((bench.source, soap), (soap, bench.source)):
            pages = [page async for page in first.pages("invoices", "", now=bench.now)]
            for count in range(1, len(pages)):
                rest = await all_of(second, "invoices", bench, pages[count - 1].cursor)
                assert set(records_of(pages[:count])) | set(rest) == bench.ids("invoices")
        await soap.close()

    async def test_keeps_what_is_covered(self, bench: SuiteQLBench) -> None:
        soap = by_soap(bench)
        cursor = [page async for page in soap.pages("invoices", "", now=bench.now)][-1].cursor
        await soap.close()
        bench.pass_time(bench.overlap + timedelta(hours=1))
        edited = min(bench.ids("invoices"))
        bench.edit(edited)
        bench.pass_time(timedelta(hours=1))
        assert set(await all_of(bench.source, "invoices", bench, cursor)) == {edited}


class TestMeanwhile:
    async def test_rows_that_come_and_go_cost_no_record_and_no_second_reading(self, bench: SuiteQLBench) -> None:
        original = bench.ids("invoices")
        gone, found = max(original, key=int), set[str]()
        async for page in bench.source.pages("invoices", "", now=bench.now):
            if not found:
                bench.delete(gone)
                bench.add()
            found |= {one.source_id for one in page.records}
        assert found >= original - {gone}
        assert max(_asked(bench).values()) == 1


def _asked(bench: SuiteQLBench) -> Counter[bytes]:
    """How often each page of invoices was asked for."""
    return Counter(one.body for one in bench.server.log if b"type IN ('CustInvc')" in one.body)


class TestTrouble:
    @pytest.mark.sampled(keep=3)
    @pytest.mark.parametrize("trouble", ["truncate", "drop", "wrong_charset", "blocked", "expired_session", "http 503"])
    async def test_that_passes_costs_no_record(self, trouble: str, bench: SuiteQLBench) -> None:
        name, _, status = trouble.partition(" ")
        getattr(bench.server.faults, name)(*((int(status),) if status else ()), operation="suiteql", skip=1)
        assert set(await all_of(bench.source, "invoices", bench)) == bench.ids("invoices")

    async def test_that_lasts_ends_the_read(self, bench: SuiteQLBench) -> None:
        bench.server.faults.truncate(operation="suiteql", times=99)
        with pytest.raises(RetryError):
            await read(bench)

    async def test_a_huge_answer_is_refused_before_it_is_held(self, bench: SuiteQLBench) -> None:
        bench.server.faults.huge(17, operation="suiteql", skip=1, times=9)
        with pytest.raises(RejectedError, match="the answer is larger than 16777216 bytes; lower"):
            await read(bench)

    async def test_a_missing_permission_says_so(self, bench: SuiteQLBench) -> None:
        bench.server.permissions.limit("customer", Level.NONE)
        with pytest.raises(NotPermittedError, match="customer"):
            await read(bench, stream="customers")
        (finding,) = [one for one in await bench.source.check() if one.check == "customers by SuiteQL"]
        assert not finding.ok
        assert "Lists > Customers" in finding.remedy

    async def test_a_column_that_the_account_lacks_costs_nothing_else(self, bench: SuiteQLBench) -> None:
        whole = await all_of(bench.source, "customers", bench)
        bench.server.rest.queries.hidden |= {("customer", "fax"), ("customer", "custentity_collector")}
        source = bench._source(bench.server.credentials)
        found = await all_of(source, "customers", bench)
        (finding,) = [one for one in await source.check() if one.check == "customers by SuiteQL"]
        await source.close()
        assert found.keys() == whole.keys()
        one = next(record for record in whole.values() if isinstance(record, Customer) and record.fax)
        less = found[one.source_id]
        assert isinstance(less, Customer)
        assert (less.fax, less.address) == (None, one.address)
        assert "custentity_collector" not in less.custom_fields_json
        assert finding.ok
        assert finding.detail.endswith("which lacks custentity_collector, fax")

    async def test_a_column_that_the_account_has_again_is_read_with_the_next_run(self, bench: SuiteQLBench) -> None:
        whole = await all_of(bench.source, "customers", bench)
        bench.server.rest.queries.hidden.add(("customer", "fax"))
        bench.pass_time(timedelta(days=1))
        assert not [one for one in (await all_of(bench.source, "customers", bench)).values() if _fax_of(one)]
        bench.server.rest.queries.hidden.clear()
        bench.pass_time(timedelta(days=1))
        found = await all_of(bench.source, "customers", bench)
        assert {key: _fax_of(one) for key, one in found.items()} == {key: _fax_of(one) for key, one in whole.items()}

    async def test_primary_contacts_that_cannot_be_told_are_left_alone(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, SuiteQLBench(tmp_path, customers=6, suiteql=("contacts",))) as bench:
            bench.server.rest.queries.hidden.add(("contact", "contactrole"))
            found = await all_of(bench.source, "contacts", bench)
            assert set(found) == bench.ids("contacts")
        assert {one.is_primary for one in found.values() if isinstance(one, Contact)} == {None}

    async def test_a_column_that_is_needed_is_missed(self, bench: SuiteQLBench) -> None:
        bench.server.rest.queries.hidden.add(("transaction", "voided"))
        with pytest.raises(RejectedError, match="Unknown identifier 'voided'"):
            await read(bench)

    async def test_installments_that_cannot_be_told_are_left_alone(self, bench: SuiteQLBench) -> None:
        bench.server.rest.queries.hidden.add(("invoiceinstallment", ""))
        found = await all_of(bench.source, "invoices", bench)
        assert {one.installments for one in found.values() if isinstance(one, Invoice)} == {None}

    async def test_more_rows_than_a_query_counts_are_read_in_halves(
        self, bench: SuiteQLBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sync.connectors.netsuite.suiteql.reading.MOST_ROWS", 30)
        assert set(await all_of(bench.source, "invoices", bench)) == bench.ids("invoices")

    async def test_a_window_that_holds_too_much_is_halved(self, tmp_path: Path) -> None:
        many = {"window_records": 100, "page_size": 20}
        async with netsuite_bench(tmp_path, SuiteQLBench(tmp_path, customers=60, **many)) as bench:
            assert len(bench.ids("invoices")) > 100
            assert set(await all_of(bench.source, "invoices", bench)) == bench.ids("invoices")


class TestQuery:
    def test_conditions_are_those_of_the_search(self) -> None:
        window = within("lastModifiedDate", NOON, NOON)
        search = Search(searched="Transaction", criteria=(window,), page_size=5)
        query = text_of(select_for(INVOICES, search, (), frozenset()), {"after": 7})
        assert query.endswith("AND id > 7 ORDER BY id")
        assert query.count("2026-11-22 12:00:00") == 2

    def test_a_condition_without_a_column_is_refused(self) -> None:
        search = Search(searched="Customer", criteria=(Criterion(field="phone", values=("1",)),), page_size=5)
        with pytest.raises(RejectedError, match="phone"):
            select_for(CUSTOMERS, search, (), frozenset())

    @pytest.mark.parametrize(
        ("operator", "values", "said"),
        [("greaterThan", (4,), "id > 4 AND id > 7"), ("between", (4, 9), "id >= 4 AND id <= 9 AND id > 7")],
    )
    def test_a_slice_of_ids_is_one(self, operator: str, values: tuple[int, ...], said: str) -> None:
        criterion = Criterion(field="internalIdNumber", operator=operator, values=values)
        search = Search(searched="Transaction", criteria=(criterion,), page_size=5)
        assert said in text_of(select_for(INVOICES, search, (), frozenset()), {"after": 7})

    def test_what_a_literal_says_is_no_place(self) -> None:
        search = Search(searched="Customer", criteria=(Criterion(field="internalId", values=(":after",)),), page_size=5)
        query = text_of(select_for(CUSTOMERS, search, (), frozenset()), {"after": 7})
        assert "id IN (':after') AND id > 7" in query

    def test_a_column_is_left_out_with_all_that_is_made_of_it(self) -> None:
        select = select_for(CUSTOMERS, Search(searched="Customer", criteria=(), page_size=5), (), frozenset())
        less = without(select, "terms")
        assert less is not None
        assert {one for one in select.columns if "terms" in one} == set(select.columns) - set(less.columns)
        assert without(select, "companyname") is None


class TestSettings:
    def test_need_the_certificate(self, tmp_path: Path) -> None:
        bench = NetSuiteBench(tmp_path, suiteql=["customers"])
        with pytest.raises(SettingsError, match=r"\[netsuite\] suiteql: needs NETSUITE_CLIENT_ID"):
            bench.settings(bench.server.credentials)

    def test_a_wrong_key_is_told_without_it(self, tmp_path: Path) -> None:
        bench = NetSuiteBench(tmp_path)
        bench.env = {"NETSUITE_PRIVATE_KEY": "very-secret-text"}
        with pytest.raises(SettingsError, match="NETSUITE_PRIVATE_KEY: is no private key") as caught:
            bench.settings(bench.server.credentials)
        assert "very-secret-text" not in str(caught.value)
