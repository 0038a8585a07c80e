"""What subscribers are told, from the ledger's change to the message, and `/tesorio subscriptions`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal

import pytest
import pytest_asyncio

from sandbox.slack import Waiting
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, BEN, CHLOE, SALES
from store.portfolio import InvoiceFilter
from store.subscriptions import (
    PauseCause,
    Rhythm,
    delete_subscription,
    pause_subscription,
    put_subscription,
    subscription_by_id,
    subscriptions_in,
)
from tests.bot.sharing import opened
from tests.bot.subscribing import FORM, TOLD, all_of, arrived, kept, listed, pulled, subscribed
from tests.bot.world import SETTLED, World, elements

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["opened"]


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_left(world: World) -> AsyncIterator[None]:
    """No subscription outlives its test."""
    yield
    async with world.store.write() as conn:
        for each in await all_of(world):
            await delete_subscription(conn, each.id)


class TestNews:
    async def test_a_payment_reaches_the_channel_with_its_card_one_press_away(self, world: World) -> None:
        await subscribed(world, "payments amount>1")
        world.ledger.pay_invoice(world.ledger.invoice_numbered("INV-12345").id, 1_000_00)
        await pulled(world)
        told = await arrived(world, "Payment or credit of $1,000.00 on INV-12345 of Sun Microsystems, Inc.")
        assert elements(told, "reply.open")
        card = await world.workspace.click(BEN, told, "lookup.open")
        assert "INV-12345" in world.shown(card)
        await pulled(world)
        seen = [each for each in world.workspace.messages("#ar-team", ANA) if "on INV-12345" in world.shown(each)]
        assert len(seen) == 1

    async def test_a_direct_message_is_read_by_nobody_else(self, world: World) -> None:
        made = await subscribed(world, 'payments to me customer:"ABC Inc"')
        assert made.is_direct
        customer = world.ledger.customer_named("ABC Inc")
        [first, *_] = [each for each in world.ledger.invoices_of(customer.id) if each.open_minor > 0]
        world.ledger.pay_invoice(first.id, 5_00)
        world.ledger.pay_invoice(world.ledger.invoice_numbered("INV-12345").id, 6_00)
        await pulled(world)
        told = await arrived(world, f"Payment or credit of $5.00 on {first.number} of", channel=ANA_APP_DM)
        assert told.channel == ANA_APP_DM
        everywhere = [each for name in ("#ar-team", "#sales") for each in world.workspace.messages(name, ANA)]
        assert not [each for each in everywhere if f"on {first.number} of" in world.shown(each)]

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

    async def test_more_than_fit_are_paged_and_a_click_stays_on_its_page(self, world: World) -> None:
        made = await subscribed(world, "payments amount>1")
        async with world.store.write() as conn:
            for number in range(2, 15):
                one = replace(made, id=f"{made.id}-{number:02}", filter_text=f"amount>{number}")
                await put_subscription(conn, replace(one, wanted=InvoiceFilter(amount_over=Decimal(number))))
        shown = await listed(world)
        assert "1-12 of 14" in world.shown(shown)
        assert not elements(shown, "subscriptions.previous")
        [shown] = (await world.workspace.click(ANA, shown, "subscriptions.next", waiting=SETTLED)).messages
        assert "13-14 of 14" in world.shown(shown)
        last = elements(shown, "subscriptions.pause")[-1]["value"]
        outcome = await world.workspace.click(ANA, shown, "subscriptions.pause", value=last, waiting=SETTLED)
        [shown] = outcome.messages
        assert "Paused." in shown.text
        assert "13-14 of 14" in world.shown(shown)
        assert (await kept(world, last)).pause_cause is PauseCause.PERSON
        [shown] = (await world.workspace.click(ANA, shown, "subscriptions.previous", waiting=SETTLED)).messages
        assert "1-12 of 14" in world.shown(shown)

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

    async def test_what_another_person_does_is_told_to_the_owner(self, world: World) -> None:
        await subscribed(world, "payments")
        for action, verb in (("pause", "paused"), ("resume", "resumed"), ("delete", "deleted")):
            shown = await listed(world, CHLOE)
            await world.workspace.click(CHLOE, shown, f"subscriptions.{action}", waiting=SETTLED)
            await arrived(world, f"chloe@meridian.example {verb} your updates.", channel=ANA_APP_DM)
        await arrived(world, "chloe@meridian.example deleted updates for this channel.")

    async def test_resuming_what_its_owner_may_have_no_more_makes_it_one_s_own(self, world: World) -> None:
        made = await subscribed(world, "payments")
        async with world.store.write() as conn:
            await pause_subscription(conn, made.id, PauseCause.OWNER, "", at=world.clock())
        outcome = await world.workspace.click(
            CHLOE, await listed(world, CHLOE), "subscriptions.resume", waiting=SETTLED
        )
        assert "It goes on from now, and is yours." in world.shown(outcome)
        after = await kept(world, made.id)
        assert (after.owner_slack, after.paused_at) == (CHLOE, None)

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
        dms = [
            each for each in world.workspace.messages(ANA_APP_DM, ANA) if "Your updates are paused" in world.shown(each)
        ]
        assert len(dms) == 1
        await self._invited(world)
        offer = await arrived(world, "Slack says that Tesorio is in the channel.", channel=ANA_APP_DM)
        await world.workspace.click(ANA, offer, "subscriptions.resume", waiting=SETTLED)
        assert (await kept(world, made.id)).paused_at is None
        world.ledger.pay_invoice(world.ledger.invoice_numbered("INV-12345").id, 9_00)
        await pulled(world)
        await arrived(world, "Payment or credit of $9.00 on INV-12345", channel="#sales")
        assert not [each for each in world.workspace.messages("#sales", ANA) if "of $8.00" in world.shown(each)]

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
        async with asyncio.timeout(60):
            while (await kept(world, made.id)).channel_id == AR_TEAM:  # noqa: ASYNC110 - events are answered by nothing
                await asyncio.sleep(0.02)
        async with world.store.read() as conn:
            assert [each.id for each in await subscriptions_in(conn, "C0NEWID001")] == [made.id]
