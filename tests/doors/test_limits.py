"""How much one person may ask for: told once and politely, nothing typed is lost, nobody else notices."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.access import SlackPerson
from bot.doors.inbox import request_key
from bot.doors.limits import Limiter
from bot.doors.socket import SocketDoor
from sandbox.slack import Outcome, SlackStandIn, Waiting
from sandbox.slack.seed import ANA, AR_TEAM, BEN, TEAM_ID
from store.db import Store
from tests.doors.rig import Instant, bare_app, client_of, event, open_socket
from tests.patient import patient

ACKED = Waiting(until=lambda _: True)
PER_MINUTE = 20
WHO, OTHER = SlackPerson(team_id=TEAM_ID, user_id=ANA), SlackPerson(team_id=TEAM_ID, user_id=BEN)


class TestLimiter:
    def test_gives_so_many_at_once_and_then_as_many_a_minute(self) -> None:
        clock = Instant()
        limiter = Limiter(per_minute=PER_MINUTE, clock=clock)
        assert [limiter.ask(WHO).allowed for _ in range(25)] == [True] * 20 + [False] * 5
        clock.pass_by(seconds=3)
        assert [limiter.ask(WHO).allowed for _ in range(2)] == [True, False]
        clock.pass_by(hours=1)
        assert [limiter.ask(WHO).allowed for _ in range(21)] == [True] * 20 + [False]

    def test_says_how_long_to_wait_and_which_refusal_is_the_first(self) -> None:
        clock = Instant()
        limiter = Limiter(per_minute=2, clock=clock)
        found = [limiter.ask(WHO) for _ in range(4)]
        assert [(each.wait_seconds, each.is_first) for each in found] == [
            (0, False),
            (0, False),
            (30, True),
            (30, False),
        ]
        clock.pass_by(seconds=31)
        found = [limiter.ask(WHO) for _ in range(2)]
        assert [(each.allowed, each.is_first) for each in found] == [(True, False), (False, True)]

    def test_counts_everybody_apart_and_forgets_who_asks_no_more(self) -> None:
        clock = Instant()
        limiter = Limiter(per_minute=1, clock=clock)
        assert limiter.ask(WHO).allowed
        assert limiter.ask(OTHER).allowed
        for number in range(3000):
            clock.pass_by(seconds=1)
            limiter.ask(SlackPerson(team_id=TEAM_ID, user_id=f"U{number}"))
        assert len(limiter._buckets) <= 1001

    def test_a_clock_that_is_set_back_takes_nothing(self) -> None:
        clock = Instant()
        limiter = Limiter(per_minute=2, clock=clock)
        limiter.ask(WHO)
        clock.pass_by(hours=-1)
        assert [limiter.ask(WHO).allowed for _ in range(2)] == [True, False]


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(deadlines=patient()) as running:
        yield running


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """What reached a listener, once all that came in is done with."""

    requests: list[str]
    door: SocketDoor

    async def count(self) -> int:
        while self.door.at_work:
            await asyncio.wait(self.door.at_work)
        return len(self.requests)


class TestRequests:
    @pytest.fixture
    async def served(self, slack: SlackStandIn, store: Store) -> AsyncIterator[Served]:
        client, served = client_of(slack), list[str]()
        app = bare_app(client.base_url)

        async def serve(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            served.append(request_key(body) or str(body.get("type")))

        app.command("/tesorio")(serve)
        app.event("message")(serve)
        app.view("note.submit")(serve)
        app.options("pick.record")(serve)
        async with open_socket(app, client, store, per_minute=PER_MINUTE, clock=Instant()) as door:
            yield Served(requests=served, door=door)

    async def typed(self, slack: SlackStandIn, user: str, times: int) -> list[Outcome]:
        line = "/tesorio customer (a+)+$"
        return [await slack.workspace.command(user, AR_TEAM, line, ACKED) for _ in range(times)]

    async def test_of_one_person_are_held_back_and_of_others_not(self, slack: SlackStandIn, served: Served) -> None:
        outcomes = await self.typed(slack, ANA, 200)
        assert all(outcome.ack is not None for outcome in outcomes)
        assert await served.count() == PER_MINUTE
        await self.typed(slack, BEN, 5)
        assert await served.count() == PER_MINUTE + 5
        [told] = slack.workspace.messages(AR_TEAM, ANA)
        assert told.ephemeral_to == ANA
        assert told.text == "That was a lot at once. Please wait 3 seconds and try again."

    async def test_a_form_stays_open_with_what_was_typed(self, slack: SlackStandIn, served: Served) -> None:
        await self.typed(slack, ANA, PER_MINUTE)
        block = {"type": "input", "block_id": "text.block", "label": {"type": "plain_text", "text": "Note"}}
        for blocks, action in (([block], "errors"), ([], "update")):
            view = {"type": "modal", "id": "V1", "callback_id": "note.submit", "blocks": blocks}
            payload = {"type": "view_submission", "user": {"id": ANA, "team_id": TEAM_ID}, "view": view}
            fresh = payload | {"trigger_id": f"limited.{action}"}
            delivery = await slack.workspace.hub.deliver("interactive", fresh)
            assert delivery.ack is not None
            assert delivery.ack.payload is not None
            assert delivery.ack.payload["response_action"] == action
            assert "Please wait 3 seconds" in str(delivery.ack.payload)
        assert await served.count() == PER_MINUTE

    async def test_typing_into_a_select_and_what_bots_say_does_not_count(
        self, slack: SlackStandIn, served: Served
    ) -> None:
        hub, user = slack.workspace.hub, {"id": ANA, "team_id": TEAM_ID}
        suggestion = {"type": "block_suggestion", "action_id": "pick.record", "value": "a", "user": user}
        for number in range(30):
            await hub.deliver("interactive", suggestion)
            await hub.deliver("events_api", dict(event(number, "message", user=ANA, bot_id="B1")))
        assert await served.count() == 60
        await self.typed(slack, ANA, 1)
        assert await served.count() == 61

    async def test_messages_to_the_bot_count_as_commands_do(self, slack: SlackStandIn, served: Served) -> None:
        for number in range(30):
            payload = event(number, "message", user=ANA, team=TEAM_ID, channel=AR_TEAM)
            assert (await slack.workspace.hub.deliver("events_api", dict(payload))).ack is not None
        assert await served.count() == PER_MINUTE
