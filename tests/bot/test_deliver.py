"""What each answer of Slack's to a post means for the delivery."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.deliver import SlackPosts, is_traceable, sent_again, slack_post, slack_update
from bot.slack.client import SlackClient
from bot.views.parts import message, paragraph
from sandbox.slack import SlackStandIn
from sandbox.slack.faults import Fault
from sandbox.slack.seed import AR_TEAM, BEN, BEN_APP_DM
from store.db import Store, sqlite_url
from store.deliveries import Delivery, DeliveryState
from store.sending import Absent, Arrived, InDoubt, Later, Refused, Untraceable
from tests.patient import patient

POST = "chat.postMessage"
PERMANENT = (
    "channel_not_found not_in_channel is_archived account_inactive token_revoked invalid_auth missing_scope "
    "restricted_action no_such_reason"
).split()


def a_post(channel: str = AR_TEAM) -> Delivery:
    said = message("Word", [paragraph("text", "Word")])
    return slack_post(said, id="post", kind="test", channel=channel, at=datetime.now(UTC))


def an_update() -> Delivery:
    said = message("Word", [paragraph("text", "Word")])
    return slack_update(said, id="update", kind="test", channel=AR_TEAM, ts="1.000001", at=datetime.now(UTC))


class Bench:
    """A sender, and the stand-in that it sends to."""

    def __init__(self, slack: SlackStandIn, store: Store) -> None:
        self.slack = slack
        self.client = SlackClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        self.posts = SlackPosts(self.client, store)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    store = Store(sqlite_url(tmp_path / "store.db"))
    async with SlackStandIn(deadlines=patient()) as slack:
        yield Bench(slack, store)
    await store.close()


class TestSend:
    @pytest.mark.parametrize("code", PERMANENT)
    async def test_what_no_try_can_cure_is_refused(self, bench: Bench, code: str) -> None:
        bench.slack.core.faults.refuse(POST, code)
        assert await bench.posts.send(a_post()) == Refused(reason=code)

    @pytest.mark.parametrize("code", ["message_limit_exceeded", "rate_limited", "service_unavailable"])
    async def test_what_passes_is_tried_later(self, bench: Bench, code: str) -> None:
        bench.slack.core.faults.refuse(POST, code)
        assert isinstance(await bench.posts.send(a_post()), Later)

    @pytest.mark.parametrize(
        ("asked", "seconds"),
        [
            ("30", 30.0),
            ("0", 0.0),
            ("86400", 86_400.0),
            (None, 1.0),
            ("-1", 1.0),
            ("abc", 1.0),
            ("", 1.0),
            ("1e9", 1.0),
        ],
    )
    async def test_waits_as_long_as_slack_asks(self, bench: Bench, asked: str | None, seconds: float) -> None:
        bench.slack.core.faults.rate_limit(POST, asked)
        assert await bench.posts.send(a_post()) == Later(reason="ratelimited", after_seconds=seconds)

    @pytest.mark.parametrize(
        ("fault", "in_doubt"),
        [
            (Fault(method=POST, resets=True), True),
            (Fault(method=POST, resets_before=True), True),
            (Fault(method=POST, stalls_seconds=2), True),
            (Fault(method=POST, status=500, body="<html>"), True),
            (Fault(method=POST, status=502, body="<html>"), True),
            (Fault(method=POST, status=200, body="<html>"), True),
            (Fault(method=POST, status=503, body="<html>"), False),
            (Fault(method=POST, status=429, body="<html>"), False),
        ],
    )
    async def test_a_lost_answer_is_a_doubt(self, bench: Bench, fault: Fault, in_doubt: object) -> None:
        bench.client.timeout = 1
        bench.slack.core.faults.add(fault)
        assert isinstance(await bench.posts.send(a_post()), InDoubt if in_doubt else Later)

    async def test_nothing_is_sent_once_slack_has_shut_us_out(self, bench: Bench) -> None:
        bench.client.shut = "account_inactive"
        assert await bench.posts.send(a_post()) == Refused(reason="account_inactive")

    @pytest.mark.parametrize("code", ["internal_error", "fatal_error"])
    @pytest.mark.parametrize("channel", [BEN, AR_TEAM])
    async def test_half_done_may_have_arrived(self, bench: Bench, code: str, channel: str) -> None:
        bench.slack.core.faults.refuse(POST, code)
        assert await bench.posts.send(a_post(channel)) == InDoubt(reason=code)

    async def test_nothing_was_sent_where_nobody_listens(self, bench: Bench) -> None:
        bench.client.base_url = "http://127.0.0.1:1/api/"
        assert isinstance(await bench.posts.send(a_post()), Later)
        assert isinstance(await bench.posts.find(a_post(BEN)), Later)

    async def test_an_update_is_never_in_doubt(self, bench: Bench) -> None:
        bench.slack.core.faults.reset("chat.update")
        assert isinstance(await bench.posts.send(an_update()), Later)
        assert await bench.posts.find(an_update()) == Absent()


class TestSentAgain:
    @pytest.mark.parametrize("state", [DeliveryState.UNKNOWN, DeliveryState.DEAD, DeliveryState.REJECTED])
    def test_what_can_be_looked_up_is(self, state: DeliveryState) -> None:
        doubtful = replace(a_post(BEN), state=state, in_doubt=True)
        assert sent_again(doubtful, datetime.now(UTC)).state is DeliveryState.UNKNOWN
        assert sent_again(replace(doubtful, in_doubt=False), datetime.now(UTC)).state is DeliveryState.QUEUED

    def test_the_rest_goes_out_on_the_persons_word(self) -> None:
        asked = replace(a_post(BEN), state=DeliveryState.UNKNOWN, in_doubt=True, asked_at=datetime.now(UTC))
        in_channel = replace(a_post(), state=DeliveryState.DEAD, in_doubt=True)
        again = [sent_again(one, datetime.now(UTC)) for one in (asked, in_channel)]
        assert [(one.state, one.in_doubt) for one in again] == [(DeliveryState.QUEUED, False)] * 2

    def test_a_note_is_looked_up_even_if_it_was_asked_about(self) -> None:
        note = replace(a_post(), target="crm", state=DeliveryState.UNKNOWN, in_doubt=True, asked_at=datetime.now(UTC))
        again = sent_again(note, datetime.now(UTC))
        assert (again.state, again.in_doubt) == (DeliveryState.UNKNOWN, True)


class TestFind:
    async def test_in_direct_messages_by_the_id(self, bench: Bench) -> None:
        assert await bench.posts.find(a_post(BEN)) == Absent()
        sent = await bench.posts.send(a_post(BEN))
        assert isinstance(sent, Arrived)
        assert await bench.posts.find(a_post(BEN)) == sent
        assert await bench.posts.find(a_post(BEN_APP_DM)) == sent

    async def test_not_in_channels(self, bench: Bench) -> None:
        assert await bench.posts.find(a_post()) == Untraceable()
        assert [is_traceable(one) for one in (a_post(), a_post(BEN), an_update())] == [False, True, True]

    @pytest.mark.parametrize("error", ["ratelimited", "internal_error"])
    async def test_a_look_up_that_fails_says_nothing(self, bench: Bench, error: str) -> None:
        bench.slack.core.faults.refuse("conversations.history", error)
        assert isinstance(await bench.posts.find(a_post(BEN)), Later)
        bench.slack.core.faults.add(Fault(method="conversations.history", status=200, body="<html>"))
        assert isinstance(await bench.posts.find(a_post(BEN)), Later)

    async def test_where_the_app_may_not_look_a_person_must(self, bench: Bench) -> None:
        bench.slack.core.faults.refuse("conversations.history", "missing_scope")
        assert await bench.posts.find(a_post(BEN)) == Untraceable()
