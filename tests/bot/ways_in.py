"""Every way in that is registered, and what Slack sends through each: made from the kind of door, not from a list.

So a new listener is covered by every test that goes through `DOORS`, without a word here.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, cast

from slack_bolt.app.async_app import AsyncApp

from bot.access import SlackPerson
from bot.app import COMMAND, FEATURES, subcommands
from bot.views.values import RecordRef, encode
from sandbox.slack.payloads import VERIFICATION
from sandbox.slack.records import View
from sandbox.slack.seed import ANA, TEAM_ID
from sandbox.slack.wire import channel_label, message_json
from store.records import record_id
from tests.bot.world import CHANNEL, World

Kind = Literal["command", "action", "view", "shortcut", "options", "event"]
Json = dict[str, Any]
VARIANTS = 3
_NUMBERS = count(1)
_ENVELOPES: Mapping[Kind, str] = {"command": "slash_commands", "event": "events_api"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """One way in: a word after the command, or what a listener was registered for."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}"

    @property
    def envelope(self) -> str:
        """The type of the envelope that comes through it."""
        return _ENVELOPES.get(self.kind, "interactive")


@dataclass
class Registrar:
    """Takes down what features register, instead of registering it."""

    doors: list[Door] = field(default_factory=list)

    def __getattr__(self, kind: str) -> Callable[..., Callable[[Any], Any]]:
        """Any other way of registering than those that Bolt's listeners have here fails the tests that use it."""
        assert kind in {"action", "view", "view_submission", "view_closed", "shortcut", "options", "event"}, kind

        def register(constraint: Any, *_more: Any) -> Callable[[Any], Any]:
            known = cast("Kind", kind.partition("_")[0])
            self.doors.append(Door(kind=known, name=_sample(constraint)))
            return lambda listener: listener

        return register


def _sample(constraint: Any) -> str:
    """A name that fits what a listener was registered for."""
    if isinstance(constraint, str):
        return constraint
    if isinstance(constraint, re.Pattern):
        plain = constraint.pattern.strip("^$").replace(r"\.", ".")
        name = re.sub(r"\([^)]*\)|\[[^\]]*\][+*]?|\\[dw][+*]?|\.[+*]", "1", plain)
        assert constraint.fullmatch(name), f"no sample for {constraint.pattern}"
        return name
    assert isinstance(constraint, Mapping), constraint
    return _sample(next(constraint[name] for name in ("action_id", "callback_id", "type") if constraint.get(name)))


def _all_doors() -> tuple[Door, ...]:
    registrar = Registrar()
    for feature in FEATURES:
        feature.register(cast("AsyncApp", registrar), cast("Any", None))
    commands = [Door(kind="command", name=each.word) for each in subcommands()]
    return tuple(dict.fromkeys((*commands, *registrar.doors)))


DOORS = _all_doors()


def records(world: World) -> tuple[RecordRef, RecordRef]:
    """An invoice and a customer that a viewer may see."""
    invoice = world.ledger.invoice_numbered("INV-12345")
    return (
        RecordRef(kind="invoice", record_id=record_id("netsuite", "invoice", str(invoice.id))),
        RecordRef(kind="customer", record_id=record_id("netsuite", "customer", str(invoice.customer_id))),
    )


def payload_for(world: World, door: Door, person: SlackPerson, variant: int = 0) -> Json:
    """What comes through a door when this person uses it with a real record: forged, and fresh each time.

    Variants differ in the record, and in whether a button is in a message, in a modal or on Home.
    """
    make = {
        "command": _command,
        "action": _action,
        "view": _submission,
        "shortcut": _shortcut,
        "options": _suggestion,
        "event": _event,
    }[door.kind]
    return make(world, door, person, variant)


def _value(world: World, variant: int) -> str:
    return encode(records(world)[variant % 2])


def _common(world: World, kind: str, person: SlackPerson) -> Json:
    return {
        "type": kind,
        "token": VERIFICATION,
        "team": {"id": TEAM_ID, "domain": "meridian-supply"},
        "user": {"id": person.user_id, "username": "x", "name": "x", "team_id": person.team_id},
        "api_app_id": world.slack.core.app.app_id,
        "trigger_id": world.slack.core.tickets.issue_trigger(person.user_id),
    }


def _command(world: World, door: Door, person: SlackPerson, variant: int) -> Json:
    text = ("INV-12345", "sun micro", "")[variant % VARIANTS]
    channel = world.workspace.channel(CHANNEL)
    return {
        "token": VERIFICATION,
        "team_id": person.team_id,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": person.user_id,
        "command": COMMAND,
        "text": f"{door.name} {text}".strip(),
        "api_app_id": world.slack.core.app.app_id,
        "response_url": world.slack.core.response_url(channel=channel.id, user=person.user_id, command=COMMAND),
        "trigger_id": world.slack.core.tickets.issue_trigger(person.user_id),
    }


def _action(world: World, door: Door, person: SlackPerson, variant: int) -> Json:
    value = _value(world, variant)
    action = {
        "action_id": door.name,
        "block_id": "actions",
        "type": "button",
        "value": value,
        "selected_option": {"value": value, "text": {"type": "plain_text", "text": "x"}},
        "selected_conversation": world.workspace.channel(CHANNEL).id,
        "action_ts": f"{next(_NUMBERS)}.000001",
    }
    place = (_in_message, _in_modal, _on_home)[variant % VARIANTS](world, door, person, variant)
    return {**_common(world, "block_actions", person), **place, "actions": [action]}


def _in_message(world: World, _door: Door, person: SlackPerson, _variant: int) -> Json:
    """On a message that is on the screen, and holds nothing that could be repeated."""
    channel = world.workspace.channel(CHANNEL)
    return {
        "container": {"type": "message", "message_ts": "1.000001", "channel_id": channel.id, "is_ephemeral": False},
        "channel": {"id": channel.id, "name": channel_label(channel)},
        "message": {"type": "message", "ts": "1.000001", "user": ANA, "text": "a message", "blocks": []},
        "response_url": world.slack.core.response_url(channel=channel.id, user=person.user_id),
    }


def _in_modal(world: World, door: Door, person: SlackPerson, variant: int) -> Json:
    """In a modal that is open, so that another one can be put on top of it."""
    view = world.slack.core.views.open(person.user_id, _body(world, door, variant))
    return _in_view(world, view, world.slack.core.tickets.issue_trigger(person.user_id, view.id))


def _on_home(world: World, door: Door, person: SlackPerson, variant: int) -> Json:
    body = {"type": "home", "blocks": _body(world, door, variant)["blocks"]}
    view = world.slack.core.views.publish(person.user_id, body)
    return _in_view(world, view, world.slack.core.tickets.issue_trigger(person.user_id))


def _in_view(world: World, view: View, trigger_id: str) -> Json:
    described = world.slack.core.views.described(view)
    return {"container": {"type": "view", "view_id": view.id}, "view": described, "trigger_id": trigger_id}


def _body(world: World, door: Door, variant: int) -> Json:
    """A modal with a memory as our own has it, of a real record, under every name that it could have there."""
    value = _value(world, variant)
    names = ("record", "value", "ref", "about", "invoice", "customer", "nonce", "request", "id")
    memory = {"v": 1, "for": door.name.partition(".")[0], **dict.fromkeys(names, value)}
    return {
        "type": "modal",
        "callback_id": door.name,
        "private_metadata": json.dumps(memory),
        "title": {"type": "plain_text", "text": "x"},
        "blocks": [{"type": "section", "block_id": "x", "text": {"type": "plain_text", "text": "x"}}],
    }


def _submission(world: World, door: Door, person: SlackPerson, variant: int) -> Json:
    return {**_common(world, "view_submission", person), **_in_modal(world, door, person, variant)}


def _shortcut(world: World, door: Door, person: SlackPerson, _variant: int) -> Json:
    kinds = {each.callback_id: each.type for feature in FEATURES for each in feature.shortcuts}
    common = {"callback_id": door.name, "action_ts": f"{next(_NUMBERS)}.000001"}
    if kinds.get(door.name) == "global":
        return {**_common(world, "shortcut", person), **common}
    channel = world.workspace.channel(CHANNEL)
    messages = world.workspace.messages(CHANNEL, person.user_id)
    message = message_json(messages[-1], with_metadata=True) if messages else {"ts": "1.000001", "text": "a message"}
    return {
        **_common(world, "message_action", person),
        **common,
        "channel": {"id": channel.id, "name": channel_label(channel)},
        "message_ts": message["ts"],
        "message": message,
        "response_url": world.slack.core.response_url(channel=channel.id, user=person.user_id),
    }


def _suggestion(world: World, door: Door, person: SlackPerson, variant: int) -> Json:
    return {
        **_common(world, "block_suggestion", person),
        **_in_modal(world, door, person, variant),
        "block_id": f"{door.name}.block",
        "action_id": door.name,
        "value": ("sun micro", "INV-12345", "sun")[variant % VARIANTS],
    }


def _event(world: World, door: Door, person: SlackPerson, variant: int) -> Json:
    number = next(_NUMBERS)
    is_direct = door.name == "message"
    mention = "" if is_direct else f"<@{world.slack.core.app.bot_user}> "
    transaction = records(world)[0].record_id.rpartition(":")[2]
    url = f"https://1234567.app.netsuite.com/app/accounting/transactions/custinvc.nl?id={transaction}"
    event: Json = {
        "type": door.name,
        "user": {"id": person.user_id, "team_id": person.team_id} if door.name == "user_change" else person.user_id,
        "team": person.team_id,
        "user_team": person.team_id,
        "channel": _channel_of_event(world, door, person),
        "channel_type": "im" if is_direct else "channel",
        "text": mention + ("invoice INV-12345", "customer sun micro", "sun micro")[variant % VARIANTS],
        "ts": f"{number}.000002",
        "event_ts": f"{number}.000002",
        "message_ts": f"{number}.000002",
        "tab": "home",
        "links": [{"url": url, "domain": "netsuite.com"}],
        "inviter": ANA,
    }
    return {
        "type": "event_callback",
        "token": VERIFICATION,
        "team_id": TEAM_ID,
        "api_app_id": world.slack.core.app.app_id,
        "event": event,
        "event_id": f"Ev0FORGED{number}",
        "event_time": 1,
        "authorizations": [],
    }


def _channel_of_event(world: World, door: Door, person: SlackPerson) -> Any:
    """An id, or for new names the channel itself. What becomes of a channel becomes of one that nobody asks in."""
    if door.name == "message":
        return world.workspace.app_channel(person.user_id).id
    is_fate = door.name.startswith(("channel_", "group_", "member_"))
    channel = world.workspace.channel("#sales" if is_fate else CHANNEL)
    return {"id": channel.id, "name": channel.name} if door.name.endswith("_rename") else channel.id
