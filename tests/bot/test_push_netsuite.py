"""A reply in Slack, all the way into NetSuite and back with the next reading."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sandbox.ledger import Kind
from sandbox.ledger.communication import Note as TheirNote
from sandbox.ledger.communication import Owner
from sandbox.netsuite.permissions import Level
from sandbox.slack.seed import ANA_APP_DM
from store.deliveries import DeliveryState
from store.notes import Note
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
        await world.assistant.pull("netsuite", "after the note")
        assert await ended(world.assistant, "after the note") is WorkState.DONE
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
        await world.assistant.pull("netsuite", "in doubt")
        assert await ended(world.assistant, "in doubt") is WorkState.DONE
        assert (await note_texts(world)).count("Read back early") == 1
        world.pass_time(10)
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
