"""A store that is slow, full or tidied up: requests are acknowledged, and their copies have no effect."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.doors.acks import OnceAck, nowhere
from sandbox.slack import SlackStandIn
from store.db import Store, sqlite_url
from tests.doors.rig import (
    Instant,
    client_of,
    copies,
    effects,
    event,
    open_intake,
    open_socket,
    posting_app,
    quiet,
    rows,
)


class TestSlowStore:
    async def test_the_ack_does_not_wait_for_ever_and_a_copy_has_no_effect(
        self, slack: SlackStandIn, store: Store
    ) -> None:
        client = client_of(slack)
        async with open_socket(posting_app(client), client, store) as door:
            door._intake._inbox._patience_seconds = 0.1
            async with lock(store):
                acks = await copies(slack, range(1))
            await quiet(door)
        assert all(acks)
        assert effects(slack) == ["0"]
        assert await rows(store) == [("event:Ev0", True, False)]

    async def test_a_full_one_still_lets_people_ask_and_copies_have_no_effect(
        self, slack: SlackStandIn, sqlite_template: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        shutil.copyfile(sqlite_template, tmp_path / "store.db")
        full, client = Store(sqlite_url(tmp_path / "store.db")), client_of(slack)
        async with open_socket(posting_app(client), client, full) as door:
            async with full.write() as conn:
                pages = (await conn.execute(text("PRAGMA page_count"))).scalar_one()
                await conn.execute(text(f"PRAGMA max_page_count = {pages}"))
            payload = dict(event(0, note="x" * 100_000))
            acks = [(await slack.workspace.hub.deliver("events_api", payload)).ack for _ in range(3)]
            await quiet(door)
            assert await rows(full) == []
        await full.close()
        assert all(acks)
        assert effects(slack) == ["0"]
        assert "a request could not be claimed, it is served from memory" in caplog.text


@asynccontextmanager
async def lock(store: Store) -> AsyncIterator[None]:
    """Keep everybody else from writing to the inbox."""
    async with store.write() as conn:
        if not store.is_sqlite:
            await conn.execute(text("LOCK TABLE inbox IN EXCLUSIVE MODE"))
        yield


class TestForgotten:
    async def test_old_requests_go_and_newer_ones_stay(self, slack: SlackStandIn, store: Store) -> None:
        clock, client = Instant(), client_of(slack)
        async with open_intake(posting_app(client), client, store, clock=clock) as intake:
            intake.take(event(1), OnceAck(nowhere), {})
            await quiet(intake)
            clock.pass_by(days=2)
            await intake._inbox.tidy()
            assert len(await rows(store)) == 1
            clock.pass_by(days=2)
            await intake._inbox.tidy()
            assert await rows(store) == []
