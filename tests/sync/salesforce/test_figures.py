from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.salesforce import hands
from sandbox.salesforce.field import Field, FieldType
from sandbox.salesforce.schema.account import ERP_KEY
from store.account_figures import failed_figures, figures_trouble
from store.applications import Application
from store.db import Store
from store.exchange_rates import ExchangeRate
from store.invoices import InvoiceStatus
from store.money import Money
from store.payments import Payment, PaymentKind
from store.records import RecordId, record_id
from sync.connectors.salesforce.exact_json import json_text
from sync.figures import send_figures
from sync.job import PullOrder
from sync.pull import pull_source
from tests.store.make import AT, make_customer, make_invoice, save, usd
from tests.sync.salesforce.bench import SalesforceBench, salesforce_bench

FIELDS = {
    "outstanding": "AR_Outstanding__c",
    "past_due": "AR_Past_Due__c",
    "open_invoices": "AR_Open_Invoices__c",
    "past_due_invoices": "AR_Past_Due_Invoices__c",
    "average_payment_delay": "AR_Payment_Delay__c",
}
LATE, SOON = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
async def bench() -> AsyncIterator[SalesforceBench]:
    """Two of its accounts are customers of the store's."""
    async with salesforce_bench(customers=6, figures=FIELDS, page_size=200) as bench:
        for name in FIELDS.values():
            kind = FieldType.CURRENCY if name in {"AR_Outstanding__c", "AR_Past_Due__c"} else FieldType.DOUBLE
            field = Field(name=name, label=name, type=kind, precision=18, scale=2, is_custom=True)
            hands.define_field(bench.org, "Account", field)
        yield bench


def accounts(bench: SalesforceBench) -> list[dict[str, Any]]:
    """Those that name a customer nobody else names, by their ids."""
    rows = [dict(row) for row in bench.org.living("Account") if row.get(ERP_KEY)]
    keys = [row[ERP_KEY] for row in rows]
    return sorted((row for row in rows if keys.count(row[ERP_KEY]) == 1), key=lambda row: str(row["Id"]))


def customer_of(row: dict[str, Any]) -> RecordId:
    return record_id("netsuite", "customer", row[ERP_KEY])


def shown(bench: SalesforceBench, account: str) -> tuple[Decimal | None, ...]:
    [row] = [row for row in bench.org.living("Account") if row["Id"] == account]
    return tuple(None if row.get(name) is None else Decimal(str(row[name])) for name in FIELDS.values())


def figures(*told: str) -> tuple[Decimal | None, ...]:
    """Those of a customer of whom no invoice was paid."""
    return (*map(Decimal, told), None)


async def fill(bench: SalesforceBench, store: Store) -> tuple[str, str]:
    """The ids of two accounts that are matched."""
    first, second = accounts(bench)[:2]
    await save(store, make_customer(first[ERP_KEY]), make_customer(second[ERP_KEY]))
    order = PullOrder(run_id=f"run-{bench.now}", streams=("accounts",))
    await pull_source(bench.source, store, order, clock=lambda: bench.now)
    invoices = [
        make_invoice("1", customer_id=customer_of(first), due_date=LATE, open_balance=usd(12_345)),
        make_invoice("2", customer_id=customer_of(first), due_date=SOON, open_balance=usd(1)),
    ]
    await save(store, *invoices)
    return first["Id"], second["Id"]


async def send(bench: SalesforceBench, store: Store) -> None:
    await send_figures((bench.source,), store, clock=lambda: bench.now, zone=ZoneInfo("UTC"))


async def send_with(bench: SalesforceBench, store: Store, figures: dict[str, str]) -> None:
    """The same by other settings, as of a program that was started anew."""
    before, bench.rules = bench.rules, bench.rules | {"figures": figures}
    source = bench.sources(bench.server.credentials)
    bench.rules = before
    await send_figures((source,), store, clock=lambda: bench.now, zone=ZoneInfo("UTC"))
    await source.close()


def writes(bench: SalesforceBench) -> int:
    return sum(one.operation == "collections" for one in bench.server.log)


class TestFigures:
    async def test_arrive_and_only_changes_are_sent(self, bench: SalesforceBench, store: Store) -> None:
        first, second = await fill(bench, store)
        await send(bench, store)
        assert shown(bench, first) == figures("123.46", "123.45", "2", "1")
        assert shown(bench, second) == figures("0", "0", "0", "0")
        before = writes(bench)
        await send(bench, store)
        assert writes(bench) == before
        await save(store, make_invoice("1", open_balance=usd(0), status=InvoiceStatus.PAID))
        await send(bench, store)
        assert writes(bench) == before + 1

    async def test_delay_is_the_mean_of_last_payments_of_twelve_months(
        self, bench: SalesforceBench, store: Store
    ) -> None:
        first, _ = await fill(bench, store)
        customer = customer_of(accounts(bench)[0])
        due = date(2026, 6, 1)
        for number, late in enumerate((10, 21)):
            await save(store, *paid_invoice(f"9{number}", customer, due, due + timedelta(days=late)))
        await save(store, *paid_invoice("99", customer, date(2024, 1, 1), date(2024, 12, 1)))
        await send(bench, store)
        assert shown(bench, first)[-1] == Decimal("15.5")

    async def test_several_currencies_are_told_in_the_base_currency(self, bench: SalesforceBench, store: Store) -> None:
        first, _ = await fill(bench, store)
        customer = customer_of(accounts(bench)[0])
        euros = Money(currency="EUR", minor=10_000)
        await save(store, make_invoice("3", customer_id=customer, due_date=SOON, total=euros, open_balance=euros))
        await send(bench, store)
        assert shown(bench, first) == (None,) * 5
        async with store.read() as conn:
            count, [failed] = await failed_figures(conn, "salesforce", limit=5)
        assert (count, failed.source_id) == (1, first)
        assert "several currencies" in failed.failure
        await save(store, a_rate("EUR", "1.1"))
        await send(bench, store)
        assert shown(bench, first)[0] == Decimal("233.46")
        async with store.read() as conn:
            assert (await failed_figures(conn, "salesforce", limit=5))[0] == 0

    async def test_one_account_that_refuses_keeps_no_other_waiting(self, bench: SalesforceBench, store: Store) -> None:
        first, second = await fill(bench, store)
        bench.server.faults.lock_rows([second], times=99)
        await send(bench, store)
        assert shown(bench, first)[0] == Decimal("123.46")
        assert shown(bench, second)[0] is None
        async with store.read() as conn:
            count, [failed] = await failed_figures(conn, "salesforce", limit=5)
        assert (count, failed.source_id) == (1, second)
        assert failed.failure.startswith("UNABLE_TO_LOCK_ROW")
        bench.server.faults.clear()
        await send(bench, store)
        assert shown(bench, second)[0] == Decimal(0)

    async def test_a_locked_account_is_tried_again_at_once(self, bench: SalesforceBench, store: Store) -> None:
        _, second = await fill(bench, store)
        bench.server.faults.lock_rows([second], times=2)
        await send(bench, store)
        assert shown(bench, second)[0] == Decimal(0)

    async def test_an_account_that_is_the_customers_no_more_is_emptied(
        self, bench: SalesforceBench, store: Store
    ) -> None:
        first, second = await fill(bench, store)
        await send(bench, store)
        bench.org.edit("Account", first, **{ERP_KEY: None})
        bench.pass_time(timedelta(hours=1))
        order = PullOrder(run_id="later", streams=("accounts",))
        await pull_source(bench.source, store, order, clock=lambda: bench.now)
        await send(bench, store)
        assert shown(bench, first) == (None,) * 5
        assert shown(bench, second)[0] == Decimal(0)

    async def test_a_field_that_the_settings_name_no_more_is_emptied(
        self, bench: SalesforceBench, store: Store
    ) -> None:
        first, _ = await fill(bench, store)
        await send(bench, store)
        before = writes(bench)
        await send_with(bench, store, {"outstanding": "AR_Outstanding__c"})
        assert shown(bench, first) == (Decimal("123.46"), None, None, None, None)
        await send_with(bench, store, {})
        assert shown(bench, first) == (None,) * 5
        after = writes(bench)
        await send_with(bench, store, {})
        assert before < after == writes(bench)

    async def test_one_that_was_deleted_over_there_keeps_no_other_waiting_and_is_told_of(
        self, bench: SalesforceBench, store: Store
    ) -> None:
        first, second = await fill(bench, store)
        await send(bench, store)
        hands.drop_field(bench.org, "Account", "AR_Past_Due__c")
        bench.org.edit("Account", second, **{ERP_KEY: None})
        await save(store, make_invoice("1", customer_id=customer_of(accounts(bench)[0]), open_balance=usd(100)))
        bench.pass_time(timedelta(hours=1))
        order = PullOrder(run_id="later", streams=("accounts",))
        await pull_source(bench.source, store, order, clock=lambda: bench.now)
        await send(bench, store)
        assert shown(bench, first)[:2] == (Decimal("1.01"), None)
        assert shown(bench, second) == (None,) * 5
        async with store.read() as conn:
            assert "AR_Past_Due__c" in await figures_trouble(conn, "salesforce")
        await send_with(bench, store, {name: field for name, field in FIELDS.items() if name != "past_due"})
        async with store.read() as conn:
            assert await figures_trouble(conn, "salesforce") == ""

    async def test_an_account_that_is_gone_is_no_trouble(self, bench: SalesforceBench, store: Store) -> None:
        first, second = await fill(bench, store)
        hands.delete(bench.org, "Account", second)
        await send(bench, store)
        assert shown(bench, first)[0] == Decimal("123.46")
        async with store.read() as conn:
            assert (await failed_figures(conn, "salesforce", limit=5))[0] == 0

    async def test_a_salesforce_that_is_down_is_asked_the_next_time(self, bench: SalesforceBench, store: Store) -> None:
        first, _ = await fill(bench, store)
        bench.server.faults.html(503, operation="collections", times=99)
        await send(bench, store)
        assert shown(bench, first) == (None,) * 5
        async with store.read() as conn:
            assert "HTTP 503" in await figures_trouble(conn, "salesforce")
        bench.server.faults.clear()
        await send(bench, store)
        assert shown(bench, first)[0] == Decimal("123.46")


class TestJson:
    def test_holds_amounts_to_the_last_digit(self) -> None:
        amount = usd(9_007_199_254_740_993).decimal
        assert json_text({"a": [amount, None, True, '«x"']}) == '{"a":[90071992547409.93,null,true,"«x\\""]}'


def paid_invoice(number: str, customer: RecordId, due: date, paid: date) -> tuple[Any, ...]:
    invoice = make_invoice(number, customer_id=customer, due_date=due, open_balance=usd(0), status=InvoiceStatus.PAID)
    applied = (Application(line_number=1, applied_to=invoice.id, amount=usd(10_000)),)
    payment = Payment(
        id=record_id("netsuite", "payment", number),
        origin="netsuite",
        source_id=number,
        number=f"PMT-{number}",
        kind=PaymentKind.PAYMENT,
        total=usd(10_000),
        unapplied=usd(0),
        customer_id=customer,
        payment_date=paid,
        applications=applied,
        seen_at=AT,
        source_changed_at=AT,
    )
    earlier = replace(
        payment, id=record_id("netsuite", "payment", f"{number}0"), source_id=f"{number}0", payment_date=due
    )
    return invoice, earlier, payment


def a_rate(currency: str, rate: str) -> ExchangeRate:
    return ExchangeRate(
        id=record_id("netsuite", "exchange_rate", currency),
        origin="netsuite",
        source_id=currency,
        base_currency="USD",
        currency=currency,
        rate=rate,
        effective_date=date(2026, 1, 1),
        seen_at=AT,
        source_changed_at=AT,
    )
