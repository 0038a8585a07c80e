import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.connectors.netsuite.pages import Heading
from sync.connectors.netsuite.position import (
    BEGINNING,
    Plan,
    Position,
    Stage,
    advanced,
    decode,
    encode,
    first_position,
    halved,
    has_shifted,
    is_divisible,
    may_restart,
    next_position,
    restarted,
)
from sync.errors import StopError

NOW = datetime(2026, 11, 22, 9, 0, 0, 123456, tzinfo=UTC)
END = NOW.replace(microsecond=0)
OVERLAP = timedelta(minutes=30)
PLAIN = Plan(overlap=OVERLAP)
OPEN_FIRST = Plan(overlap=OVERLAP, has_open=True)
WHOLE = Plan(overlap=timedelta(), sweep=timedelta(), is_divisible=False)
DATED = Plan(overlap=timedelta(days=3), reach=timedelta(days=366), sweep=timedelta(days=7), has_new=True)


def heading(page: int = 1, pages: int = 1, total: int = 3) -> Heading:
    return Heading(total_records=total, total_pages=pages, page_index=page, search_id="WS_1")


def at_rest(ceiling: datetime = END) -> Position:
    return Position(
        stage=Stage.REST, floor=ceiling, until=ceiling, ceiling=ceiling, seconds=60, covered=ceiling, expected=9
    )


class TestFirstRead:
    def test_brings_open_items_first_and_is_covered_once_they_are_in(self) -> None:
        start = first_position(NOW, OPEN_FIRST)
        assert (start.stage, start.covered, start.until) == (Stage.OPEN, None, END)
        after = advanced(start, heading(total=40), PLAIN)
        assert (after.stage, after.covered, after.expected) == (Stage.WINDOWS, END, 40)
        assert (after.since, after.until) == (start.floor, END)
        rest = advanced(after, heading(total=100), PLAIN)
        assert (rest.stage, rest.covered, rest.expected) == (Stage.REST, END, 140)

    def test_of_other_records_is_covered_at_its_end(self) -> None:
        start = first_position(NOW, PLAIN)
        middle = advanced(start, heading(pages=2), PLAIN)
        assert (middle.covered, middle.search_id, middle.next_page) == (None, "WS_1", 2)
        assert advanced(middle, heading(page=2, pages=2), PLAIN).covered == END

    def test_of_an_empty_account_comes_to_rest_at_once(self) -> None:
        rest = advanced(first_position(NOW, PLAIN), heading(pages=0, total=0), PLAIN)
        assert (rest.stage, rest.expected) == (Stage.REST, 0)


class TestNextPosition:
    def test_overlaps_the_read_before(self) -> None:
        later = next_position(at_rest(), END + timedelta(hours=1), PLAIN)
        assert later is not None
        assert (later.since, later.until) == (END - OVERLAP, END + timedelta(hours=1))
        assert (later.covered, later.expected) == (END, None)

    def test_covers_more_only_once_it_has_ended(self) -> None:
        end = END + timedelta(hours=1)
        later = next_position(at_rest(), end, PLAIN)
        assert later is not None
        middle = advanced(later, heading(pages=2), PLAIN)
        assert middle.covered == END
        assert advanced(middle, heading(page=2, pages=2), PLAIN).covered == end

    def test_waits_for_time_to_pass(self) -> None:
        assert next_position(at_rest(), END, PLAIN) is None
        assert next_position(at_rest(), END - timedelta(hours=1), PLAIN) is None


class TestWindows:
    def test_go_back_to_the_floor_without_a_gap(self) -> None:
        position = halved(halved(first_position(NOW, PLAIN), heading(total=500)))
        assert position.expected == 500
        edges = []
        while position.stage is not Stage.REST:
            edges.append((position.since, position.until))
            position = advanced(
                position, heading(pages=3, page=1) if position.search_id is None else heading(3, 3), PLAIN
            )
            if position.search_id is not None:
                position = advanced(position, heading(2, 3), PLAIN)
        assert edges[0][1] == END
        assert [since for since, _ in edges[:-1:3]] != []
        distinct = list(dict.fromkeys(edges))
        assert all(newer[0] == older[1] for newer, older in itertools.pairwise(distinct))
        assert distinct[-1][0] == first_position(NOW, PLAIN).floor

    def test_grow_again_where_little_has_changed(self) -> None:
        small = halved(halved(first_position(NOW, PLAIN)))
        sparse, crowded = advanced(small, heading(pages=1), PLAIN), advanced(small, heading(pages=0), PLAIN)
        assert sparse.seconds == crowded.seconds == small.seconds * 2

    def test_stop_being_divided_at_a_minute(self) -> None:
        position = first_position(NOW, PLAIN)
        halvings = 0
        while is_divisible(position, PLAIN):
            position, halvings = halved(position), halvings + 1
        assert 20 < halvings < 40
        assert position.until - position.since <= timedelta(minutes=1)

    def test_open_items_are_not_divided(self) -> None:
        assert not is_divisible(first_position(NOW, OPEN_FIRST), OPEN_FIRST)

    @given(st.lists(st.sampled_from(["page", "halve", "restart"]), max_size=60))
    def test_always_end_whatever_happens_on_the_way(self, events: list[str]) -> None:
        position = first_position(NOW, OPEN_FIRST)
        for event in events:
            if event == "halve" and is_divisible(position, PLAIN):
                position = halved(position)
            elif event == "restart" and may_restart(position):
                position = restarted(position)
            elif position.stage is not Stage.REST:
                position = advanced(position, heading(position.next_page, 2), PLAIN)
            assert decode(encode(position)).until == position.until
            assert position.floor <= position.since <= position.until <= position.ceiling
        steps = 0
        while position.stage is not Stage.REST:
            position, steps = advanced(position, heading(pages=1), PLAIN), steps + 1
        assert steps < 200
        assert position.covered == END


class TestWholeReads:
    def test_are_one_window_over_all_time_whenever_they_begin(self) -> None:
        first = advanced(first_position(NOW, WHOLE), heading(), WHOLE)
        assert (first.stage, first.covered) == (Stage.REST, END)
        again = next_position(first, END + timedelta(days=1), WHOLE)
        assert again is not None
        assert (again.since, again.until, again.covered) == (BEGINNING, END + timedelta(days=1), END)

    def test_are_never_divided(self) -> None:
        assert not is_divisible(first_position(NOW, WHOLE), WHOLE)


class TestReadsByDate:
    def read(self, position: Position, highest: int) -> Position:
        """To rest, with an answer that names this id."""
        while position.stage is not Stage.REST:
            position = advanced(replace(position, seen_id=max(position.seen_id, highest)), heading(), DATED)
        return position

    def test_reach_beyond_now(self) -> None:
        start = first_position(NOW, DATED)
        assert (start.since, start.until, start.ceiling) == (BEGINNING, END + timedelta(days=366), END)
        assert self.read(start, 7).covered == END

    def test_end_with_the_ids_that_are_new(self) -> None:
        later = next_position(self.read(first_position(NOW, DATED), 7), END + timedelta(days=1), DATED)
        assert later is not None
        assert later.since == END - timedelta(days=3)
        new = advanced(replace(later, seen_id=9), heading(), DATED)
        assert (new.stage, new.top_id, new.covered) == (Stage.NEW, 7, END)
        rest = advanced(new, heading(), DATED)
        assert (rest.stage, rest.top_id) == (Stage.REST, 9)

    def test_know_every_id_after_they_brought_everything(self) -> None:
        new = advanced(replace(first_position(NOW, DATED), seen_id=9), heading(), DATED)
        assert (new.stage, new.top_id) == (Stage.NEW, 9)

    def test_keep_their_bound_while_the_new_ids_are_paged_through(self) -> None:
        new = replace(first_position(NOW, DATED), stage=Stage.NEW, top_id=7, seen_id=12)
        assert advanced(new, heading(pages=2), DATED).top_id == 7
        assert restarted(advanced(new, heading(pages=2), DATED)).top_id == 7

    def test_bring_everything_again_after_a_week(self) -> None:
        position = self.read(first_position(NOW, DATED), 7)
        floors = []
        for day in range(1, 16):
            following = next_position(position, END + timedelta(days=day), DATED)
            assert following is not None
            floors.append(following.since == BEGINNING)
            position = self.read(following, 7)
        assert [day for day, is_all in enumerate(floors, start=1) if is_all] == [7, 14]


class TestDeletions:
    def test_of_long_ago_are_not_asked_for(self) -> None:
        plan = Plan(overlap=OVERLAP, first=timedelta(days=30))
        assert first_position(NOW, plan).since == END - timedelta(days=30)

    def test_are_paged_by_number_alone(self) -> None:
        numbered = Heading(total_records=5, total_pages=2, page_index=1)
        middle = advanced(first_position(NOW, PLAIN), numbered, PLAIN)
        assert (middle.next_page, middle.search_id, middle.is_midway) == (2, None, True)


class TestShifting:
    def test_another_count_on_a_later_page_is_noticed(self) -> None:
        middle = advanced(first_position(NOW, PLAIN), heading(pages=3, total=30), PLAIN)
        assert has_shifted(middle, heading(2, 3, total=29))
        assert not has_shifted(middle, heading(2, 3, total=30))

    def test_the_first_page_has_nothing_to_differ_from(self) -> None:
        assert not has_shifted(first_position(NOW, PLAIN), heading(total=29))

    def test_a_restart_asks_for_the_same_window_from_its_first_page(self) -> None:
        middle = advanced(first_position(NOW, PLAIN), heading(pages=3), PLAIN)
        again = restarted(middle)
        assert (again.search_id, again.next_page, again.since, again.until) == (None, 1, middle.since, middle.until)

    def test_restarts_are_counted_until_the_window_is_done(self) -> None:
        position = first_position(NOW, OPEN_FIRST)
        for _ in range(3):
            assert may_restart(position)
            position = restarted(position)
        assert not may_restart(position)
        assert may_restart(advanced(position, heading(), PLAIN))

    def test_a_restart_does_not_count_the_expected_records_twice(self) -> None:
        middle = advanced(first_position(NOW, PLAIN), heading(pages=2, total=10), PLAIN)
        assert advanced(restarted(middle), heading(pages=2, total=11), PLAIN).expected == 10


class TestCursorText:
    def test_gives_back_the_position(self) -> None:
        middle = advanced(first_position(NOW, OPEN_FIRST), heading(pages=3), PLAIN)
        assert decode(encode(middle)) == middle

    def test_leaves_a_later_run_its_own_restarts(self) -> None:
        assert decode(encode(restarted(first_position(NOW, OPEN_FIRST)))).restarts == 0

    def test_of_a_former_version_is_read_on(self) -> None:
        former = (
            '{"format":1,"stage":"rest","floor":"1998-01-01T00:00:00+00:00","until":"1998-01-01T00:00:00+00:00",'
            '"ceiling":"2026-11-22T08:59:00+00:00","seconds":911552340,"covered":"2026-11-22T08:59:00+00:00",'
            '"next_page":1,"restarts":0,"expected":100}'
        )
        later = next_position(decode(former), END + timedelta(hours=1), PLAIN)
        assert later is not None
        assert later.since == datetime(2026, 11, 22, 8, 29, tzinfo=UTC)

    @pytest.mark.parametrize("text", ["x", "[]", "{}", '{"format":2}', '{"format":1,"stage":"open"}', "null", '"a"'])
    def test_of_another_version_asks_for_a_full_read(self, text: str) -> None:
        with pytest.raises(StopError, match="--full"):
            decode(text)
