import asyncio
import logging
from pathlib import Path
from typing import cast

import pytest
from dbos import DBOS

from store.work import Lane, Payload, TryLaterError, WorkState
from tests.sync.working import PAYLOAD, Recorder, Stuck, ended, errors, working


class TestStart:
    async def test_runs_the_handler_with_its_payload(self, tmp_path: Path) -> None:
        handler = Recorder()
        async with working(tmp_path, note=handler) as work:
            assert await work.status("n-1") is None
            await work.start("note", "n-1", PAYLOAD)
            assert await ended(work, "n-1") is WorkState.DONE
        assert handler.seen == [("n-1", PAYLOAD)]

    async def test_of_one_id_runs_once(self, tmp_path: Path) -> None:
        handler = Recorder()
        async with working(tmp_path, note=handler) as work:
            await asyncio.gather(*(work.start("note", "n-1", {"n": str(n)}) for n in range(5)))
            await ended(work, "n-1")
            await work.start("note", "n-1", {})
            await work.start("note", "n-2", {})
            await ended(work, "n-2")
        async with working(tmp_path, note=handler) as work:
            await work.start("note", "n-1", {})
            assert await work.status("n-1") is WorkState.DONE
        assert [work_id for work_id, _ in handler.seen] == ["n-1", "n-2"]

    async def test_from_another_loop_the_handler_runs_in_the_program_s_own(self, tmp_path: Path) -> None:
        loops: list[asyncio.AbstractEventLoop] = []

        async def note(_work_id: str, _payload: Payload) -> None:
            loops.append(asyncio.get_running_loop())

        async with working(tmp_path, note=note) as work:
            tried = await asyncio.to_thread(lambda: asyncio.run(work._attempt("note", "n-1", {}, 1)))
        assert tried == {"state": "done"}
        assert loops == [asyncio.get_running_loop()]

    async def test_of_an_unknown_kind_is_refused(self, tmp_path: Path) -> None:
        async with working(tmp_path) as work:
            with pytest.raises(KeyError, match="unheard-of"):
                await work.start("unheard-of", "x", {})
            assert await work.status("x") is None

    async def test_needs_a_running_engine(self, tmp_path: Path) -> None:
        async with working(tmp_path, note=Recorder()) as work:
            pass
        with pytest.raises(RuntimeError, match="nothing was started"):
            await work.start("note", "x", {})


class TestTrouble:
    async def test_of_the_engine_is_logged_where_ours_is(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with working(tmp_path) as work:
            cast("DBOS", work._engine).logger.error("the engine is in trouble")
        assert errors(caplog) == ["the engine is in trouble"]
        assert logging.getLogger("dbos").handlers == []

    async def test_a_later_try_waits_as_long_as_asked_or_longer_each_time(self, tmp_path: Path) -> None:
        waits: list[float] = []

        async def pause(seconds: float) -> None:
            waits.append(seconds)

        handler = Recorder(TryLaterError("busy"), TryLaterError("busy"), TryLaterError("busy", after_seconds=60))
        async with working(tmp_path, pause=pause, pull=handler) as work:
            await work.start("pull", "p", {})
            assert await ended(work, "p") is WorkState.DONE
        assert waits == [2.0, 4.0, 60.0]
        assert len(handler.seen) == 4

    async def test_is_given_up_after_about_a_day(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        waits: list[float] = []

        async def pause(seconds: float) -> None:
            waits.append(seconds)

        caplog.set_level(logging.CRITICAL)
        handler = Recorder(*(TryLaterError("still busy") for _ in range(200)))
        async with working(tmp_path, pause=pause, pull=handler) as work:
            await work.start("pull", "p", {})
            assert await ended(work, "p") is WorkState.FAILED
        assert len(handler.seen) == 100
        assert 20 < sum(waits) / 3600 < 26

    async def test_an_error_ends_it_and_is_logged(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        handler = Recorder(ValueError("no such invoice"))
        async with working(tmp_path, note=handler) as work:
            await work.start("note", "n", {})
            assert await ended(work, "n") is WorkState.FAILED
            await work.start("note", "n", {})
            assert await work.status("n") is WorkState.FAILED
        assert len(handler.seen) == 1
        assert "work n failed" in caplog.text
        assert "no such invoice" in caplog.text

    async def test_the_engine_s_own_pause_outlives_a_restart(self, tmp_path: Path) -> None:
        handler = Recorder(TryLaterError("busy"))
        async with working(tmp_path, pull=handler, dice=lambda: 0.0) as work:
            await work.start("pull", "p", {})
            await handler.called.wait()
        assert len(handler.seen) == 1
        async with working(tmp_path, pull=handler) as work:
            assert await ended(work, "p") is WorkState.DONE
        assert len(handler.seen) == 2


class TestLanes:
    async def test_one_at_a_time_by_place_and_lanes_side_by_side(self, tmp_path: Path) -> None:
        seen: list[str] = []
        at_work: set[str] = set()

        async def handler(work_id: str, payload: Payload) -> None:
            assert payload["lane"] not in at_work
            at_work.add(payload["lane"])
            seen.append(work_id)
            await asyncio.sleep(0.01)
            at_work.discard(payload["lane"])

        async with working(tmp_path, note=handler) as work:
            for place in (3, 1, 2):
                for lane in ("a", "b"):
                    here = Lane(name=lane, place=place)
                    await work.start("note", f"{lane}{place}", {"lane": lane}, lane=here)
            for lane in ("a", "b"):
                assert await ended(work, f"{lane}3") is WorkState.DONE
        assert [one for one in seen if one < "b"] == ["a1", "a2", "a3"]
        assert [one for one in seen if one > "b"] == ["b1", "b2", "b3"]

    async def test_what_waits_for_a_later_try_keeps_its_lane(self, tmp_path: Path) -> None:
        paused, go_on = asyncio.Event(), asyncio.Event()

        async def pause(_seconds: float) -> None:
            paused.set()
            await go_on.wait()

        seen: list[str] = []

        async def handler(work_id: str, _payload: Payload) -> None:
            seen.append(work_id)
            if work_id == "n-1" and seen.count("n-1") == 1:
                raise TryLaterError("busy")

        async with working(tmp_path, pause=pause, note=handler) as work:
            for place in (1, 2):
                await work.start("note", f"n-{place}", {}, lane=Lane(name="a", place=place))
            await work.start("note", "other", {}, lane=Lane(name="b", place=3))
            await paused.wait()
            assert await ended(work, "other") is WorkState.DONE
            assert await work.status("n-2") is WorkState.PENDING
            go_on.set()
            assert await ended(work, "n-2") is WorkState.DONE
        assert [work_id for work_id in seen if work_id != "other"] == ["n-1", "n-1", "n-2"]

    async def test_of_one_id_runs_once_whatever_the_lane(self, tmp_path: Path) -> None:
        handler = Recorder()
        async with working(tmp_path, note=handler) as work:
            for _ in range(3):
                await work.start("note", "n", {}, lane=Lane(name="a", place=1))
            assert await ended(work, "n") is WorkState.DONE
            await work.start("note", "n", {}, lane=Lane(name="a", place=1))
            await work.start("note", "last", {}, lane=Lane(name="a", place=2))
            await ended(work, "last")
        assert [work_id for work_id, _ in handler.seen] == ["n", "last"]

    async def test_goes_on_after_a_stop_with_what_ran_first(self, tmp_path: Path) -> None:
        stuck, handler = Stuck(), Recorder()
        async with working(tmp_path, note=stuck) as work:
            for place in (1, 2):
                await work.start("note", f"n-{place}", {}, lane=Lane(name="a", place=place))
            await stuck.begun.wait()
        assert stuck.cancelled == 1
        async with working(tmp_path, note=handler) as work:
            assert await ended(work, "n-2") is WorkState.DONE
        assert [work_id for work_id, _ in handler.seen] == ["n-1", "n-2"]
