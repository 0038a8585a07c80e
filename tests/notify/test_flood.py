"""More news than one transaction tells: still one message, nothing lost or told twice, over crashes and replicas."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.feed import read_on
from bot.notify.gathering import SLICE
from bot.notify.service import reader
from store.db import Store, WriteConnection
from store.errors import StoreBusyError
from store.invoices import InvoiceStatus
from store.notices import add_notices, notices, set_aside
from store.records import RecordId
from store.subscriptions import NewsKind, Rhythm
from tests.notify.make import PAYMENTS, Notifier, begun, make_deps
from tests.notify.test_rhythm import notice, several
from tests.store.make import AT, make_invoice, save

MANY = 2 * SLICE + 203
# The minute after which a replica that broke off does not count any more, and a little.
BROKEN_OFF = {"minutes": 1, "seconds": 1}


@pytest.fixture
def notifier(any_notifier: Notifier) -> Notifier:
    return any_notifier


async def flooded(notifier: Notifier, count: int = MANY) -> None:
    """So much more news waits."""
    async with notifier.deps.store.write() as conn:
        for start in range(0, count, SLICE):
            some = several(min(start + SLICE, count), AT)[start:]
            await add_notices(conn, some)


async def untold(notifier: Notifier) -> int:
    async with notifier.deps.store.read() as conn:
        return int(await conn.scalar(select(func.count()).where(notices.c.told_at.is_(None))) or 0)


class TestFlood:
    async def test_is_one_message(self, notifier: Notifier) -> None:
        await begun(notifier, **PAYMENTS)
        await flooded(notifier)
        await notifier.look()
        [post] = await notifier.posts()
        assert post.payload["text"] == f"{MANY:,} updates. Payments: {MANY}"
        assert f"+{MANY - 8:,} more" in str(post.payload["blocks"])
        assert await untold(notifier) == 0
        await notifier.look()
        assert len(await notifier.posts()) == 1

    async def test_is_a_digest(self, notifier: Notifier) -> None:
        await begun(notifier, **PAYMENTS, rhythm=Rhythm.DAILY)
        await notifier.look()
        before = len(await notifier.posts())
        await flooded(notifier)
        notifier.clock.forward(days=1)
        await notifier.look()
        [post] = (await notifier.posts())[before:]
        assert f"{MANY:,} updates" in post.payload["text"]
        assert await untold(notifier) == 0

    async def test_leaves_out_what_is_so_no_more(self, notifier: Notifier) -> None:
        paid = make_invoice("9", status=InvoiceStatus.PAID)
        await begun(notifier, events=(NewsKind.PAYMENT, NewsKind.PAST_DUE))
        await save(notifier.deps.store, paid, at=AT - timedelta(hours=1))
        await read_on(notifier.deps.store, reader(notifier.deps))
        await flooded(notifier)
        async with notifier.deps.store.write() as conn:
            about = RecordId("netsuite:invoice:9")
            late = [notice(f"late {number}", kind=NewsKind.PAST_DUE, about_id=about) for number in range(SLICE)]
            await add_notices(conn, late)
        await notifier.look()
        [text] = await notifier.texts()
        assert text == f"{MANY:,} updates. Payments: {MANY}"

    @pytest.mark.sampled
    @pytest.mark.parametrize("nth", [1, 2])
    @pytest.mark.parametrize("place", ["gathering.set_aside", "posting.add_deliveries", "gathering.mark_aside_told"])
    async def test_goes_on_after_a_crash(
        self, notifier: Notifier, monkeypatch: pytest.MonkeyPatch, place: str, nth: int
    ) -> None:
        await begun(notifier, **PAYMENTS)
        await flooded(notifier)
        module, _, name = place.partition(".")
        real = getattr(__import__(f"bot.notify.{module}", fromlist=[name]), name)
        calls = 0

        async def crash(*arguments: object, **named: object) -> object:
            nonlocal calls
            calls += 1
            if calls == nth:
                raise StoreBusyError
            return await real(*arguments, **named)

        with monkeypatch.context() as patch:
            patch.setattr(f"bot.notify.{place}", crash)
            if nth == 1 or name != "add_deliveries":
                with pytest.raises(StoreBusyError):
                    await notifier.look()
        async with notifier.deps.store.write() as conn:
            await add_notices(conn, [notice("late")])
        for _ in range(12):
            notifier.clock.forward(**BROKEN_OFF)
            await notifier.look()
        counts = [int(text.partition(" ")[0].replace(",", "")) for text in await notifier.texts() if "update" in text]
        singly = [text for text in await notifier.texts() if "update" not in text]
        assert sum(counts) + len(singly) == MANY + 1
        assert len(counts) == 1
        assert await untold(notifier) == 0

    async def test_of_two_replicas_is_told_once(self, notifier: Notifier) -> None:
        await begun(notifier, **PAYMENTS)
        await flooded(notifier)
        other_store = Store(notifier.deps.store.url.render_as_string(hide_password=False))
        other = Notifier(deps=make_deps(other_store, notifier.clock), clock=notifier.clock)
        try:
            await asyncio.gather(notifier.look(), other.look())
            notifier.clock.forward(**BROKEN_OFF)
            await asyncio.gather(notifier.look(), other.look())
        finally:
            await other_store.close()
        assert await notifier.texts() == [f"{MANY:,} updates. Payments: {MANY}"]
        assert await untold(notifier) == 0

    async def test_is_written_in_short_transactions(self, notifier: Notifier, monkeypatch: pytest.MonkeyPatch) -> None:
        sizes: list[int] = []

        async def counted(conn: WriteConnection, ids: list[str], delivery_id: str) -> None:
            sizes.append(len(ids))
            await set_aside(conn, ids, delivery_id)

        monkeypatch.setattr("bot.notify.gathering.set_aside", counted)
        await begun(notifier, **PAYMENTS)
        await flooded(notifier)
        await notifier.look()
        assert sizes == [SLICE, SLICE]
