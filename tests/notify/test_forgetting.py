"""What is long over goes, and nothing is told or sent twice for that."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.notify.forgetting import KEPT, KEPT_LONG, forget_what_is_over
from store.deliveries import DeliveryState, add_deliveries, deliveries, delivery_by_id
from store.notices import add_notices, notices
from store.outbox import forget_payloads
from store.subscriptions import NewsKind
from tests.notify.make import PAYMENTS, Notifier, begun, invoices, pay
from tests.notify.test_rhythm import notice
from tests.store.make import AT
from tests.store.test_outbox import a_delivery

LATE = timedelta(days=1)


class TestForgetting:
    @pytest.mark.parametrize(
        ("kind", "age", "is_kept"),
        [
            (NewsKind.PAYMENT, KEPT - LATE, True),
            (NewsKind.PAYMENT, KEPT + LATE, False),
            (NewsKind.PAST_DUE, KEPT + LATE, True),
            (NewsKind.PAST_DUE, KEPT_LONG + LATE, False),
            (NewsKind.PAYMENT, None, True),
        ],
    )
    async def test_of_notices(
        self, any_notifier: Notifier, kind: NewsKind, age: timedelta | None, *, is_kept: bool
    ) -> None:
        told_at = AT - age if age else None
        async with any_notifier.deps.store.write() as conn:
            await add_notices(conn, [replace(notice("1", AT - KEPT_LONG * 2), kind=kind, told_at=told_at)])
        await forget_what_is_over(any_notifier.deps)
        async with any_notifier.deps.store.read() as conn:
            assert bool((await conn.execute(select(notices.c.id))).all()) is is_kept

    async def test_of_messages_once_they_are_sent(self, any_notifier: Notifier) -> None:
        [invoice] = invoices(1)
        await begun(any_notifier, invoice, **PAYMENTS)
        await pay(any_notifier, invoice, 100)
        await any_notifier.look()
        any_notifier.clock.forward(days=31)
        await forget_what_is_over(any_notifier.deps)
        assert all(await any_notifier.texts())
        sent = {"state": DeliveryState.SENT.value, "told": "sent", "updated_at": AT}
        async with any_notifier.deps.store.write() as conn:
            await conn.execute(update(deliveries).values(sent))
            assert await forget_payloads(conn, before=AT, limit=9) == 0
        any_notifier.clock.forward(days=1)
        await forget_what_is_over(any_notifier.deps)
        assert [post.payload for post in await any_notifier.posts()] == [{}]

    @pytest.mark.parametrize(
        ("state", "told", "is_kept"),
        [
            (DeliveryState.SENT, "sent", False),
            (DeliveryState.REJECTED, "rejected", False),
            (DeliveryState.DROPPED, "dropped", False),
            (DeliveryState.QUEUED, "queued", True),
            (DeliveryState.UNKNOWN, "unknown", True),
            (DeliveryState.SENT, "queued", True),
        ],
    )
    async def test_of_whatever_came_to_its_end(
        self, any_notifier: Notifier, state: DeliveryState, told: str, *, is_kept: bool
    ) -> None:
        deps = any_notifier.deps
        ended = replace(a_delivery("note"), state=state, told=told, updated_at=AT - KEPT - LATE)
        async with deps.store.write() as conn:
            await add_deliveries(conn, [ended, replace(ended, id="lately", updated_at=AT - KEPT + LATE)])
        await forget_what_is_over(deps)
        async with deps.store.read() as conn:
            known = [await delivery_by_id(conn, each) for each in ("note", "lately")]
        assert [bool(each and each.payload) for each in known] == [is_kept, True]
