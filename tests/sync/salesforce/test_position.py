from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.connectors.salesforce.position import (
    Plan,
    Position,
    Stage,
    after_log,
    after_part,
    after_rows,
    counted,
    decode,
    encode,
    next_position,
    restarted,
    smaller,
)
from sync.errors import StopError

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PLAN = Plan(parts=1, overlap=timedelta(minutes=10), sweep=timedelta(days=7))
TWO = Plan(parts=2, overlap=timedelta(minutes=10), sweep=timedelta(days=7))
DONE = Position(ceiling=NOW, stage=Stage.REST, covered=NOW, swept=NOW)


class TestNextPosition:
    def test_nothing_is_read_while_no_time_passes(self) -> None:
        assert next_position(DONE, NOW, PLAN) is None
        assert next_position(DONE, NOW - timedelta(hours=1), PLAN) is None

    def test_changes_begin_behind_the_last_read(self) -> None:
        later = next_position(DONE, NOW + timedelta(hours=1), PLAN)
        assert later is not None
        assert (later.stage, later.since, later.until) == (
            Stage.CHANGES,
            NOW - timedelta(minutes=10),
            NOW + timedelta(hours=1),
        )

    def test_all_is_read_again_after_so_many_days_once_the_changes_are_in(self) -> None:
        now = NOW + timedelta(days=7)
        changes = next_position(DONE, now, PLAN)
        assert changes is not None
        assert (changes.stage, changes.covered) == (Stage.CHANGES, NOW)
        all_of_it = next_position(after_part(changes, PLAN), now, PLAN)
        assert all_of_it is not None
        assert all_of_it.is_of_all
        assert all_of_it.covered == now
        assert next_position(after_part(all_of_it, PLAN), now, PLAN) is None


class TestWalk:
    def test_what_has_many_rows_goes_in_bulk(self) -> None:
        start = Position(ceiling=NOW)
        assert counted(start, 20_000, bulk_above=20_000).stage is Stage.WHOLE
        assert counted(start, 20_001, bulk_above=20_000).stage is Stage.BULK

    def test_each_part_has_all_its_stages(self) -> None:
        position = next_position(DONE, NOW + timedelta(hours=1), TWO)
        seen = []
        while position is not None and position.stage is not Stage.REST:
            seen.append((position.part, position.stage))
            if position.stage is Stage.DELETIONS:
                position = after_log(position, TWO, latest=NOW, is_whole=True)
            else:
                position = after_rows(position, TWO, last_id="", last_at=None, is_last=True)
        stages = [Stage.CHANGES, Stage.RELATED, Stage.DELETIONS]
        assert seen == [(part, stage) for part in (0, 1) for stage in stages]

    def test_a_whole_read_covers_and_sweeps(self) -> None:
        first = after_part(counted(Position(ceiling=NOW), 5, bulk_above=9), TWO)
        last = after_part(counted(first, 7, bulk_above=9), TWO)
        assert (first.part, first.stage, first.covered) == (1, Stage.COUNT, None)
        assert (last.stage, last.covered, last.swept, last.expected) == (Stage.REST, NOW, NOW, 12)

    def test_the_log_goes_on_where_the_slowest_part_ended(self) -> None:
        position = Position(ceiling=NOW, stage=Stage.DELETIONS, covered=NOW, swept=NOW)
        early, late = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
        between = after_log(position, TWO, latest=early, is_whole=True)
        after = after_log(between, TWO, latest=late, is_whole=True)
        assert (after.stage, after.logged, after.swept) == (Stage.REST, early, NOW)
        assert after_log(between, TWO, latest=late, is_whole=False).swept is None

    def test_a_bulk_read_is_begun_anew_once(self) -> None:
        begun = restarted(Position(ceiling=NOW, stage=Stage.BULK, job="750", locator="x"), Stage.BULK)
        assert begun is not None
        assert (begun.job, begun.locator) == ("", "")
        assert restarted(begun, Stage.WHOLE) is None
        assert restarted(decode(encode(begun)), Stage.WHOLE) is not None


class TestSmaller:
    def test_a_window_is_halved_down_to_a_minute_then_pages(self) -> None:
        position: Position | None = Position(
            ceiling=NOW, stage=Stage.CHANGES, since=NOW - timedelta(hours=1), until=NOW, covered=NOW
        )
        spans = []
        while position is not None:
            assert position.since is not None
            assert position.until is not None
            spans.append((position.until - position.since, position.limit))
            position = smaller(position, 400)
        assert spans[0] == (timedelta(hours=1), 0)
        assert spans[-1][0] >= timedelta(minutes=1)
        assert spans[-1][1] == 50

    def test_what_is_behind_a_halved_window_is_read_next(self) -> None:
        half = NOW - timedelta(minutes=30)
        position = Position(ceiling=NOW, stage=Stage.CHANGES, since=NOW - timedelta(hours=1), until=half, covered=NOW)
        after = after_rows(position, PLAN, last_id="x", last_at=half, is_last=True)
        assert (after.stage, after.since, after.until) == (Stage.CHANGES, half, NOW)


instants = st.none() | st.datetimes(timezones=st.just(UTC))


class TestCursor:
    @given(
        st.builds(
            Position,
            ceiling=st.datetimes(timezones=st.just(UTC)),
            stage=st.sampled_from(Stage),
            part=st.integers(0, 3),
            covered=instants,
            swept=instants,
            since=instants,
            last_at=instants,
            last_id=st.text(),
            limit=st.integers(0, 2000),
            job=st.text(),
            locator=st.text(),
            expected=st.none() | st.integers(1),
            logged=instants,
        )
    )
    def test_comes_back_as_it_was(self, position: Position) -> None:
        assert decode(encode(position)) == position

    @pytest.mark.parametrize("cursor", ["x", "[]", "{}", '{"format":1}', '{"format":2,"stage":"rest"}', "null"])
    def test_of_another_make_is_refused(self, cursor: str) -> None:
        with pytest.raises(StopError, match="sync salesforce --full"):
            decode(cursor)
