from dataclasses import replace
from datetime import timedelta

import pytest

from store.changes import change_feed
from store.customers import customer_by_id, customers
from store.db import Store
from store.invoices import InvoiceStatus, invoice_by_id, invoice_lines
from store.pulled import kind_of, touch_record
from store.upsert import Counts, chunks
from tests.store.make import (
    AT,
    changes,
    line,
    make_contact,
    make_customer,
    make_invoice,
    make_note,
    rows,
    save,
    statements_of,
    usd,
)

pytestmark = pytest.mark.both_databases

LATER = AT + timedelta(hours=1)


class TestUpsertRecords:
    async def test_tells_inserted_changed_and_unchanged(self, store: Store) -> None:
        one, two, three = make_invoice("1"), make_invoice("2"), make_invoice("3")
        assert await save(store, one, two) == Counts(inserted=2)
        paid = replace(two, status=InvoiceStatus.PAID, open_balance=usd(0), seen_at=LATER)
        counts = await save(store, replace(one, seen_at=LATER), paid, three)
        assert counts == Counts(inserted=1, changed=1, unchanged=1)

    async def test_keeps_every_kind_as_it_was(self, store: Store) -> None:
        invoice = make_invoice(
            lines=(line(1, 6000, item="Seats", quantity="3"), line(2, 4000)), exchange_rate="1.1", memo="ü\n«»"
        )
        customer = make_customer(credit_limit=usd(5_000_000), on_credit_hold=True, parent_id="x", email="a@b.example")
        await save(store, invoice, customer, make_contact(), make_note())
        async with store.read() as conn:
            assert await invoice_by_id(conn, invoice.id) == invoice
            assert await customer_by_id(conn, customer.id) == customer

    async def test_writes_only_rows_that_differ(self, store: Store) -> None:
        one, two = make_customer("1"), make_customer("2")
        await save(store, one, two)
        await save(store, replace(one, seen_at=LATER), replace(two, seen_at=LATER, name="Renamed"))
        assert [(row["source_id"], row["seen_at"]) for row in await rows(store, customers)] == [("1", AT), ("2", LATER)]

    async def test_a_page_of_known_rows_leaves_the_database_alone(self, store: Store) -> None:
        records = [make_invoice(str(number), lines=(line(1, 10_000),)) for number in range(20)]
        await save(store, *records)
        before = await changes(store)
        with statements_of(store) as statements:
            await save(store, *records)
        assert [text for text in statements if not text.startswith("SELECT")] == []
        assert await changes(store) == before

    async def test_the_feed_says_what_changed_from_what_to_what(self, store: Store) -> None:
        invoice = make_invoice("2", number="INV-0001")
        await save(store, invoice)
        await save(store, replace(invoice, number="INV-2", open_balance=usd(2_500), seen_at=LATER))
        inserted, changed = await changes(store)
        assert (inserted.kind, inserted.record_id, inserted.action, inserted.fields) == (
            "invoice",
            invoice.id,
            "inserted",
            {},
        )
        assert changed.action == "changed"
        assert changed.fields == {"number": ("INV-0001", "INV-2"), "open_balance_minor": (10_000, 2_500)}
        assert [row["at"] for row in await rows(store, change_feed)] == [AT, AT]

    async def test_the_later_of_two_on_one_page_counts(self, store: Store) -> None:
        first = make_customer(name="First")
        assert await save(store, first, replace(first, name="Second")) == Counts(inserted=1)
        assert [row["name"] for row in await rows(store, customers)] == ["Second"]
        assert await save(store, replace(first, name="Third"), replace(first, name="Second")) == Counts(unchanged=1)

    async def test_two_writers_take_the_same_rows_in_the_same_order(self, store: Store) -> None:
        backwards = [make_invoice(number) for number in "321"]
        await save(store, *backwards)
        await save(store, *(replace(one, memo="x") for one in backwards))
        written = [change.record_id for change in await changes(store)]
        assert written == [f"netsuite:invoice:{number}" for number in "123123"]

    async def test_old_news_does_not_undo_what_a_refresh_brought(self, store: Store) -> None:
        stale = make_customer(name="Before")
        refreshed = replace(stale, name="After", source_changed_at=LATER)
        await save(store, stale)
        await save(store, refreshed)
        assert await save(store, replace(stale, email="late@page.example")) == Counts(unchanged=1)
        assert await save(store, replace(refreshed, name="Now")) == Counts(changed=1)
        assert await save(store, replace(refreshed, source_changed_at=None)) == Counts(changed=1)
        assert await save(store, stale) == Counts(changed=1)

    async def test_lines_are_replaced_with_their_invoice(self, store: Store) -> None:
        one = make_invoice("1", lines=(line(1, 6000), line(2, 4000)))
        two = make_invoice("2", lines=(line(1, 1000),))
        await save(store, one, two)
        assert await save(store, replace(one, lines=(line(1, 10_000),)), two) == Counts(changed=1, unchanged=1)
        kept = [
            (row["invoice_id"], row["line_number"], row["amount_minor"]) for row in await rows(store, invoice_lines)
        ]
        assert kept == [(one.id, 1, 10_000), (two.id, 1, 1000)]
        assert await save(store, replace(one, lines=())) == Counts(changed=1)
        assert [row["invoice_id"] for row in await rows(store, invoice_lines)] == [two.id]

    async def test_a_sync_leaves_the_time_of_the_refresh(self, store: Store) -> None:
        customer = make_customer()
        await save(store, customer)
        async with store.write() as conn:
            await touch_record(conn, "customer", customer.id, at=LATER)
        await save(store, replace(customer, name="Changed"))
        async with store.read() as conn:
            found = await customer_by_id(conn, customer.id)
        assert found is not None
        assert (found.refreshed_at, found.name) == (LATER, "Changed")

    async def test_a_record_that_comes_back_loses_its_tombstone(self, store: Store) -> None:
        await save(store, make_customer(deleted_at=AT))
        await save(store, make_customer())
        assert set((await changes(store))[-1].fields) == {"deleted_at"}
        assert [row["deleted_at"] for row in await rows(store, customers)] == [None]

    async def test_takes_more_rows_than_one_statement_can_name(self, store: Store) -> None:
        many = [make_customer(str(number)) for number in range(1_203)]
        assert await save(store, *many) == Counts(inserted=1_203)
        renamed = [replace(customer, name=f"{customer.name}!") for customer in many]
        assert await save(store, *renamed) == Counts(changed=1_203)

    async def test_of_nothing_is_nothing(self, store: Store) -> None:
        assert await save(store) == Counts()


class TestKindOf:
    def test_names_every_kind(self) -> None:
        made = (make_customer(), make_invoice(), make_contact(), make_note())
        assert [kind_of(record) for record in made] == ["customer", "invoice", "contact", "note"]


class TestChunks:
    def test_cuts_into_runs(self) -> None:
        assert [list(chunk) for chunk in chunks(range(5), 2)] == [[0, 1], [2, 3], [4]]
        assert not list(chunks(()))
