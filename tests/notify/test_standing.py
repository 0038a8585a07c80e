"""What waits in the outbox is looked at once more when it is sent: who reads there, and who asked for it."""

from dataclasses import replace

import pytest

from bot.app import FEATURES
from bot.feature import Check
from bot.notify.pausing import heed_delivery
from store.channels import change_channel, forget_channel
from store.deliveries import Delivery, DeliveryState
from store.sending import Later, Outcome, Refused
from store.subscriptions import PauseCause, delete_subscription, pause_subscription, subscription_by_id
from store.users import deactivate_user
from tests.notify.make import CHANNEL, PAYMENTS, Notifier, begun, invoices, pay


def check_of(kind: str) -> Check:
    [found] = [feature.checks[kind] for feature in FEATURES if kind in feature.checks]
    return found


async def queued(notifier: Notifier, **subscription: object) -> Delivery:
    [invoice] = invoices(1)
    await begun(notifier, invoice, **PAYMENTS, **subscription)
    notifier.clock.forward(minutes=1)
    await pay(notifier, invoice, 100)
    await notifier.look()
    [post] = await notifier.posts()
    return post


async def asked(notifier: Notifier, post: Delivery) -> Outcome | None:
    """What the check says; the feature is told of a refusal, as the engine does."""
    outcome = await check_of("notice")(notifier.deps, post)
    if isinstance(outcome, Refused):
        await heed_delivery(notifier.deps, replace(post, state=DeliveryState.REJECTED, reason=outcome.reason))
    return outcome


async def cause(notifier: Notifier) -> PauseCause | None:
    async with notifier.deps.store.read() as conn:
        found = await subscription_by_id(conn, "s1")
    return found.pause_cause if found else None


class TestCheck:
    async def test_lets_through_what_is_as_it_was(self, notifier: Notifier) -> None:
        assert await asked(notifier, await queued(notifier)) is None
        assert await cause(notifier) is None

    async def test_a_direct_message_has_no_readers_to_ask_about(self, notifier: Notifier) -> None:
        assert await asked(notifier, await queued(notifier, channel_id="U0ANA")) is None

    @pytest.mark.parametrize("facts", [{"is_external": True}, {"has_guests": True}])
    async def test_people_from_outside_read_it_now(self, notifier: Notifier, facts: dict[str, bool]) -> None:
        post = await queued(notifier)
        async with notifier.deps.store.write() as conn:
            await change_channel(conn, CHANNEL, notifier.clock(), **facts)
        assert isinstance(await asked(notifier, post), Refused)
        assert await cause(notifier) is PauseCause.OUTSIDERS
        assert len(await notifier.posts("subscription")) == 1

    async def test_its_owner_may_not_any_more(self, notifier: Notifier) -> None:
        post = await queued(notifier)
        async with notifier.deps.store.write() as conn:
            found = await subscription_by_id(conn, "s1")
            assert found is not None
            await deactivate_user(conn, found.owner_id)
        assert isinstance(await asked(notifier, post), Refused)
        assert await cause(notifier) is PauseCause.OWNER

    async def test_it_was_paused_or_deleted_meanwhile(self, notifier: Notifier) -> None:
        post = await queued(notifier)
        async with notifier.deps.store.write() as conn:
            await pause_subscription(conn, "s1", PauseCause.PERSON, "", at=notifier.clock())
        assert isinstance(await asked(notifier, post), Refused)
        assert await cause(notifier) is PauseCause.PERSON
        async with notifier.deps.store.write() as conn:
            await delete_subscription(conn, "s1")
        assert isinstance(await asked(notifier, post), Refused)
        assert await notifier.posts("subscription") == []

    async def test_waits_while_nobody_says_who_reads_there(self, notifier: Notifier) -> None:
        """Facts that are a day old are asked for again; nothing answers at the address of these tests."""
        post = await queued(notifier)
        notifier.clock.forward(hours=25)
        assert isinstance(await asked(notifier, post), Later)
        assert await cause(notifier) is None

    async def test_what_was_for_another_channel_pauses_nothing(self, notifier: Notifier) -> None:
        post = await queued(notifier)
        moved = replace(post, payload=dict(post.payload) | {"channel": "C0OLD"}, state=DeliveryState.REJECTED)
        await heed_delivery(notifier.deps, moved)
        assert await cause(notifier) is None


class TestStillTold:
    async def test_nothing_goes_where_nobody_knows_who_reads(self, notifier: Notifier) -> None:
        [invoice] = invoices(1)
        await begun(notifier, invoice, **PAYMENTS)
        async with notifier.deps.store.write() as conn:
            await forget_channel(conn, CHANNEL)
        notifier.clock.forward(minutes=1)
        await pay(notifier, invoice, 100)
        await notifier.look()
        assert await notifier.posts() == []
        assert await cause(notifier) is PauseCause.CHANNEL
        [told] = await notifier.texts("subscription")
        assert "who reads that channel" in told
