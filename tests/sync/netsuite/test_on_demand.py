from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.ledger import Kind, Ledger
from sandbox.netsuite import SoapFaultError
from store.contacts import Contact
from store.customers import Customer
from store.db import Store
from store.invoices import Invoice
from store.payments import Payment, payments
from store.pulled import kind_of
from sync.connectors.netsuite import NetSuiteSource
from sync.errors import NotPermittedError, RejectedError
from sync.pull import PullOrder, pull_source, refresh_record
from tests.sync.netsuite.bench import START, NetSuiteBench, netsuite_bench
from tests.sync.netsuite.conftest import MakeSettings
from tests.sync.netsuite.wire import (
    Reply,
    Wire,
    account_facts,
    account_limit,
    fault,
    integration_limit,
    page,
    refusal,
    server_time,
)

_LIMITS = (account_limit(5), integration_limit())
_CARD_KINDS = {
    Kind.PAYMENT: "payment",
    Kind.CUSTOMER_DEPOSIT: "payment",
    Kind.CREDIT_MEMO: "credit_memo",
}
NOON = "2026-11-22T01:00:00.000-08:00"


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path) as made:
        yield made


def on_card(ledger: Ledger, customer_id: int) -> Iterator[tuple[str, str]]:
    """What the customer has open, and its contacts, by kind and id."""
    yield from (("invoice", str(one.id)) for one in ledger.invoices_of(customer_id) if one.open_minor > 0)
    yield from (("contact", str(one.id)) for one in ledger.contacts_of(customer_id))
    for kind, name in _CARD_KINDS.items():
        yield from ((name, str(one.id)) for one in ledger.records_of(kind, customer_id) if one.unapplied_minor > 0)


class TestFetch:
    async def test_a_customer_comes_with_what_is_open_and_its_contacts(self, bench: NetSuiteBench) -> None:
        unapplied = {
            kind: next(one.customer_id for one in bench.ledger.records(kind).values() if one.unapplied_minor)
            for kind in (Kind.CREDIT_MEMO, Kind.CUSTOMER_DEPOSIT)
        }
        for customer_id in {bench.ledger.customer_named("Sun Microsystems, Inc.").id, *unapplied.values()}:
            first, *others = await bench.source.fetch("customer", str(customer_id), since=None)
            assert isinstance(first, Customer)
            assert {(kind_of(one), one.source_id) for one in others} == set(on_card(bench.ledger, customer_id))
            assert len([one for one in others if isinstance(one, Contact) and one.is_primary]) == 1

    async def test_a_payment_brings_what_it_was_applied_to(self, bench: NetSuiteBench) -> None:
        expected = min(bench.ledger.payments.values(), key=lambda one: one.id)
        (found,) = await bench.source.fetch("payment", str(expected.id), since=None)
        assert isinstance(found, Payment)
        assert [(one.applied_to, one.amount.minor) for one in found.applications] == [
            (f"netsuite:invoice:{one.invoice_id}", one.amount_minor) for one in expected.applications
        ]

    async def test_a_customer_comes_with_what_changed_since(self, bench: NetSuiteBench) -> None:
        customer = bench.ledger.customer_named("Sun Microsystems, Inc.")
        since = bench.now
        bench.pass_time(timedelta(days=1))
        paid = next(one for one in bench.ledger.invoices_of(customer.id) if one.open_minor > 0)
        bench.ledger.pay_invoice(paid.id)
        _, *others = await bench.source.fetch("customer", str(customer.id), since=since)
        found, payment = others
        assert isinstance(found, Invoice)
        assert (found.source_id, found.open_balance.minor) == (str(paid.id), 0)
        assert isinstance(payment, Payment)
        assert payment.applications[0].applied_to == found.id

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
        assert len([one for one in found if isinstance(one, Invoice)]) == 25

    async def test_a_page_that_is_gone_meanwhile_ends_the_list(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, page_size=5) as bench:
            customer = bench.ledger.customer_named("Sun Microsystems, Inc.")
            for _ in range(9):
                bench.ledger.add_invoice(customer.id, total_minor=100)
            gone = SoapFaultError("InvalidSessionFault", "INVALID_JOB_ID", "gone")
            bench.server.faults.soap(gone, operation="searchMoreWithId")
            found = await bench.source.fetch("customer", str(customer.id), since=None)
        assert len([one for one in found if isinstance(one, Invoice)]) == 5

    @pytest.mark.parametrize("lost", ["Invoice", "Find Transaction"])
    async def test_what_the_role_may_not_see_is_not_gone(self, bench: NetSuiteBench, lost: str) -> None:
        bench.server.permissions.lack(lost)
        with pytest.raises(NotPermittedError):
            await bench.source.fetch("invoice", str(min(bench.ledger.invoices)), since=None)

    async def test_what_a_search_leaves_out_is_not_gone(
        self, wire: Wire, schemas: Path, make_settings: MakeSettings
    ) -> None:
        wire.answers(*account_facts(), page(), page(), page())
        settings = make_settings().model_copy(update={"wsdl": str(schemas)})
        source = NetSuiteSource(settings, schemas.parent, clock=lambda: START)
        with pytest.raises(RejectedError, match="has invoice 1, but its search does not find it"):
            await source.fetch("invoice", "1", since=None)
        await source.close()

    async def test_an_answer_without_a_record_that_is_gone_is_none(
        self, wire: Wire, schemas: Path, make_settings: MakeSettings
    ) -> None:
        wire.answers(*account_facts(), page(), page(), refusal("RCRD_DSNT_EXIST"))
        settings = make_settings().model_copy(update={"wsdl": str(schemas)})
        source = NetSuiteSource(settings, schemas.parent, clock=lambda: START)
        assert await source.fetch("invoice", "1", since=None) == ()
        await source.close()

    async def test_an_invoice_is_reported_broken_with_field_and_value(self, bench: NetSuiteBench) -> None:
        number = min(bench.ledger.invoices)
        bench.break_record(str(number))
        with pytest.raises(RejectedError, match="total: «NaN»"):
            await bench.source.fetch("invoice", str(number), since=None)


class TestRefresh:
    async def test_brings_a_payment_although_its_stream_is_behind(self, bench: NetSuiteBench, store: Store) -> None:
        customer = bench.ledger.customer_named("Sun Microsystems, Inc.")

        async def pull(*streams: str) -> None:
            order = PullOrder(run_id=f"run {bench.now}", streams=streams)
            await pull_source(bench.source, store, order, clock=lambda: bench.now)

        await pull("contacts", "invoices", "payments", "deposit_applications", "credit_memos")
        bench.pass_time(timedelta(hours=2))
        paid = next(one for one in bench.ledger.invoices_of(customer.id) if one.open_minor > 0)
        made = bench.ledger.pay_invoice(paid.id)
        bench.pass_time(timedelta(days=1))
        await pull("invoices")
        assert await refresh_record(bench.source, store, "customer", str(customer.id), clock=lambda: bench.now)
        async with store.read() as conn:
            assert (await conn.execute(select(payments.c.id).where(payments.c.source_id == str(made.id)))).all()


class TestCheck:
    async def test_stops_at_a_missing_wsdl(self, make_settings: MakeSettings, tmp_path: Path, wire: Wire) -> None:
        source = NetSuiteSource(make_settings(), tmp_path, clock=lambda: START)
        *dates, finding = await source.check()
        await source.close()
        assert [one.check for one in dates] == ["endpoint 2025_2", "SOAP and tokens"]
        assert not finding.ok
        assert "tesorio connect netsuite" in finding.remedy
        assert wire.posted == []

    @pytest.mark.parametrize(
        ("answers", "check", "remedy"),
        [
            ([server_time("soon")], "login", "Try again"),
            ([server_time(NOON), *_LIMITS, fault("x", "INSUFFICIENT_PERMISSION")], "currencies", "role"),
            ([server_time(NOON), *_LIMITS, page()], "currencies", "[netsuite] currency"),
            (
                [server_time(NOON), *account_facts(), page(), *[refusal("INSUFFICIENT_PERMISSION")] * 2],
                "accounts",
                "permission Lists > Accounts",
            ),
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
        wire.answers(*answers, *[page()] * 40)
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
        assert "clock" in found["login"].remedy

    async def test_notices_a_wrong_time_zone(self, bench: NetSuiteBench) -> None:
        bench.env = {"NETSUITE_TIMEZONE": "Asia/Kolkata"}
        source = NetSuiteSource(bench.settings(bench.server.credentials), bench.folder, clock=lambda: bench.now)
        found = {finding.check: finding for finding in await source.check()}
        await source.close()
        assert [name for name, finding in found.items() if not finding.ok] == ["time zone"]
        assert "NETSUITE_TIMEZONE" in found["time zone"].remedy
