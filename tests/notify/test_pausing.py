"""F11: what Slack refuses for good pauses a subscription and tells its owner once; what passes does not."""

from datetime import timedelta

import pytest

from bot.commands.outbox import trouble_of
from bot.notify.pausing import heed_delivery, offer_again
from store.channels import ChannelFacts, put_channel
from store.deliveries import Delivery, DeliveryState
from store.subscriptions import ChannelSubscription, PauseCause, subscription_by_id
from tests.notify.make import ANA, CHANNEL, PAYMENTS, Notifier, begun, invoices, pay
from tests.store.make import AT


def post(state: DeliveryState, reason: str) -> Delivery:
    return Delivery(
        id="notice/s1/x",
        kind="notice",
        target="slack",
        lane=f"slack/{CHANNEL}",
        payload={"channel": CHANNEL, "text": "x", "blocks": []},
        created_at=AT,
        state=state,
        reason=reason,
        author=ANA,
    )


async def kept(notifier: Notifier) -> ChannelSubscription:
    async with notifier.deps.store.read() as conn:
        found = await subscription_by_id(conn, "s1")
    assert found is not None
    return found


async def heard(notifier: Notifier, *, is_member: bool, is_archived: bool = False) -> None:
    facts = ChannelFacts(id=CHANNEL, is_member=is_member, is_archived=is_archived)
    async with notifier.deps.store.write() as conn:
        await put_channel(conn, facts, asked_at=notifier.clock())


class TestHeedDelivery:
    @pytest.mark.sampled(keep=3)
    @pytest.mark.parametrize(
        ("code", "way_out"),
        [
            ("channel_not_found", "/invite"),
            ("not_in_channel", "/invite"),
            ("is_archived", "archived"),
            ("account_inactive", "removed from the workspace"),
            ("token_revoked", "withdrawn"),
            ("restricted_action", "workspace keeps the app from writing"),
            ("some_new_code", ""),
        ],
    )
    async def test_a_refusal_pauses_it_and_its_owner_is_told_once(
        self, notifier: Notifier, code: str, way_out: str
    ) -> None:
        [invoice] = invoices(1)
        await begun(notifier, invoice, **PAYMENTS)
        refused = post(DeliveryState.REJECTED, code)
        for _ in range(2):
            await heed_delivery(notifier.deps, refused)
        subscription = await kept(notifier)
        assert (subscription.pause_cause, subscription.paused_at) == (PauseCause.CHANNEL, AT)
        [told] = await notifier.posts("subscription")
        assert told.payload["channel"] == ANA
        assert way_out in told.payload["text"]
        assert way_out in subscription.pause_reason
        # The outbox does not tell the same once more.
        assert trouble_of(refused, AT) == ()
        await pay(notifier, invoice, 100)
        await notifier.look()
        assert await notifier.posts() == []

    @pytest.mark.parametrize(
        ("state", "reason"),
        [
            (DeliveryState.QUEUED, "message_limit_exceeded"),
            (DeliveryState.UNKNOWN, "fatal_error"),
            (DeliveryState.SENT, ""),
            (DeliveryState.DROPPED, ""),
            (DeliveryState.DEAD, "too_old: it waited 30 hours"),
        ],
    )
    async def test_anything_else_does_not(self, notifier: Notifier, state: DeliveryState, reason: str) -> None:
        await begun(notifier)
        await heed_delivery(notifier.deps, post(state, reason))
        assert (await kept(notifier)).paused_at is None
        assert await notifier.posts("subscription") == []

    async def test_of_one_that_is_no_more_is_nothing(self, notifier: Notifier) -> None:
        await heed_delivery(notifier.deps, post(DeliveryState.REJECTED, "is_archived"))
        assert await notifier.posts("subscription") == []

    def test_what_took_too_long_the_outbox_tells(self) -> None:
        [told] = trouble_of(post(DeliveryState.DEAD, "too_old: it waited 30 hours"), AT)
        assert told.payload["channel"] == ANA


class TestOfferAgain:
    async def test_is_made_once_the_app_is_known_to_be_back(self, notifier: Notifier) -> None:
        await begun(notifier)
        await heard(notifier, is_member=True)
        notifier.clock.forward(minutes=1)
        await heed_delivery(notifier.deps, post(DeliveryState.REJECTED, "not_in_channel"))
        for facts in ({"is_member": False}, {"is_member": True, "is_archived": True}):
            notifier.clock.forward(minutes=1)
            await heard(notifier, **facts)
            await offer_again(notifier.deps)
        assert len(await notifier.posts("subscription")) == 1
        notifier.clock.forward(minutes=1)
        await heard(notifier, is_member=True)
        for _ in range(2):
            await offer_again(notifier.deps)
        [_, offer] = await notifier.posts("subscription")
        assert offer.payload["channel"] == ANA
        [acts] = [block for block in offer.payload["blocks"] if block["block_id"] == "acts"]
        assert acts["elements"][0]["value"] == "s1"
        assert (await kept(notifier)).offered_at == AT + timedelta(minutes=4)
