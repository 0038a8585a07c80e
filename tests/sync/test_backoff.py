import pytest

from sync.backoff import wait_seconds


class TestWaitSeconds:
    @pytest.mark.parametrize(
        ("attempt", "shortest", "longest"),
        [
            (1, 1, 2),
            (2, 2, 4),
            (3, 4, 8),
            (8, 128, 256),
            (9, 256, 512),
            (10, 450, 900),
            (11, 450, 900),
            (1_000_000, 450, 900),
        ],
    )
    def test_doubles_to_a_quarter_of_an_hour_and_is_spread(self, attempt: int, shortest: float, longest: float) -> None:
        assert wait_seconds(attempt, asked=None, dice=lambda: 0.0) == shortest
        assert wait_seconds(attempt, asked=None, dice=lambda: 1.0) == longest
        assert wait_seconds(attempt, asked=None, dice=lambda: 0.5) == (shortest + longest) / 2

    @pytest.mark.parametrize(
        ("asked", "waited"),
        [(None, 2), (0, 2), (-5, 2), (1.5, 2), (2.5, 2.5), (60, 60), (900, 900), (86_400, 900), (float("inf"), 900)],
    )
    def test_is_as_long_as_asked_within_the_cap(self, asked: float | None, waited: float) -> None:
        assert wait_seconds(1, asked=asked, dice=lambda: 1.0) == waited

    def test_of_a_nonsensical_wish_is_its_own(self) -> None:
        assert wait_seconds(1, asked=float("nan"), dice=lambda: 1.0) == 2
