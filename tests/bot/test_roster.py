"""What is kept of Slack's answers about private channels: for a short time, of so many people, and no old news."""

from bot.slack.roster import Roster

HERS = frozenset({"G1"})


class Clock:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


class TestRoster:
    def test_keeps_an_answer_for_a_short_time(self) -> None:
        clock = Clock()
        roster = Roster(clock)
        assert roster.channels_of("U1") is None
        roster.keep("U1", HERS, drops=roster.drops)
        clock.seconds += 29
        assert roster.channels_of("U1") == HERS
        clock.seconds += 1
        assert roster.channels_of("U1") is None

    def test_forgets_whoever_came_or_left_and_nobody_else(self) -> None:
        roster = Roster(Clock())
        for user in ("U1", "U2"):
            roster.keep(user, HERS, drops=roster.drops)
        roster.drop("U1")
        assert (roster.channels_of("U1"), roster.channels_of("U2")) == (None, HERS)
        roster.drop_all()
        assert roster.channels_of("U2") is None

    def test_an_answer_that_was_under_way_while_somebody_left_is_not_kept(self) -> None:
        roster = Roster(Clock())
        asked = roster.drops
        roster.drop("U1")
        roster.keep("U1", HERS, drops=asked)
        assert roster.channels_of("U1") is None

    def test_is_bounded(self) -> None:
        roster = Roster(Clock(), most=3)
        for number in range(5):
            roster.keep(f"U{number}", HERS, drops=roster.drops)
        assert [roster.channels_of(f"U{number}") for number in range(5)] == [None, None, HERS, HERS, HERS]
