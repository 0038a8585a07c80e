"""Every form that the app opens, as it opens it, and what Slack sends when it is filled in and submitted."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any

from bot.access import SlackPerson
from bot.app import FEATURES, subcommands
from bot.views.metadata import pack
from sandbox.slack import Waiting
from sandbox.slack.interactivity import choice, elements
from sandbox.slack.records import Message
from sandbox.slack.seed import BEN, CHLOE, TEAM_ID
from tests.bot.newcomers import SEEN_HOME, account_for, newcomer, press_connect
from tests.bot.ways_in import Door, Json, payload_for
from tests.bot.world import CHANNEL, World

_RECORD_ID = re.compile(r"(netsuite:(?:invoice|customer):)[^\"]+")
_MOMENT = Waiting(until=lambda _: True, quiet_seconds=0.1)
_ACCOUNT_FIELD = "erp_id|ERP_Customer_Id__c|"
_FILLED: dict[str, Any] = {
    "plain_text_input": "1",
    "number_input": "1",
    "datepicker": "2026-12-24",
    "timepicker": "09:00",
    "users_select": BEN,
    "multi_users_select": [BEN],
}


async def open_forms(world: World) -> dict[str, Json]:
    """Each form by its callback id, in the hands of Chloé, who may do everything; one in those of somebody new."""
    found: dict[str, Json] = {}
    pressed: set[str] = set()
    for text in ("/tesorio invoice INV-12345", "/tesorio customer Sun Microsystems, Inc."):
        card = await world.card(text, user=CHLOE)
        await _by_buttons(world, card, found, pressed)
        await _by_shortcuts(world, card, found)
        await _by_steps(world, card, found)
    for subcommand in subcommands():
        await world.say(f"/tesorio {subcommand.word}", user=CHLOE, waiting=_MOMENT)
        await _take(world, CHLOE, found)
    await _by_messages(world, found, pressed)
    await _by_wizard(world, found)
    eva = newcomer(world)
    await account_for(world, eva)
    await press_connect(world, eva.id)
    await _take(world, eva.id, found)
    return found


async def _by_buttons(world: World, card: Message, found: dict[str, Json], pressed: set[str]) -> None:
    """Press each button that is not like one that was pressed: it would open the same form."""
    for _, element in elements(card.blocks):
        if element["type"] == "button" and not element.get("url") and element["action_id"] not in pressed:
            pressed.add(element["action_id"])
            await world.workspace.click(CHLOE, card, element["action_id"], waiting=_MOMENT)
            await _take(world, CHLOE, found)


async def _by_shortcuts(world: World, card: Message, found: dict[str, Json]) -> None:
    for feature in FEATURES:
        for shortcut in feature.shortcuts:
            about = card if shortcut.type == "message" else None
            await world.workspace.shortcut(CHLOE, shortcut.callback_id, about, _MOMENT)
            await _take(world, CHLOE, found)


async def _by_steps(world: World, card: Message, found: dict[str, Json]) -> None:
    """The second step of a form, in the place of the first once that was filled in; and what a list leads to."""
    await world.workspace.click(CHLOE, card, "share.open", waiting=_MOMENT)
    await world.catch_up()
    await world.workspace.submit(CHLOE, {"share.person": BEN}, _MOMENT)
    await _take(world, CHLOE, found)
    if any(element["action_id"] == "email.open" for _, element in elements(card.blocks)):
        await world.workspace.click(CHLOE, card, "email.open", waiting=_MOMENT)
        await world.catch_up()
        await world.workspace.submit(CHLOE, {"email.others": "pat@sun.example"}, _MOMENT)
        await _take(world, CHLOE, found)
    if any(element["action_id"] == "contacts.open" for _, element in elements(card.blocks)):
        await world.workspace.click(CHLOE, card, "contacts.open", waiting=_MOMENT)
        await world.catch_up()
        await world.workspace.click(CHLOE, None, "contact.add", waiting=_MOMENT)
        await _take(world, CHLOE, found)


async def _by_wizard(world: World, found: dict[str, Json]) -> None:
    """The steps by which a CRM is connected, up to the last."""
    home = (await world.workspace.open_home(CHLOE, waiting=SEEN_HOME)).home
    assert home is not None
    await world.workspace.click(CHLOE, home["id"], "crm.open", waiting=_a_step("crm.test"))
    await _take(world, CHLOE, found)
    for values, following in (({}, "crm.allow"), ({}, "crm.key"), ({"crm.field": _ACCOUNT_FIELD}, "crm.on")):
        await world.workspace.submit(CHLOE, values, _a_step(following))
        await _take(world, CHLOE, found)


def _a_step(name: str) -> Waiting:
    return Waiting(until=lambda seen: seen.view is not None and seen.view["callback_id"] == name)


async def _by_messages(world: World, found: dict[str, Json], pressed: set[str]) -> None:
    """Buttons of the messages that came of all this, such as «Open the form»."""
    for message in world.workspace.messages(CHANNEL, CHLOE)[-12:]:
        await _by_buttons(world, message, found, pressed)


async def _take(world: World, user: str, found: dict[str, Json]) -> None:
    # What stands first is a small view, until the real one has been made.
    await world.catch_up()
    view = world.workspace.modal(user)
    if view is not None and view["callback_id"]:
        found.setdefault(view["callback_id"], view | {"user": user})


def filled(world: World, view: Json) -> Json:
    """The form's state with something in every input."""
    values: Json = {}
    for block_id, element in elements(view["blocks"]):
        entry = _entry(world, element)
        if entry is not None:
            values.setdefault(block_id, {})[element["action_id"]] = choice(element["type"], entry)
    return values


def _entry(world: World, element: Json) -> Any:
    options = element.get("options") or [None]
    if element["type"] in {"static_select", "radio_buttons"}:
        return element.get("initial_option") or options[0]
    if element["type"] in {"checkboxes", "multi_static_select"}:
        return element.get("initial_options") or []
    if element["type"] in {"conversations_select", "channels_select"}:
        return world.workspace.channel(CHANNEL).id
    if element["type"] == "external_select":
        return element.get("initial_option")
    return _FILLED.get(element["type"])


def submission(world: World, view: Json, metadata: str) -> Json:
    """This form, filled in and submitted by whom it was opened for, with another memory."""
    person = SlackPerson(team_id=TEAM_ID, user_id=view["user"])
    sent = payload_for(world, Door(kind="view", name=view["callback_id"]), person)
    own = {name: value for name, value in view.items() if name != "user"}
    return sent | {"view": own | {"private_metadata": metadata, "state": {"values": filled(world, view)}}}


def draw_button(world: World, user: str, action_id: str, value: str) -> None:
    """Put a button into what this person has open that we never drew there: its click comes like any other's."""
    views = world.workspace.core.views
    top = views.top(user)
    assert top is not None
    text = {"type": "plain_text", "text": "Press me"}
    button = {"type": "button", "action_id": action_id, "value": value, "text": text}
    forged = {"type": "actions", "block_id": "forged", "elements": [button]}
    views.update(top, top.body | {"blocks": [*top.body["blocks"], forged]})


def made_up(view: Json) -> Iterator[str]:
    """Memories that this form never had: garbage, another version's, another form's, none at all."""
    yield ""
    yield "x" * 3000
    yield "[]"
    yield "{}"
    yield json.dumps({"v": 99, "for": "reply"})
    yield pack("another form", {"value": "1"})
    yield pack(view["callback_id"].partition(".")[0], {})
    yield pack(view["callback_id"].partition(".")[0], {"value": "1:invoice:x", "nonce": "../../etc", "request": "0"})


def with_other_records(metadata: str, dice: random.Random, count: int) -> Iterator[str]:
    """The form's own memory about records that nobody ever saw; none when it is about no record."""
    if not _RECORD_ID.search(metadata):
        return
    for _ in range(count):
        number = str(dice.getrandbits(40))
        yield _RECORD_ID.sub(rf"\g<1>{number}", metadata)
