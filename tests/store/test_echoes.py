"""Which pulled notes are our own: what is there, or may be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from store.db import Store
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id
from store.echoes import echoes
from store.outbox import ended_by_hand, move_delivery, set_going
from store.records import record_id
from store.sending import (
    Absent,
    Arrived,
    InDoubt,
    Later,
    Outcome,
    Refused,
    Trace,
    Untraceable,
    after_finding,
    after_sending,
    after_silence,
    held_back,
)
from tests.store.make import AT, save
from tests.store.own import a_note, leaving, push_of, send

Move = Callable[[Delivery], Delivery]


def answered(outcome: Outcome) -> Move:
    return lambda delivery: after_sending(delivery, outcome, AT, lambda _attempt, _asked: 1.0)


def looked_up(trace: Trace) -> Move:
    return lambda delivery: after_finding(delivery, trace, AT, lambda _attempt, _asked: 1.0)


def unanswered(delivery: Delivery) -> Delivery:
    return after_silence(delivery, AT)


def too_old(delivery: Delivery) -> Delivery:
    return held_back(delivery, timedelta(days=2), AT)


def dropped(delivery: Delivery) -> Delivery:
    return ended_by_hand(delivery, DeliveryState.DROPPED, AT, "dropped")


def seen_there(delivery: Delivery) -> Delivery:
    return ended_by_hand(delivery, DeliveryState.SENT, AT, "")


def sent_again(delivery: Delivery) -> Delivery:
    return set_going(delivery, AT, may_double=False)


lost, refused, put_off = (answered(each(reason="said so")) for each in (InDoubt, Refused, Later))
absent, unseen, untraceable = looked_up(Absent()), looked_up(Later(reason="busy")), looked_up(Untraceable())
# What may have become of a note before the system's next reading.
MAYBE_THERE: tuple[tuple[Move, ...], ...] = (
    (leaving,),
    (leaving, lost),
    (leaving, dropped),
    (leaving, lost, dropped),
    (leaving, lost, unseen, dropped),
    (leaving, lost, untraceable),
    (leaving, lost, untraceable, unanswered, dropped),
    (leaving, lost, sent_again, dropped),
    (leaving, lost, dropped, sent_again),
    (leaving, put_off, leaving, lost, dropped, sent_again, dropped),
    (leaving, lost, dropped, seen_there),
    (leaving, refused, sent_again, leaving, lost, dropped),
)
NOT_THERE: tuple[tuple[Move, ...], ...] = (
    (),
    (dropped,),
    (too_old,),
    (too_old, dropped),
    (leaving, refused),
    (leaving, refused, dropped),
    (leaving, refused, sent_again, leaving, refused),
    (leaving, put_off),
    (leaving, put_off, dropped),
    (leaving, lost, absent),
    (leaving, lost, absent, dropped),
    (leaving, lost, sent_again, absent, leaving, refused),
    (leaving, lost, dropped, sent_again, absent, dropped),
)


def told(moves: tuple[Move, ...]) -> str:
    """How a test of these moves is called."""
    names = {lost: "lost", refused: "refused", put_off: "put off"}
    names |= {absent: "absent", unseen: "unseen", untraceable: "untraceable"}
    return ", ".join(names.get(move) or str(getattr(move, "__name__", "")) for move in moves) or "waiting"


class TestEcho:
    async def test_one_with_our_key_that_this_store_never_had_is_no_news(self, store: Store) -> None:
        lost = replace(a_note("netsuite", "55"), id=record_id("tesorio", "note", "gone"))
        async with store.read() as conn:
            assert await echoes(conn, [lost, a_note("netsuite", "56")]) == {lost.id}

    @pytest.mark.parametrize("moves", MAYBE_THERE, ids=told)
    async def test_that_may_be_there_is_no_news_whatever_was_decided(
        self, store: Store, moves: tuple[Move, ...]
    ) -> None:
        assert await self.is_echo_after(store, moves)

    @pytest.mark.parametrize("moves", NOT_THERE, ids=told)
    async def test_that_never_got_there_hides_no_colleagues_note_of_the_same_words(
        self, store: Store, moves: tuple[Move, ...]
    ) -> None:
        assert not await self.is_echo_after(store, moves)

    @pytest.mark.parametrize(
        ("known", "is_echo"),
        [
            (refused, False),
            (put_off, False),
            (absent, False),
            (lost, True),
            (unseen, True),
            (looked_up(Arrived(external_id="56")), True),
            (sent_again, True),
        ],
    )
    async def test_dropped_meanwhile_is_in_doubt_until_it_is_known(
        self, store: Store, known: Move, is_echo: object
    ) -> None:
        own, theirs = a_note(), a_note("netsuite", "56")
        await send(store, own)
        async with store.write() as conn:
            left = await delivery_by_id(conn, f"{own.id}/netsuite")
            assert left is not None
            assert await move_delivery(conn, left, dropped(left))
            assert not await move_delivery(conn, left, known(left))
            assert (await echoes(conn, [theirs]) == {theirs.id}) is is_echo
            kept = await delivery_by_id(conn, left.id)
        assert kept is not None
        assert (kept.state, kept.reason, kept.round) == (DeliveryState.DROPPED, "dropped", 2)

    async def is_echo_after(self, store: Store, moves: tuple[Move, ...]) -> bool:
        own, theirs = a_note(), a_note("netsuite", "56", text="Ana wrote: They pay on Friday.")
        await save(store, own)
        async with store.write() as conn:
            await add_deliveries(conn, [replace(push_of(own), author="U1")])
            for move in moves:
                before = await delivery_by_id(conn, f"{own.id}/netsuite")
                assert before is not None
                assert await move_delivery(conn, before, move(before))
            return await echoes(conn, [theirs]) == {theirs.id}
