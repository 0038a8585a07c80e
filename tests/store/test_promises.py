"""Promises to pay and disputes: kept once, listed for a customer with its invoices', closed once."""

from dataclasses import replace
from datetime import date, timedelta

from store.db import Store
from store.disputes import (
    Dispute,
    DisputeReason,
    DisputeState,
    add_dispute,
    dispute_by_id,
    disputed_invoices,
    disputes_of_notes,
    open_disputes_about,
    resolve_dispute,
)
from store.notes import count_notes, newest_note, notes_about
from store.promises import (
    Promise,
    PromiseState,
    add_promise,
    judge_promise,
    open_promises,
    promise_by_id,
    promises_about,
    promises_of_notes,
    withdraw_promise,
)
from store.records import RecordId, record_id
from tests.store.make import AT, CUSTOMER_ID, changes, make_invoice, make_note, save, usd

INVOICE_ID = record_id("netsuite", "invoice", "1")
NOTE_ID = record_id("tesorio", "note", "1")


def a_promise(promise_id: str = "p1", about_id: RecordId = INVOICE_ID, minutes: int = 0) -> Promise:
    return Promise(
        id=promise_id,
        about_id=about_id,
        amount=usd(500),
        owed=usd(900),
        promised_on=date(2026, 12, 1),
        made_at=AT + timedelta(minutes=minutes),
        author="Ana",
        author_id="a1",
        slack_user="U1",
        note_id=NOTE_ID,
        permalink="https://x.example",
    )


def a_dispute(dispute_id: str = "d1", invoice_id: RecordId = INVOICE_ID) -> Dispute:
    return Dispute(
        id=dispute_id,
        invoice_id=invoice_id,
        reason=DisputeReason.QUALITY,
        amount=usd(500),
        opened_at=AT,
        author="Ana",
        author_id="a1",
        slack_user="U1",
        note_id=NOTE_ID,
    )


class TestPromises:
    async def test_are_kept_once(self, store: Store) -> None:
        async with store.write() as conn:
            await add_promise(conn, a_promise(), at=AT)
            await add_promise(conn, replace(a_promise(), amount=usd(1)), at=AT)
        async with store.read() as conn:
            assert await promise_by_id(conn, "p1") == a_promise()
            assert await promise_by_id(conn, "p2") is None
            assert await promises_of_notes(conn, (NOTE_ID,)) == {NOTE_ID: a_promise()}
        assert [(each.kind, each.record_id, each.action) for each in await changes(store)] == [
            ("promise", "p1", "inserted")
        ]

    async def test_of_a_customer_are_those_of_its_invoices_too(self, store: Store) -> None:
        await save(store, make_invoice("1"), make_invoice("2", customer_id=RecordId("netsuite:customer:8")))
        other = a_promise("p3", record_id("netsuite", "invoice", "2"))
        async with store.write() as conn:
            for each in (a_promise("p1"), a_promise("p2", CUSTOMER_ID, minutes=1), other, a_promise("p4", minutes=2)):
                await add_promise(conn, each, at=AT)
            assert await withdraw_promise(conn, "p1", at=AT)
            assert await judge_promise(conn, "p4", PromiseState.KEPT, received=usd(500), at=AT)
        async with store.read() as conn:
            assert [each.id for each in await promises_about(conn, CUSTOMER_ID, limit=9)] == ["p2", "p4"]
            assert [each.id for each in await promises_about(conn, INVOICE_ID, limit=9)] == ["p4"]
            assert [each.id for each in await open_promises(conn, limit=1)] == ["p2"]
            assert [each.id for each in await open_promises(conn, after="p2", limit=9)] == ["p3"]

    async def test_are_judged_once(self, store: Store) -> None:
        async with store.write() as conn:
            await add_promise(conn, a_promise(), at=AT)
            assert await judge_promise(conn, "p1", PromiseState.PARTLY_KEPT, received=usd(200), at=AT)
            assert not await judge_promise(conn, "p1", PromiseState.BROKEN, received=usd(0), at=AT)
            assert not await withdraw_promise(conn, "p1", at=AT)
        async with store.read() as conn:
            judged = await promise_by_id(conn, "p1")
        assert judged == replace(a_promise(), state=PromiseState.PARTLY_KEPT, received=usd(200), judged_at=AT)
        assert (await changes(store))[-1].fields == {"state": ("open", "partly_kept")}


class TestDisputes:
    async def test_are_kept_once_and_resolved_once(self, store: Store) -> None:
        await save(store, make_invoice("1"))
        before = len(await changes(store))
        async with store.write() as conn:
            await add_dispute(conn, a_dispute(), at=AT)
            await add_dispute(conn, a_dispute(), at=AT)
        async with store.read() as conn:
            assert await dispute_by_id(conn, "d1") == a_dispute()
            assert await open_disputes_about(conn, CUSTOMER_ID, limit=9) == (a_dispute(),)
            assert await disputed_invoices(conn, [INVOICE_ID, RecordId("x")]) == {INVOICE_ID}
            assert await disputes_of_notes(conn, (NOTE_ID,)) == {NOTE_ID: a_dispute()}
        async with store.write() as conn:
            assert await resolve_dispute(conn, "d1", by="Ben", at=AT)
            assert not await resolve_dispute(conn, "d1", by="Chloe", at=AT)
        async with store.read() as conn:
            resolved = await dispute_by_id(conn, "d1")
            assert await open_disputes_about(conn, INVOICE_ID, limit=9) == ()
            assert await disputed_invoices(conn, [INVOICE_ID]) == frozenset()
        assert resolved == replace(a_dispute(), state=DisputeState.RESOLVED, resolved_at=AT, resolved_by="Ben")
        assert [each.action for each in (await changes(store))[before:]] == ["inserted", "changed"]


class TestNotes:
    async def test_come_in_pages_newest_first_with_those_of_the_invoices(self, store: Store) -> None:
        await save(store, make_invoice("1"))
        notes = [
            make_note(str(n), about_id=(INVOICE_ID, CUSTOMER_ID)[n % 2], written_at=AT - timedelta(days=n))
            for n in range(5)
        ]
        await save(store, *notes, make_note("9", deleted_at=AT), make_note("8", about_id=RecordId("x")))
        async with store.read() as conn:
            first = await notes_about(conn, CUSTOMER_ID, limit=3)
            rest = await notes_about(conn, CUSTOMER_ID, limit=3, offset=3)
            assert [note.source_id for note in (*first, *rest)] == ["0", "1", "2", "3", "4"]
            assert await count_notes(conn, CUSTOMER_ID) == 5
            assert await count_notes(conn, INVOICE_ID) == 3
            assert await newest_note(conn, CUSTOMER_ID) == notes[0]
            assert await newest_note(conn, RecordId("nobody")) is None
