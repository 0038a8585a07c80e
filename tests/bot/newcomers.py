"""People of the workspace who are not linked yet, with an account that waits for them or without."""

from itertools import count
from typing import Any

from sandbox.slack import Outcome, Waiting
from sandbox.slack.records import Channel, Member
from sandbox.slack.seed import TEAM_ID
from store.users import Role, User, add_user
from tests.bot.world import CHANNEL, World

_NUMBERS = count(1)


def newcomer(world: World, **values: Any) -> Member:
    """A new full member, in the channel where the app is; `values` are members of `Member`."""
    number = next(_NUMBERS)
    known: dict[str, Any] = {
        "id": f"U0NEWCOM{number:02}",
        "name": f"new{number}",
        "real_name": f"Newcomer {number}",
        "email": f"newcomer.{number}@meridian.example",
        "team_id": TEAM_ID,
    }
    member = Member(**known | values)
    state = world.slack.core.state
    state.put_member(member)
    channel: Channel = world.workspace.channel(CHANNEL)
    state.add_to(channel, member.id)
    return member


async def account_for(world: World, member: Member, role: Role = Role.FINANCE, *, email: str = "") -> User:
    """An account with the member's e-mail."""
    async with world.store.write() as conn:
        return await add_user(conn, email=email or member.email, name=member.real_name, role=role, at=world.clock())


async def press_connect(world: World, user: str) -> Any:
    """Ask something, press «Connect» below the refusal; the modal that comes of it."""
    refusal = await world.card("/tesorio invoice INV-12345", user=user)
    await world.workspace.click(user, refusal, "connect.open", waiting=SHOWN)
    return world.workspace.modal(user)


async def connected(world: World, member: Member, role: Role = Role.FINANCE) -> User:
    """A newcomer who has an account and has connected."""
    account = await account_for(world, member, role)
    await press_connect(world, member.id)
    await world.workspace.submit(member.id, {}, CONFIRMED)
    await world.catch_up()
    return account


def told(text: str) -> Waiting:
    """Until the person has been told this in a message, and all is quiet."""
    return Waiting(until=lambda outcome: any(text in message.text for message in outcome.messages), quiet_seconds=0.02)


def shown(outcome: Outcome) -> bool:
    """Whether a modal stands that is not just there until the real one comes."""
    return outcome.view is not None and "One moment" not in words(outcome.view)


SHOWN = Waiting(until=shown)
# The confirmation in the app's own conversation comes last.
CONFIRMED = told("now connected")
SEEN_HOME = Waiting(until=lambda outcome: outcome.home is not None)


def words(view: Any) -> str:
    """All texts of a view."""
    if isinstance(view, dict):
        own = view.get("text")
        return " ".join(([own] if isinstance(own, str) else []) + [words(value) for value in view.values()])
    return " ".join(map(words, view)) if isinstance(view, list | tuple) else ""
