"""The app's Home tab: what it shows to whom, and that its buttons do what they say."""

from datetime import timedelta
from typing import Any

import pytest

from bot.cli.checkups import check_up
from sandbox.ledger.setup import EMPLOYEES
from sandbox.slack import Waiting
from sandbox.slack.records import Member
from sandbox.slack.seed import ANA, CHLOE, TEAM_ID
from store.checkups import Ailment, keep_checkup
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id
from store.quarantine import Quarantined, quarantine_records
from store.runs import Outcome, SyncRun, save_run, start_run
from store.subscriptions import ChannelSubscription, NewsKind, put_subscription
from store.tie_out import TieOut, save_tie_out
from store.users import Role, SlackLink, User, add_user, link_slack, unlink_slack
from tests.bot.newcomers import SEEN_HOME, SHOWN, connected, newcomer, words
from tests.bot.world import SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


# Nothing is to come; it is given a moment all the same.
NOTHING = Waiting(until=lambda _: True, quiet_seconds=0.2)


async def home_of(world: World, user: str) -> Any:
    outcome = await world.workspace.open_home(user, waiting=SEEN_HOME)
    assert outcome.home is not None
    return outcome.home


async def sales_rep(world: World, name: str) -> tuple[Member, User]:
    """Somebody linked who bears the name of a sales rep in the ERP."""
    member = newcomer(world)
    async with world.store.write() as conn:
        user = await add_user(conn, email=member.email, name=name, role=Role.VIEWER, at=world.clock())
        link = SlackLink(
            team_id=TEAM_ID, slack_user_id=member.id, user_id=user.id, linked_at=world.clock(), linked_by="test"
        )
        await link_slack(conn, link)
    return member, user


def rep_of(world: World, customer: str) -> str:
    """The sales rep of a customer, as the ERP names them."""
    found = world.ledger.customer_named(customer)
    return next(each.name for each in EMPLOYEES if each.id == found.sales_rep_id)


class TestHome:
    async def test_shows_my_customers_and_opens_their_cards(self, world: World) -> None:
        member, user = await sales_rep(world, rep_of(world, "Sun Microsystems, Inc."))
        home = await home_of(world, member.id)
        shown = words(home)
        assert f"*{user.name}*\n{user.email} · viewer · connected" in shown
        assert "*Sun Microsystems, Inc.*\n" in shown
        assert "NetSuite · as of" in shown
        button = next(
            block["accessory"] for block in home["blocks"] if "*Sun Microsystems, Inc.*" in words(block.get("text"))
        )
        outcome = await world.workspace.click(
            member.id, home["id"], "lookup.open", value=button["value"], waiting=SHOWN
        )
        assert "Sun Microsystems, Inc. owes" in words(outcome.view)

    async def test_shows_what_i_looked_up_lately_and_not_what_others_did(self, world: World) -> None:
        member, _ = await sales_rep(world, "Nobody's rep")
        await world.card("/tesorio invoice INV-12345", user=member.id)
        await world.card("/tesorio customer ABC Inc", user=member.id)
        await world.card("/tesorio invoice INV-12345", user=member.id)
        await world.card("/tesorio invoice INV-123", user=ANA)
        home = await home_of(world, member.id)
        rows = [block for block in home["blocks"] if block["type"] == "section"]
        recent = [block for block in rows if block["block_id"].startswith("recent.")]
        assert [words(block["text"]).strip() for block in recent] == [
            "*INV-12345*\nInvoice of Sun Microsystems, Inc.",
            "*ABC Inc*\nCustomer",
        ]

    async def test_old_figures_bear_a_badge(self, world: World) -> None:
        member, _ = await sales_rep(world, "Somebody")
        assert "Stale" not in words(await home_of(world, member.id))
        world.clock.ahead = timedelta(hours=30)
        assert "⚠️ *Stale* · NetSuite · as of" in words(await home_of(world, member.id))

    async def test_whoever_is_not_linked_sees_no_data_and_the_way_in(self, world: World) -> None:
        eva = newcomer(world)
        home = await home_of(world, eva.id)
        assert "not linked to an account" in words(home)
        assert "NetSuite" not in words(home)
        outcome = await world.workspace.click(eva.id, home["id"], "connect.open", waiting=SHOWN)
        assert "No account here has the e-mail" in words(outcome.view)

    async def test_disconnecting_empties_it(self, world: World) -> None:
        eva = newcomer(world)
        account = await connected(world, eva)
        home = await home_of(world, eva.id)
        outcome = await world.workspace.click(eva.id, home["id"], "connect.unlink", waiting=SETTLED)
        assert account.email not in words(outcome.home)
        assert "not linked to an account" in words(outcome.home)
        assert "not linked to an account" in world.shown(await world.say("/tesorio invoice INV-12345", user=eva.id))
        assert (f"user:{account.id}", "users.unlink", f"user:{account.id}") in await world.audited()

    async def test_connecting_fills_it(self, world: World) -> None:
        eva = newcomer(world)
        await home_of(world, eva.id)
        account = await connected(world, eva)
        assert account.email in words(world.workspace.home(eva.id))

    async def test_the_messages_tab_publishes_nothing(self, world: World) -> None:
        eva = newcomer(world)
        await world.workspace.open_home(eva.id, "messages", NOTHING)
        assert world.workspace.home(eva.id) is None

    async def test_an_unlink_elsewhere_shows_when_it_is_opened_again(self, world: World) -> None:
        eva = newcomer(world)
        account = await connected(world, eva)
        async with world.store.write() as conn:
            await unlink_slack(conn, TEAM_ID, eva.id)
        assert account.email not in words(await home_of(world, eva.id))

    async def test_slack_s_refusal_breaks_nothing(self, world: World) -> None:
        world.workspace.faults.fail("views.publish", 500, times=3)
        await world.workspace.open_home(ANA, waiting=NOTHING)
        await world.catch_up()
        assert not world.log.errors()
        assert "a Home was not published" in world.log.text()


class TestAdmin:
    async def _troubled(self, world: World, name: str, state: DeliveryState = DeliveryState.REJECTED) -> Delivery:
        delivery = Delivery(
            id=name,
            kind="note",
            target="somewhere",
            lane=f"somewhere/{name}",
            payload={"text": "A word"},
            created_at=world.clock(),
            state=state,
            reason="no such customer",
            is_enqueued=True,
            told=state.value,
        )
        async with world.store.write() as conn:
            await add_deliveries(conn, [delivery])
        return delivery

    async def _state(self, world: World, name: str) -> DeliveryState:
        async with world.store.read() as conn:
            found = await delivery_by_id(conn, name)
        assert found is not None
        return found.state

    async def test_sees_troubles_and_gives_one_up(self, world: World) -> None:
        await self._troubled(world, "note-up")
        home = await home_of(world, CHLOE)
        assert "*Note to somewhere*\nrefused: no such customer" in words(home)
        outcome = await world.workspace.click(CHLOE, home["id"], "home.drop", value="note-up", waiting=SEEN_HOME)
        assert await self._state(world, "note-up") is DeliveryState.DROPPED
        assert "no such customer" not in words(outcome.home)

    async def test_sends_one_again(self, world: World) -> None:
        await self._troubled(world, "note-again")
        home = await home_of(world, CHLOE)
        await world.workspace.click(CHLOE, home["id"], "home.retry", value="note-again", waiting=SEEN_HOME)
        tried = await world.delivered("note-again")
        # Nobody takes notes there: it went out once more and came back with another reason.
        assert tried.round == 2
        assert "not set up here" in tried.reason

    async def test_says_that_one_has_arrived(self, world: World) -> None:
        await self._troubled(world, "note-there", DeliveryState.UNKNOWN)
        home = await home_of(world, CHLOE)
        await world.workspace.click(CHLOE, home["id"], "home.arrived", value="note-there", waiting=SEEN_HOME)
        assert await self._state(world, "note-there") is DeliveryState.SENT

    async def test_others_neither_see_nor_decide(self, world: World) -> None:
        await self._troubled(world, "note-mine")
        assert "no such customer" not in words(await home_of(world, ANA))
        home = await home_of(world, CHLOE)
        await world.workspace.click(CHLOE, home["id"], "home.drop", value="note-mine", waiting=SEEN_HOME)
        await self._troubled(world, "note-hers")
        forged = world.last_payload("block_actions")
        action = forged["actions"][0] | {"value": "note-hers", "action_ts": "1.5"}
        stolen = forged | {"actions": [action], "user": forged["user"] | {"id": ANA}, "trigger_id": "stolen.1"}
        await world.workspace.hub.deliver("interactive", stolen)
        await world.catch_up()
        assert await self._state(world, "note-hers") is DeliveryState.REJECTED
        assert (await world.audited())[-1][1] == "home.drop.denied"

    async def test_reads_what_the_doctor_found_that_day(self, world: World) -> None:
        """Nobody has asked it: the program does so by itself, not in its first minutes and once a day."""
        world.workspace.faults.refuse("auth.test", "account_inactive", times=1_000)
        began, settings = world.clock(), world.settings
        try:
            await check_up(world.assistant, settings, began)
            assert "Slack bot token" not in words(await home_of(world, CHLOE))
            await check_up(world.assistant, settings, began - timedelta(hours=1))
        finally:
            world.workspace.faults.clear()
        shown = words(await home_of(world, CHLOE))
        assert "*Slack bot token* · account_inactive · as of " in shown
        assert "Install the app again" in shown
        assert "Slack bot token" not in words(await home_of(world, ANA))
        await check_up(world.assistant, settings, began - timedelta(hours=1))
        assert "Slack bot token" in words(await home_of(world, CHLOE))
        async with world.store.write() as conn:
            await keep_checkup(conn, began - timedelta(days=2), [Ailment(check="slack bot token", detail="Away")])
        await check_up(world.assistant, settings, began - timedelta(hours=1))
        assert "Slack bot token" not in words(await home_of(world, CHLOE))

    async def test_what_is_gone_is_said(self, world: World) -> None:
        await self._troubled(world, "note-gone")
        home = await home_of(world, CHLOE)
        await world.workspace.click(CHLOE, home["id"], "home.drop", value="note-gone", waiting=SEEN_HOME)
        forged = world.last_payload("block_actions")
        action = forged["actions"][0] | {"value": "made-up", "action_ts": "1.6"}
        await world.workspace.hub.deliver("interactive", forged | {"actions": [action], "trigger_id": "forged.1"})
        await world.catch_up()
        told = world.workspace.messages(world.workspace.app_channel(CHLOE).id, CHLOE)
        assert "out of date" in told[-1].text

    async def test_sees_what_could_not_be_read(self, world: World) -> None:
        unread = Quarantined(
            source="netsuite", stream="invoices", source_id="9", reason="no date", seen_at=world.clock()
        )
        async with world.store.write() as conn:
            await quarantine_records(conn, [unread])
        assert "⚠️ *NetSuite invoices* · 1 record could not be read" in words(await home_of(world, CHLOE))
        assert "could not be read" not in words(await home_of(world, ANA))

    async def test_sees_that_balances_differ(self, world: World) -> None:
        found = TieOut(source="netsuite", at=world.clock(), compared=1_203, differing=2)
        async with world.store.write() as conn:
            await save_tie_out(conn, found, [])
        shown = "⚠️ *NetSuite balances* · 2 of 1,203 are not what the open items come to"
        assert shown in words(await home_of(world, CHLOE))
        assert "open items come to" not in words(await home_of(world, ANA))

    async def test_sees_what_waits_for_an_admin(self, world: World) -> None:
        run = SyncRun(
            id="stopped/invoices",
            source="netsuite",
            stream="invoices",
            started_at=world.clock() + timedelta(minutes=1),
            outcome=Outcome.STOPPED,
            error="12 of 20 would be marked as deleted",
        )
        async with world.store.write() as conn:
            await start_run(conn, run)
            await save_run(conn, run)
        assert "⚠️ *NetSuite invoices* · 12 of 20 would be marked as deleted" in words(await home_of(world, CHLOE))


class TestFollows:
    async def test_what_i_follow_can_be_edited_from_there(self, world: World) -> None:
        eva = newcomer(world)
        account = await connected(world, eva)
        followed = ChannelSubscription(
            id="follow-1",
            channel_id=eva.id,
            owner_id=account.id,
            owner_slack=eva.id,
            events=(NewsKind.PAST_DUE,),
            time_zone="Europe/Lisbon",
            created_at=world.clock(),
            counts_from=world.clock(),
        )
        async with world.store.write() as conn:
            await put_subscription(conn, followed)
        home = await home_of(world, eva.id)
        assert "*To me alone*\n" in words(home)
        outcome = await world.workspace.click(eva.id, home["id"], "subscriptions.edit", waiting=SHOWN)
        assert outcome.view is not None
        assert outcome.view["callback_id"] == "subscribe.submit"
