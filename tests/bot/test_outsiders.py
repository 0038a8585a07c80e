"""A07: whatever somebody with an account does where outsiders read along, these read nothing of it.

Every way in that is registered, in each kind of such a conversation: answers, tables, previews, shares, subscriptions.
"""

import pytest

from bot.access import SlackPerson
from sandbox.slack.feed import MessageChanged
from sandbox.slack.seed import ANA_BEN_DM, AR_TEAM, FINANCE_LEADS, GENERAL, NORTHWIND_SHARED, TEAM_ID
from store.users import Role, SlackLink, link_slack
from tests.bot.newcomers import account_for, newcomer
from tests.bot.strangers import data_of, looking
from tests.bot.ways_in import DOORS, Door, payload_for
from tests.bot.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Shared with another company; with a guest in it; two that Slack tells us nothing about.
CONVERSATIONS = (NORTHWIND_SHARED, GENERAL, FINANCE_LEADS, ANA_BEN_DM)
# Delivered here they would end the app for every test behind.
ENDS_THE_APP = frozenset({"app_uninstalled", "tokens_revoked"})
USED = tuple(door for door in DOORS if door.kind in {"command", "action", "shortcut", "event"})


async def colleague(world: World, role: Role) -> SlackPerson:
    """Somebody new with a linked account: one person may only do so much in a minute."""
    member = newcomer(world)
    account = await account_for(world, member, role)
    async with world.store.write() as conn:
        link = SlackLink(
            team_id=TEAM_ID,
            slack_user_id=member.id,
            user_id=account.id,
            linked_at=world.clock(),
            linked_by="test",
        )
        await link_slack(conn, link)
    return SlackPerson(team_id=TEAM_ID, user_id=member.id)


async def seen_by_all(world: World, door: Door, person: SlackPerson, channel: str, variant: int) -> list[str]:
    """What everybody in the conversation saw of it that only the store can have told."""
    with looking(world) as seen:
        payload = payload_for(world, door, person, variant)
        delivery = await world.workspace.hub.deliver(door.envelope, payload)
        await world.catch_up()
        await world.assistant.deps.audit.flush()
    assert delivery.ack is not None
    changes = [each.message for each in seen.happenings if isinstance(each, MessageChanged)]
    public = [message for message in changes if message.channel == channel and message.ephemeral_to is None]
    text = " ".join(map(str, public))
    return [word for word in data_of(world) if word in text]


@pytest.mark.parametrize("door", [door for door in USED if door.name not in ENDS_THE_APP], ids=str)
class TestOutsiders:
    @pytest.mark.sampled(keep=16)
    async def test_read_nothing_of_what_is_done_there(
        self, world: World, monkeypatch: pytest.MonkeyPatch, door: Door
    ) -> None:
        found = {}
        person = await colleague(world, Role.ADMIN)
        for channel in CONVERSATIONS:
            monkeypatch.setattr("tests.bot.ways_in.CHANNEL", channel)
            # The first is on a message, the others in windows that only one person sees, or what is typed.
            for variant in (0,) if door.kind == "action" else (0, 1):
                found[channel, variant] = await seen_by_all(world, door, person, channel, variant)
        assert {place: words for place, words in found.items() if words} == {}
        assert not world.log.errors()


class TestTheMatrixItself:
    async def test_would_see_what_a_channel_without_outsiders_sees(self, world: World) -> None:
        """Else the tests above would pass whatever is shown."""
        person = await colleague(world, Role.VIEWER)
        ways = {"command:invoice": 0, "command:customer": 1, "command:aging": 2, "action:lookup.open": 0}
        for name, variant in ways.items():
            [door] = [each for each in DOORS if str(each) == name]
            assert await seen_by_all(world, door, person, AR_TEAM, variant), name
