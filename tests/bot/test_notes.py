"""«Notes» on a card: what was written, page by page, and what is still open of it."""

from datetime import timedelta

import pytest
import pytest_asyncio

from sandbox.slack import Waiting
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, BEN
from store.correspondence import correspondence_about
from store.disputes import Dispute, DisputeReason, add_dispute, dispute_by_id
from store.money import Money
from store.notes import Note
from store.promises import Promise, PromiseState, add_promise, promise_by_id
from store.pulled import tombstone_records, upsert_records
from store.records import RecordId, record_id
from tests.bot.replying import about_customer, about_invoice, card_of, words
from tests.bot.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

A_LIST = Waiting(until=lambda seen: bool(seen.view and "newest first" in str(seen.view["blocks"])))
NOTES = 12


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def written(opened: World) -> None:
    """Twelve notes, every other about the customer itself, the newest with a promise and the next with a dispute."""
    about = (about_invoice(opened), about_customer(opened)[0])
    async with opened.store.write() as conn:
        # Nothing else is about them.
        others = await correspondence_about(conn, about[1], limit=999)
        for each in others:
            kind = "note" if isinstance(each, Note) else "message"
            await tombstone_records(conn, kind, [each.id], at=opened.clock())
        notes = [make_note(opened, number, about[number % 2]) for number in range(NOTES)]
        await upsert_records(conn, notes, at=opened.clock())
        await add_promise(conn, a_promise(opened, notes[0]), at=opened.clock())
        await add_dispute(conn, a_dispute(opened, notes[2]), at=opened.clock())


def make_note(world: World, number: int, about_id: RecordId) -> Note:
    return Note(
        id=record_id("netsuite", "note", f"n{number}"),
        origin="netsuite",
        source_id=f"n{number}",
        seen_at=world.clock(),
        about_id=about_id,
        text=f"Remark {number}\n<!channel> *two*",
        written_at=world.clock() - timedelta(days=number),
        author=f"Writer {number}",
        permalink="https://meridian.slack.example/p1",
    )


def a_promise(world: World, note: Note) -> Promise:
    return Promise(
        id="promise:n0",
        about_id=note.about_id,
        amount=Money(currency="USD", minor=100_000),
        owed=Money(currency="USD", minor=1_725_000),
        promised_on=world.assistant.deps.today(),
        made_at=note.written_at,
        author="Writer 0",
        author_id="a",
        slack_user=ANA,
        note_id=note.id,
    )


def a_dispute(world: World, note: Note) -> Dispute:
    return Dispute(
        id="dispute:n2",
        invoice_id=note.about_id,
        reason=DisputeReason.QUALITY,
        amount=Money(currency="USD", minor=5_000),
        opened_at=world.clock(),
        author="Writer 2",
        author_id="a",
        slack_user=ANA,
        note_id=note.id,
    )


async def list_on(world: World, user: str = ANA) -> Message:
    card = await card_of(world, f"/tesorio customer {about_customer(world)[1]}", user)
    await world.workspace.click(user, card, "notes.open", waiting=A_LIST)
    return card


class TestList:
    async def test_has_a_customers_notes_and_its_invoices_newest_first(self, world: World) -> None:
        await list_on(world)
        shown = words(world)
        assert "12 notes, 1 to 5, newest first" in shown
        assert [shown.index(f"Remark {number}") for number in range(5)] == sorted(
            shown.index(f"Remark {number}") for number in range(5)
        )
        assert "Remark 5" not in shown
        assert "Remark 0\\n<!channel> *two*" in shown
        assert "INV-12345 · in NetSuite" in shown
        assert "https://meridian.slack.example/p1" in shown

    async def test_is_turned_page_by_page(self, world: World) -> None:
        await list_on(world)
        await world.workspace.click(ANA, None, "notes.older", waiting=A_LIST)
        await world.workspace.click(ANA, None, "notes.older", waiting=A_LIST)
        assert "12 notes, 11 to 12" in words(world)
        assert "Remark 11" in words(world)
        assert "notes.older" not in words(world)
        await world.workspace.click(ANA, None, "notes.newer", waiting=A_LIST)
        assert "12 notes, 6 to 10" in words(world)

    async def test_of_an_invoice_has_its_own_only(self, world: World) -> None:
        card = await card_of(world, "/tesorio invoice INV-12345")
        await world.workspace.click(ANA, card, "notes.open", waiting=A_LIST)
        assert "6 notes, 1 to 5" in words(world)
        assert "Remark 1\\n" not in words(world)

    async def test_from_before_an_update_says_so(self, world: World) -> None:
        await list_on(world)
        await world.workspace.click(ANA, None, "notes.older", waiting=A_LIST)
        payload = dict(world.last_envelope().payload)
        payload["view"] = payload["view"] | {"private_metadata": "old"}
        payload["trigger_id"] = "another.trigger"
        await world.workspace.hub.deliver("interactive", payload)
        await world.catch_up()
        assert "This list is from before an update" in words(world)


class TestClose:
    async def test_a_viewer_reads_and_is_offered_nothing(self, world: World) -> None:
        await list_on(world, BEN)
        assert "Disputed: quality, $50.00" in words(world, BEN)
        assert "notes.resolve_dispute" not in words(world, BEN)
        assert "notes.withdraw_promise" not in words(world, BEN)

    async def test_a_viewer_who_presses_all_the_same_changes_nothing(self, world: World) -> None:
        await list_on(world)
        await world.workspace.click(ANA, None, "notes.older", waiting=A_LIST)
        forged = dict(world.last_envelope().payload)
        forged["user"] = forged["user"] | {"id": BEN}
        forged["trigger_id"] = "forged.by.ben"
        forged["actions"] = [forged["actions"][0] | {"action_id": "notes.resolve_dispute", "value": "dispute:n2"}]
        await world.workspace.hub.deliver("interactive", forged)
        await world.catch_up()
        async with world.store.read() as conn:
            dispute = await dispute_by_id(conn, "dispute:n2")
        assert dispute is not None
        assert dispute.resolved_at is None
        assert "notes.resolve_dispute.denied" in [each[1] for each in await world.audited()]

    async def test_a_dispute_is_resolved_and_the_card_forgets_it(self, world: World) -> None:
        card = await list_on(world)
        assert "INV-12345 · Disputed: quality, $50.00" in world.shown(card)
        await world.workspace.click(ANA, None, "notes.resolve_dispute", waiting=A_LIST)
        assert "Dispute resolved: quality, $50.00" in words(world)
        async with world.store.read() as conn:
            dispute = await dispute_by_id(conn, "dispute:n2")
        assert dispute is not None
        assert dispute.resolved_by == "ana@meridian.example"
        assert "Disputed" not in world.shown(await card_of(world, "/tesorio invoice INV-12345"))

    async def test_a_promise_is_withdrawn(self, world: World) -> None:
        await list_on(world)
        await world.workspace.click(ANA, None, "notes.withdraw_promise", waiting=A_LIST)
        assert "Promise withdrawn: $1,000.00" in words(world)
        async with world.store.read() as conn:
            promise = await promise_by_id(conn, "promise:n0")
        assert promise is not None
        assert promise.state is PromiseState.WITHDRAWN
