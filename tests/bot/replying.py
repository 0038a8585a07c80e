"""How tests reply to Tesorio, and what they look at afterwards."""

import copy
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from sandbox.slack import Outcome, Waiting
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, AR_TEAM, BEN, TEAM_ID
from store.notes import Note, notes_about
from store.records import RecordId
from store.users import Role, linked_user, set_role
from store.work import WorkState
from tests.bot.world import ACKED, CHANNEL, World, elements, ended

# Lines of earlier replies may still move meanwhile.
A_CARD = Waiting(until=lambda seen: any(elements(each, "reply.open") for each in seen.messages))
A_FORM = Waiting(until=lambda seen: bool(seen.view and seen.view.get("submit")))
ANOTHER = Waiting(until=lambda seen: seen.view is not None)
FILLED = Waiting(until=lambda seen: seen.view is not None and "One moment" not in str(seen.view))


async def card_of(world: World, line: str, user: str = ANA, channel: str = CHANNEL) -> Message:
    """The card that answers a command."""
    seen = await world.workspace.say(user, channel, line, A_CARD)
    return next(each for each in seen.messages if elements(each, "reply.open"))


async def form_on(
    world: World, line: str = "/tesorio invoice INV-12345", user: str = ANA, channel: str = CHANNEL
) -> Message:
    """A card with its form open."""
    card = await card_of(world, line, user, channel)
    await world.workspace.click(user, card, "reply.open", waiting=A_FORM)
    return card


async def kind(world: World, chosen: str, user: str = ANA) -> None:
    """Choose what to record."""
    await world.workspace.choose(user, None, "reply.kind", chosen, ANOTHER)


async def submit(world: World, values: dict[str, Any], user: str = ANA) -> Outcome:
    return await world.workspace.submit(user, values, ANOTHER)


async def submitted_anew(world: World, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """The answer to the last submission, forged: changed, and as another act than the one before."""
    payload = copy.deepcopy(last_submission(world))
    payload["trigger_id"] = f"forged.{uuid4().hex}"
    change(payload["view"])
    answer = await world.workspace.hub.deliver("interactive", payload, accepts_response=True)
    assert answer.ack is not None
    assert answer.ack.payload is not None
    return dict(answer.ack.payload)


async def a_message(world: World, text: str, channel: str = AR_TEAM) -> Message:
    await world.workspace.post(BEN, channel, text, ACKED)
    return world.workspace.messages(channel)[-1]


async def chosen(world: World, text: str) -> dict[str, object]:
    """The first record that the select offers for a text."""
    offered = await world.workspace.suggestions(ANA, None, "pick.record", text)
    return {"pick.record": offered["options"][0]}


def modal(world: World, user: str = ANA) -> dict[str, Any]:
    found = world.workspace.modal(user)
    assert found is not None
    return found


def words(world: World, user: str = ANA) -> str:
    """All that the modal holds."""
    return str(modal(world, user)["blocks"])


def last_submission(world: World) -> dict[str, Any]:
    """The last form that was sent."""
    sent = (each.payload for each in reversed(world.workspace.hub.deliveries))
    return next(payload for payload in sent if payload.get("type") == "view_submission")


async def saved(world: World) -> Note:
    """The note of the last submission, once it is in the store."""
    sent = last_submission(world)
    nonce = json.loads(sent["view"]["private_metadata"])["nonce"]
    key = f"{sent['user']['id']}-{nonce}".lower()
    assert await ended(world.assistant, f"note-{key}") is WorkState.DONE
    found = [*await notes_of(world, about_invoice(world)), *await notes_of(world, about_customer(world, "ABC Inc")[0])]
    return next(note for note in found if note.source_id == key)


async def notes_of(world: World, about_id: RecordId) -> tuple[Note, ...]:
    async with world.store.read() as conn:
        return await notes_about(conn, about_id, limit=50)


async def note_texts(world: World) -> list[str]:
    return [note.text for note in await notes_of(world, about_invoice(world))]


def about_invoice(world: World, number: str = "INV-12345") -> RecordId:
    return RecordId(f"netsuite:invoice:{world.ledger.invoice_numbered(number).id}")


def about_customer(world: World, name: str = "") -> tuple[RecordId, str]:
    """A customer's id and name: this one's, or that of INV-12345."""
    if name:
        found = world.ledger.customer_named(name)
    else:
        found = world.ledger.customers[world.ledger.invoice_numbered("INV-12345").customer_id]
    return RecordId(f"netsuite:customer:{found.id}"), found.name


async def give_role(world: World, role: Role, user: str = ANA) -> None:
    """Change what the account of this person may do."""
    async with world.store.write() as conn:
        found = await linked_user(conn, TEAM_ID, user)
        assert found is not None
        await set_role(conn, found.id, role)
