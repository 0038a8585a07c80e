"""Where an admin has to approve who is connected: asked, decided once, checked again, told to everybody concerned."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from sandbox.slack.records import Member, Message
from sandbox.slack.seed import ANA, BEN, CHLOE, TEAM_ID
from store.users import Role, SlackLink, User, add_user, deactivate_user, link_slack, linked_user, user_by_email
from tests.bot.newcomers import SEEN_HOME, SHOWN, account_for, newcomer, press_connect, words
from tests.bot.world import SETTLED, World, elements, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASKED = "would like to be connected"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("approving"), slack_rules={"link_approval": True}) as world:
        yield world


async def acts_as(world: World, member: Member) -> User | None:
    async with world.store.read() as conn:
        return await linked_user(conn, member.team_id, member.id)


async def asked(world: World) -> tuple[Member, User, Message]:
    """Somebody who has asked, their account, and the message that Chloé got."""
    eva = newcomer(world)
    account = await account_for(world, eva)
    form = await press_connect(world, eva.id)
    assert "An administrator has to approve it" in words(form)
    outcome = await world.workspace.submit(eva.id, {}, SHOWN)
    assert "Your request waits for an administrator: chloe@meridian.example" in words(outcome.view)
    return eva, account, await message_to(world, CHLOE, eva.real_name)


async def message_to(world: World, user: str, text: str) -> Message:
    """The newest message of the app to this person that says this, as soon as it is there."""
    channel = world.workspace.app_channel(user).id
    with world.slack.core.feed.listen() as happening:
        async with asyncio.timeout(60):
            while not (seen := [each for each in world.workspace.messages(channel, user) if text in each.text]):
                await happening.get()
    return seen[-1]


class TestApproval:
    async def test_an_admin_approves_from_the_message(self, world: World) -> None:
        eva, account, message = await asked(world)
        assert await acts_as(world, eva) is None
        outcome = await world.workspace.click(CHLOE, message, "connect.approve", waiting=SETTLED)
        assert await acts_as(world, eva) == account
        decided = next(each for each in outcome.messages if each.ts == message.ts)
        assert f"approved: {eva.real_name}" in decided.text
        assert not elements(decided, "connect.approve")
        assert "now connected" in (await message_to(world, eva.id, "now connected")).text
        assert any(
            action == "users.link" and subject == f"user:{account.id}" for _, action, subject in await world.audited()
        )

    async def test_while_slack_does_not_answer_the_buttons_stay(self, world: World) -> None:
        eva, account, message = await asked(world)
        world.workspace.faults.fail("users.info", 503)
        outcome = await world.workspace.click(CHLOE, message, "connect.approve", waiting=SETTLED)
        told = next(each for each in outcome.messages if each.ts == message.ts)
        assert "Slack did not say just now who they are; press once more." in told.text
        await world.workspace.click(CHLOE, told, "connect.approve", waiting=SETTLED)
        assert await acts_as(world, eva) == account

    async def test_an_admin_declines_and_the_person_is_told(self, world: World) -> None:
        eva, _, message = await asked(world)
        await world.workspace.click(CHLOE, message, "connect.refuse", waiting=SETTLED)
        assert await acts_as(world, eva) is None
        assert "declined your request" in (await message_to(world, eva.id, "declined")).text
        assert "declined your request" in words(await press_connect(world, eva.id))

    async def test_home_shows_it_to_admins_and_takes_the_decision(self, world: World) -> None:
        eva, account, _ = await asked(world)
        home = (await world.workspace.open_home(CHLOE, waiting=SEEN_HOME)).home
        assert home is not None
        assert "Waiting for your approval" in words(home)
        assert eva.real_name in words(home)
        value = asked_id(home, eva.real_name)
        outcome = await world.workspace.click(CHLOE, home["id"], "connect.approve", value=value, waiting=SEEN_HOME)
        assert await acts_as(world, eva) == account
        assert eva.real_name not in words(outcome.home)

    async def test_nobody_else_sees_or_decides_it(self, world: World) -> None:
        eva, _, message = await asked(world)
        home = (await world.workspace.open_home(ANA, waiting=SEEN_HOME)).home
        assert eva.real_name not in words(home)
        for user in (ANA, BEN):
            await world.workspace.click(user, message, "connect.approve", waiting=SETTLED)
        assert await acts_as(world, eva) is None
        assert (await world.audited())[-1][1] == "connect.approve.denied"

    async def test_a_request_that_waits_is_not_asked_twice(self, world: World) -> None:
        eva, _, _ = await asked(world)
        before = len(world.workspace.messages(world.workspace.app_channel(CHLOE).id, CHLOE))
        assert "waits for an administrator" in words(await press_connect(world, eva.id))
        assert len(world.workspace.messages(world.workspace.app_channel(CHLOE).id, CHLOE)) == before

    async def test_it_is_decided_once(self, world: World) -> None:
        eva, account, message = await asked(world)
        await world.workspace.click(CHLOE, message, "connect.approve", waiting=SETTLED)
        stale = world.last_payload("block_actions") | {"trigger_id": "late.1"}
        refuse = stale["actions"][0] | {"action_id": "connect.refuse", "action_ts": "9.9"}
        await world.workspace.hub.deliver("interactive", stale | {"actions": [refuse]})
        await world.catch_up()
        assert await acts_as(world, eva) == account

    async def test_it_ends_after_a_week(self, world: World) -> None:
        eva, _, message = await asked(world)
        world.clock.ahead = timedelta(days=7, minutes=1)
        outcome = await world.workspace.click(CHLOE, message, "connect.approve", waiting=SETTLED)
        assert "not open any more" in world.shown(outcome)
        assert await acts_as(world, eva) is None


class TestCheckedAgain:
    async def test_a_guest_by_now_is_not_connected(self, world: World) -> None:
        eva, _, message = await asked(world)
        world.workspace.change_member(eva.id, is_restricted=True)
        outcome = await world.workspace.click(CHLOE, message, "connect.approve", waiting=SETTLED)
        assert "was not connected: this Slack user is a guest now" in world.shown(outcome)
        assert await acts_as(world, eva) is None

    async def test_an_account_closed_by_now_is_not_given(self, world: World) -> None:
        eva, account, message = await asked(world)
        async with world.store.write() as conn:
            await deactivate_user(conn, account.id)
        outcome = await world.workspace.click(CHLOE, message, "connect.approve", waiting=SETTLED)
        assert "was not connected" in world.shown(outcome)
        assert await acts_as(world, eva) is None

    async def test_an_account_taken_by_now_is_not_given_twice(self, world: World) -> None:
        eva, account, message = await asked(world)
        async with world.store.write() as conn:
            link = SlackLink(
                team_id=TEAM_ID,
                slack_user_id="U0OTHER001",
                user_id=account.id,
                linked_at=world.clock(),
                linked_by="test",
            )
            await link_slack(conn, link)
        outcome = await world.workspace.click(CHLOE, message, "connect.approve", waiting=SETTLED)
        assert "connected to another Slack user by now" in world.shown(outcome)
        assert await acts_as(world, eva) is None

    async def test_an_e_mail_that_moved_on_is_another_request(self, world: World) -> None:
        eva, _, message = await asked(world)
        world.workspace.change_member(eva.id, email="moved@meridian.example")
        outcome = await world.workspace.click(CHLOE, message, "connect.approve", waiting=SETTLED)
        assert "their e-mail or the account has changed" in world.shown(outcome)
        assert await acts_as(world, eva) is None


class TestNoAdmin:
    async def test_without_a_linked_admin_nobody_is_asked(self, world: World) -> None:
        async with world.store.write() as conn:
            chloe = await user_by_email(conn, "chloe@meridian.example")
            assert chloe is not None
            await deactivate_user(conn, chloe.id)
        eva = newcomer(world)
        await account_for(world, eva)
        shown = words(await press_connect(world, eva.id))
        async with world.store.write() as conn:
            other = await add_user(conn, email="c@m.example", name="C", role=Role.ADMIN, at=world.clock())
            link = SlackLink(
                team_id=TEAM_ID, slack_user_id=CHLOE, user_id=other.id, linked_at=world.clock(), linked_by="test"
            )
            await link_slack(conn, link)
        assert "none is connected to Slack yet" in shown
        assert await acts_as(world, eva) is None


def asked_id(home: dict[str, object], name: str) -> str:
    """The id of the request that Home shows of this person."""
    blocks = home["blocks"]
    assert isinstance(blocks, list)
    at = next(number for number, block in enumerate(blocks) if name in words(block))
    return str(blocks[at + 1]["elements"][0]["value"])
