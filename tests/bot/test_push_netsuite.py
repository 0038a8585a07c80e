"""Replies, contacts and e-mails, all the way into NetSuite and back with the next reading."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from sandbox.ledger import Kind
from sandbox.ledger.communication import Note as TheirNote
from sandbox.ledger.communication import Owner
from sandbox.netsuite.permissions import Level
from sandbox.slack.seed import ANA, ANA_APP_DM
from store.contacts import Contact, contacts_of
from store.deliveries import Delivery, DeliveryState, add_deliveries
from store.messages import Message, messages_about
from store.notes import Note
from store.pulled import upsert_records
from store.pushes import contact_push, message_push
from store.records import RecordId, record_id
from store.refs import record_of
from store.work import WorkState
from tests.bot.outbox_bench import until
from tests.bot.replying import card_of, form_on, note_texts, saved, submit, words
from tests.bot.world import World, ended, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    # By SOAP, as where the account has not our script.
    without = {"NETSUITE_RESTLET_URL": ""}
    async with open_world(tmp_path_factory.mktemp("world"), targets=None, more_settings=without) as world:
        yield world


@pytest.fixture(autouse=True)
def calm(opened: World) -> None:
    """Nothing is left over from the test before."""
    opened.netsuite.faults.clear()
    opened.netsuite.permissions.restore()


def theirs(world: World, text: str) -> list[TheirNote]:
    """The notes in NetSuite's ledger that begin so."""
    return [note for note in world.ledger.records(Kind.NOTE).values() if note.text.startswith(text)]


async def replied(world: World, text: str) -> Note:
    await form_on(world)
    await submit(world, {"reply.text": text})
    return await saved(world)


class TestReply:
    async def test_is_in_netsuite_within_moments_and_there_once_after_the_next_reading(self, world: World) -> None:
        await form_on(world)
        assert "NetSuite" in words(world)
        await submit(world, {"reply.text": "They pay on Friday"})
        assert "Saved · on its way to NetSuite" in words(world)
        note = await saved(world)
        sent = await world.delivered(f"{note.id}/netsuite")
        assert sent.state is DeliveryState.SENT
        assert sent.updated_at is not None
        assert (sent.updated_at - sent.created_at).total_seconds() < 5
        assert "Saved · in NetSuite" in words(world)
        (found,) = theirs(world, "They pay on Friday")
        invoice = world.ledger.invoice_numbered("INV-12345")
        assert (found.owner, str(found.id)) == (Owner(kind=Kind.INVOICE, id=invoice.id), sent.external_id)
        assert found.external_id == f"tesorio-{note.source_id}"
        await pulled_again(world, "after the note")
        assert (await note_texts(world)).count("They pay on Friday") == 1
        shown = world.shown(await card_of(world, "/tesorio invoice INV-12345"))
        assert shown.count("They pay on Friday") == 1

    async def test_whose_answer_got_lost_is_found_and_not_sent_again(self, world: World) -> None:
        world.netsuite.faults.lost_answer(operation="upsert")
        note = await replied(world, "Lost on the way back")
        await until(world, f"{note.id}/netsuite", lambda each: each.in_doubt and each.attempts == 1)
        await until(world, f"{note.id}/netsuite", lambda each: each.state is DeliveryState.UNKNOWN)
        world.pass_time(10)
        assert (await world.delivered(f"{note.id}/netsuite")).state is DeliveryState.SENT
        operations = [request.operation for request in world.netsuite.log]
        assert len(theirs(world, "Lost on the way back")) == 1
        assert operations[-1] == "get"

    async def test_read_back_before_its_outcome_is_known_is_one_all_the_same(self, world: World) -> None:
        world.netsuite.faults.lost_answer(operation="upsert")
        note = await replied(world, "Read back early")
        await until(world, f"{note.id}/netsuite", lambda each: each.state is DeliveryState.UNKNOWN)
        world.netsuite.faults.blocked(times=99, operation="get", holding=b"externalId")
        await pulled_again(world, "in doubt")
        (found,) = theirs(world, "Read back early")
        async with world.store.read() as conn:
            assert await record_of(conn, "netsuite", "note", str(found.id)) == note.id
        assert (await note_texts(world)).count("Read back early") == 1
        world.netsuite.faults.clear()
        world.pass_time(600)
        assert (await world.delivered(f"{note.id}/netsuite")).state is DeliveryState.SENT
        assert (await note_texts(world)).count("Read back early") == 1

    async def test_without_the_permission_its_author_is_told_which(self, world: World) -> None:
        world.netsuite.permissions.limit("note", Level.VIEW)
        note = await replied(world, "Not permitted")
        assert (await world.delivered(f"{note.id}/netsuite")).state is DeliveryState.REJECTED
        await world.delivered(f"outbox.trouble/{note.id}/netsuite/1/1")
        told = world.workspace.messages(ANA_APP_DM)[-1].text
        assert "could not be delivered to NetSuite" in told
        assert "lacks the permission for note at the level EDIT" in told
        assert theirs(world, "Not permitted") == []

    async def test_waits_while_the_account_is_busy(self, world: World) -> None:
        world.netsuite.faults.blocked(times=1, operation="upsert")
        note = await replied(world, "Busy hour")
        await until(world, f"{note.id}/netsuite", lambda each: each.attempts == 1 and not each.in_doubt)
        assert "Saved · on its way to NetSuite" in words(world)
        world.pass_time(60)
        assert (await world.delivered(f"{note.id}/netsuite")).state is DeliveryState.SENT
        assert len(theirs(world, "Busy hour")) == 1


async def pushed(world: World, record: Contact | Message, delivery: Delivery) -> Delivery:
    """The delivery of what was just written, once it has come to an end."""
    async with world.store.write() as conn:
        await upsert_records(conn, [record], at=world.clock())
        await add_deliveries(conn, [delivery])
    world.assistant.deps.outbox.ring()
    return await world.delivered(delivery.id)


async def pulled_again(world: World, name: str) -> None:
    # What is younger is left to the next reading.
    world.pass_time(120)
    await world.assistant.pull("netsuite", name)
    assert await ended(world.assistant, name) is WorkState.DONE


async def contacts_here(world: World, customer_id: RecordId) -> list[Contact]:
    async with world.store.read() as conn:
        found = await contacts_of(conn, customer_id, limit=99)
    return [one for one in found if one.name.startswith("Bea ")]


def a_contact(world: World, **values: Any) -> Contact:
    invoice, now = world.ledger.invoice_numbered("INV-12345"), world.clock()
    known: dict[str, Any] = {"email": "bea@example.com", "seen_at": now, "source_changed_at": now, "author_id": "ana"}
    return Contact(
        id=record_id("tesorio", "contact", "u1-bea"),
        origin="tesorio",
        source_id="u1-bea",
        name="Bea Mueller",
        first_name="Bea",
        last_name="Mueller",
        customer_id=record_id("netsuite", "customer", str(invoice.customer_id)),
        **known | values,
    )


class TestContact:
    async def test_made_here_is_the_systems_and_one_after_the_next_reading(self, world: World) -> None:
        made = a_contact(world)
        assert made.customer_id is not None
        sent = await pushed(
            world,
            made,
            contact_push(id=f"{made.id}/0/netsuite", target="netsuite", contact=made, at=world.clock(), author=ANA),
        )
        assert sent.state is DeliveryState.SENT
        (theirs,) = [one for one in world.ledger.contacts.values() if one.email == "bea@example.com"]
        assert (theirs.external_id, str(theirs.id)) == ("tesorio-u1-bea", sent.external_id)
        await pulled_again(world, "after the contact")
        (found,) = await contacts_here(world, made.customer_id)
        assert (found.id, found.origin, found.source_id) == (made.id, "netsuite", sent.external_id)
        assert found.author_id == "ana"

        changed = replace(found, email="mueller@example.com", source_changed_at=world.clock())
        again = await pushed(
            world,
            changed,
            contact_push(id=f"{made.id}/1/netsuite", target="netsuite", contact=changed, at=world.clock()),
        )
        assert again.external_id == sent.external_id
        assert world.ledger.contacts[theirs.id].email == "mueller@example.com"
        assert world.netsuite.log[-1].operation == "update"
        await pulled_again(world, "after the change")
        (found,) = await contacts_here(world, made.customer_id)
        assert (found.id, found.email) == (made.id, "mueller@example.com")


class TestMessage:
    async def test_is_recorded_once_although_its_answer_got_lost(self, world: World) -> None:
        invoice = world.ledger.invoice_numbered("INV-12345")
        made = Message(
            id=record_id("tesorio", "message", "u1-mail"),
            origin="tesorio",
            source_id="u1-mail",
            seen_at=world.clock(),
            about_id=record_id("netsuite", "invoice", str(invoice.id)),
            subject="Your invoice",
            text="Dear Bea",
            sent_at=world.clock(),
            was_emailed=True,
            author="Ana",
            author_email="ana@seller.example",
            recipients="bea@example.com",
        )
        delivery = message_push(
            id=f"{made.id}/netsuite",
            target="netsuite",
            message=made,
            about_kind="invoice",
            customer_id=record_id("netsuite", "customer", str(invoice.customer_id)),
            at=world.clock(),
        )
        world.netsuite.faults.lost_answer(operation="add")
        async with world.store.write() as conn:
            await upsert_records(conn, [made], at=world.clock())
            await add_deliveries(conn, [delivery])
        world.assistant.deps.outbox.ring()
        await until(world, delivery.id, lambda each: each.state is DeliveryState.UNKNOWN)
        world.pass_time(10)
        sent = await world.delivered(delivery.id)
        assert sent.state is DeliveryState.SENT
        (theirs,) = [one for one in world.ledger.records(Kind.MESSAGE).values() if one.subject == "Your invoice"]
        assert str(theirs.id) == sent.external_id
        await pulled_again(world, "after the message")
        async with world.store.read() as conn:
            found = [one for one in await messages_about(conn, made.about_id, limit=99) if one.subject == made.subject]
        assert found == [made]
