from datetime import timedelta

from store.changes import change_feed
from store.db import Store
from store.deletions import (
    Gathered,
    absent_ids,
    add_gone,
    add_listed,
    begin_listing,
    count_absent,
    count_living,
    end_listing,
    forget_gathered,
    gathered,
    gone_ids,
    listed_ids,
)
from store.invoices import InvoiceStatus
from store.pulled import tombstone_records
from store.settling import settle_invoices
from tests.store.make import AT, changes, make_customer, make_invoice, rows, save, usd

HOUR = timedelta(hours=1)
OF = ("netsuite", "invoices")


async def list_all(store: Store, *ids: str, only_open: bool = False) -> Gathered:
    """A whole list of invoices, begun an hour after AT."""
    async with store.write() as conn:
        await begin_listing(conn, *OF, "invoice", since=AT + HOUR, only_open=only_open)
        await add_listed(conn, *OF, "invoice", ids)
        await end_listing(conn, *OF, "invoice")
        (found,) = await gathered(conn, *OF)
        return found


async def absent(store: Store, of: Gathered) -> list[str]:
    async with store.read() as conn:
        found = await absent_ids(conn, of, after=None, limit=99)
        assert len(found) == await count_absent(conn, of)
        return [each.rpartition(":")[2] for each in found]


class TestListings:
    async def test_of_a_part_nothing_follows(self, store: Store) -> None:
        async with store.write() as conn:
            await begin_listing(conn, *OF, "invoice", since=AT, only_open=False)
            await add_listed(conn, *OF, "invoice", ["1", "2", "1"])
            await add_listed(conn, *OF, "invoice", [])
            assert await gathered(conn, *OF) == ()
            await end_listing(conn, *OF, "invoice")
            (found,) = await gathered(conn, *OF)
        assert found == Gathered(source="netsuite", stream="invoices", kind="invoice", since=AT, listed=2)

    async def test_without_its_beginning_there_is_none(self, store: Store) -> None:
        async with store.write() as conn:
            await add_listed(conn, *OF, "invoice", ["1"])
            await end_listing(conn, *OF, "invoice")
            assert await gathered(conn, *OF) == ()

    async def test_a_new_one_takes_the_place_of_the_old(self, store: Store) -> None:
        await list_all(store, "1", "2")
        assert (await list_all(store, "3")).listed == 1

    async def test_of_another_kind_source_or_stream_stand_apart(self, store: Store) -> None:
        of = await list_all(store, "1")
        await save(store, make_invoice("1"), make_invoice("2"), make_customer("3"))
        assert await absent(store, of) == ["2"]
        async with store.read() as conn:
            assert await gathered(conn, "netsuite", "customers") == ()
            assert await gathered(conn, "salesforce", "invoices") == ()

    async def test_what_is_newer_than_its_beginning_is_not_missed(self, store: Store) -> None:
        of = await list_all(store)
        seen, changed = {"seen_at": AT + HOUR}, {"source_changed_at": AT + 2 * HOUR}
        await save(store, make_invoice("1"), make_invoice("2", **seen), make_invoice("3", **changed))
        await save(store, make_invoice("4", source_changed_at=None), make_invoice("5", deleted_at=AT))
        assert await absent(store, of) == ["1", "4"]

    async def test_of_open_items_speaks_of_open_ones(self, store: Store) -> None:
        of = await list_all(store, "1", only_open=True)
        paid = {"status": InvoiceStatus.PAID, "open_balance": usd(0)}
        await save(store, make_invoice("1"), make_invoice("2"), make_invoice("3", **paid))
        assert await absent(store, of) == ["2"]
        async with store.read() as conn:
            assert await count_living(conn, of) == 2

    async def test_is_gone_through_in_pages(self, store: Store) -> None:
        of = await list_all(store)
        await save(store, *(make_invoice(str(number)) for number in range(5)))
        async with store.read() as conn:
            first = await absent_ids(conn, of, after=None, limit=3)
            assert await absent_ids(conn, of, after=first[-1], limit=3) == ("netsuite:invoice:3", "netsuite:invoice:4")
            assert await count_living(conn, of) == 5

    async def test_is_forgotten_a_few_ids_at_a_time_and_is_none_from_the_first(self, store: Store) -> None:
        of = await list_all(store, "1", "2", "3")
        for is_more, left in (True, 1), (False, 0):
            async with store.write() as conn:
                assert await forget_gathered(conn, of, limit=2) is is_more
                assert await gathered(conn, *OF) == ()
            assert len(await rows(store, listed_ids)) == left

    async def test_is_forgotten_alone(self, store: Store) -> None:
        of = await list_all(store, "1")
        async with store.write() as conn:
            await add_gone(conn, *OF, [("invoice", "1", AT)])
            assert not await forget_gathered(conn, of, limit=9)
            assert await gathered(conn, *OF) == (Gathered(source="netsuite", stream="invoices", kind="invoice"),)


class TestReports:
    async def test_of_two_the_later_counts(self, store: Store) -> None:
        for at in (AT + HOUR, AT):
            async with store.write() as conn:
                await add_gone(conn, *OF, [("invoice", "1", at)])
        assert [row["since"] for row in await rows(store, gone_ids)] == [AT + HOUR]

    async def test_speak_of_what_did_not_change_after_them(self, store: Store) -> None:
        await save(store, make_invoice("1"), make_invoice("2", source_changed_at=AT + HOUR))
        await save(store, make_invoice("3", source_changed_at=None), make_customer("1"))
        reports = [("invoice", number, AT + HOUR / 2) for number in ("1", "2", "3", "4")]
        async with store.write() as conn:
            await add_gone(conn, *OF, [])
            await add_gone(conn, *OF, reports)
            (of,) = await gathered(conn, *OF)
        assert of.listed is None
        assert await absent(store, of) == ["1", "3"]

    async def test_the_newest_counts(self, store: Store) -> None:
        await save(store, make_invoice("2", source_changed_at=AT + HOUR))
        async with store.write() as conn:
            for since in (AT, AT + 2 * HOUR):
                await add_gone(conn, *OF, [("invoice", "2", since)])
            (of,) = await gathered(conn, *OF)
        assert await absent(store, of) == ["2"]
        async with store.write() as conn:
            assert not await forget_gathered(conn, of, limit=9)
            assert await gathered(conn, *OF) == ()


class TestTombstoneRecords:
    async def test_marks_the_living_and_tells_the_feed_once(self, store: Store) -> None:
        one, two = make_invoice("1"), make_invoice("2")
        await save(store, one, two)
        for expected in (2, 0):
            async with store.write() as conn:
                assert await tombstone_records(conn, "invoice", [one.id, two.id], at=AT + HOUR) == expected
        told = [(change.action, change.record_id) for change in (await changes(store))[2:]]
        assert told == [("tombstoned", one.id), ("tombstoned", two.id)]


class TestSettleInvoices:
    async def test_closes_and_tells_from_what(self, store: Store) -> None:
        invoice = make_invoice("1", status=InvoiceStatus.PARTIALLY_PAID, open_balance=usd(2_500))
        await save(store, invoice)
        async with store.write() as conn:
            assert await settle_invoices(conn, [invoice.id], at=AT + HOUR) == 1
        change = (await changes(store))[-1]
        assert change.fields == {"status": ("partially_paid", "paid"), "open_balance_minor": (2_500, 0)}
        assert len(await rows(store, change_feed)) == 2
        await save(store, invoice)
        assert (await changes(store))[-1].fields == {
            "status": ("paid", "partially_paid"),
            "open_balance_minor": (0, 2_500),
        }
