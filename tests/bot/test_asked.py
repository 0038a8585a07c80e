"""What somebody asked before they were connected is answered afterwards: once, soon, and to nobody else."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from sandbox.slack.records import Member, Message
from sandbox.slack.seed import ANA, CHLOE
from store.link_requests import link_requests
from store.users import Role
from tests.bot.newcomers import CONFIRMED, SHOWN, account_for, connected, newcomer, told, words
from tests.bot.sharing import ruled
from tests.bot.world import CHANNEL, SETTLED, World, elements

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUESTION = "/tesorio customer sun micro"
ANSWER = "Sun Microsystems, Inc. owes"


async def opened_by(world: World, member: Member, line: str = QUESTION) -> Any:
    """Ask, press «Connect» below the refusal; the modal that comes of it."""
    refusal = await world.card(line, user=member.id)
    assert ANSWER not in world.shown(refusal)
    await world.workspace.click(member.id, refusal, "connect.open", waiting=SHOWN)
    return world.workspace.modal(member.id)


def seen(world: World, member: Member, channel: str = CHANNEL) -> list[Message]:
    """The cards that this person alone sees in a conversation."""
    found = [each for each in world.workspace.messages(channel, member.id) if ANSWER in world.shown(each)]
    return [each for each in found if each.ephemeral_to == member.id or each.channel == own(world, member)]


def own(world: World, member: Member) -> str:
    return world.workspace.app_channel(member.id).id


async def answered(world: World, member: Member, channel: str) -> Message:
    """The answer, once it is there."""
    return (await once_there(world, lambda: seen(world, member, channel)))[-1]


async def once_there(world: World, find: Callable[[], list[Message]]) -> list[Message]:
    """What is found as soon as anything is."""
    with world.slack.core.feed.listen() as happening:
        async with asyncio.timeout(60):
            while not (found := find()):
                await happening.get()
    return found


async def all_done(world: World) -> None:
    """Whatever was under way has ended."""
    await world.slack.core.background.idle()
    await world.catch_up()
    await asyncio.sleep(0.3)


class TestAnswered:
    async def test_where_it_was_asked_to_them_alone(self, world: World) -> None:
        eva = newcomer(world)
        await account_for(world, eva)
        before = len(seen(world, eva))
        form = await opened_by(world, eva)
        assert "What you asked, «customer sun micro», is answered right after that." in words(form)
        await world.workspace.submit(eva.id, {}, CONFIRMED)
        card = await answered(world, eva, CHANNEL)
        assert card.ephemeral_to == eva.id
        assert elements(card, "answers.post")
        assert len(seen(world, eva)) == before + 1
        assert not [each for each in world.workspace.messages(CHANNEL, ANA) if each.ts == card.ts]
        assert ("card.shown", "netsuite:customer:1001") in [event[1:] for event in await world.audited()]
        await world.workspace.click(eva.id, card, "answers.post", waiting=SETTLED)
        assert ANSWER in world.shown(world.workspace.messages(CHANNEL, ANA)[-1])

    @pytest.mark.parametrize("line", ["invoice INV-12345", "INV-12345", "customer sun micro"])
    async def test_in_their_own_conversation(self, world: World, line: str) -> None:
        eva = newcomer(world)
        await account_for(world, eva)
        asked = await world.workspace.post(eva.id, own(world, eva), line)
        await world.workspace.click(eva.id, asked.messages[-1], "connect.open", waiting=SHOWN)
        await world.workspace.submit(eva.id, {}, CONFIRMED)
        assert "Sun Microsystems" in world.shown(await answered_in(world, eva))

    async def test_a_table_too(self, world: World) -> None:
        eva = newcomer(world)
        await account_for(world, eva)
        refusal = await world.card("/tesorio overdue", user=eva.id)
        await world.workspace.click(eva.id, refusal, "connect.open", waiting=SHOWN)
        outcome = await world.workspace.submit(eva.id, {}, told("past due"))
        [table] = [each for each in outcome.messages if "past due" in world.shown(each)]
        assert table.ephemeral_to == eva.id

    async def test_whoever_was_connected_meanwhile_is_answered_at_the_press(self, world: World) -> None:
        eva = newcomer(world)
        refusal = await world.card(QUESTION, user=eva.id)
        await connected(world, eva)
        await world.workspace.click(eva.id, refusal, "connect.open", waiting=SHOWN)
        assert (await answered(world, eva, CHANNEL)).ephemeral_to == eva.id

    async def test_by_the_role_that_they_have(self, world: World) -> None:
        """A question that takes more than looking up is none: nothing is done for them by connecting."""
        eva = newcomer(world)
        await account_for(world, eva, Role.VIEWER)
        refusal = await world.card("/tesorio add", user=eva.id)
        assert "then try again" in world.shown(refusal)
        await world.workspace.click(eva.id, refusal, "connect.open", waiting=SHOWN)
        assert "What you asked" not in words(world.workspace.modal(eva.id))


class TestOnce:
    async def test_confirmed_twice(self, world: World) -> None:
        eva = newcomer(world)
        await account_for(world, eva)
        before = len(seen(world, eva))
        await opened_by(world, eva)
        await world.workspace.submit(eva.id, {}, CONFIRMED)
        await answered(world, eva, CHANNEL)
        submitted = world.last_payload("view_submission")
        for number in range(2):
            await world.workspace.hub.deliver("interactive", submitted | {"trigger_id": f"again.{eva.id}.{number}"})
        await all_done(world)
        assert len(seen(world, eva)) == before + 1

    async def test_it_is_forgotten(self, world: World) -> None:
        eva = newcomer(world)
        await account_for(world, eva)
        await opened_by(world, eva)
        assert await kept(world, eva) == ["customer sun micro"]
        await world.workspace.submit(eva.id, {}, CONFIRMED)
        assert await kept(world, eva) == [None]

    async def test_what_is_too_long_is_not_kept(self, world: World) -> None:
        eva = newcomer(world)
        await account_for(world, eva)
        await opened_by(world, eva, f"/tesorio customer {'x' * 301}")
        assert await kept(world, eva) == [None]


class TestNobodyElse:
    async def test_a_guest_gets_nothing(self, world: World) -> None:
        gil = newcomer(world, is_restricted=True)
        await account_for(world, gil)
        await opened_by(world, gil)
        assert "You are a guest of this workspace" in words(world.workspace.modal(gil.id))
        await all_done(world)
        assert seen(world, gil) == []

    async def test_the_form_of_another_answers_nobody(self, world: World) -> None:
        eva, mallory = newcomer(world), newcomer(world)
        for member in (eva, mallory):
            await account_for(world, member)
        form = await opened_by(world, eva)
        await world.workspace.submit(eva.id, {}, CONFIRMED)
        await answered(world, eva, CHANNEL)
        before = len(seen(world, eva))
        stolen = world.last_payload("view_submission") | {"trigger_id": "stolen.1", "view": form}
        stolen |= {"user": stolen["user"] | {"id": mallory.id}}
        await world.workspace.hub.deliver("interactive", stolen)
        await all_done(world)
        assert (seen(world, mallory), len(seen(world, eva))) == ([], before)

    @pytest.mark.parametrize("value", ["", "{}", "x" * 1900, '{"v":1,"for":"question","line":"customer sun"}'])
    async def test_what_the_button_never_carried_is_no_question(self, world: World, value: str) -> None:
        eva = newcomer(world)
        await account_for(world, eva)
        await opened_by(world, eva)
        payload = world.last_payload("block_actions")
        payload["actions"] = [payload["actions"][0] | {"value": value, "action_ts": "7.7"}]
        payload["trigger_id"] = world.slack.core.tickets.issue_trigger(eva.id)
        await world.workspace.hub.deliver("interactive", payload)
        await world.catch_up()
        assert await kept(world, eva) == [None]


class TestApproved:
    async def _asked(self, world: World) -> tuple[Member, Message]:
        eva = newcomer(world)
        await account_for(world, eva)
        form = await opened_by(world, eva)
        assert "is answered once you are approved, if that is within a day." in words(form)
        await world.workspace.submit(eva.id, {}, SETTLED)
        to_chloe = world.workspace.app_channel(CHLOE).id
        asked = await once_there(
            world, lambda: [each for each in world.workspace.messages(to_chloe) if about(each, eva)]
        )
        assert "sun micro" not in str(asked[-1].blocks)
        return eva, asked[-1]

    async def test_it_is_answered_in_a_direct_message(self, world: World) -> None:
        with ruled(world, link_approval=True):
            eva, asked = await self._asked(world)
            assert seen(world, eva, own(world, eva)) == []
            await world.workspace.click(CHLOE, asked, "connect.approve", waiting=SETTLED)
            await answered(world, eva, own(world, eva))
            await all_done(world)
        assert len(seen(world, eva, own(world, eva))) == 1

    async def test_a_day_later_it_is_not(self, world: World) -> None:
        with ruled(world, link_approval=True):
            eva, asked = await self._asked(world)
            world.clock.ahead = timedelta(days=1, minutes=1)
            await world.workspace.click(CHLOE, asked, "connect.approve", waiting=SETTLED)
            await all_done(world)
        assert seen(world, eva, own(world, eva)) == []
        assert "now connected" in str([each.text for each in world.workspace.messages(own(world, eva))])

    async def test_declined_it_is_not_and_is_forgotten(self, world: World) -> None:
        with ruled(world, link_approval=True):
            eva, asked = await self._asked(world)
            await world.workspace.click(CHLOE, asked, "connect.refuse", waiting=SETTLED)
            await all_done(world)
        assert seen(world, eva, own(world, eva)) == []
        assert await kept(world, eva) == [None]


async def answered_in(world: World, member: Member) -> Message:
    """The card in their own conversation with the app."""
    channel = own(world, member)
    return (
        await once_there(
            world, lambda: [each for each in world.workspace.messages(channel) if elements(each, "reply.open")]
        )
    )[-1]


async def kept(world: World, member: Member) -> list[str | None]:
    """The questions that the store has of this person."""
    query = select(link_requests.c.question).where(link_requests.c.slack_user_id == member.id)
    async with world.store.read() as conn:
        return list((await conn.execute(query)).scalars())


def about(message: Message, member: Member) -> bool:
    return member.real_name in message.text and bool(elements(message, "connect.approve"))
