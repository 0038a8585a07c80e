import pytest

from sandbox.slack import Deadlines
from sandbox.slack.config import app_config
from sandbox.slack.errors import ApiError
from sandbox.slack.feed import Feed
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, AR_TEAM, BEN, seed
from sandbox.slack.state import KEPT_PER_CHANNEL, State
from sandbox.slack.tickets import KEPT, Tickets
from tests.sandbox.slack.running import Clock


@pytest.fixture
def state(clock: Clock) -> State:
    return State(seed(app_config()), Feed(), clock)


def add(state: State, text: str) -> Message:
    return state.add(Message(ts=state.next_ts(), channel=AR_TEAM, user=ANA, text=text))


class TestState:
    def test_the_oldest_messages_are_forgotten(self, state: State) -> None:
        for number in range(KEPT_PER_CHANNEL + 2):
            add(state, str(number))
        kept = state.messages(AR_TEAM)
        assert len(kept) == KEPT_PER_CHANNEL
        assert kept[0].text == "2"

    def test_removing_twice_is_told_once(self, clock: Clock) -> None:
        feed = Feed()
        state = State(seed(app_config()), feed, clock)
        message = add(state, "x")
        with feed.listen() as queue:
            state.remove(message)
            state.remove(message)
            assert queue.qsize() == 1

    def test_a_conversation_of_two_is_always_the_same(self, state: State) -> None:
        first = state.direct_message(BEN, "U0GUESTGIL")
        assert state.direct_message("U0GUESTGIL", BEN) == first

    def test_timestamps_follow_the_clock(self, state: State, clock: Clock) -> None:
        before = float(state.next_ts())
        clock.pass_by(minutes=1)
        assert 60 <= float(state.next_ts()) - before < 61
        clock.pass_by(minutes=-5)
        assert float(state.next_ts()) > before + 60


class TestTickets:
    def test_the_oldest_are_forgotten(self, clock: Clock) -> None:
        tickets = Tickets(clock, Deadlines())
        first = tickets.issue_url(channel=AR_TEAM, user=ANA)
        for _ in range(KEPT):
            tickets.issue_url(channel=AR_TEAM, user=ANA)
        with pytest.raises(ApiError, match="expired_url"):
            tickets.open_url(first)
