"""Durable work that ended long ago goes, a little at a time; what is under way or ended lately stays."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from store.work import Lane, WorkState
from tests.sync.working import Recorder, Stuck, ended, working

LATER = timedelta(hours=1)


class TestForget:
    async def test_what_ended_goes_in_batches(self, tmp_path: Path) -> None:
        async with working(tmp_path, note=Recorder(ValueError("broken"))) as work:
            for name in ("failed", "done"):
                await work.start("note", name, {"text": "words"})
                await ended(work, name)
            await work.start("note", "on a lane", {}, lane=Lane(name="a", place=1))
            await ended(work, "on a lane")
            assert await work.forget(before=datetime.now(UTC) - LATER, limit=9) == 0
            assert [await work.forget(before=datetime.now(UTC) + LATER, limit=2) for _ in range(3)] == [2, 1, 0]
            assert [await work.status(name) for name in ("failed", "done", "on a lane")] == [None] * 3
            assert await work.failed({"note"}, since=datetime.now(UTC) - LATER) == ()

    async def test_what_is_under_way_stays(self, tmp_path: Path) -> None:
        stuck, handler = Stuck(), Recorder()
        async with working(tmp_path, note=stuck) as work:
            for place in (1, 2):
                await work.start("note", f"n-{place}", {}, lane=Lane(name="a", place=place))
            await stuck.begun.wait()
            assert await work.forget(before=datetime.now(UTC) + LATER, limit=9) == 0
        async with working(tmp_path, note=handler) as work:
            assert await ended(work, "n-2") is WorkState.DONE
        assert [work_id for work_id, _ in handler.seen] == ["n-1", "n-2"]

    async def test_is_nobody_s_while_the_engine_rests(self, tmp_path: Path) -> None:
        async with working(tmp_path) as work:
            pass
        assert await work.forget(before=datetime.now(UTC) + LATER, limit=9) == 0
