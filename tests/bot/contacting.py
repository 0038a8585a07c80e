"""How tests add and edit contacts from a customer's card, and what they look at afterwards."""

import json
from typing import Any

from bot.views.contacts import TITLE
from sandbox.ledger.records import Contact as TheirContact
from sandbox.slack import Waiting
from sandbox.slack.seed import ANA
from store.contacts import Contact, contacts_of
from store.deliveries import Delivery
from store.work import WorkState
from tests.bot.replying import A_FORM, FILLED, about_customer, card_of, last_submission, submit
from tests.bot.world import World, ended


def line(world: World) -> str:
    return f"/tesorio customer {about_customer(world)[1]}"


# A saved one's modal may still be told how it goes.
A_LIST = Waiting(until=lambda seen: FILLED.until(seen) and (seen.view or {})["title"]["text"] == TITLE)


async def list_of(world: World, user: str = ANA) -> None:
    """The contacts of the customer of INV-12345, open."""
    card = await card_of(world, line(world), user)
    await world.workspace.click(user, card, "contacts.open", waiting=A_LIST)


async def form_to_add(world: World) -> None:
    await list_of(world)
    await world.workspace.click(ANA, None, "contact.add", waiting=A_FORM)


async def form_to_edit(world: World, contact: Contact) -> None:
    await list_of(world)
    await world.workspace.click(ANA, None, "contact.edit", value=contact.id, waiting=A_FORM)


def entered(**fields: str) -> dict[str, Any]:
    return {f"contact.{name}": value for name, value in fields.items()}


async def is_saved(world: World) -> dict[str, Any]:
    """The last submission, once what it said is in the store; what it remembered."""
    sent = last_submission(world)
    memory: dict[str, Any] = json.loads(sent["view"]["private_metadata"])
    work_id = f"contact-{sent['user']['id']}-{memory['nonce']}".lower()
    assert await ended(world.assistant, work_id) is WorkState.DONE
    return memory


async def arrived(world: World, contact: Contact) -> Delivery:
    nonce = (await is_saved(world))["nonce"]
    return await world.delivered(f"{contact.id}/{nonce}/netsuite")


async def here(world: World, name: str) -> Contact:
    async with world.store.read() as conn:
        found = await contacts_of(conn, about_customer(world)[0], limit=99)
    [contact] = [each for each in found if each.name == name]
    return contact


def theirs(world: World, name: str) -> list[TheirContact]:
    return [each for each in world.ledger.contacts.values() if each.name == name]


async def pulled(world: World, name: str) -> None:
    world.pass_time(120)
    await world.assistant.pull("netsuite", name)
    assert await ended(world.assistant, name) is WorkState.DONE


async def added(world: World, first: str, **more: str) -> Contact:
    await form_to_add(world)
    await submit(world, entered(first_name=first, last_name="Mueller", **more))
    await is_saved(world)
    return await here(world, f"{first} Mueller")
