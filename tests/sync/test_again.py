"""Durable work that failed: found, and started again under the id that its handler knows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from store.work import WorkState
from sync.durable import DurableWork
from tests.sync.working import Recorder, ended, working


async def again(work: DurableWork, times: int) -> None:
    """Start what failed as often as this once more."""
    [failed] = await work.failed({"note"}, since=datetime.now(UTC) - timedelta(days=1))
    assert (failed.kind, failed.work_id, failed.payload, failed.times) == ("note", "n-1/a", {"k": "v"}, times)
    assert datetime.now(UTC) - timedelta(seconds=30) < failed.failed_at <= datetime.now(UTC) + timedelta(seconds=1)
    await work.start_again(failed)


class TestStartAgain:
    async def test_until_it_succeeds_and_always_under_the_id_it_began_with(self, tmp_path: Path) -> None:
        handler = Recorder(ValueError("a defect"), ValueError("a defect"))
        async with working(tmp_path, note=handler) as work:
            await work.start("note", "n-1/a", {"k": "v"})
            assert await ended(work, "n-1/a") is WorkState.FAILED
            await again(work, 1)
            assert await ended(work, "n-1/a/2") is WorkState.FAILED
            await again(work, 2)
            assert await ended(work, "n-1/a/3") is WorkState.DONE
            assert await work.failed({"note"}, since=datetime.now(UTC) - timedelta(days=1)) == ()
        assert handler.seen == [("n-1/a", {"k": "v"})] * 3

    async def test_only_what_was_asked_for(self, tmp_path: Path) -> None:
        async with working(tmp_path, note=Recorder(ValueError("a defect"))) as work:
            await work.start("note", "n", {})
            await ended(work, "n")
            now = datetime.now(UTC)
            assert await work.failed({"share"}, since=now - timedelta(days=1)) == ()
            assert await work.failed({"note"}, since=now + timedelta(minutes=1)) == ()
