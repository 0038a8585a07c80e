"""Waiting for a place at a system of record: by few at a time, however many notes there are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile

import pytest

from store.db import Store, WriteConnection, sqlite_url
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id
from store.echoes import echoes
from store.facts import bind_fact
from store.messages import Message
from store.notes import Note
from store.outbox import ended_by_hand, move_delivery, set_going
from store.pushes import message_push, note_push
from store.records import RecordId, record_id
from store.refs import ExternalRef, add_refs, record_of
from store.sending import Absent, Arrived, InDoubt, Later, Outcome, Refused, Sender, Trace
from sync.connector import MessagePush, NotePush
from sync.errors import (
    NotPermittedError,
    ReauthoriseError,
    RejectedError,
    RetryError,
    SourceError,
    StopError,
    UnknownOutcomeError,
)
from sync.push import Pushes, free_places, outcome_of
from sync.push_items import item_of
from sync.pushing import push_waiting
from tests.contract.fake_target import FakeTarget, note_keeper
from tests.store.make import AT, CUSTOMER_ID, make_customer, make_invoice, save


class CountingStore(Store):
    """Counts who wants to write."""

    writes = 0

    @asynccontextmanager
    async def write(self, *, urgent: bool = False) -> AsyncIterator[WriteConnection]:
        self.writes += 1
        async with super().write(urgent=urgent) as conn:
            yield conn


@pytest.fixture
async def store(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[CountingStore]:
    copyfile(sqlite_template, tmp_path / "store.db")
    store = CountingStore(sqlite_url(tmp_path / "store.db"))
    yield store
    await store.close()


class TestOutcome:
    @pytest.mark.parametrize(
        ("error", "outcome"),
        [
            (UnknownOutcomeError("x"), InDoubt),
            (TimeoutError(), InDoubt),
            (RetryError("x", after_seconds=9), Later),
            (ReauthoriseError("x"), Later),
            (StopError("there is no WSDL"), Later),
            (RejectedError("x"), Refused),
            (NotPermittedError("Lists > Notes"), Refused),
        ],
    )
    def test_of_an_error_is_what_to_do_next(self, error: SourceError | TimeoutError, outcome: type[Outcome]) -> None:
        assert isinstance(outcome_of(error), outcome)

    def test_of_a_missing_permission_names_it_first(self) -> None:
        assert outcome_of(NotPermittedError("Lists > Notes")) == Refused(reason="not_permitted: Lists > Notes")


class TestWhatIsNotSent:
    async def test_to_another_account_than_the_one_whose_data_is_here(self, store: CountingStore) -> None:
        pushes, delivery = await with_customer(store)
        async with store.write() as conn:
            await bind_fact(conn, "crm.account", "ONE")
        pushes._target.account_id = "OTHER"  # type: ignore[attr-defined]  # the fake's
        refused = await pushes.send(delivery)
        assert isinstance(refused, Later)
        assert "account ONE, not of OTHER" in refused.reason
        assert isinstance(await pushes.find(delivery), Later)

    async def test_a_kind_that_the_system_does_not_take(self, store: CountingStore) -> None:
        pushes, delivery = await with_customer(store)
        refused = await pushes.send(replace(delivery, kind="share"))
        assert refused == Refused(reason="not_taken: Test CRM takes no share from here")


class TestNote:
    async def test_about_an_invoice_goes_to_its_customer_where_invoices_are_unknown(self, store: CountingStore) -> None:
        await with_customer(store)
        invoice = make_invoice("9")
        await save(store, invoice)
        push = note_push(
            id="n",
            target="crm",
            about_kind="invoice",
            about_id=invoice.id,
            customer_id=CUSTOMER_ID,
            note_id="tesorio:note:n",
            title="Note",
            text="They pay on Friday.",
            written_at=AT,
            at=AT,
        )
        target = FakeTarget("")
        target.about = frozenset({"customer"})
        async with store.read() as conn:
            item = await item_of(conn, target, push)
        assert isinstance(item, NotePush)
        assert (item.about_kind, item.about_source_id, item.title) == ("customer", "A7", "Invoice INV-9: Note")


class TestMessage:
    async def test_in_doubt_is_told_from_those_that_arrived(self, store: CountingStore) -> None:
        await with_customer(store)
        made = [a_message(key) for key in ("m1", "m2")]
        elsewhere = replace(a_message("m3"), about_id=record_id("crm", "invoice", "9"))
        await save(store, *made, elsewhere, replace(made[0], id=record_id("crm", "message", "60"), origin="crm"))
        refs = zip(("M1", "M2", "M3"), (*made, elsewhere), strict=True)
        async with store.write() as conn:
            await add_refs(
                conn,
                [ExternalRef(system="crm", object="message", external_id=ref, record_id=one.id) for ref, one in refs],
            )
        push = message_push(
            id="m", target="crm", message=made[0], about_kind="customer", customer_id=CUSTOMER_ID, at=AT
        )
        async with store.read() as conn:
            item = await item_of(conn, FakeTarget(""), replace(push, tried_at=AT))
        assert isinstance(item, MessagePush)
        assert (item.others, item.tried_at) == (("M2",), AT)

    async def test_counts_as_absent_only_once_no_request_can_bring_it(self, store: CountingStore) -> None:
        await with_customer(store)
        made = a_message("m1")
        push = message_push(id="m", target="crm", message=made, about_kind="customer", customer_id=CUSTOMER_ID, at=AT)
        now = AT
        async with note_keeper() as keeper:
            pushes = Pushes(FakeTarget(keeper.url), store, clock=lambda: now)
            tried = replace(push, tried_at=AT)
            now += timedelta(minutes=1)
            waits = await pushes.find(tried)
            assert isinstance(waits, Later)
            assert waits.after_seconds == 14 * 60
            now += timedelta(minutes=14)
            assert await pushes.find(tried) == Absent()
            await pushes.send(push)
            assert isinstance(await pushes.find(replace(push, tried_at=now)), Arrived)

    async def test_is_not_given_up_while_its_request_is_under_way(
        self, store: CountingStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sync.push._LOOK_UP_SECONDS", 0.05)
        monkeypatch.setattr("sync.push._RENEW_SECONDS", 0.05)
        _, delivery = await with_customer(store)
        async with note_keeper() as keeper:
            keeper.delay_seconds = 0.3
            pushes = Pushes(FakeTarget(keeper.url), store, clock=lambda: datetime.now(UTC))
            before = store.writes
            assert isinstance(await pushes.send(delivery), Arrived)
            # Beside taking its place and leaving it, the push has renewed it.
            assert store.writes - before > 2


class DroppedMeanwhile:
    """A sender to a system that answers this, while somebody gives it up."""

    spacing = timedelta()

    def __init__(self, store: Store, outcome: Outcome) -> None:
        self._store, self._outcome = store, outcome

    async def send(self, delivery: Delivery) -> Outcome:
        async with self._store.write() as conn:
            dropped = ended_by_hand(delivery, DeliveryState.DROPPED, AT, "dropped")
            assert await move_delivery(conn, delivery, dropped)
        return self._outcome

    async def find(self, _delivery: Delivery) -> Trace:
        return Absent()


class Answers:
    """A sender that says the same of whatever is sent, and of whatever is looked for."""

    spacing = timedelta()

    def __init__(self, outcome: Outcome, trace: Trace) -> None:
        self._outcome, self._trace = outcome, trace

    async def send(self, _delivery: Delivery) -> Outcome:
        return self._outcome

    async def find(self, _delivery: Delivery) -> Trace:
        return self._trace


class TestNow:
    async def test_what_arrived_is_known_by_its_id_whatever_was_decided_meanwhile(self, store: CountingStore) -> None:
        _, delivery = await with_customer(store)
        async with store.write() as conn:
            await add_deliveries(conn, [delivery])

        told = await self.push(store, DroppedMeanwhile(store, Arrived(external_id="N1")))
        assert told.state is DeliveryState.SENT
        async with store.read() as reading:
            kept = await delivery_by_id(reading, delivery.id)
            assert await record_of(reading, "crm", "note", "N1") == delivery.note_id
        assert kept is not None
        assert (kept.state, kept.external_id) == (DeliveryState.SENT, "N1")

    @pytest.mark.parametrize(
        ("outcome", "is_echo"),
        [(Refused(reason="no"), False), (Later(reason="429"), False), (InDoubt(reason="-"), True)],
    )
    async def test_what_was_dropped_meanwhile_may_be_there_unless_it_was_refused(
        self, store: CountingStore, outcome: Outcome, is_echo: object
    ) -> None:
        theirs = await self.with_note(store)
        await self.push(store, DroppedMeanwhile(store, outcome))
        async with store.read() as conn:
            kept = await delivery_by_id(conn, "n/crm")
            assert (await echoes(conn, [theirs]) == {theirs.id}) is is_echo
        assert kept is not None
        assert kept.state is DeliveryState.DROPPED

    async def test_what_was_dropped_in_doubt_is_no_news_until_it_is_not_found_and_refused(
        self, store: CountingStore
    ) -> None:
        theirs = await self.with_note(store)
        assert (await self.push(store, Answers(InDoubt(reason="-"), Absent()))).state is DeliveryState.UNKNOWN
        async with store.write() as conn:
            unknown = await delivery_by_id(conn, "n/crm")
            assert unknown is not None
            dropped = ended_by_hand(unknown, DeliveryState.DROPPED, AT, "dropped")
            assert await move_delivery(conn, unknown, dropped)
            assert await echoes(conn, [theirs]) == {theirs.id}
            assert await move_delivery(conn, dropped, set_going(dropped, AT, may_double=False))
            assert await echoes(conn, [theirs]) == {theirs.id}
        assert (await self.push(store, Answers(Refused(reason="no"), Absent()))).state is DeliveryState.REJECTED
        async with store.read() as conn:
            assert await echoes(conn, [theirs]) == frozenset()

    async def with_note(self, store: CountingStore) -> Note:
        """A note that waits, and one of the same words as the system shows it."""
        _, delivery = await with_customer(store)
        own = Note(
            id=RecordId(delivery.note_id),
            origin="tesorio",
            source_id="n",
            about_id=CUSTOMER_ID,
            text="x",
            written_at=AT,
            seen_at=AT,
        )
        await save(store, own)
        async with store.write() as conn:
            await add_deliveries(conn, [delivery])
        return replace(own, id=record_id("crm", "note", "N1"), origin="crm", source_id="N1")

    async def push(self, store: CountingStore, sender: Sender) -> Delivery:
        async def trouble(_conn: WriteConnection, _delivery: Delivery) -> tuple[Delivery, ...]:
            return ()

        [told] = await push_waiting(
            store, "crm", sender, clock=lambda: AT, backoff=lambda _attempt, _asked: 1.0, trouble=trouble
        )
        return told


def a_message(key: str) -> Message:
    return Message(
        id=record_id("tesorio", "message", key),
        origin="tesorio",
        source_id=key,
        about_id=CUSTOMER_ID,
        subject="Invoice",
        text="Dear Bea",
        sent_at=AT,
        seen_at=AT,
        recipients="bea@example.com",
    )


async def with_customer(store: CountingStore) -> tuple[Pushes, Delivery]:
    """A note about a customer that the system knows, and what pushes it."""
    await save(store, make_customer())
    async with store.write() as conn:
        await add_refs(conn, [ExternalRef(system="crm", object="account", external_id="A7", record_id=CUSTOMER_ID)])
    made = note_push(
        id="n/crm",
        target="crm",
        about_kind="customer",
        about_id=CUSTOMER_ID,
        customer_id=CUSTOMER_ID,
        note_id="tesorio:note:n",
        text="x",
        written_at=AT,
        at=AT,
    )
    return Pushes(FakeTarget("http://127.0.0.1:1"), store, clock=lambda: datetime.now(UTC)), made


class TestTurns:
    async def test_only_those_who_could_have_a_place_ask_for_one(
        self, store: CountingStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sync.push._LOOK_SECONDS", 0.01)
        here, elsewhere = (
            Pushes(FakeTarget("http://127.0.0.1:1", at_once=2), store, clock=lambda: datetime.now(UTC)) for _ in "ab"
        )
        at_work, most, done = 0, 0, 0

        async def push(pushes: Pushes) -> None:
            nonlocal at_work, most, done
            async with pushes._turn():
                at_work, most = at_work + 1, max(most, at_work + 1)
                await asyncio.sleep(0.02)
                at_work, done = at_work - 1, done + 1

        async with asyncio.timeout(60):
            await asyncio.gather(*(push(pushes) for pushes in (here, elsewhere) for _ in range(20)))
        assert (most, done) == (2, 40)

    async def test_a_replica_that_was_killed_gets_its_place_back_when_it_starts(self, store: CountingStore) -> None:
        target = FakeTarget("http://127.0.0.1:1", at_once=1)
        killed, other = (
            Pushes(target, store, clock=lambda: datetime.now(UTC), replica=name) for name in ("one", "other")
        )
        assert await killed._free_place("one/x") is not None
        await free_places(store, "other")
        assert await other._free_place("other/y") is None
        await free_places(store, "one")
        async with asyncio.timeout(60), killed._turn():
            await free_places(store, "other")
            assert await other._free_place("other/y") is None

    async def test_the_many_that_wait_do_not_write(self, store: CountingStore) -> None:
        pushes = Pushes(FakeTarget("http://127.0.0.1:1", at_once=2), store, clock=lambda: datetime.now(UTC))

        async def push() -> None:
            async with pushes._turn():
                await asyncio.Event().wait()

        before = store.writes
        tasks = [asyncio.create_task(push()) for _ in range(200)]
        await asyncio.sleep(0.5)
        assert store.writes - before == 2
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
