"""Sharing a record to a person or channel in Slack: where it may go, and the delivery that takes it there.

Used by the modal and by the command line. Where it may go is asked when it is chosen and again when it is sent.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.deliver import slack_post
from bot.deps import Deps, Desk
from bot.reading.cards import read_card
from bot.slack.audience import Audience, audience
from bot.slack.membership import UnreachableError, read_profile
from bot.slack.private_channels import is_hidden_from
from bot.views.channels import channel_label
from bot.views.shared import Sharing, shared_message
from bot.views.text import literal
from store.audit import AuditEvent
from store.channels import Channel, channel_by_id
from store.db import ReadConnection
from store.deliveries import Delivery
from store.slack_people import Standing
from store.users import Role

KIND = "share"
NOT_IN = "Tesorio is not in that channel. Type /invite @tesorio there first."
_PEOPLE = frozenset({"U", "W"})
_MAX_NAME = 80
_NOBODY = {
    Standing.GUEST: "is a guest in this workspace. Records are shared with full members only.",
    Standing.STRANGER: "belongs to another company. Records are shared with full members of this workspace only.",
    Standing.BOT: "is an app. Choose a person.",
    Standing.DEACTIVATED: "is deactivated in Slack. Choose somebody else.",
}


class NotThereError(Exception):
    """Nothing may be shared to this place; the message says why and what to do, in words of ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Destination:
    """Where something is shared to: a channel's or a person's id, and how people call it.

    `is_outside` says that people outside the company read it: a redacted card, after an admin's confirmation.
    """

    id: str
    label: str
    is_person: bool = False
    is_outside: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What decides about a channel that outsiders read: whether an admin may be asked, and who is asking."""

    may_ask: bool
    role: Role | None


def channel_destination(channel: Channel | None, readers: Audience, rules: Rules) -> Destination:
    """The channel as a destination. Raises NotThereError."""
    name = channel_label(readers.name)
    if channel is None or not channel.facts.is_known:
        raise NotThereError(NOT_IN)
    if readers.is_archived:
        raise NotThereError(f"{name} is archived. Choose another channel.")
    if not readers.is_member:
        raise NotThereError(f"The app is not in {name}. Type /invite @tesorio there, then try again.")
    if not channel.is_destination:
        raise NotThereError(f"Nobody with an account here has added Tesorio to {name}. Type /tesorio add there first.")
    if not readers.is_external:
        return Destination(id=channel.facts.id, label=name)
    if not rules.may_ask:
        raise NotThereError(f"Nothing is shared to {name}: {readers.reason}.")
    if rules.role is not Role.ADMIN:
        raise NotThereError(f"Only an admin may share to {name}: {readers.reason}.")
    return Destination(id=channel.facts.id, label=name, is_outside=True)


async def find_channel(deps: Deps, channel_id: str, role: Role | None) -> Destination:
    """A channel that this person may share to, as it is now.

    Raises NotThereError, StoreError, and membership.UnreachableError while Slack does not say what the channel is.
    """
    readers = await audience(deps, channel_id)
    if readers.is_unreached:
        raise UnreachableError(readers.reason)
    async with deps.store.read() as conn:
        channel = await channel_by_id(conn, channel_id)
    return channel_destination(channel, readers, rules_for(deps.rules.slack.external_channels, role))


async def find_destination_for(deps: Deps, user_id: str, wanted: str, role: Role | None) -> Destination:
    """As `find_destination`, for somebody: a private channel that they are not in is none to them, and not named."""
    if wanted[:1] not in _PEOPLE and await is_hidden(deps, user_id, wanted):
        raise NotThereError(NOT_IN)
    return await find_destination(deps, wanted, role)


async def is_hidden(deps: Deps, user_id: str, channel_id: str) -> bool:
    """Whether this is a private channel that the person is not in. Raises StoreError, membership.UnreachableError."""
    await audience(deps, channel_id)
    async with deps.store.read() as conn:
        channel = await channel_by_id(conn, channel_id)
    return await is_hidden_from(deps.slack, user_id, channel, deps.roster)


async def find_person(slack: AsyncWebClient, user_id: str, team_id: str) -> Destination:
    """A person who may get something in a direct message. Raises NotThereError, membership.UnreachableError."""
    profile = await read_profile(slack, user_id, team_id)
    name = literal(profile.name, _MAX_NAME, empty="This person")
    if profile.standing in _NOBODY:
        raise NotThereError(f"{name} {_NOBODY[profile.standing]}")
    return Destination(id=user_id, label=name, is_person=True)


async def find_destination(deps: Deps, wanted: str, role: Role | None) -> Destination:
    """The channel (C…, G…) or person (U…, W…) of this id. Raises as the two above."""
    if wanted[:1] in _PEOPLE:
        return await find_person(deps.slack, wanted, deps.team_id)
    return await find_channel(deps, wanted, role)


def rules_for(external_channels: str, role: Role | None) -> Rules:
    """The rules for somebody of this role."""
    return Rules(may_ask=external_channels == "ask", role=role)


@dataclass(frozen=True, kw_only=True, slots=True)
class Memory:
    """What a delivery remembers of its sharing: where to, and who has to be told in which window."""

    label: str
    is_person: bool
    is_outside: bool
    by: str = ""
    view_id: str = ""


def memory_of(delivery: Delivery) -> Memory | None:
    """What was remembered; None for a delivery of another kind."""
    kept = delivery.payload.get(KIND)
    return Memory(**kept) if isinstance(kept, Mapping) else None


async def share_delivery(
    desk: Desk,
    conn: ReadConnection,
    sharing: Sharing,
    to: Destination,
    *,
    delivery_id: str,
    by: str = "",
    view_id: str = "",
) -> Delivery | None:
    """The delivery of a record as the store has it now; None when there is no such record.

    `by` is the Slack user who is told what came of it, `view_id` the window where they may still be looking.
    """
    card = await read_card(desk, conn, sharing.ref)
    if card is None:
        return None
    post = slack_post(
        shared_message(card, sharing),
        id=delivery_id,
        kind=KIND,
        channel=to.id,
        at=desk.clock(),
        author=by,
        about_id=sharing.ref.record_id,
    )
    memory = Memory(label=to.label, is_person=to.is_person, is_outside=to.is_outside, by=by, view_id=view_id)
    payload: dict[str, Any] = {**post.payload, KIND: asdict(memory)}
    return replace(post, payload=payload)


def share_event(desk: Desk, sharing: Sharing, to: Destination, actor: str) -> AuditEvent:
    """What the audit trail keeps of it."""
    detail = {"to": to.id, "outside": to.is_outside}
    return AuditEvent(at=desk.clock(), actor=actor, action=KIND, subject=sharing.ref.record_id, detail=detail)
