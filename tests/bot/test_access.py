"""Who gets no data: everyone who is not linked to an active account, at every way in, whatever they send."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, SlackPerson
from bot.answering import ReplyTo
from bot.app import FEATURES, subcommands
from bot.commands.guard import admitted
from sandbox.slack import Outcome
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, BEN, CHLOE, DEACTIVATED, GUEST, OTHER_TEAM_ID, STRANGER, TEAM_ID
from store.users import Role, SlackLink, User, add_user, deactivate_user, link_slack, set_role, user_by_email
from tests.bot.world import CHANNEL, SETTLED, World, elements

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNLINKED = "U0UNLINKED"
BOT = "U0TESORIO1"
ACTORS = (UNLINKED, GUEST, STRANGER, DEACTIVATED, BOT)
LOOKUPS = tuple(each.word for each in subcommands() if each.word != "help")
ACTIONS = ("lookup.choose", "lookup.open", "refresh.record")
# What a card of the records asked for below would show.
DATA = ("17,250", "16,250", "Sun Micro", "Net 30", "CUST1001", "owes", "past due")


@dataclass
class Registrar:
    """What a feature registers for messages, instead of registering it."""

    actions: set[str] = field(default_factory=set)

    def action(self, name: str) -> Callable[[Any], Any]:
        self.actions.add(name)
        return lambda listener: listener


def no_data(world: World, outcome: Outcome) -> bool:
    told = [world.shown(outcome), *(message.text for message in outcome.messages), str(outcome.messages)]
    return not any(byte in text for text in told for byte in DATA)


async def click_as(world: World, actor: str, card: Message, action_id: str) -> Outcome:
    """The same payload that Ana's click has, from another person; also from one whom the stand-in does not know."""
    await world.workspace.click(ANA, card, action_id) if action_id != "lookup.choose" else await choose(world, card)
    payload = dict(world.last_envelope().payload)
    team = OTHER_TEAM_ID if actor == STRANGER else TEAM_ID
    payload["user"] = payload["user"] | {"id": actor, "team_id": team}
    payload["trigger_id"] = f"{actor}.{action_id}.{random.random()}"  # noqa: S311 - no secret
    payload["actions"] = [payload["actions"][0] | {"action_ts": payload["trigger_id"]}]
    await world.catch_up()
    seen = len(world.workspace.messages(CHANNEL, ANA))
    delivery = await world.workspace.hub.deliver("interactive", payload)
    await world.catch_up()
    return Outcome(ack=delivery.ack, messages=world.workspace.messages(CHANNEL, ANA)[seen:])


async def choose(world: World, card: Message) -> Outcome:
    [menu] = elements(card, "lookup.choose")
    return await world.workspace.choose(ANA, card, "lookup.choose", menu["options"][0]["value"], SETTLED)


async def command_as(world: World, actor: str, text: str) -> Outcome:
    """A command whose payload names another person than the one who typed it."""
    await world.say("/tesorio help")
    payload = dict(world.last_envelope().payload)
    team = OTHER_TEAM_ID if actor == STRANGER else TEAM_ID
    payload |= {"user_id": actor, "team_id": team, "text": text, "trigger_id": f"{actor}.{random.random()}"}  # noqa: S311 - no secret
    seen = len(world.workspace.messages(CHANNEL, ANA))
    delivery = await world.workspace.hub.deliver("slash_commands", payload)
    await world.catch_up()
    return Outcome(ack=delivery.ack, messages=world.workspace.messages(CHANNEL, ANA)[seen:])


class TestDenied:
    async def test_every_action_is_in_the_matrix(self) -> None:
        registrar = Registrar()
        for feature in FEATURES:
            feature.register(cast("AsyncApp", registrar), cast("Any", None))
        assert registrar.actions == set(ACTIONS)

    @pytest.mark.parametrize("actor", ACTORS)
    @pytest.mark.parametrize("word", LOOKUPS)
    async def test_no_command_gives_them_data(self, world: World, word: str, actor: str) -> None:
        before = len(await world.audited())
        for text in (f"{word} sun micro", f"{word} INV-12345", word):
            outcome = await command_as(world, actor, text)
            assert outcome.ack is not None
            [answer] = outcome.messages
            assert answer.ephemeral_to is not None
            assert "not linked to an account" in answer.text
            assert no_data(world, outcome)
        denials = (await world.audited())[before:]
        assert [action for _, action, _ in denials] == [f"lookup.{word}.denied"] * 3
        assert all(actor in who for who, _, _ in denials)

    @pytest.mark.parametrize("actor", ACTORS)
    @pytest.mark.parametrize("action_id", ACTIONS)
    async def test_no_button_gives_them_data(self, world: World, action_id: str, actor: str) -> None:
        word = "invoice inv123" if action_id == "lookup.choose" else "invoice INV-12345"
        card = await world.card(f"/tesorio {word}")
        outcome = await click_as(world, actor, card, action_id)
        assert outcome.ack is not None
        [answer] = outcome.messages
        assert answer.ephemeral_to is not None
        assert "not linked to an account" in answer.text
        assert no_data(world, outcome)
        who, action, _ = (await world.audited())[-1]
        assert actor in who
        assert action == f"{action_id}.denied"

    async def test_a_refused_refresh_asks_the_erp_nothing(self, world: World) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        await world.workspace.click(ANA, card, "refresh.record", waiting=SETTLED)
        before = len(world.netsuite.log)
        await world.workspace.click(GUEST, card, "refresh.record", waiting=SETTLED)
        assert len(world.netsuite.log) == before


class TestCutAccess:
    """An account of its own, whose buttons are on the screen while its access goes."""

    async def _linked(self, world: World, name: str) -> User:
        async with world.store.write() as conn:
            user = await add_user(conn, email=f"{name}@meridian.example", name=name, role=Role.VIEWER, at=world.clock())
            link = SlackLink(
                team_id=TEAM_ID, slack_user_id=CHLOE, user_id=user.id, linked_at=world.clock(), linked_by="test"
            )
            await link_slack(conn, link)
        return user

    @pytest.mark.parametrize("action_id", ["lookup.open", "refresh.record"])
    async def test_a_button_on_the_screen_works_no_more(self, world: World, action_id: str) -> None:
        user = await self._linked(world, f"chloe.{action_id}")
        card = await world.card("/tesorio invoice INV-12345", user=CHLOE)
        assert "owes" in world.shown(await world.workspace.click(CHLOE, card, action_id, waiting=SETTLED))
        async with world.store.write() as conn:
            await deactivate_user(conn, user.id)
        outcome = await world.workspace.click(CHLOE, card, action_id, waiting=SETTLED)
        assert no_data(world, outcome)
        assert "not linked to an account" in world.shown(outcome)

    async def test_a_known_account_without_the_role_is_told_so(self, world: World) -> None:
        person = SlackPerson(team_id=TEAM_ID, user_id=BEN)
        reply = ReplyTo(url="", channel_id=world.workspace.channel(CHANNEL).id, user_id=BEN)
        deps = world.assistant.deps
        refused = await admitted(deps, person, Capability.ACT, action="note", subject="", reply=reply)
        assert refused is None
        assert "Your role here does not allow this" in world.workspace.messages(CHANNEL, BEN)[-1].text
        async with world.store.write() as conn:
            account = await user_by_email(conn, "ben@meridian.example")
            assert account is not None
            await set_role(conn, account.id, Role.FINANCE)
        allowed = await admitted(deps, person, Capability.ACT, action="note", subject="", reply=reply)
        assert allowed is not None
        assert allowed.user == (await self._user(world, "ben@meridian.example"))

    async def _user(self, world: World, email: str) -> User | None:
        async with world.store.read() as conn:
            return await user_by_email(conn, email)


class TestForgedValue:
    @pytest.mark.parametrize("count", [100, pytest.param(1_000, marks=pytest.mark.soak)])
    async def test_made_up_ids_hit_nothing(self, world: World, count: int) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        await world.workspace.click(ANA, card, "lookup.open", waiting=SETTLED)
        payload = world.last_envelope().payload
        dice = random.Random(7)  # noqa: S311 - made-up ids
        seen = {message.ts for message in world.workspace.messages(CHANNEL, ANA)}
        for number in range(count):
            kind, origin = dice.choice(("invoice", "customer")), dice.choice(("netsuite", "invoiced"))
            action = payload["actions"][0] | {"value": f"1:{kind}:{origin}:{kind}:{dice.getrandbits(40)}"}
            forged = payload | {"actions": [action], "trigger_id": f"forged.{number}", "response_url": ""}
            assert (await world.workspace.hub.deliver("interactive", forged)).ack is not None
        await world.catch_up()
        told = [message for message in world.workspace.messages(CHANNEL, ANA) if message.ts not in seen]
        assert len(told) == count
        assert {message.text for message in told} == {told[0].text}
        assert "out of date" in told[0].text
        assert [action for _, action, _ in (await world.audited())[-count:]] == ["lookup.open"] * count
