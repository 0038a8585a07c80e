"""Notes and messages, read from the stand-in: whose they are, what is new, and what was edited or deleted."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from sandbox.ledger import Kind
from sandbox.ledger.letters import attach_file, receive_message, write_note
from store.db import Store
from store.messages import Message, messages, messages_about
from store.notes import Note, notes, notes_about
from store.pulled import upsert_records
from store.records import OWN, record_id
from store.runs import Outcome
from sync.connector import Page
from sync.connectors.netsuite import target_of
from sync.connectors.netsuite.position import Stage, decode
from sync.pull import PullOrder, pull_source
from tests.contract.source_contract import read, records_of
from tests.contract.target_contract import MESSAGE, NOTE
from tests.sync.netsuite.bench import START, NetSuiteBench, netsuite_bench

LATER = timedelta(days=4)
SWEEP = timedelta(days=8)
# How far a later read goes back by date.
OVERLAP = timedelta(days=3, minutes=1)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path) as made:
        yield made


@pytest.fixture
async def scripted(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    """The same with our script in the account."""
    async with netsuite_bench(tmp_path) as made:
        await made.source.close()
        made.env = {"NETSUITE_RESTLET_URL": made.server.restlet_url}
        made.open()
        yield made


def notes_in(pages: list[Page]) -> dict[str, Note]:
    return {key: one for key, one in records_of(pages).items() if isinstance(one, Note)}


def written_since(bench: NetSuiteBench, kind: Kind, since: datetime) -> set[str]:
    written = {Kind.NOTE: "note_date", Kind.MESSAGE: "message_date"}[kind]
    return {str(one.id) for one in bench.ledger.records(kind).values() if getattr(one, written) >= since}


def an_invoice(bench: NetSuiteBench) -> int:
    return min(bench.ledger.invoices)


async def pull(bench: NetSuiteBench, store: Store, *streams: str) -> None:
    order = PullOrder(run_id=f"run {bench.now}", streams=streams)
    runs = await pull_source(bench.source, store, order, clock=lambda: bench.now)
    assert {run.outcome for run in runs} == {Outcome.OK}


async def living(store: Store) -> set[str]:
    async with store.read() as conn:
        return set((await conn.execute(select(notes.c.source_id).where(notes.c.deleted_at.is_(None)))).scalars())


class TestNotes:
    async def test_say_whose_they_are_and_who_wrote_them(self, bench: NetSuiteBench) -> None:
        found = notes_in(await read(bench, stream="notes"))
        kinds: Counter[Kind] = Counter()
        employees = bench.ledger.records(Kind.EMPLOYEE)
        for expected in bench.ledger.records(Kind.NOTE).values():
            note = found[str(expected.id)]
            kind = "invoice" if expected.owner.kind is Kind.INVOICE else "customer"
            assert note.about_id == record_id("netsuite", kind, str(expected.owner.id))
            assert (note.title, note.text, note.written_at) == (expected.title, expected.text, expected.note_date)
            assert note.author == employees[expected.author_id].name
            kinds[expected.owner.kind] += 1
        assert set(kinds) == {Kind.CUSTOMER, Kind.INVOICE}

    async def test_of_other_records_are_skipped_and_counted(self, bench: NetSuiteBench) -> None:
        ours = bench.ids("notes")
        order = min(bench.ledger.records(Kind.SALES_ORDER))
        write_note(bench.ledger, Kind.SALES_ORDER, order, title="Ship", text="By sea")
        bench.pass_time(timedelta(hours=1))
        pages = await read(bench, stream="notes")
        assert set(records_of(pages)) == ours
        assert sum(page.skipped for page in pages) == 1
        assert not [page.broken for page in pages if page.broken]

    async def test_of_other_records_are_counted_in_the_run(self, bench: NetSuiteBench, store: Store) -> None:
        order = min(bench.ledger.records(Kind.SALES_ORDER))
        write_note(bench.ledger, Kind.SALES_ORDER, order, title="Ship", text="By sea")
        bench.pass_time(timedelta(hours=1))
        pulled = PullOrder(run_id="run", streams=("notes",))
        (run,) = await pull_source(bench.source, store, pulled, clock=lambda: bench.now)
        assert (run.skipped, run.outcome, run.inserted) == (1, Outcome.OK, len(bench.ids("notes")) - 1)

    async def test_lose_their_markup(self, bench: NetSuiteBench) -> None:
        made = write_note(
            bench.ledger,
            Kind.INVOICE,
            an_invoice(bench),
            title="Call",
            text="<p>Pays &amp; <b>soon</b></p><script>x</script>",
        )
        bench.pass_time(timedelta(hours=1))
        assert notes_in(await read(bench, stream="notes"))[str(made.id)].text == "Pays & soon"

    async def test_are_found_by_their_date_and_when_it_is_an_old_one_by_their_id(self, bench: NetSuiteBench) -> None:
        cursor = (await read(bench, stream="notes"))[-1].cursor
        bench.pass_time(LATER)
        new = write_note(bench.ledger, Kind.INVOICE, an_invoice(bench), title="New", text="new")
        backdated = write_note(bench.ledger, Kind.INVOICE, an_invoice(bench), title="Old", text="old")
        bench.ledger.edit(Kind.NOTE, backdated.id, note_date=START - timedelta(days=300))
        bench.pass_time(timedelta(hours=1))
        pages = await read(bench, cursor, "notes")
        recent = written_since(bench, Kind.NOTE, START - OVERLAP)
        assert set(records_of(pages)) == recent | {str(new.id), str(backdated.id)}
        assert recent < bench.ids("notes")

    async def test_a_thousand_of_one_second_are_all_read(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, customers=4, page_size=200) as bench:
            for nth in range(1000):
                write_note(bench.ledger, Kind.INVOICE, an_invoice(bench), title="Import", text=f"row {nth}")
            bench.pass_time(timedelta(hours=1))
            pages = await read(bench, stream="notes")
            assert set(records_of(pages)) == bench.ids("notes")
            bench.pass_time(timedelta(hours=1))
            assert len(notes_in(await read(bench, pages[-1].cursor, "notes"))) >= 1000

    async def test_that_move_while_they_are_read_are_not_lost(self, bench: NetSuiteBench) -> None:
        expected = bench.ids("notes")
        pages: list[Page] = []
        async for page in bench.source.pages("notes", "", now=bench.now):
            pages.append(page)
            if len(pages) == 1:
                # What was read leaves its place, so that every later row moves up.
                for source_id in [one.source_id for one in page.records][:10]:
                    bench.ledger.edit(Kind.NOTE, int(source_id), note_date=bench.now + timedelta(days=400))
        assert set(records_of(pages)) == expected


class TestSweep:
    async def test_finds_what_was_edited_and_what_was_deleted(self, bench: NetSuiteBench, store: Store) -> None:
        await pull(bench, store, "notes")
        oldest, second = sorted(bench.ledger.records(Kind.NOTE))[:2]
        bench.pass_time(LATER)
        bench.ledger.edit(Kind.NOTE, oldest, text="Rewritten")
        bench.ledger.delete(Kind.NOTE, second)
        bench.pass_time(timedelta(hours=1))
        await pull(bench, store, "notes")
        # No date tells of either.
        assert str(second) in await living(store)
        bench.pass_time(SWEEP)
        await pull(bench, store, "notes")
        assert await living(store) == bench.ids("notes")
        async with store.read() as conn:
            about = bench.ledger.records(Kind.NOTE)[oldest].owner
            found = await notes_about(conn, record_id("netsuite", about.kind.value, str(about.id)), limit=50)
        assert [one.text for one in found if one.source_id == str(oldest)] == ["Rewritten"]

    async def test_is_not_needed_for_deletions_that_are_reported(self, bench: NetSuiteBench, store: Store) -> None:
        await pull(bench, store, "notes", "messages")
        note_id, message_id = min(bench.ledger.records(Kind.NOTE)), min(bench.ledger.records(Kind.MESSAGE))
        bench.pass_time(timedelta(hours=1))
        bench.ledger.delete(Kind.NOTE, note_id)
        bench.ledger.delete(Kind.MESSAGE, message_id)
        bench.pass_time(timedelta(hours=1))
        await pull(bench, store, "deletions")
        assert await living(store) == bench.ids("notes")
        async with store.read() as conn:
            c = messages.c
            left = await conn.execute(select(c.source_id).where(c.deleted_at.is_(None)))
            assert set(left.scalars()) == bench.ids("messages")


class TestScript:
    async def test_tells_what_was_edited_so_that_nothing_is_read_twice(self, scripted: NetSuiteBench) -> None:
        bench = scripted
        for stream, kind in (("notes", Kind.NOTE), ("messages", Kind.MESSAGE)):
            before, cursor = bench.now, (await read(bench, stream=stream))[-1].cursor
            bench.pass_time(SWEEP)
            edited = sorted(bench.ledger.records(kind))[:2]
            for each in edited:
                bench.ledger.edit(kind, each, text="Rewritten")
            bench.pass_time(timedelta(hours=1))
            pages = await read(bench, cursor, stream)
            found = records_of(pages)
            assert set(found) == written_since(bench, kind, before - OVERLAP) | {str(each) for each in edited}
            assert {getattr(found[str(each)], "text", "") for each in edited} == {"Rewritten"}

    async def test_is_asked_page_by_page_and_from_where_it_was(self, scripted: NetSuiteBench) -> None:
        bench = scripted
        cursor = (await read(bench, stream="notes"))[-1].cursor
        bench.pass_time(SWEEP)
        edited = sorted(bench.ledger.records(Kind.NOTE))
        for each in edited:
            bench.ledger.edit(Kind.NOTE, each, text="Rewritten")
        bench.pass_time(timedelta(hours=1))
        whole = await read(bench, cursor, "notes")
        assert set(records_of(whole)) == bench.ids("notes")
        by_script = [page for page in whole if decode(page.cursor).changed_at]
        assert by_script
        rest = await read(bench, by_script[0].cursor, "notes")
        assert [page.records for page in rest] == [page.records for page in whole[whole.index(by_script[0]) + 1 :]]

    async def test_may_be_taken_out_in_the_middle(self, scripted: NetSuiteBench) -> None:
        bench = scripted
        cursor = (await read(bench, stream="notes"))[-1].cursor
        bench.pass_time(SWEEP)
        for each in sorted(bench.ledger.records(Kind.NOTE)):
            bench.ledger.edit(Kind.NOTE, each, text="Rewritten")
        bench.pass_time(timedelta(hours=1))
        midway = next(page for page in await read(bench, cursor, "notes") if decode(page.cursor).changed_at)
        await bench.source.close()
        bench.env = {}
        bench.open()
        assert decode((await read(bench, midway.cursor, "notes"))[-1].cursor).stage is Stage.REST

    async def test_that_may_not_run_is_done_without(self, bench: NetSuiteBench) -> None:
        await bench.source.close()
        bench.env = {"NETSUITE_RESTLET_URL": bench.server.restlet_url.replace("script=", "script=9")}
        bench.open()
        cursor = (await read(bench, stream="notes"))[-1].cursor
        edited = min(bench.ledger.records(Kind.NOTE))
        bench.pass_time(timedelta(hours=2))
        bench.ledger.edit(Kind.NOTE, edited, text="Rewritten")
        bench.pass_time(timedelta(hours=2))
        # What SuiteTalk cannot tell comes with the reading of all, as it does without a script.
        early = await read(bench, cursor, "notes")
        assert decode(early[-1].cursor).stage is Stage.REST
        assert str(edited) not in records_of(early)
        bench.pass_time(SWEEP)
        late = await read(bench, early[-1].cursor, "notes")
        assert decode(late[-1].cursor).stage is Stage.REST
        assert set(records_of(late)) == bench.ids("notes")
        bench.pass_time(timedelta(hours=2))
        assert set(records_of(await read(bench, late[-1].cursor, "notes"))) != bench.ids("notes")


class TestAttachments:
    async def test_of_one_message_may_be_several(self, bench: NetSuiteBench) -> None:
        made = receive_message(bench.ledger, an_invoice(bench), subject="Papers", text="See below")
        files = [attach_file(bench.ledger, an_invoice(bench), name=name, content=b"x") for name in ("a.pdf", "b.pdf")]
        bench.ledger.edit(Kind.MESSAGE, made.id, attachments=tuple(file.id for file in files))
        bench.pass_time(timedelta(hours=1))
        found = records_of(await read(bench, stream="messages"))[str(made.id)]
        assert isinstance(found, Message)
        assert found.attachments == "a.pdf\nb.pdf"


class TestMessages:
    async def test_say_what_they_are_about_and_who_wrote_to_whom(self, bench: NetSuiteBench) -> None:
        found = records_of(await read(bench, stream="messages"))
        for expected in bench.ledger.records(Kind.MESSAGE).values():
            message = found[str(expected.id)]
            assert isinstance(message, Message)
            assert message.about_id == record_id("netsuite", "invoice", str(expected.transaction.id))
            assert (message.subject, message.text.split()) == (expected.subject, expected.text.split())
            assert (message.author_email, message.recipients) == (expected.author.email, expected.recipient.email)
            assert (message.is_incoming, message.was_emailed) == (expected.incoming, expected.emailed)
            assert message.sent_at == expected.message_date
            names = [bench.ledger.records(Kind.FILE)[each].name for each in expected.attachments]
            assert message.attachments.split("\n") == (names or [""])

    async def test_of_no_invoice_are_their_customers(self, bench: NetSuiteBench) -> None:
        made = receive_message(bench.ledger, an_invoice(bench), subject="Hello", text="Who is my contact?")
        bench.ledger.edit(Kind.MESSAGE, made.id, transaction=None)
        bench.pass_time(timedelta(hours=1))
        found = records_of(await read(bench, stream="messages"))[str(made.id)]
        assert isinstance(found, Message)
        customer = bench.ledger.invoices[an_invoice(bench)].customer_id
        assert found.about_id == record_id("netsuite", "customer", str(customer))


@pytest.mark.parametrize("how", ["by SuiteTalk", "by the script"])
class TestWhatWasWrittenHere:
    @pytest.mark.sampled
    async def test_a_note_comes_back_once(self, how: str, bench: NetSuiteBench, store: Store) -> None:
        if how == "by the script":
            await bench.source.close()
            bench.env = {"NETSUITE_RESTLET_URL": bench.server.restlet_url}
            bench.open()
        about = str(an_invoice(bench))
        pushed = replace(NOTE, about_kind="invoice", about_source_id=about)
        own = Note(
            id=record_id(OWN, "note", pushed.key),
            origin=OWN,
            source_id=pushed.key,
            seen_at=bench.now,
            about_id=record_id("netsuite", "invoice", about),
            text=pushed.text,
            written_at=bench.now,
        )
        async with store.write() as conn:
            await upsert_records(conn, [own], at=bench.now)
        await pull(bench, store, "notes")
        target = target_of(bench.source)
        assert target is not None
        await target.push(pushed)
        bench.pass_time(timedelta(hours=1))
        await pull(bench, store, "notes")
        async with store.read() as conn:
            found = await notes_about(conn, own.about_id, limit=50)
        assert [(one.id, one.text) for one in found if pushed.text in one.text] == [(own.id, pushed.text)]

    @pytest.mark.sampled
    async def test_a_message_comes_back_once(self, how: str, bench: NetSuiteBench, store: Store) -> None:
        del how
        about = str(an_invoice(bench))
        customer = str(bench.ledger.invoices[an_invoice(bench)].customer_id)
        pushed = replace(
            MESSAGE, about_kind="invoice", about_source_id=about, customer_source_id=customer, sent_at=bench.now
        )
        own = Message(
            id=record_id(OWN, "message", pushed.key),
            origin=OWN,
            source_id=pushed.key,
            seen_at=bench.now,
            about_id=record_id("netsuite", "invoice", about),
            subject=pushed.subject,
            text=pushed.text,
            sent_at=bench.now,
        )
        async with store.write() as conn:
            await upsert_records(conn, [own], at=bench.now)
        target = target_of(bench.source)
        assert target is not None
        await target.push(pushed)
        bench.pass_time(timedelta(hours=1))
        await pull(bench, store, "messages")
        async with store.read() as conn:
            found = await messages_about(conn, own.about_id, limit=50)
        assert [one.id for one in found if one.subject == pushed.subject] == [own.id]
