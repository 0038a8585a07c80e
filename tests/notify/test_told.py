"""When news is told, and to whom it is told no more."""

from dataclasses import replace
from datetime import time

import pytest

from bot.feed import read_on
from bot.notify.service import look_round, reader
from store.channels import ChannelFacts, put_channel
from store.subscriptions import PauseCause, Rhythm, put_subscription, subscription_by_id
from store.users import Role, deactivate_user, set_role
from tests.notify.make import (
    ANA,
    CHANNEL,
    PAYMENTS,
    Notifier,
    begun,
    invoices,
    linked,
    pay,
)
from tests.store.make import AT


class TestRhythms:
    async def test_a_burst_is_one_message(self, notifier: Notifier) -> None:
        many = invoices(14)
        await begun(notifier, *many, **PAYMENTS)
        for invoice in many:
            await pay(notifier, invoice, 100)
        await notifier.look()
        [post] = await notifier.posts()
        assert post.payload["text"].startswith("14 updates. Payments: 14")

    async def test_quiet_hours_hold_and_then_tell_in_one(self, notifier: Notifier) -> None:
        many = invoices(3)
        await begun(notifier, *many, **PAYMENTS, quiet_from=time(9), quiet_until=time(12), time_zone="UTC")
        for invoice in many:
            await pay(notifier, invoice, 100)
            await notifier.look()
        notifier.clock.forward(hours=2, minutes=59)
        await notifier.look()
        assert await notifier.posts() == []
        notifier.clock.forward(minutes=1)
        await notifier.look()
        assert [text[:9] for text in await notifier.texts()] == ["3 updates"]

    async def test_a_daily_digest_comes_once_a_day_with_what_is_open(self, notifier: Notifier) -> None:
        [invoice] = invoices(1)
        await begun(notifier, invoice, **PAYMENTS, rhythm=Rhythm.DAILY, digest_at=time(18), time_zone="Asia/Kolkata")
        notifier.clock.forward(minutes=1)
        await notifier.look()
        first = len(await notifier.posts())
        await pay(notifier, invoice, 100)
        for _ in range(12):
            notifier.clock.forward(hours=4)
            await notifier.look()
        posts = (await notifier.posts())[first:]
        assert [str(post.payload["text"]).partition(".")[0] for post in posts] == [
            "Daily digest of 22 Nov 2026: 1 update",
            "Daily digest of 23 Nov 2026: 0 updates",
        ]
        assert "$99.00" in str(posts[0].payload["blocks"])
        assert len({post.id for post in posts}) == 2

    async def test_after_a_week_away_there_is_one_digest(self, notifier: Notifier) -> None:
        await begun(notifier, **PAYMENTS, rhythm=Rhythm.WEEKLY, digest_weekday=2)
        await notifier.look()
        before = len(await notifier.posts())
        notifier.clock.forward(days=23)
        await notifier.look()
        await notifier.look()
        assert len(await notifier.posts()) == before + 1


class TestPauses:
    @pytest.mark.parametrize("loss", ["deactivated", "viewer"])
    async def test_an_owner_who_may_no_more_gets_nothing_and_the_channel_is_told_once(
        self, notifier: Notifier, loss: str
    ) -> None:
        many = invoices(2)
        owner = await linked(notifier.deps.store)
        await begun(notifier, *many, **PAYMENTS, owner_id=owner)
        async with notifier.deps.store.write() as conn:
            if loss == "viewer":
                await set_role(conn, owner, Role.VIEWER)
            else:
                await deactivate_user(conn, owner)
        for invoice in many:
            await pay(notifier, invoice, 100)
            await notifier.look()
        assert await notifier.posts() == []
        [told] = await notifier.posts("subscription")
        assert told.payload["channel"] == CHANNEL
        assert "INV-" not in str(told.payload)
        async with notifier.deps.store.read() as conn:
            kept = await subscription_by_id(conn, "s1")
        assert kept is not None
        assert kept.pause_cause is PauseCause.OWNER

    async def test_a_channel_that_outsiders_read_gets_nothing_and_the_owner_is_told(self, notifier: Notifier) -> None:
        [invoice] = invoices(1)
        await begun(notifier, invoice, **PAYMENTS)
        async with notifier.deps.store.write() as conn:
            await put_channel(conn, ChannelFacts(id=CHANNEL, is_member=True, is_external=True), asked_at=AT)
        await pay(notifier, invoice, 100)
        await notifier.look()
        await notifier.look()
        assert await notifier.posts() == []
        [told] = await notifier.posts("subscription")
        assert told.payload["channel"] == ANA

    async def test_one_that_was_deleted_meanwhile_tells_nothing(self, notifier: Notifier) -> None:
        [invoice] = invoices(1)
        await begun(notifier, invoice, **PAYMENTS)
        await pay(notifier, invoice, 100)
        assert await read_on(notifier.deps.store, reader(notifier.deps))
        async with notifier.deps.store.write() as conn:
            known = await subscription_by_id(conn, "s1")
            assert known is not None
            await put_subscription(conn, replace(known, paused_at=AT, pause_cause=PauseCause.PERSON))
        await look_round(notifier.deps)
        assert await notifier.posts() == []
