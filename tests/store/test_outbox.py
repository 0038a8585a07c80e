from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import TextClause, select

from store.db import Store
from store.deliveries import (
    IS_OPEN,
    IS_SPENT,
    Delivery,
    DeliveryState,
    add_deliveries,
    deliveries,
    deliveries_of_note,
    delivery_by_id,
)
from store.outbox import (
    count_deliveries,
    decisions_mark,
    due_deliveries,
    ended_by_hand,
    last_tried,
    listed_deliveries,
    mark_enqueued,
    move_delivery,
    oldest_undelivered,
    record_arrival,
    set_going,
    undelivered,
)
from store.sending import UNDELIVERED
from tests.store.make import AT

QUEUED, SENT, UNKNOWN = DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.UNKNOWN
HOUR = timedelta(hours=1)


def a_delivery(name: str = "d", **values: object) -> Delivery:
    known = Delivery(id=name, kind="note", target="crm", lane="crm/7", payload={"text": "ünï"}, created_at=AT)
    return replace(known, **values)  # type: ignore[arg-type]  # any field


async def add(store: Store, *those: Delivery) -> None:
    async with store.write() as conn:
        await add_deliveries(conn, those)


async def read(store: Store, name: str = "d") -> Delivery:
    async with store.read() as conn:
        found = await delivery_by_id(conn, name)
    assert found is not None
    return found


async def move(store: Store, before: Delivery, after: Delivery) -> bool:
    async with store.write() as conn:
        return await move_delivery(conn, before, after)


class TestAdd:
    async def test_keeps_the_order_and_every_field(self, store: Store) -> None:
        full = a_delivery("b", not_before=AT, author="U1", about_id="x", note_id="n", tried_at=AT)
        await add(store, a_delivery("a"), full)
        async with store.read() as conn:
            assert await delivery_by_id(conn, "b") == full
            assert await delivery_by_id(conn, "c") is None
            assert [one.id for one in await deliveries_of_note(conn, "n")] == ["b"]
        assert (await read(store, "a")).sequence < (await read(store, "b")).sequence

    async def test_writes_an_id_once(self, store: Store) -> None:
        await add(store, a_delivery())
        await add(store, a_delivery(kind="share"))
        assert (await read(store)).kind == "note"


class TestDue:
    async def test_is_what_may_go_and_has_no_work_yet(self, store: Store) -> None:
        await add(store, a_delivery("later", not_before=AT + HOUR), a_delivery("now"), a_delivery("then"))
        async with store.read() as conn:
            assert [one.id for one in await due_deliveries(conn, AT, limit=9)] == ["now", "then"]
            assert [one.id for one in await due_deliveries(conn, AT, limit=1)] == ["now"]
            due = await due_deliveries(conn, AT + HOUR, limit=9)
        async with store.write() as conn:
            await mark_enqueued(conn, due)
        async with store.read() as conn:
            assert await due_deliveries(conn, AT + HOUR, limit=9) == ()

    async def test_a_new_round_is_due_although_the_old_one_had_its_work(self, store: Store) -> None:
        await add(store, a_delivery())
        seen = await read(store)
        assert await move(store, seen, set_going(seen, AT, may_double=False))
        async with store.write() as conn:
            await mark_enqueued(conn, [seen])
        async with store.read() as conn:
            [due] = await due_deliveries(conn, AT, limit=9)
        assert due.round == 2


class TestUndelivered:
    async def test_is_what_has_work_and_is_not_at_its_end(self, store: Store) -> None:
        states = {"q": QUEUED, "u": UNKNOWN, "s": SENT, "r": DeliveryState.REJECTED}
        those = [a_delivery(name, state=state, told=state.value) for name, state in states.items()]
        untold = a_delivery("untold", state=SENT, told="queued")
        await add(store, *(replace(one, is_enqueued=True) for one in (*those, untold)), a_delivery("no work"))
        async with store.read() as conn:
            found = await undelivered(conn, after=0, limit=9)
            assert [one.id for one in found] == ["q", "u", "untold"]
            assert [one.id for one in await undelivered(conn, after=found[1].sequence, limit=9)] == ["untold"]


class TestMove:
    async def test_changes_what_the_engine_changes(self, store: Store) -> None:
        await add(store, a_delivery())
        before = await read(store)
        after = replace(before, state=UNKNOWN, attempts=1, in_doubt=True, tried_at=AT, reason="reset", told="unknown")
        assert await move(store, before, after)
        assert await read(store) == after

    @pytest.mark.parametrize("elsewhere", [{"state": UNKNOWN}, {"attempts": 1}, {"in_doubt": True}, {"round": 2}])
    async def test_does_nothing_when_somebody_else_was_faster(self, store: Store, elsewhere: dict[str, object]) -> None:
        await add(store, a_delivery())
        before = await read(store)
        theirs = replace(before, **elsewhere)  # type: ignore[arg-type]  # any field
        assert await move(store, before, theirs)
        assert not await move(store, before, replace(before, reason="ours"))
        assert await read(store) == theirs

    async def test_an_arrival_counts_whatever_was_decided(self, store: Store) -> None:
        await add(store, a_delivery(state=DeliveryState.DROPPED, in_doubt=True))
        async with store.write() as conn:
            await record_arrival(conn, "d", "N1", AT)
        arrived = await read(store)
        assert (arrived.state, arrived.external_id, arrived.in_doubt) == (SENT, "N1", False)


class TestByHand:
    def test_what_is_in_doubt_is_looked_up_first_unless_it_may_double(self) -> None:
        unknown = a_delivery(state=UNKNOWN, in_doubt=True, attempts=4, asked_at=AT, not_before=AT, reason="reset")
        careful, bold = (set_going(unknown, AT, may_double=may_double) for may_double in (False, True))
        assert (careful.state, careful.in_doubt) == (UNKNOWN, True)
        assert (bold.state, bold.in_doubt) == (QUEUED, False)
        for going in (careful, bold):
            assert (going.round, going.attempts, going.asked_at, going.not_before) == (2, 0, None, None)
            assert going.decided_at == AT

    def test_what_arrived_or_is_being_sent_stays_as_it_is(self) -> None:
        for delivery in (a_delivery(state=SENT), a_delivery(in_doubt=True)):
            assert set_going(delivery, AT, may_double=True) is delivery

    def test_what_is_not_known_any_more_is_not_sent_again(self) -> None:
        spent = a_delivery(state=DeliveryState.DEAD, payload={})
        assert set_going(spent, AT, may_double=True) == spent

    def test_what_is_dropped_in_doubt_stays_so_and_is_looked_up_before_it_goes_again(self) -> None:
        doubtful, clear = (
            ended_by_hand(one, DeliveryState.DROPPED, AT, "no need")
            for one in (a_delivery(state=UNKNOWN, in_doubt=True), a_delivery(state=DeliveryState.REJECTED))
        )
        assert (doubtful.state, doubtful.in_doubt) == (DeliveryState.DROPPED, True)
        assert (clear.state, clear.in_doubt) == (DeliveryState.DROPPED, False)
        again = [set_going(one, AT, may_double=False) for one in (doubtful, clear)]
        assert [(one.state, one.in_doubt) for one in again] == [(UNKNOWN, True), (QUEUED, False)]

    def test_what_was_seen_there_is_in_doubt_no_more(self) -> None:
        ended = ended_by_hand(a_delivery(state=UNKNOWN, in_doubt=True), SENT, AT, "")
        assert (ended.state, ended.in_doubt) == (SENT, False)

    def test_decisions_of_one_instant_are_told_apart(self) -> None:
        once = ended_by_hand(a_delivery(), DeliveryState.DROPPED, AT, "no need")
        twice = set_going(once, AT, may_double=False)
        assert once.decided_at is not None
        assert twice.decided_at is not None
        assert once.decided_at < twice.decided_at
        assert (once.state, once.reason) == (DeliveryState.DROPPED, "no need")


class TestSummary:
    async def test_counts_and_lists_by_state(self, store: Store) -> None:
        await add(store, a_delivery("a"), a_delivery("b", state=SENT), a_delivery("c", state=DeliveryState.DEAD))
        async with store.read() as conn:
            assert await count_deliveries(conn) == {QUEUED: 1, DeliveryState.DEAD: 1}
            listed = await listed_deliveries(conn, (QUEUED, DeliveryState.DEAD), limit=9)
            assert [one.id for one in listed] == ["a", "c"]
            assert [one.id for one in await listed_deliveries(conn, tuple(DeliveryState), ids=["b"], limit=9)] == ["b"]

    async def test_knows_since_when_the_oldest_waits(self, store: Store) -> None:
        async with store.read() as conn:
            assert await oldest_undelivered(conn, AT) is None
        await add(
            store,
            a_delivery("a", state=SENT, created_at=AT - HOUR),
            a_delivery("planned", created_at=AT - HOUR, not_before=AT + HOUR),
            a_delivery("b"),
        )
        async with store.read() as conn:
            assert await oldest_undelivered(conn, AT) == AT

    async def test_knows_when_a_lane_was_last_used_and_when_somebody_decided(self, store: Store) -> None:
        async with store.read() as conn:
            assert await last_tried(conn, "crm/7") is None
            assert await decisions_mark(conn) == (0, None)
        await add(store, a_delivery("a", tried_at=AT), a_delivery("b", tried_at=AT + HOUR, decided_at=AT))
        async with store.read() as conn:
            assert await last_tried(conn, "crm/7") == AT + HOUR
            assert [await last_tried(conn, "crm/7", nth=nth) for nth in (1, 2, 3)] == [AT + HOUR, AT, None]
            assert await last_tried(conn, "crm/8") is None
            assert await decisions_mark(conn) == (1, AT)


class TestIndexes:
    @pytest.mark.both_databases
    async def test_what_is_open_is_found_without_reading_what_was_sent(self, store: Store) -> None:
        if not store.is_sqlite:
            pytest.skip("the plan is read in SQLite's words")
        query = select(deliveries).where(deliveries.c.is_enqueued.is_(True), IS_OPEN, deliveries.c.sequence > 7)
        plan = f"EXPLAIN QUERY PLAN {query.order_by(deliveries.c.sequence).compile(store._reader.sync_engine)}"
        async with store.read() as conn:
            found = (await conn.exec_driver_sql(plan, (7,))).all()
        assert "ix_deliveries_open" in str(found)

    @pytest.mark.both_databases
    async def test_what_is_spent_is_found_without_reading_what_was_emptied(self, store: Store) -> None:
        if not store.is_sqlite:
            pytest.skip("the plan is read in SQLite's words")
        query = select(deliveries.c.sequence).where(IS_SPENT, deliveries.c.updated_at < AT)
        plan = f"EXPLAIN QUERY PLAN {query.order_by(deliveries.c.updated_at).compile(store._reader.sync_engine)}"
        async with store.read() as conn:
            found = (await conn.exec_driver_sql(plan, (AT.isoformat(),))).all()
        assert "ix_deliveries_spent" in str(found)

    @pytest.mark.parametrize("condition", [IS_OPEN, IS_SPENT])
    def test_the_conditions_name_all_states_that_are_open(self, condition: TextClause) -> None:
        assert all(f"'{state.value}'" in str(condition) for state in UNDELIVERED)
