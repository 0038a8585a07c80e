"""What was promised survives a kill: it is served after the next start, or by a program that lives."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from bot.doors.acks import OnceAck, nowhere
from bot.root.replicas import answering_for_others
from bot.services import Services
from sandbox.slack import SlackStandIn
from store.db import Store
from store.leases import take_lease
from tests.doors.rig import (
    Instant,
    bare_app,
    client_of,
    effects,
    event,
    open_intake,
    open_socket,
    posting_app,
    quiet,
    rows,
)

_OPEN = [("event:Ev1", False, True)]
_DONE = [("event:Ev1", True, False)]


async def left(slack: SlackStandIn, store: Store, *, holder: str) -> None:
    """What a program that is killed after its acknowledgement leaves behind."""
    client = client_of(slack)
    app = bare_app(client.base_url)
    never = asyncio.Event()
    app.event("member_joined_channel")(never.wait)
    async with open_intake(app, client, store, holder=holder) as intake:
        acked = OnceAck(nowhere)
        intake.take(event(1), acked, {})
        while acked.seconds is None:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        for task in intake.at_work:
            task.cancel()


class TestKilled:
    async def test_what_was_acknowledged_is_served_after_the_restart(self, slack: SlackStandIn, store: Store) -> None:
        await left(slack, store, holder="one")
        assert await rows(store) == _OPEN
        client = client_of(slack)
        async with open_socket(posting_app(client), client, store) as door:
            await quiet(door)
        assert effects(slack) == ["1"]
        assert await rows(store) == _DONE

    async def test_another_program_leaves_it_alone(self, slack: SlackStandIn, store: Store) -> None:
        await left(slack, store, holder="two")
        client = client_of(slack)
        async with open_socket(posting_app(client), client, store) as door:
            await quiet(door)
        assert effects(slack) == []

    async def test_what_kills_again_and_again_is_given_up(self, slack: SlackStandIn, store: Store) -> None:
        await left(slack, store, holder="one")
        client = client_of(slack)
        async with store.write() as conn:
            await conn.execute(text("UPDATE inbox SET attempts = 3"))
        async with open_socket(posting_app(client), client, store) as door:
            await quiet(door)
        assert effects(slack) == []

    async def test_of_a_program_that_is_gone_it_is_served_by_one_that_lives(
        self, slack: SlackStandIn, store: Store
    ) -> None:
        await left(slack, store, holder="two")
        client = client_of(slack)
        async with open_intake(posting_app(client), client, store) as intake:
            await intake.take_over({"one", "two"})
            assert not intake.at_work
            await intake.take_over({"one"})
            await quiet(intake)
            await intake.take_over({"one"})
            assert not intake.at_work
        assert effects(slack) == ["1"]
        assert await rows(store) == _DONE


@dataclass
class Asked(Instant):
    """A clock that counts how often it was looked at."""

    times: int = 0

    def __call__(self) -> datetime:
        self.times += 1
        return super().__call__()


class TestAnsweringForOthers:
    async def test_waits_for_a_program_s_last_sign_of_life_to_run_out(self, slack: SlackStandIn, store: Store) -> None:
        await left(slack, store, holder="two")
        client, clock = client_of(slack), Asked()
        async with store.write() as conn:
            await take_lease(conn, "replica/two", "two", now=clock.now, lasting=timedelta(seconds=100))
        async with (
            asyncio.timeout(60),
            open_intake(posting_app(client), client, store, clock=clock) as intake,
            answering_for_others(intake, store, Services(), clock=clock, every_seconds=0.01),
        ):
            while clock.times < 10:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
            assert await rows(store) == _OPEN
            clock.pass_by(seconds=101)
            while await rows(store) != _DONE:  # noqa: ASYNC110 - likewise
                await asyncio.sleep(0.01)
        assert effects(slack) == ["1"]
