from datetime import timedelta

from store.credit_limits import breaks_since, note_all_breaks, note_breaks
from store.db import Store
from store.invoices import InvoiceStatus
from store.money import Money
from tests.store.make import AT, CUSTOMER_ID, make_customer, make_invoice, save, usd

LIMITED = make_customer(credit_limit=usd(15_000))


async def broken(store: Store) -> list[tuple[int, int]]:
    async with store.write() as conn:
        found = await note_breaks(conn, [CUSTOMER_ID, CUSTOMER_ID], at=AT)
    return [(each.open_balance.minor, each.limit.minor) for each in found]


class TestNoteBreaks:
    async def test_tells_each_break_once_and_again_after_it_has_healed(self, store: Store) -> None:
        await save(store, LIMITED, make_invoice("1"))
        assert await broken(store) == []
        await save(store, make_invoice("2"))
        assert await broken(store) == [(20_000, 15_000)]
        assert await broken(store) == []
        async with store.read() as conn:
            assert await breaks_since(conn, AT) == {CUSTOMER_ID: AT}
            assert await breaks_since(conn, AT + timedelta(seconds=1)) == {}
        await save(store, make_invoice("2", open_balance=usd(5_000)))
        assert await broken(store) == []
        await save(store, make_invoice("2", open_balance=usd(5_001)))
        assert await broken(store) == [(15_001, 15_000)]

    async def test_counts_what_is_owed_in_the_currency_of_the_limit(self, store: Store) -> None:
        euros = Money(currency="EUR", minor=90_000)
        await save(
            store,
            LIMITED,
            make_invoice("1", total=euros, open_balance=euros),
            make_invoice("2", open_balance=usd(90_000), status=InvoiceStatus.PENDING),
            make_invoice("3", open_balance=usd(90_000), deleted_at=AT),
            make_invoice("4", open_balance=usd(-90_000)),
            make_invoice("5", open_balance=usd(15_000)),
        )
        assert await broken(store) == []

    async def test_no_limit_and_a_limit_of_nothing_break_never(self, store: Store) -> None:
        await save(store, make_customer(credit_limit=usd(0)), make_invoice("1"))
        assert await broken(store) == []
        await save(store, make_customer())
        assert await broken(store) == []

    async def test_all_that_are_known_are_no_news(self, store: Store) -> None:
        await save(store, make_customer(credit_limit=usd(1)), make_invoice("1"))
        async with store.write() as conn:
            await note_all_breaks(conn, at=AT)
            await note_all_breaks(conn, at=AT)
        assert await broken(store) == []
