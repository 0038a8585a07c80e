"""`/tesorio subscribe` and `/tesorio subscriptions`, from the ledger's change to the message in the channel."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import pytest_asyncio

from sandbox.slack import Outcome, Waiting
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, BEN, CHLOE, SALES
from store.subscriptions import (
    ChannelSubscription,
    NewsKind,
    PauseCause,
    Rhythm,
    delete_subscription,
    subscription_by_id,
    subscriptions_in,
    subscriptions_of,
)
from store.users import user_by_email
from store.work import WorkState
from tests.bot.world import SETTLED, World, elements, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORM = Waiting(until=lambda seen: bool(seen.view and seen.view.get("callback_id") == "subscribe.submit"))
TOLD = Waiting(until=lambda seen: bool(seen.messages))
_PULLS = count(1)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_left(world: World) -> AsyncIterator[None]:
    """No subscription outlives its test."""
    yield
    async with world.store.write() as conn:
        for each in await _all(world):
            await delete_subscription(conn, each.id)


async def _all(world: World) -> tuple[ChannelSubscription, ...]:
    found: dict[str, ChannelSubscription] = {}
    async with world.store.read() as conn:
        for name in ("ana", "chloe"):
            user = await user_by_email(conn, f"{name}@meridian.example")
            assert user is not None
            found |= {each.id: each for each in await subscriptions_of(conn, user.id)}
    return tuple(found.values())


async def form(world: World, text: str = "", user: str = ANA, channel: str = "#ar-team") -> dict[str, Any]:
    outcome = await world.workspace.say(user, channel, f"/tesorio subscribe {text}".strip(), FORM)
    assert outcome.view is not None, outcome
    return dict(outcome.view)


async def subscribed(world: World, text: str, user: str = ANA, **values: Any) -> ChannelSubscription:
    await form(world, text, user)
    submitted = await world.workspace.submit(user, values, TOLD)
    assert submitted.errors == {}, submitted.errors
    return (await _all(world))[-1]


async def kept(world: World, subscription_id: str) -> ChannelSubscription:
    async with world.store.read() as conn:
        found = await subscription_by_id(conn, subscription_id)
    assert found is not None
    return found


async def pulled(world: World) -> None:
    """A reading that sees what the ledger has now: a source is never read up to an earlier time than before."""
    number = next(_PULLS)
    name, world.clock.ahead = f"notify-{number}", timedelta(minutes=3 * number)
    await world.assistant.pull("netsuite", name)
    assert await ended(world.assistant, name) is WorkState.DONE


async def arrived(world: World, words: str, *, channel: str = "#ar-team", viewer: str = ANA) -> Message:
    """The newest message of the channel that has these words."""
    async with asyncio.timeout(6):
        while True:
            found = [each for each in world.workspace.messages(channel, viewer) if words in world.shown(each)]
            if found:
                return found[-1]
            await asyncio.sleep(0.05)


def said(view: Any) -> str:
    [block] = [each for each in view["blocks"] if each["block_id"] == "dry_run"]
    return str(block["text"]["text"])


async def listed(world: World, user: str = ANA) -> Message:
    outcome = await world.say("/tesorio subscriptions", user=user)
    return outcome.messages[-1]


class TestForm:
    async def test_is_filled_with_what_was_typed_and_says_what_it_would_have_posted(self, world: World) -> None:
        view = await form(world, "overdue>30d amount>10k quiet 22-7")
        shown = world.shown(Outcome(view=view))
        assert "This would have posted " in said(view)
        for line in ("Where: (#ar-team", "(Newly past due", "(overdue>30d amount>10k", "(22:00", "(07:00", "(UTC"):
            assert line in shown, shown

    async def test_names_another_channel(self, world: World) -> None:
        view = await form(world, "payments in #sales")
        assert "Where: (#sales" in world.shown(Outcome(view=view))

    @pytest.mark.parametrize(
        ("channel", "text", "reason"),
        [
            ("#northwind-shared", "payments", "Data can't be posted to this channel"),
            ("#general", "payments", "Tesorio is not in this channel."),
            ("#ar-team", "payments in #nowhere", "knows no channel «nowhere»"),
            ("#ar-team", "owner:Nobody", "No sales rep is called «Nobody»"),
            ("#ar-team", "colour:red", "There is no filter «colour»"),
            ("#ar-team", "large", "From which amount on is an invoice large?"),
        ],
    )
    async def test_says_what_is_wrong(self, world: World, channel: str, text: str, reason: str) -> None:
        view = await form(world, text, channel=channel)
        assert reason in said(view)

    async def test_checks_what_stands_in_it(self, world: World) -> None:
        await form(world, "payments")
        await world.workspace.choose(ANA, None, "subscribe.rhythm", "daily", waiting=SETTLED)
        outcome = await world.workspace.click(ANA, None, "subscribe.check", waiting=FORM)
        assert said(outcome.view) == "This would have posted 7 messages in the last 7 days."

    async def test_finds_time_zones(self, world: World) -> None:
        await form(world, "payments")
        found = await world.workspace.suggestions(ANA, None, "subscribe.zone", "berl")
        assert [each["value"] for each in found["options"]] == ["Europe/Berlin"]

    async def test_is_not_for_viewers(self, world: World) -> None:
        outcome = await world.say("/tesorio subscribe payments", user=BEN)
        assert outcome.view is None
        assert "Your role here does not allow this." in world.shown(outcome)

    async def test_in_our_own_conversation_a_button_opens_it(self, world: World) -> None:
        outcome = await world.workspace.say(ANA, ANA_APP_DM, "subscribe payments daily", TOLD)
        opened = await world.workspace.click(ANA, outcome.messages[-1], "subscribe.open", waiting=FORM)
        shown = world.shown(Outcome(view=opened.view))
        assert "Where: (A direct message to me" in shown
        assert "When: (Daily digest" in shown


class TestSubmit:
    async def test_makes_one_and_says_so_where_it_goes(self, world: World) -> None:
        made = await subscribed(world, "overdue>30d amount>10k")
        assert (made.channel_id, made.events, made.filter_text) == (
            AR_TEAM,
            (NewsKind.PAST_DUE,),
            "overdue>30d amount>10k",
        )
        assert (made.wanted.days_over, str(made.wanted.amount_over), made.owner_slack) == (30, "10000", ANA)
        told = await arrived(world, "set up updates for this channel.")
        assert "Newly past due · overdue>30d amount>10k · as it happens" in world.shown(told)
        assert ("subscribe.submit", AR_TEAM) in {event[1:] for event in await world.audited()}

    async def test_submitted_twice_makes_one(self, world: World) -> None:
        made = await subscribed(world, "payments")
        [payload] = [
            each.payload
            for each in world.workspace.hub.deliveries
            if (each.payload.get("view") or {}).get("private_metadata", "").find(made.id) >= 0
            and each.payload["type"] == "view_submission"
        ]
        again = await world.workspace.hub.deliver("interactive", payload, retry_attempt=1)
        assert again.ack is not None
        await asyncio.sleep(0.5)
        assert [each.id for each in await _all(world)] == [made.id]
        confirmations = [each for each in world.workspace.messages("#ar-team", ANA) if made.id in str(each.metadata)]
        assert len(confirmations) == 1

    @pytest.mark.parametrize(
        ("values", "block", "words"),
        [
            ({"subscribe.filter": "amount>"}, "subscribe.filter.block", "What should follow amount>?"),
            ({"subscribe.filter": "customer:Atlantis"}, "subscribe.filter.block", "Atlantis"),
            ({"subscribe.events": []}, "subscribe.events.block", "Choose at least one"),
            ({"subscribe.events": ["large_invoice"]}, "subscribe.filter.block", "From which amount on"),
            ({"subscribe.quiet_from": "22:00"}, "subscribe.quiet_until.block", "both a beginning and an end"),
        ],
    )
    async def test_shows_what_is_wrong_and_keeps_what_was_typed(
        self, world: World, values: dict[str, Any], block: str, words: str
    ) -> None:
        await form(world, "payments")
        outcome = await world.workspace.submit(ANA, values)
        assert words in outcome.errors[block]
        assert world.workspace.modal(ANA) is not None
        assert await _all(world) == ()

    async def test_a_channel_that_became_shared_is_refused(self, world: World) -> None:
        view = await form(world, "payments")
        payload = self._forged(world, view, where="C0NORTHWND")
        delivery = await world.workspace.hub.deliver("interactive", payload, accepts_response=True)
        assert delivery.ack is not None
        assert delivery.ack.payload is not None
        assert "Data can't be posted" in delivery.ack.payload["errors"]["subscribe.where.block"]

    async def test_who_lost_the_right_makes_nothing(self, world: World) -> None:
        view = await form(world, "payments")
        payload = self._forged(world, view, user=BEN)
        delivery = await world.workspace.hub.deliver("interactive", payload, accepts_response=True)
        assert delivery.ack is not None
        assert "Your role here does not allow this." in str(delivery.ack.payload)
        assert await _all(world) == ()

    def _forged(self, world: World, view: dict[str, Any], *, where: str = AR_TEAM, user: str = ANA) -> dict[str, Any]:
        """The submission of the form as whoever wants to can send it."""
        chosen = {"type": "static_select", "selected_option": {"value": where}}
        states = {**view["state"]["values"], "subscribe.where.block": {"subscribe.where": chosen}}
        return {
            "type": "view_submission",
            "user": {"id": user, "team_id": "T0MERIDIAN"},
            "team": {"id": "T0MERIDIAN"},
            "trigger_id": world.slack.core.tickets.issue_trigger(user),
            "view": {**view, "state": {"values": states}},
        }


class TestNews:
    async def test_a_payment_reaches_the_channel_with_its_card_one_press_away(self, world: World) -> None:
        await subscribed(world, "payments amount>1")
        world.ledger.pay_invoice(world.ledger.invoice_numbered("INV-12345").id, 1_000_00)
        await pulled(world)
        told = await arrived(world, "$1,000.00 paid on INV-12345 of Sun Microsystems, Inc.")
        assert elements(told, "reply.open")
        card = await world.workspace.click(BEN, told, "lookup.open")
        assert "INV-12345" in world.shown(card)
        await pulled(world)
        seen = [each for each in world.workspace.messages("#ar-team", ANA) if "paid on INV-12345" in world.shown(each)]
        assert len(seen) == 1

    async def test_a_direct_message_is_read_by_nobody_else(self, world: World) -> None:
        made = await subscribed(world, 'payments to me customer:"ABC Inc"')
        assert made.is_direct
        customer = world.ledger.customer_named("ABC Inc")
        [first, *_] = [each for each in world.ledger.invoices_of(customer.id) if each.open_minor > 0]
        world.ledger.pay_invoice(first.id, 5_00)
        world.ledger.pay_invoice(world.ledger.invoice_numbered("INV-12345").id, 6_00)
        await pulled(world)
        told = await arrived(world, f"$5.00 paid on {first.number} of", channel=ANA_APP_DM)
        assert told.channel == ANA_APP_DM
        everywhere = [each for name in ("#ar-team", "#sales") for each in world.workspace.messages(name, ANA)]
        assert not [each for each in everywhere if f"paid on {first.number} of" in world.shown(each)]

    async def test_many_at_once_are_one_message(self, world: World) -> None:
        await subscribed(world, "payments")
        owed = [each for each in world.ledger.invoices.values() if each.open_minor > 1_00][:9]
        for invoice in owed:
            world.ledger.pay_invoice(invoice.id, 1_00)
        await pulled(world)
        told = await arrived(world, "9 updates")
        assert "Payments (9)" in world.shown(told)
        assert "+1 more" in world.shown(told)


class TestList:
    async def test_pause_resume_delete(self, world: World) -> None:
        made = await subscribed(world, "payments")
        shown = await listed(world)
        for action, words in (
            ("subscriptions.pause", "Paused since"),
            ("subscriptions.resume", "It goes on from now."),
            ("subscriptions.delete", "Deleted."),
        ):
            outcome = await world.workspace.click(ANA, shown, action, waiting=SETTLED)
            shown = outcome.messages[-1] if outcome.messages else shown
            assert words in world.shown(outcome), world.shown(outcome)
        async with world.store.read() as conn:
            assert await subscription_by_id(conn, made.id) is None

    async def test_edit_changes_it_and_starts_it_again(self, world: World) -> None:
        made = await subscribed(world, "payments")
        shown = await listed(world)
        await world.workspace.click(ANA, shown, "subscriptions.pause", waiting=SETTLED)
        view = (await world.workspace.click(ANA, await listed(world), "subscriptions.edit", waiting=FORM)).view
        assert view is not None
        assert view["submit"]["text"] == "Save"
        await world.workspace.submit(ANA, {"subscribe.rhythm": "weekly.4", "subscribe.at": "17:00"}, TOLD)
        await arrived(world, "changed updates for this channel.")
        after = await kept(world, made.id)
        assert (after.rhythm, after.digest_weekday, after.digest_at.hour) == (Rhythm.WEEKLY, 4, 17)
        assert (after.paused_at, after.created_at) == (None, made.created_at)

    async def test_others_see_those_of_the_channel_and_only_admins_change_them(self, world: World) -> None:
        made = await subscribed(world, "payments")
        await subscribed(world, "payments to me")
        bens, chloes = await listed(world, BEN), await listed(world, CHLOE)
        assert world.shown(bens).count("Payments") == 1
        assert not elements(bens, "subscriptions.pause")
        assert len(elements(chloes, "subscriptions.pause")) == 1
        await world.workspace.click(CHLOE, chloes, "subscriptions.pause", waiting=SETTLED)
        assert (await kept(world, made.id)).pause_cause is PauseCause.PERSON

    async def test_what_is_not_ones_own_or_is_gone_cannot_be_changed(self, world: World) -> None:
        made = await subscribed(world, "payments to me")
        shown = await listed(world)
        for action in ("pause", "edit"):
            payload = await self._clicked(world, shown, f"subscriptions.{action}", by=CHLOE)
            assert "Your role here does not allow this." in payload
        assert (await kept(world, made.id)).paused_at is None
        async with world.store.write() as conn:
            await delete_subscription(conn, made.id)
        assert "That subscription is gone." in await self._clicked(world, shown, "subscriptions.edit", by=ANA)
        assert "That subscription is gone." in await self._clicked(world, shown, "subscriptions.pause", by=ANA)

    async def _clicked(self, world: World, shown: Message, action: str, *, by: str) -> str:
        """What somebody reads who presses a button that they need not have been shown."""
        waiting = Waiting(quiet_seconds=0.4)
        outcome = await world.workspace.click(by, shown, action, waiting=waiting)
        return world.shown(outcome)

    async def test_of_nothing_says_how_to_begin(self, world: World) -> None:
        assert "Type /tesorio subscribe" in world.shown(await listed(world))


class TestFailingChannel:
    async def test_pauses_tells_the_owner_once_and_offers_to_go_on(self, world: World) -> None:
        """F11: what cannot be delivered is never ended silently."""
        made = await subscribed(world, "payments in #sales")
        assert made.channel_id == SALES
        world.workspace.remove_app("#sales")
        for minor in (7_00, 8_00):
            world.ledger.pay_invoice(world.ledger.invoice_numbered("INV-12345").id, minor)
            await pulled(world)
        told = await arrived(world, "Your updates are paused", channel=ANA_APP_DM)
        assert "/invite" in world.shown(told)
        paused = await kept(world, made.id)
        assert paused.pause_cause is PauseCause.CHANNEL
        assert "Paused since" in world.shown(await listed(world))
        dms = [each for each in world.workspace.messages(ANA_APP_DM, ANA) if "paused" in world.shown(each)]
        assert len(dms) == 1
        await self._invited(world)
        offer = await arrived(world, "Slack says that Tesorio is in the channel.", channel=ANA_APP_DM)
        await world.workspace.click(ANA, offer, "subscriptions.resume", waiting=SETTLED)
        assert (await kept(world, made.id)).paused_at is None
        world.ledger.pay_invoice(world.ledger.invoice_numbered("INV-12345").id, 9_00)
        await pulled(world)
        await arrived(world, "$9.00 paid on INV-12345", channel="#sales")
        assert not [each for each in world.workspace.messages("#sales", ANA) if "$8.00 paid" in world.shown(each)]

    async def _invited(self, world: World) -> None:
        world.workspace.invite_app("#sales")
        await world.say("/tesorio add", user=ANA)
        await world.workspace.say(ANA, "#sales", "/tesorio add", TOLD)


class TestNothingIsLostWithTheChannel:
    async def test_one_of_a_channel_with_another_id_goes_on_there(self, world: World) -> None:
        made = await subscribed(world, "payments")
        world.workspace.send_event(
            {"type": "channel_id_changed", "old_channel_id": AR_TEAM, "new_channel_id": "C0NEWID001", "event_ts": "1"}
        )
        async with asyncio.timeout(5):
            while (await kept(world, made.id)).channel_id == AR_TEAM:  # noqa: ASYNC110 - events are answered by nothing
                await asyncio.sleep(0.02)
        async with world.store.read() as conn:
            assert [each.id for each in await subscriptions_in(conn, "C0NEWID001")] == [made.id]
