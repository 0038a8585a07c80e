"""The end of durable work: what runs goes on after the next start, what waits is not lost, nobody hears of trouble."""

import asyncio
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
from dbos import DBOS, _recovery

from store.work import Lane, Payload, WorkState
from tests.sync.working import PAYLOAD, Recorder, Stuck, ended, errors, working


class TestClose:
    async def test_cancels_what_runs_and_leaves_it_for_the_next_start(self, tmp_path: Path) -> None:
        stuck, handler = Stuck(), Recorder()
        async with working(tmp_path, pull=stuck) as work:
            await work.start("pull", "p", PAYLOAD)
            await stuck.begun.wait()
        assert stuck.cancelled == 1
        async with working(tmp_path, pull=handler) as work:
            assert await ended(work, "p") is WorkState.DONE
        assert handler.seen == [("p", PAYLOAD)]

    async def test_asks_once_and_waits_for_the_answer_to_what_was_sent(self, tmp_path: Path) -> None:
        begun, heard = asyncio.Event(), list[str]()

        async def answer() -> None:
            for _ in range(20):
                await asyncio.to_thread(int)
            heard.append("answer")

        async def sends(_work_id: str, _payload: Payload) -> None:
            sent = asyncio.ensure_future(answer())
            begun.set()
            try:
                await asyncio.shield(sent)
            except asyncio.CancelledError:
                await sent
                raise

        async with working(tmp_path, note=sends) as work:
            await work.start("note", "n", {})
            await begun.wait()
        assert heard == ["answer"]

    async def test_leaves_work_of_other_replicas_alone(self, tmp_path: Path) -> None:
        stuck, handler = Stuck(), Recorder()
        async with working(tmp_path, executor_id="there", pull=stuck) as work:
            await work.start("pull", "p", {})
            await stuck.begun.wait()
        async with working(tmp_path, executor_id="here", pull=handler) as work:
            assert await work.status("p") is WorkState.PENDING
            await work.start("pull", "q", {})
            await ended(work, "q")
        assert [work_id for work_id, _ in handler.seen] == ["q"]

    async def test_goes_on_with_the_work_of_replicas_that_are_gone(self, tmp_path: Path) -> None:
        stuck, handler = Stuck(), Recorder()
        async with working(tmp_path, executor_id="there", note=stuck) as work:
            await work.start("note", "free", {})
            await work.start("note", "first", {}, lane=Lane(name="a", place=1))
            await work.start("note", "second", {}, lane=Lane(name="a", place=2))
            while len(stuck.work_ids) < 2:  # noqa: ASYNC110 - two begin, and one bell is rung
                await asyncio.sleep(0.01)
        async with working(tmp_path, executor_id="here", note=handler) as work:
            await work.take_over({"there"})
            assert await work.status("free") is WorkState.PENDING
            await work.take_over(())
            for work_id in ("free", "second"):
                assert await ended(work, work_id) is WorkState.DONE
        await work.take_over(())
        seen = [work_id for work_id, _ in handler.seen]
        assert sorted(seen) == ["first", "free", "second"]
        assert seen.index("first") < seen.index("second")

    async def test_right_after_a_start_loses_nothing(self, tmp_path: Path) -> None:
        handler = Recorder()
        for number in range(6):
            async with working(tmp_path, note=handler) as work:
                await work.start("note", f"n-{number}", {})
                for _ in range(number):
                    await asyncio.sleep(0)
        async with working(tmp_path, note=handler) as work:
            for number in range(6):
                assert await ended(work, f"n-{number}") is WorkState.DONE
        assert {work_id for work_id, _ in handler.seen} == {f"n-{number}" for number in range(6)}

    async def test_goes_on_later_with_what_a_lane_gives_out_meanwhile(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        handler, claimed = Recorder(), threading.Event()
        async with working(tmp_path, note=handler) as work:
            engine = cast("DBOS", work._engine)
            claim, is_ended = engine._sys_db.start_queued_partitioned_workflows, engine._background_jobs_stop_event

            def slowly(*about: Any, **more: Any) -> list[str]:
                found = claim(*about, **more)
                if found:
                    claimed.set()
                    # Given out once the engine has ended, if anybody ends it before that.
                    is_ended.wait(1)
                return found

            engine._sys_db.start_queued_partitioned_workflows = slowly  # type: ignore[method-assign]
            await work.start("note", "n", {}, lane=Lane(name="a", place=1))
            await asyncio.to_thread(claimed.wait)
        assert errors(caplog) == []
        async with working(tmp_path, note=handler) as work:
            assert await ended(work, "n") is WorkState.DONE
        assert handler.seen == [("n", {})]

    async def test_while_a_start_is_half_way_loses_nothing_either(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        handler, taken = Recorder(), set[str]()
        for number in range(8):
            async with working(tmp_path, note=handler) as work:
                starting = asyncio.create_task(work.start("note", f"n-{number}", {}))
                for _ in range(number):
                    await asyncio.sleep(0)
            with suppress(RuntimeError):
                await starting
                taken.add(f"n-{number}")
        assert errors(caplog) == []
        async with working(tmp_path, note=handler) as work:
            for work_id in taken:
                assert await ended(work, work_id) is WorkState.DONE
        assert {work_id for work_id, _ in handler.seen} == taken != set()

    async def test_while_it_goes_through_what_the_last_stop_left_keeps_that(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stuck, handler, reached, over = Stuck(), Recorder(), threading.Event(), threading.Event()
        async with working(tmp_path, note=stuck) as work:
            await work.start("note", "n", {})
            await stuck.begun.wait()
        take_up = _recovery._recover_workflow

        def late(engine: DBOS, *about: Any) -> Any:
            reached.set()
            # Taken up once the engine has ended, if anybody ends it before that.
            if engine._background_jobs_stop_event.wait(1):
                while engine._sys_db_field:
                    time.sleep(0.01)
            try:
                return take_up(engine, *about)
            finally:
                over.set()

        with monkeypatch.context() as patch:
            patch.setattr(_recovery, "_recover_workflow", late)
            async with working(tmp_path, note=handler) as work:
                await asyncio.to_thread(reached.wait)
            # Without waiting: it must be over by now.
            assert over.is_set()
        assert errors(caplog) == []
        async with working(tmp_path, note=handler) as work:
            assert await ended(work, "n") is WorkState.DONE
        assert handler.seen == [("n", {})]

    async def test_leaves_threads_to_those_who_come_after(self, tmp_path: Path) -> None:
        async with working(tmp_path):
            pass
        assert await asyncio.to_thread(sum, (1, 2)) == 3

    async def test_work_whose_kind_is_gone_fails(self, tmp_path: Path) -> None:
        stuck = Stuck()
        async with working(tmp_path, old=stuck) as work:
            await work.start("old", "o", {})
            await stuck.begun.wait()
        async with working(tmp_path) as work:
            assert await ended(work, "o") is WorkState.FAILED
