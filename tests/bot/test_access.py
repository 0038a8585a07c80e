"""Who gets no data: everyone who is not linked to an active account, at every way in, whatever they send."""

from collections.abc import Mapping

import pytest

from bot.access import SlackPerson
from tests.bot.strangers import KINDS, PROGRAMS, data_of, kinds_for, looking, stranger
from tests.bot.ways_in import DOORS, VARIANTS, Door, payload_for
from tests.bot.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Whoever uses these is answered, and nothing that they say comes from the store's records.
OPEN_TO_EVERYONE: Mapping[str, str] = {
    "command:help": "a list of what can be typed",
}
# These come of what happens in the workspace; nobody asks anything by them, so there is nobody to be refused.
NOBODYS_REQUEST: Mapping[str, str] = {
    **dict.fromkeys(
        "member_joined_channel member_left_channel channel_left group_left channel_archive group_archive "
        "channel_unarchive group_unarchive channel_rename group_rename channel_shared channel_unshared "
        "channel_deleted group_deleted channel_id_changed".split(),
        "what becomes of channels",
    ),
    "user_change": "what becomes of people",
}
# Delivered here they would end the app for every test behind; nobody but Slack itself can send them.
ENDS_THE_APP = frozenset({"app_uninstalled", "tokens_revoked"})
# What programs write is not answered, so that two of them never talk to each other for ever.
NOT_HEARD_OF_PROGRAMS = frozenset({"message", "app_mention"})
# How the audit trail names what was tried in vain.
NOT_DONE = (".denied", ".expired", ".outdated")
# Some of them have no place where Slack would let the app tell them so.
UNREACHABLE = "an answer reached nobody"
TRIED = tuple(door for door in DOORS if door.name not in ENDS_THE_APP)


def must_be_audited(door: Door, kind: str) -> bool:
    is_silent = door.name in NOBODYS_REQUEST or (kind in PROGRAMS and door.name in NOT_HEARD_OF_PROGRAMS)
    return not is_silent and str(door) not in OPEN_TO_EVERYONE


async def what_went_wrong(world: World, door: Door, kind: str, variant: int) -> list[str]:
    person = await stranger(world, kind)
    before = len(await world.audited())
    with looking(world) as seen:
        payload = payload_for(world, door, person, variant)
        delivery = await world.workspace.hub.deliver(door.envelope, payload)
        await world.catch_up()
        seen.acks.append(delivery.ack)
    text = seen.text()
    wrong = [f"shows {word}" for word in data_of(world) if word in text]
    if delivery.ack is None:
        wrong.append("is not acknowledged")
    tried = [action for actor, action, _ in (await world.audited())[before:] if person.user_id in actor]
    if must_be_audited(door, kind) and not tried:
        wrong.append("leaves no trace")
    return wrong + [f"is told to have done {action}" for action in tried if not action.endswith(NOT_DONE)]


@pytest.mark.parametrize("door", TRIED, ids=str)
class TestNobodyElse:
    """Every listener that is registered, and every kind of person who may see nothing."""

    @pytest.mark.sampled(keep=40)
    async def test_gets_a_byte_of_data(self, world: World, door: Door) -> None:
        position = TRIED.index(door)
        wrong = {
            kind: found
            for number, kind in enumerate(kinds_for(position), start=position)
            if (found := await what_went_wrong(world, door, kind, number % VARIANTS))
        }
        assert wrong == {}
        assert [line for line in world.log.errors() if UNREACHABLE not in line] == []

    @pytest.mark.soak
    async def test_gets_one_whatever_they_send(self, world: World, door: Door) -> None:
        wrong = {
            (kind, variant): found
            for kind in KINDS
            for variant in range(VARIANTS)
            if (found := await what_went_wrong(world, door, kind, variant))
        }
        assert wrong == {}


class TestMatrix:
    async def test_the_short_run_meets_every_kind_and_every_variant_often(self) -> None:
        met = [kind for position in range(len(TRIED)) for kind in kinds_for(position)]
        assert set(met) == set(KINDS)
        assert min(map(met.count, KINDS)) >= len(TRIED) // 5

    async def test_those_who_may_do_get_data_through_the_same_doors(self, world: World) -> None:
        """Otherwise silence would prove nothing."""
        ana = SlackPerson(team_id="T0MERIDIAN", user_id="U0ANASILVA")
        for name in ("command:invoice", "action:lookup.open", "options:pick.record"):
            [door] = [each for each in DOORS if str(each) == name]
            with looking(world) as seen:
                delivery = await world.workspace.hub.deliver(door.envelope, payload_for(world, door, ana))
                await world.catch_up()
                seen.acks.append(delivery.ack)
            assert any(word in seen.text() for word in data_of(world)), name

    async def test_exceptions_are_doors(self) -> None:
        names = {str(door) for door in DOORS} | {door.name for door in DOORS}
        assert set(OPEN_TO_EVERYONE) | ENDS_THE_APP | NOT_HEARD_OF_PROGRAMS <= names
        assert set(NOBODYS_REQUEST) - {"user_change"} <= names
