"""Each day looks at what crossed since the last one, however much was past due before."""

from datetime import date, timedelta

from sqlalchemy import delete, func, select

from bot.notify.past_due import tell_new_day
from store import crossings
from store.day_marks import marked_day
from store.notices import notices
from tests.notify.make import CUSTOMER, PAST_DUE, Notifier, subscribed
from tests.store.make import AT, make_invoice, save


async def waiting(notifier: Notifier) -> int:
    async with notifier.deps.store.read() as conn:
        return int((await conn.execute(select(func.count()).select_from(notices))).scalar_one())


class TestNewDay:
    async def test_finds_all_pages_once_and_then_only_what_is_new(self, notifier: Notifier) -> None:
        late = [make_invoice(f"{number}", due_date=date(2026, 11, 1)) for number in range(crossings.PAGE + 1)]
        await save(notifier.deps.store, CUSTOMER, *late, make_invoice("new", due_date=AT.date()))
        await subscribed(notifier.deps.store, **PAST_DUE, counts_from=AT - timedelta(days=60))
        await tell_new_day(notifier.deps)
        assert await waiting(notifier) == crossings.PAGE + 1
        async with notifier.deps.store.write() as conn:
            await conn.execute(delete(notices))
        notifier.clock.forward(days=1)
        await tell_new_day(notifier.deps)
        assert await waiting(notifier) == 1
        async with notifier.deps.store.read() as conn:
            assert await marked_day(conn, "past_due") == notifier.clock().date()
