"""Every stream over the wire: what it brings is what the ledger says, and later reads find what happened since."""

from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from sandbox.ledger import Kind
from sandbox.ledger.balances import balance, deposit_balance
from sandbox.ledger.company import AccountType
from sandbox.ledger.company_hands import open_account, set_rate
from sandbox.ledger.hands import (
    apply,
    cancel_deposit,
    issue_credit_memo,
    reverse_payment,
    stamp,
    take_deposit,
    take_payment,
    void_credit_memo,
)
from sandbox.netsuite import NetSuiteStandIn
from store.balances import Balance
from store.contacts import Contact
from store.credit_memos import CreditMemo
from store.exchange_rates import ExchangeRate
from store.gl_accounts import GLAccount
from store.payments import Payment, PaymentKind
from store.sales_orders import SalesOrder
from store.subsidiaries import Subsidiary
from sync.connector import Page
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import KINDS, START, NetSuiteBench, netsuite_bench

_T = TypeVar("_T")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path) as made:
        yield made


def of_type(pages: Iterable[Page], kind: type[_T]) -> dict[int, _T]:
    return {int(one.source_id): one for page in pages for one in page.records if isinstance(one, kind)}


def gone(pages: Iterable[Page]) -> list[tuple[str, str]]:
    return sorted((one.kind, one.source_id) for page in pages for one in page.gone)


def is_open(record: Any) -> bool:
    status = getattr(record, "status", None)
    return record.unapplied_minor > 0 if status is None else status not in {"billed", "closed", "cancelled"}


class TestSettlements:
    async def test_agree_with_the_ledger_to_the_cent_and_the_day(self, bench: NetSuiteBench) -> None:
        found = of_type(await read(bench, stream="payments"), Payment)
        deposits = bench.ledger.records(Kind.CUSTOMER_DEPOSIT)
        assert {one.kind for one in found.values()} == set(PaymentKind)
        for number, expected in {**bench.ledger.payments, **deposits}.items():
            payment = found[number]
            assert (payment.total.minor, payment.total.currency) == (expected.amount_minor, expected.currency)
            assert payment.unapplied.minor == expected.unapplied_minor
            assert payment.customer_id == f"netsuite:customer:{expected.customer_id}"
        for number, one in bench.ledger.payments.items():
            assert found[number].payment_date == one.payment_date
            told = [(each.applied_to, each.amount.minor) for each in found[number].applications]
            assert told == [(f"netsuite:invoice:{each.invoice_id}", each.amount_minor) for each in one.applications]

    async def test_credit_memos_and_orders_agree_as_well(self, bench: NetSuiteBench) -> None:
        memos = of_type(await read(bench, stream="credit_memos"), CreditMemo)
        for number, expected in bench.ledger.records(Kind.CREDIT_MEMO).items():
            memo = memos[number]
            assert (memo.total.minor, memo.unapplied.minor) == (expected.total_minor, expected.unapplied_minor)
            assert (memo.number, memo.credit_date) == (expected.number, expected.memo_date)
        orders = of_type(await read(bench, stream="sales_orders"), SalesOrder)
        for number, order in bench.ledger.records(Kind.SALES_ORDER).items():
            assert (orders[number].total.minor, orders[number].number) == (order.total_minor, order.number)

    @pytest.mark.parametrize("stream", ["payments", "credit_memos", "sales_orders"])
    async def test_bring_what_is_open_first(self, stream: str, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, page_size=5) as bench:
            pages = await read(bench, stream=stream)
            held = [one for kind in KINDS[stream] for one in bench.ledger.records(kind).values()]
        in_time = next(number for number, page in enumerate(pages) if page.covered_until is not None)
        first = set(records_of(pages[: in_time + 1]))
        assert first == {str(one.id) for one in held if is_open(one)}
        assert first < {str(one.id) for one in held}

    async def test_what_was_taken_back_is_known_as_such(self, bench: NetSuiteBench) -> None:
        cursors = {name: (await read(bench, stream=name))[-1].cursor for name in ("payments", "credit_memos")}
        bench.pass_time(timedelta(hours=1))
        taken_back = reverse_payment(bench.ledger, min(bench.ledger.payments))
        cancelled = cancel_deposit(bench.ledger, take_deposit(bench.ledger, taken_back.customer_id, 10_00).id)
        voided = void_credit_memo(bench.ledger, issue_credit_memo(bench.ledger, taken_back.customer_id, 5_00).id)
        bench.pass_time(timedelta(hours=1))
        payments = of_type(await read(bench, cursors["payments"], "payments"), Payment)
        memos = of_type(await read(bench, cursors["credit_memos"], "credit_memos"), CreditMemo)
        assert {key: one.is_voided for key, one in payments.items()} == {taken_back.id: True, cancelled.id: True}
        assert {key: one.is_voided for key, one in memos.items()} == {voided.id: True}
        assert {one.unapplied.minor for one in payments.values()} == {0}
        assert {one.unapplied.minor for one in memos.values()} == {0}

    async def test_an_application_changes_both_sides(self, bench: NetSuiteBench) -> None:
        cursors = {name: (await read(bench, stream=name))[-1].cursor for name in ("payments", "invoices")}
        bench.pass_time(timedelta(hours=1))
        invoice = next(one for one in bench.ledger.invoices.values() if one.open_minor > 100)
        payment = take_payment(bench.ledger, invoice.customer_id, invoice.open_minor)
        apply(bench.ledger, payment, invoice.id, 100)
        bench.pass_time(timedelta(hours=1))
        (found,) = of_type(await read(bench, cursors["payments"], "payments"), Payment).values()
        assert (found.unapplied.minor, found.applications[0].amount.minor) == (invoice.open_minor - 100, 100)
        assert set(records_of(await read(bench, cursors["invoices"], "invoices"))) == {str(invoice.id)}

    async def test_many_of_one_second_come_whole(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, customers=40, window_records=100) as bench:
            stamp(bench.ledger, Kind.PAYMENT, list(bench.ledger.payments), START - timedelta(days=9))
            assert set(records_of(await read(bench, stream="payments"))) == bench.ids("payments")

    @pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Auckland"])
    async def test_no_date_is_off_by_one_in_any_zone(self, zone: str, tmp_path: Path) -> None:
        bench = NetSuiteBench(tmp_path, customers=8)
        bench.server = NetSuiteStandIn(bench.ledger, now=lambda: bench.now, user_zone=ZoneInfo(zone))
        bench.env = {"NETSUITE_TIMEZONE": zone}
        async with netsuite_bench(bench.folder, made=bench):
            payments = of_type(await read(bench, stream="payments"), Payment)
            rates = of_type(await read(bench, stream="exchange_rates"), ExchangeRate)
        for number, payment in bench.ledger.payments.items():
            assert payments[number].payment_date == payment.payment_date
        for number, rate in bench.ledger.records(Kind.EXCHANGE_RATE).items():
            assert rates[number].effective_date == rate.effective_date


class TestMasters:
    async def test_agree_with_the_ledger(self, bench: NetSuiteBench) -> None:
        subsidiaries = of_type(await read(bench, stream="subsidiaries"), Subsidiary)
        for number, unit in bench.ledger.records(Kind.SUBSIDIARY).items():
            found = subsidiaries[number]
            assert (found.currency, found.is_elimination) == (unit.currency, unit.is_elimination)
            assert found.parent_id == (f"netsuite:subsidiary:{unit.parent_id}" if unit.parent_id else None)
        accounts = of_type(await read(bench, stream="accounts"), GLAccount)
        for number, account in bench.ledger.records(Kind.ACCOUNT).items():
            assert (accounts[number].name, accounts[number].number) == (account.name, account.number)
        contacts = of_type(await read(bench, stream="contacts"), Contact)
        for number, person in bench.ledger.contacts.items():
            told = contacts[number]
            assert (told.name, told.email) == (f"{person.first_name} {person.last_name}", person.email or None)
            assert told.is_primary is person.is_primary

    async def test_balances_are_the_accounts_own(self, bench: NetSuiteBench) -> None:
        ahead = take_deposit(bench.ledger, min(bench.ledger.customers), 77_00).customer_id
        found = of_type(await read(bench, stream="balances"), Balance)
        for number, customer in bench.ledger.customers.items():
            assert found[number].balance.minor == balance(bench.ledger, number)
            assert found[number].balance.currency == customer.currency
        deposits = found[ahead].deposits
        assert deposits is not None
        assert deposits.minor == deposit_balance(bench.ledger, ahead)

    async def test_are_read_whole_each_time(self, bench: NetSuiteBench) -> None:
        first = await read(bench, stream="accounts")
        bench.pass_time(timedelta(days=1))
        added = open_account(bench.ledger, "9999", "Suspense", AccountType.EXPENSE)
        lost = max(set(bench.ledger.records(Kind.ACCOUNT)) - {added.id})
        bench.ledger.delete(Kind.ACCOUNT, lost)
        pages = await read(bench, first[-1].cursor, "accounts")
        assert set(records_of(pages)) == bench.ids("accounts")
        listed = [page.listing for page in pages if page.listing is not None]
        assert len(listed) == len(pages) > 1
        assert [one.is_first for one in listed] == [True] + [False] * (len(pages) - 1)
        assert [one.is_last for one in listed] == [False] * (len(pages) - 1) + [True]
        assert {source_id for one in listed for source_id in one.source_ids} == bench.ids("accounts")

    async def test_a_list_that_changes_while_it_is_read_begins_again(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, page_size=5) as bench:
            pages: list[Page] = []
            async for page in bench.source.pages("accounts", "", now=bench.now):
                pages.append(page)
                if len(pages) == 1:
                    bench.ledger.delete(Kind.ACCOUNT, max(bench.ledger.records(Kind.ACCOUNT)))
            begun = [number for number, page in enumerate(pages) if page.listing and page.listing.is_first]
            assert len(begun) == 2
            assert set(records_of(pages[begun[-1] :])) == bench.ids("accounts")

    async def test_a_list_that_never_holds_still_is_read_by_ids(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, page_size=5) as bench:
            before, pages = bench.ids("accounts"), []
            async for page in bench.source.pages("accounts", "", now=bench.now):
                pages.append(page)
                open_account(bench.ledger, "9999", "Suspense", AccountType.EXPENSE)
            *_, begun = (number for number, page in enumerate(pages) if page.listing and page.listing.is_first)
            listed = {each for page in pages[begun:] if page.listing for each in page.listing.source_ids}
            assert [page.listing is not None and page.listing.is_last for page in pages].count(True) == 1
            assert before <= listed <= bench.ids("accounts")


class TestRates:
    async def test_new_ones_are_found_by_their_id_and_edits_by_the_sweep(self, bench: NetSuiteBench) -> None:
        edited = set_rate(bench.ledger, "USD", "EUR", Decimal("1.1"), on=date(2019, 1, 1)).id
        cursor = (await read(bench, stream="exchange_rates"))[-1].cursor
        bench.pass_time(timedelta(days=1))
        late = set_rate(bench.ledger, "USD", "EUR", Decimal("1.5"), on=date(2020, 1, 1))
        bench.ledger.edit(Kind.EXCHANGE_RATE, edited, rate=Decimal("9.9"))
        pages = await read(bench, cursor, "exchange_rates")
        assert of_type(pages, ExchangeRate)[late.id].rate == "1.5"
        assert edited not in of_type(pages, ExchangeRate)
        bench.pass_time(timedelta(days=8))
        swept = await read(bench, pages[-1].cursor, "exchange_rates")
        assert of_type(swept, ExchangeRate)[edited].rate == "9.9"
        assert set(records_of(swept)) == bench.ids("exchange_rates")

    async def test_one_that_holds_from_next_month_is_known_today(self, bench: NetSuiteBench) -> None:
        ahead = set_rate(bench.ledger, "USD", "EUR", Decimal("1.2"), on=START.date() + timedelta(days=30))
        assert ahead.id in of_type(await read(bench, stream="exchange_rates"), ExchangeRate)


class TestDeletions:
    async def test_are_told_with_their_kind_and_instant(self, bench: NetSuiteBench) -> None:
        cursor = (await read(bench, stream="deletions"))[-1].cursor
        bench.pass_time(timedelta(hours=2))
        at = bench.now
        kinds = (Kind.INVOICE, Kind.PAYMENT, Kind.CUSTOMER_DEPOSIT, Kind.CONTACT, Kind.CUSTOMER)
        drawn = str(max(bench.ledger.records(Kind.DEPOSIT_APPLICATION)))
        lost = {kind: str(bench.ledger.delete(kind, max(bench.ledger.records(kind))).id) for kind in kinds}
        bench.pass_time(timedelta(hours=1))
        pages = await read(bench, cursor, "deletions")
        assert gone(pages) == sorted(
            [
                ("invoice", lost[Kind.INVOICE]),
                ("payment", lost[Kind.PAYMENT]),
                ("payment", lost[Kind.CUSTOMER_DEPOSIT]),
                ("deposit_application", drawn),
                ("contact", lost[Kind.CONTACT]),
                ("customer", lost[Kind.CUSTOMER]),
            ]
        )
        assert {one.at for page in pages for one in page.gone} == {at}

    async def test_come_in_pages_and_are_told_again_in_the_overlap(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, customers=8) as bench:
            customer = min(bench.ledger.customers)
            lost = [take_payment(bench.ledger, customer, 1_00).id for _ in range(1_100)]
            for number in lost:
                bench.ledger.delete(Kind.PAYMENT, number)
            bench.pass_time(timedelta(minutes=5))
            pages = await read(bench, stream="deletions")
            assert len(pages) == 2
            assert {source_id for _, source_id in gone(pages)} == {str(number) for number in lost}
            bench.pass_time(timedelta(minutes=10))
            assert len(gone(await read(bench, pages[-1].cursor, "deletions"))) == len(lost)
