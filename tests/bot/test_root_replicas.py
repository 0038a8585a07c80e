"""A replica that is gone: its unfinished work is gone on with by one that lives."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from bot.root.replicas import alive
from bot.services import Services
from store.db import Store, sqlite_url
from store.migrate import upgrade
from store.work import Payload, WorkState
from tests.sync.working import ended, working


class TestAlive:
    async def test_goes_on_with_what_a_replica_that_stopped_has_left(self, tmp_path: Path) -> None:
        begun, seen = asyncio.Event(), list[str]()

        async def stuck(_work_id: str, _payload: Payload) -> None:
            begun.set()
            await asyncio.Event().wait()

        async def handler(work_id: str, _payload: Payload) -> None:
            seen.append(work_id)

        store = Store(sqlite_url(tmp_path / "store.db"))
        await upgrade(store)
        clock = lambda: datetime.now(UTC)  # noqa: E731 - one line is enough for a clock
        async with (
            working(tmp_path, executor_id="there", note=stuck) as work,
            alive(work, store, "there", Services(), clock=clock),
        ):
            await work.start("note", "left behind", {})
            await begun.wait()
        async with (
            working(tmp_path, executor_id="here", note=handler) as work,
            alive(work, store, "here", Services(), clock=clock, every_seconds=0.05),
        ):
            assert await ended(work, "left behind") is WorkState.DONE
        assert seen == ["left behind"]
        await store.close()

    async def test_leaves_one_that_lives_alone(self, tmp_path: Path) -> None:
        seen: list[str] = []
        begun = asyncio.Event()

        async def stuck(work_id: str, _payload: Payload) -> None:
            seen.append(work_id)
            begun.set()
            await asyncio.Event().wait()

        store = Store(sqlite_url(tmp_path / "store.db"))
        await upgrade(store)
        clock = lambda: datetime.now(UTC)  # noqa: E731 - likewise
        async with working(tmp_path, executor_id="there", note=stuck) as work:
            await work.start("note", "busy", {})
            await begun.wait()
        async with (
            working(tmp_path, executor_id="here", note=stuck) as work,
            alive(work, store, "there", Services(), clock=clock),
            alive(work, store, "here", Services(), clock=clock, every_seconds=0.02),
        ):
            await asyncio.sleep(0.3)
            assert await work.status("busy") is WorkState.PENDING
        assert seen == ["busy"]
        await store.close()
