"""What opens a form: Slack's trigger is spent before anything else, and a late one is told and loses nothing."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.access import SlackPerson
from sandbox.slack import Deadlines
from sandbox.slack.seed import ANA, ANA_APP_DM, TEAM_ID
from tests.bot.ways_in import DOORS, Door, Json, payload_for
from tests.bot.world import CHANNEL, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

PERSON = SlackPerson(team_id=TEAM_ID, user_id=ANA)
BUTTONS = {
    "reply.open",
    "share.open",
    "connect.open",
    "notes.open",
    "contacts.open",
    "email.open",
    "contact.add",
    "contact.edit",
    "subscribe.open",
    "subscriptions.edit",
}
# These open a view on Home and in modals, and are answered by a message elsewhere.
IN_A_VIEW = {"invoices.open", "lookup.open", "payments.open"}
OPENERS = tuple(
    door
    for door in DOORS
    if door.kind == "shortcut" or door.name in BUTTONS | IN_A_VIEW or str(door) == "command:subscribe"
)
PATIENCE_SECONDS = 30


@pytest.fixture
def later(world: World) -> Iterator[Callable[[float], None]]:
    """Slack's clock for triggers, which end as soon as Slack's do: it stands, and is moved by hand."""
    tickets, deadlines = world.slack.core.tickets, world.slack.deadlines
    now, lifetime, began = tickets._now, deadlines.trigger_lifetime, tickets._now()

    def move(seconds: float) -> None:
        tickets._now = lambda: began + timedelta(seconds=seconds)

    move(0)
    deadlines.trigger_lifetime = Deadlines().trigger_lifetime
    yield move
    tickets._now, deadlines.trigger_lifetime = now, lifetime


def close_all(world: World) -> None:
    if (top := world.slack.core.views.top(ANA)) is not None:
        world.slack.core.views.clear(top)


async def send(world: World, door: Door, later: Callable[[float], None], seconds: float) -> None:
    close_all(world)
    later(0)
    payload = pressed(world, door)
    later(seconds)
    assert (await world.workspace.hub.deliver(door.envelope, payload)).ack is not None
    await world.catch_up()


def pressed(world: World, door: Door) -> Json:
    """What Slack sends of a press; on Home, where only there it opens a view."""
    return payload_for(world, door, PERSON, 2 if door.name in IN_A_VIEW else 0)


def told(world: World) -> str:
    return "\n".join(each.text for place in (CHANNEL, ANA_APP_DM) for each in world.workspace.messages(place, ANA))


class TestTrigger:
    @pytest.mark.sampled(keep=5)
    @pytest.mark.parametrize("door", OPENERS, ids=str)
    async def test_is_spent_while_the_store_writes_something_long(self, world: World, door: Door) -> None:
        close_all(world)
        async with world.store.write():
            assert (await world.workspace.hub.deliver(door.envelope, pressed(world, door))).ack is not None
            async with asyncio.timeout(PATIENCE_SECONDS):
                while world.workspace.modal(ANA) is None:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.01)
        await world.catch_up()
        assert "One moment" not in str(world.workspace.modal(ANA))

    @pytest.mark.sampled(keep=5)
    @pytest.mark.parametrize("door", OPENERS, ids=str)
    async def test_of_almost_three_seconds_opens_the_form(
        self, world: World, door: Door, later: Callable[[float], None]
    ) -> None:
        await send(world, door, later, 2.9)
        assert world.workspace.modal(ANA) is not None

    @pytest.mark.sampled(keep=5)
    @pytest.mark.parametrize("door", OPENERS, ids=str)
    async def test_of_more_is_told_and_the_next_press_works(
        self, world: World, door: Door, later: Callable[[float], None]
    ) -> None:
        before = told(world)
        await send(world, door, later, 3.1)
        assert world.workspace.modal(ANA) is None
        assert "Please press once more" in told(world).removeprefix(before)
        await send(world, door, later, 0)
        assert world.workspace.modal(ANA) is not None
