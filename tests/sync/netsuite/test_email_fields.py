"""Contacts from e-mail fields of customers and invoices, pulled from the stand-in into a store."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.ledger import Kind
from sandbox.ledger.company_hands import define_field, fill_field, retire_field
from sandbox.ledger.custom_fields import INVALID_ADDRESS, SEVERAL_ADDRESSES, AppliesTo
from sandbox.ledger.records import FieldKind
from store.contacts import Contact, contact_from_row, contacts
from store.db import Store
from store.field_contacts import count_of_fields
from store.quarantine import list_quarantined
from store.runs import Outcome, SyncRun
from sync.errors import StopError
from sync.preview import preview_source
from sync.pull import PullOrder, pull_source, refresh_record
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench

FIELD = "custentity_dunning_emails"
ON_INVOICE = "custbody_copies_to"
STREAMS = ("custom_fields", "customers", "invoices")


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path) as made:
        yield made


async def pull(
    bench: NetSuiteBench, store: Store, streams: tuple[str, ...] = STREAMS, *, accept_deletions: bool = False
) -> None:
    bench.pass_time(timedelta(hours=1))
    order = PullOrder(run_id=f"run {bench.now}", streams=streams, accept_deletions=accept_deletions)
    runs = await pull_source(bench.source, store, order, clock=lambda: bench.now)
    assert {run.outcome for run in runs} == {Outcome.OK}


async def found(store: Store, *, customer_id: int | None = None, invoice_id: int | None = None) -> list[Contact]:
    """The living contacts from fields, of a customer or an invoice."""
    c = contacts.c
    owner = (
        (c.invoice_id == f"netsuite:invoice:{invoice_id}",)
        if invoice_id
        else (c.customer_id == f"netsuite:customer:{customer_id}", c.invoice_id.is_(None))
    )
    async with store.read() as conn:
        query = select(contacts).where(*owner, c.source_field.is_not(None), c.deleted_at.is_(None))
        return [contact_from_row(row) for row in (await conn.execute(query.order_by(c.email))).mappings()]


def dunned(made: list[Contact]) -> list[str | None]:
    return [one.email for one in made if one.source_field == FIELD]


async def told(store: Store) -> dict[str, str]:
    async with store.read() as conn:
        return {one.source_id: one.reason for one in await list_quarantined(conn, limit=100)}


class TestOfACustomer:
    async def test_each_address_is_a_contact(self, bench: NetSuiteBench, store: Store) -> None:
        customer = bench.ledger.customer_named(SEVERAL_ADDRESSES)
        fill_field(bench.ledger, customer.id, FIELD, "treasury@sun.example; AP <ap@Sun.example>, ap@sun.example")
        await pull(bench, store)
        made = [one for one in await found(store, customer_id=customer.id) if one.source_field == FIELD]
        assert [(one.email, one.role, one.invoice_id) for one in made] == [
            ("ap@sun.example", "Dunning e-mails", None),
            ("treasury@sun.example", "Dunning e-mails", None),
        ]

    async def test_one_that_leaves_its_field_leaves_a_tombstone_and_may_come_back(
        self, bench: NetSuiteBench, store: Store
    ) -> None:
        customer = bench.ledger.customer_named(SEVERAL_ADDRESSES)
        for value in ("ap@sun.example cfo@sun.example", "cfo@sun.example", "cfo@sun.example,ap@sun.example", None):
            fill_field(bench.ledger, customer.id, FIELD, value)
            await pull(bench, store)
            expected = [] if value is None else sorted(value.replace(",", " ").split())
            assert dunned(await found(store, customer_id=customer.id)) == expected

    async def test_what_is_no_address_is_told_with_record_and_field_and_hinders_nothing(
        self, bench: NetSuiteBench, store: Store
    ) -> None:
        customer = bench.ledger.customer_named(INVALID_ADDRESS)
        await pull(bench, store)
        place = f"customer {customer.id} {FIELD}"
        assert dunned(await found(store, customer_id=customer.id)) == ["ap@abc-inc.example"]
        reason = f"{FIELD} of customer {customer.id}: no e-mail address: «see», «portal»"
        assert (await told(store))[place] == reason
        fill_field(bench.ledger, customer.id, FIELD, "ap@abc-inc.example")
        await pull(bench, store)
        assert place not in await told(store)

    async def test_goes_with_the_customer(self, bench: NetSuiteBench, store: Store) -> None:
        customer = bench.ledger.customer_named(SEVERAL_ADDRESSES)
        await pull(bench, store)
        assert dunned(await found(store, customer_id=customer.id))
        bench.pass_time(timedelta(hours=1))
        bench.ledger.delete(Kind.CUSTOMER, customer.id)
        await pull(bench, store, ("deletions",))
        assert await found(store, customer_id=customer.id) == []

    async def test_a_preview_counts_them(self, bench: NetSuiteBench, store: Store) -> None:
        customer = bench.ledger.customer_named(SEVERAL_ADDRESSES)
        await pull(bench, store)
        bench.pass_time(timedelta(hours=1))
        fill_field(bench.ledger, customer.id, FIELD, "a@sun.example b@sun.example")
        bench.pass_time(timedelta(minutes=1))
        order = PullOrder(run_id="dry", streams=("customers",))
        (found,) = await preview_source(bench.source, store, order, clock=lambda: bench.now)
        assert (found.run.changed, found.contacts.inserted, found.contacts.changed) == (1, 2, 0)


class TestOfAnInvoice:
    async def test_each_address_is_a_contact_of_the_invoice_alone(self, bench: NetSuiteBench, store: Store) -> None:
        invoice = next(iter(bench.ledger.invoices.values()))
        fill_field(bench.ledger, invoice.id, ON_INVOICE, "ap@sun.example cfo@sun.example")
        await pull(bench, store)
        made = [one for one in await found(store, invoice_id=invoice.id) if one.source_field == ON_INVOICE]
        assert [one.email for one in made] == ["ap@sun.example", "cfo@sun.example"]
        assert {one.customer_id for one in made} == {f"netsuite:customer:{invoice.customer_id}"}


class TestDefinitions:
    async def test_of_a_field_that_becomes_an_email_field_later_fill_the_records_that_are_there(
        self, bench: NetSuiteBench, store: Store
    ) -> None:
        customer = bench.ledger.customer_named(SEVERAL_ADDRESSES)
        define_field(bench.ledger, "custentity_cc", "Copies", FieldKind.TEXT, AppliesTo.CUSTOMER)
        fill_field(bench.ledger, customer.id, "custentity_cc", "cc@sun.example")
        await pull(bench, store)
        assert "cc@sun.example" not in {one.email for one in await found(store, customer_id=customer.id)}
        retire_field(bench.ledger, "custentity_cc")
        await bench.source.close()
        bench.rules |= {"email_fields": ["custentity_cc"]}
        bench.open()
        # The customer itself has not changed.
        await pull(bench, store, ("custom_fields",))
        assert "cc@sun.example" in {one.email for one in await found(store, customer_id=customer.id)}

    async def test_that_were_saved_before_the_run_broke_off_are_followed_when_it_goes_on(
        self, bench: NetSuiteBench, store: Store
    ) -> None:
        customer = bench.ledger.customer_named(INVALID_ADDRESS)
        await pull(bench, store)
        retire_field(bench.ledger, FIELD)
        bench.pass_time(timedelta(hours=1))
        order = PullOrder(run_id="broken off", streams=("custom_fields",))

        def unplug(run: SyncRun) -> None:
            if run.pages and run.outcome is Outcome.RUNNING:
                raise OSError("unplugged")

        with pytest.raises(OSError, match="unplugged"):
            await pull_source(bench.source, store, order, clock=lambda: bench.now, progress=unplug)
        assert dunned(await found(store, customer_id=customer.id))
        await bench.source.close()
        bench.open()
        # No time has passed: the definitions are not read again.
        (again,) = await pull_source(bench.source, store, order, clock=lambda: bench.now)
        assert (again.outcome, again.pages) == (Outcome.OK, 1)
        assert dunned(await found(store, customer_id=customer.id)) == []

    async def test_of_a_field_that_is_retired_take_its_contacts_along(self, bench: NetSuiteBench, store: Store) -> None:
        customer = bench.ledger.customer_named(INVALID_ADDRESS)
        await pull(bench, store)
        assert dunned(await found(store, customer_id=customer.id))
        retire_field(bench.ledger, FIELD)
        await pull(bench, store, ("custom_fields",))
        assert dunned(await found(store, customer_id=customer.id)) == []
        assert not [each for each in await told(store) if each.endswith(FIELD)]

    async def test_that_would_take_most_contacts_along_ask_first(self, bench: NetSuiteBench, store: Store) -> None:
        customer = bench.ledger.customer_named(INVALID_ADDRESS)
        for each in list(bench.ledger.customers)[:20]:
            fill_field(bench.ledger, each, FIELD, "ap@sun.example cfo@sun.example")
        await pull(bench, store)
        async with store.read() as conn:
            before = await count_of_fields(conn, "netsuite")
        retire_field(bench.ledger, FIELD)
        with pytest.raises(StopError, match=f"{FIELD} any more: .* contacts from fields would be marked"):
            await pull(bench, store, ("custom_fields",))
        async with store.read() as conn:
            assert await count_of_fields(conn, "netsuite") == before
        assert dunned(await found(store, customer_id=customer.id))
        # Who is edited meanwhile loses none, nor does a new one lack any.
        bench.pass_time(timedelta(hours=1))
        fill_field(bench.ledger, customer.id, FIELD, "new@sun.example")
        await pull(bench, store, ("customers",))
        assert dunned(await found(store, customer_id=customer.id)) == ["new@sun.example"]
        await pull(bench, store, ("custom_fields",), accept_deletions=True)
        assert dunned(await found(store, customer_id=customer.id)) == []

    async def test_that_come_as_others_go_take_none_along_unasked(self, bench: NetSuiteBench, store: Store) -> None:
        other = define_field(bench.ledger, "custentity_cc", "Copies", FieldKind.TEXT, AppliesTo.CUSTOMER)
        for each in list(bench.ledger.customers)[:20]:
            fill_field(bench.ledger, each, FIELD, "ap@sun.example cfo@sun.example")
            fill_field(bench.ledger, each, other.script_id, "cc@sun.example")
        await pull(bench, store)
        async with store.read() as conn:
            before = await count_of_fields(conn, "netsuite")
        retire_field(bench.ledger, FIELD)
        bench.ledger.put(Kind.CUSTOM_FIELD, replace(other, kind=FieldKind.EMAIL))
        with pytest.raises(StopError, match=f"{FIELD} any more"):
            await pull(bench, store, ("custom_fields",))
        async with store.read() as conn:
            assert await count_of_fields(conn, "netsuite") == before + 20

    async def test_that_are_gone_and_not_followed_yet_cost_a_record_that_is_read_meanwhile_nothing(
        self, bench: NetSuiteBench, store: Store
    ) -> None:
        customer = bench.ledger.customer_named(INVALID_ADDRESS)
        await pull(bench, store)
        retire_field(bench.ledger, FIELD)
        fill_field(bench.ledger, customer.id, FIELD, "new@sun.example")
        bench.pass_time(timedelta(hours=1))
        order = PullOrder(run_id="broken off", streams=("custom_fields",))
        saved: list[SyncRun] = []

        def unplug(run: SyncRun) -> None:
            saved.append(run)
            if run.deleted:
                raise OSError("unplugged")

        with pytest.raises(OSError, match="unplugged"):
            await pull_source(bench.source, store, order, clock=lambda: bench.now, progress=unplug)
        assert saved[-1].deleted == 1
        await refresh_record(bench.source, store, "customer", str(customer.id), clock=lambda: bench.now)
        assert dunned(await found(store, customer_id=customer.id)) == ["new@sun.example"]

    async def test_that_the_role_may_not_read_leave_what_is_known_and_what_the_settings_name(
        self, bench: NetSuiteBench, store: Store
    ) -> None:
        customer = bench.ledger.customer_named(SEVERAL_ADDRESSES)
        await pull(bench, store)
        before = dunned(await found(store, customer_id=customer.id))
        bench.server.permissions.lack("Custom Fields")
        await bench.source.close()
        bench.rules |= {"email_fields": [FIELD]}
        bench.open()
        await pull(bench, store)
        assert dunned(await found(store, customer_id=customer.id)) == before
