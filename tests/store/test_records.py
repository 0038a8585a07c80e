from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from store.contacts import Contact, contacts_of, primary_contact
from store.customers import children_of, customer_by_id, customers_by_id
from store.db import Store
from store.invoices import InvoiceStatus, invoice_by_id, invoices_by_id, oldest_open_invoices
from store.notes import Note, newest_note
from store.records import RecordId, aware_utc, record_id
from tests.store.make import AT, CUSTOMER_ID, line, make_contact, make_customer, make_invoice, make_note, save, usd

NOBODY = RecordId("netsuite:customer:unheard-of")


class TestRecordId:
    def test_names_system_kind_and_id(self) -> None:
        assert record_id("netsuite", "customer", "17") == "netsuite:customer:17"

    def test_instants_are_utc(self) -> None:
        assert aware_utc(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))) == datetime(
            2026, 1, 1, tzinfo=UTC
        )
        with pytest.raises(ValueError, match="naive"):
            aware_utc(datetime(2026, 1, 1))  # noqa: DTZ001 - the naive one is the case


class TestCustomers:
    async def test_children_are_listed_by_name_up_to_a_limit(self, store: Store) -> None:
        born = [make_customer(str(n), name=name, parent_id=CUSTOMER_ID) for n, name in enumerate(["Cy", "Al", "Bo"])]
        await save(
            store, *born, make_customer("9", name="Aa"), make_customer("8", parent_id=CUSTOMER_ID, deleted_at=AT)
        )
        async with store.read() as conn:
            first, total = await children_of(conn, CUSTOMER_ID, limit=2)
            assert ([child.name for child in first], total) == (["Al", "Bo"], 3)
            assert await children_of(conn, NOBODY, limit=2) == ((), 0)

    async def test_are_found_by_id(self, store: Store) -> None:
        one, gone = make_customer("1"), make_customer("2", deleted_at=AT)
        await save(store, one, gone)
        async with store.read() as conn:
            assert await customers_by_id(conn, [one.id, gone.id, NOBODY]) == {one.id: one, gone.id: gone}
            assert await customers_by_id(conn, []) == {}
            assert await customer_by_id(conn, NOBODY) is None

    async def test_a_credit_limit_keeps_its_currency_or_its_absence(self, store: Store) -> None:
        limited, free = make_customer("1", credit_limit=usd(0)), make_customer("2")
        await save(store, limited, free)
        async with store.read() as conn:
            found = await customers_by_id(conn, [limited.id, free.id])
        assert [found[one.id].credit_limit for one in (limited, free)] == [usd(0), None]


class TestInvoices:
    async def test_are_found_by_id_with_their_lines(self, store: Store) -> None:
        invoice = make_invoice(lines=(line(2, 4000), line(1, 6000)))
        await save(store, invoice)
        async with store.read() as conn:
            found = await invoice_by_id(conn, invoice.id)
            assert found is not None
            assert [one.line_number for one in found.lines] == [1, 2]
            assert set(await invoices_by_id(conn, [invoice.id, NOBODY])) == {invoice.id}
            assert await invoice_by_id(conn, NOBODY) is None

    async def test_the_oldest_open_ones_come_by_due_date(self, store: Store) -> None:
        await save(
            store,
            make_invoice("1", due_date=None),
            make_invoice("2", due_date=date(2026, 12, 1)),
            make_invoice("3", due_date=date(2026, 1, 1), number="B"),
            make_invoice("4", due_date=date(2026, 1, 1), number="A", status=InvoiceStatus.PARTIALLY_PAID),
            make_invoice("5", due_date=date(2025, 1, 1), status=InvoiceStatus.PENDING),
            make_invoice("6", due_date=date(2025, 1, 1), status=InvoiceStatus.VOIDED),
            make_invoice("7", due_date=date(2025, 1, 1), open_balance=usd(-1)),
            make_invoice("8", due_date=date(2025, 1, 1), deleted_at=AT),
            make_invoice("9", due_date=date(2025, 1, 1), customer_id=NOBODY),
        )
        async with store.read() as conn:
            found = await oldest_open_invoices(conn, CUSTOMER_ID, limit=10)
            assert [one.source_id for one in found] == ["4", "3", "2", "1"]
            assert len(await oldest_open_invoices(conn, CUSTOMER_ID, limit=3)) == 3


class TestContacts:
    async def primary(self, store: Store) -> Contact | None:
        async with store.read() as conn:
            return await primary_contact(conn, CUSTOMER_ID)

    async def test_the_primary_one_else_the_first_by_name(self, store: Store) -> None:
        assert await self.primary(store) is None
        bo, cy = make_contact("1", name="Bo"), make_contact("2", name="Cy", is_primary=True)
        await save(store, bo, make_contact("3", name="Al", customer_id=NOBODY), make_contact("4", customer_id=None))
        assert await self.primary(store) == bo
        await save(store, cy)
        assert await self.primary(store) == cy

    async def test_nobody_who_has_left(self, store: Store) -> None:
        await save(
            store,
            make_contact("1", is_primary=True, is_inactive=True),
            make_contact("2", is_primary=True, deleted_at=AT),
        )
        assert await self.primary(store) is None


class TestNotes:
    async def newest(self, store: Store, about: RecordId = CUSTOMER_ID) -> Note | None:
        async with store.read() as conn:
            return await newest_note(conn, about)

    async def test_the_newest_by_the_time_of_writing(self, store: Store) -> None:
        assert await self.newest(store) is None
        old, new = make_note("1"), make_note("2", written_at=AT + timedelta(days=1), text="<!channel>\n«ü»")
        await save(store, new, old, make_note("3", written_at=AT + timedelta(days=2), deleted_at=AT))
        assert await self.newest(store) == new
        assert await self.newest(store, NOBODY) is None

    async def test_of_two_at_one_time_always_the_same(self, store: Store) -> None:
        await save(store, make_note("2"), make_note("1"))
        assert await self.newest(store) == make_note("1")


class TestInstants:
    async def test_come_back_aware_whatever_zone_they_came_in(self, store: Store) -> None:
        seen = datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2)))
        await save(store, make_customer(seen_at=seen))
        async with store.read() as conn:
            found = await customer_by_id(conn, CUSTOMER_ID)
        assert found is not None
        assert (found.seen_at, found.seen_at.utcoffset()) == (seen, timedelta())


class TestContactsOf:
    async def test_the_primary_one_first_then_by_name(self, store: Store) -> None:
        bo, cy, al = (make_contact(str(number), name=name) for number, name in enumerate(("Bo", "Cy", "Al")))
        first = make_contact("9", name="Zoe", is_primary=True)
        await save(store, bo, cy, al, first, make_contact("8", is_inactive=True), make_contact("7", deleted_at=AT))
        async with store.read() as conn:
            assert [each.name for each in await contacts_of(conn, CUSTOMER_ID, limit=9)] == ["Zoe", "Al", "Bo", "Cy"]
            assert [each.name for each in await contacts_of(conn, CUSTOMER_ID, limit=2)] == ["Zoe", "Al"]
