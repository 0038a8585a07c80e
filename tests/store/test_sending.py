"""The retry policy, as a table: what becomes of a delivery after each thing that may come of sending it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from store.deliveries import Delivery, DeliveryState
from store.sending import (
    ANSWER_AWAITED,
    LONGEST_WAIT,
    MAX_ATTEMPTS,
    SETTLING,
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
    waiting_since,
)
from tests.store.make import AT

NOW = AT + timedelta(hours=1)
QUEUED, SENT, UNKNOWN = DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.UNKNOWN
REJECTED, DEAD = DeliveryState.REJECTED, DeliveryState.DEAD


def backoff(attempt: int, asked: float | None) -> float:
    """Ten seconds an attempt, or what was asked for, up to the longest wait."""
    return min(LONGEST_WAIT.total_seconds(), max(10.0 * attempt, asked or 0))


def a_delivery(**values: object) -> Delivery:
    known = Delivery(id="d", kind="note", target="crm", lane="crm/7", payload={}, author="U1", created_at=AT)
    return replace(known, **values)  # type: ignore[arg-type]  # any field


def leaving(**values: object) -> Delivery:
    """A delivery that was just sent."""
    return a_delivery(**{"attempts": 1, "in_doubt": True, "tried_at": NOW} | values)


class TestAfterSending:
    @pytest.mark.parametrize(
        ("outcome", "attempts", "state", "in_doubt", "wait"),
        [
            (Arrived(external_id="7"), 1, SENT, False, None),
            (Refused(reason="no"), 1, REJECTED, False, None),
            (InDoubt(reason="reset"), 1, UNKNOWN, True, SETTLING),
            (Later(reason="busy"), 1, QUEUED, False, timedelta(seconds=10)),
            (Later(reason="busy"), 3, QUEUED, False, timedelta(seconds=30)),
            (Later(reason="busy", after_seconds=30), 1, QUEUED, False, timedelta(seconds=30)),
            (Later(reason="busy", after_seconds=0), 1, QUEUED, False, timedelta(seconds=10)),
            (Later(reason="busy", after_seconds=86_400), 1, QUEUED, False, LONGEST_WAIT),
            (Later(reason="busy"), MAX_ATTEMPTS, DEAD, False, None),
            (InDoubt(reason="reset"), MAX_ATTEMPTS, UNKNOWN, True, SETTLING),
        ],
    )
    def test_each_outcome(
        self,
        outcome: Outcome,
        attempts: int,
        state: DeliveryState,
        in_doubt: object,
        wait: timedelta | None,
    ) -> None:
        after = after_sending(leaving(attempts=attempts), outcome, NOW, backoff)
        assert (after.state, after.in_doubt) == (state, in_doubt)
        assert after.not_before == (NOW + wait if wait else None)
        assert after.updated_at == NOW

    def test_what_arrived_has_its_id_and_no_reason(self) -> None:
        after = after_sending(leaving(reason="busy"), Arrived(external_id="7"), NOW, backoff)
        assert (after.external_id, after.reason) == ("7", "")

    def test_a_second_wait_beyond_all_measure_is_not_granted(self) -> None:
        once = after_sending(leaving(), Later(reason="busy", after_seconds=86_400), NOW, backoff)
        again = replace(once, attempts=2, in_doubt=True)
        then = NOW + LONGEST_WAIT
        assert after_sending(again, Later(reason="busy", after_seconds=86_400), then, backoff).state is DEAD
        assert after_sending(again, Later(reason="busy", after_seconds=60), then, backoff).state is QUEUED


class TestAfterFinding:
    @pytest.mark.parametrize(
        ("trace", "attempts", "state", "in_doubt", "wait"),
        [
            (Arrived(external_id="7"), 1, SENT, False, None),
            (Absent(), 1, QUEUED, False, timedelta(seconds=10)),
            (Absent(), MAX_ATTEMPTS, DEAD, False, None),
            (Later(reason="busy"), 1, UNKNOWN, True, timedelta(seconds=20)),
            (Later(reason="busy"), MAX_ATTEMPTS, DEAD, True, None),
            (Untraceable(), 1, UNKNOWN, True, ANSWER_AWAITED),
        ],
    )
    def test_each_trace(
        self, trace: Trace, attempts: int, state: DeliveryState, in_doubt: object, wait: timedelta | None
    ) -> None:
        unknown = leaving(attempts=attempts, state=UNKNOWN)
        after = after_finding(unknown, trace, NOW, backoff)
        assert (after.state, after.in_doubt) == (state, in_doubt)
        assert after.not_before == (NOW + wait if wait else None)

    def test_asks_where_nothing_can_be_looked_up_and_gives_up_when_nobody_answers(self) -> None:
        asked = after_finding(leaving(state=UNKNOWN), Untraceable(), NOW, backoff)
        assert asked.asked_at == NOW
        assert after_finding(leaving(author=""), Untraceable(), NOW, backoff).state is DEAD
        silent = after_silence(asked, NOW + ANSWER_AWAITED)
        assert (silent.state, silent.asked_at, silent.in_doubt) == (DEAD, None, True)


class TestAge:
    def test_is_counted_from_when_it_could_first_have_been_sent(self) -> None:
        planned, decided = AT + timedelta(hours=5), AT + timedelta(hours=9)
        assert waiting_since(a_delivery()) == AT
        assert waiting_since(a_delivery(not_before=planned)) == planned
        assert waiting_since(a_delivery(not_before=planned, attempts=1)) == AT
        assert waiting_since(a_delivery(not_before=planned, decided_at=decided)) == decided

    def test_what_is_held_back_says_for_how_long_it_waited(self) -> None:
        held = held_back(a_delivery(), timedelta(hours=30, minutes=5), NOW)
        assert held.state is DEAD
        assert "30 hours" in held.reason
