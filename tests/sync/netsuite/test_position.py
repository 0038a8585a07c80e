import itertools
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.connectors.netsuite.pages import Heading
from sync.connectors.netsuite.position import (
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


def heading(page: int = 1, pages: int = 1, total: int = 3) -> Heading:
    return Heading(total_records=total, total_pages=pages, page_index=page, search_id="WS_1")


def at_rest(ceiling: datetime = END) -> Position:
    return Position(
        stage=Stage.REST, floor=ceiling, until=ceiling, ceiling=ceiling, seconds=60, covered=ceiling, expected=9
    )


class TestFirstRead:
    def test_brings_open_items_first_and_is_covered_once_they_are_in(self) -> None:
        start = first_position(NOW, open_first=True)
        assert (start.stage, start.covered, start.until) == (Stage.OPEN, None, END)
        after = advanced(start, heading(total=40))
        assert (after.stage, after.covered, after.expected) == (Stage.WINDOWS, END, 40)
        assert (after.since, after.until) == (start.floor, END)
        rest = advanced(after, heading(total=100))
        assert (rest.stage, rest.covered, rest.expected) == (Stage.REST, END, 140)

    def test_of_other_records_is_covered_at_its_end(self) -> None:
        start = first_position(NOW, open_first=False)
        middle = advanced(start, heading(pages=2))
        assert (middle.covered, middle.search_id, middle.next_page) == (None, "WS_1", 2)
        assert advanced(middle, heading(page=2, pages=2)).covered == END

    def test_of_an_empty_account_comes_to_rest_at_once(self) -> None:
        rest = advanced(first_position(NOW, open_first=False), heading(pages=0, total=0))
        assert (rest.stage, rest.expected) == (Stage.REST, 0)


class TestNextPosition:
    def test_overlaps_the_read_before(self) -> None:
        later = next_position(at_rest(), END + timedelta(hours=1), overlap=OVERLAP)
        assert later is not None
        assert (later.since, later.until) == (END - OVERLAP, END + timedelta(hours=1))
        assert (later.covered, later.expected) == (END, None)

    def test_covers_more_only_once_it_has_ended(self) -> None:
        end = END + timedelta(hours=1)
        later = next_position(at_rest(), end, overlap=OVERLAP)
        assert later is not None
        middle = advanced(later, heading(pages=2))
        assert middle.covered == END
        assert advanced(middle, heading(page=2, pages=2)).covered == end

    def test_waits_for_time_to_pass(self) -> None:
        assert next_position(at_rest(), END, overlap=OVERLAP) is None
        assert next_position(at_rest(), END - timedelta(hours=1), overlap=OVERLAP) is None


class TestWindows:
    def test_go_back_to_the_floor_without_a_gap(self) -> None:
        position = halved(halved(first_position(NOW, open_first=False), heading(total=500)))
        assert position.expected == 500
        edges = []
        while position.stage is not Stage.REST:
            edges.append((position.since, position.until))
            position = advanced(position, heading(pages=3, page=1) if position.search_id is None else heading(3, 3))
            if position.search_id is not None:
                position = advanced(position, heading(2, 3))
        assert edges[0][1] == END
        assert [since for since, _ in edges[:-1:3]] != []
        distinct = list(dict.fromkeys(edges))
        assert all(newer[0] == older[1] for newer, older in itertools.pairwise(distinct))
        assert distinct[-1][0] == first_position(NOW, open_first=False).floor

    def test_grow_again_where_little_has_changed(self) -> None:
        small = halved(halved(first_position(NOW, open_first=False)))
        sparse, crowded = advanced(small, heading(pages=1)), advanced(small, heading(pages=0))
        assert sparse.seconds == crowded.seconds == small.seconds * 2

    def test_stop_being_divided_at_a_minute(self) -> None:
        position = first_position(NOW, open_first=False)
        halvings = 0
        while is_divisible(position):
            position, halvings = halved(position), halvings + 1
        assert 20 < halvings < 40
        assert position.until - position.since <= timedelta(minutes=1)

    def test_open_items_are_not_divided(self) -> None:
        assert not is_divisible(first_position(NOW, open_first=True))

    @given(st.lists(st.sampled_from(["page", "halve", "restart"]), max_size=60))
    def test_always_end_whatever_happens_on_the_way(self, events: list[str]) -> None:
        position = first_position(NOW, open_first=True)
        for event in events:
            if event == "halve" and is_divisible(position):
                position = halved(position)
            elif event == "restart" and may_restart(position):
                position = restarted(position)
            elif position.stage is not Stage.REST:
                position = advanced(position, heading(position.next_page, 2))
            assert decode(encode(position)).until == position.until
            assert position.floor <= position.since <= position.until <= position.ceiling
        steps = 0
        while position.stage is not Stage.REST:
            position, steps = advanced(position, heading(pages=1)), steps + 1
        assert steps < 200
        assert position.covered == END


class TestShifting:
    def test_another_count_on_a_later_page_is_noticed(self) -> None:
        middle = advanced(first_position(NOW, open_first=False), heading(pages=3, total=30))
        assert has_shifted(middle, heading(2, 3, total=29))
        assert not has_shifted(middle, heading(2, 3, total=30))

    def test_the_first_page_has_nothing_to_differ_from(self) -> None:
        assert not has_shifted(first_position(NOW, open_first=False), heading(total=29))

    def test_a_restart_asks_for_the_same_window_from_its_first_page(self) -> None:
        middle = advanced(first_position(NOW, open_first=False), heading(pages=3))
        again = restarted(middle)
        assert (again.search_id, again.next_page, again.since, again.until) == (None, 1, middle.since, middle.until)

    def test_restarts_are_counted_until_the_window_is_done(self) -> None:
        position = first_position(NOW, open_first=True)
        for _ in range(3):
            assert may_restart(position)
            position = restarted(position)
        assert not may_restart(position)
        assert may_restart(advanced(position, heading()))

    def test_a_restart_does_not_count_the_expected_records_twice(self) -> None:
        middle = advanced(first_position(NOW, open_first=False), heading(pages=2, total=10))
        assert advanced(restarted(middle), heading(pages=2, total=11)).expected == 10


class TestCursorText:
    def test_gives_back_the_position(self) -> None:
        middle = advanced(first_position(NOW, open_first=True), heading(pages=3))
        assert decode(encode(middle)) == middle

    def test_leaves_a_later_run_its_own_restarts(self) -> None:
        assert decode(encode(restarted(first_position(NOW, open_first=True)))).restarts == 0

    @pytest.mark.parametrize("text", ["x", "[]", "{}", '{"format":2}', '{"format":1,"stage":"open"}', "null", '"a"'])
    def test_of_another_version_asks_for_a_full_read(self, text: str) -> None:
        with pytest.raises(StopError, match="--full"):
            decode(text)
