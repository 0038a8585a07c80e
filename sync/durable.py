"""Durable work on DBOS: what is started here goes on after a crash. The only file that imports dbos.

One workflow serves every kind of work: it runs the kind's handler as a step, and again after a wait when the handler
asks for that. Steps are at-least-once, so handlers must bear being run again; the pull goes on from its cursor.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, Self, cast

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID, WorkflowStatus
from dbos._serialization import DBOSPortableJSON

from store.errors import StoreError
from store.work import FailedWork, Lane, Payload, TryLaterError, WorkState
from sync.backoff import wait_seconds
from sync.errors import SourceError
from sync.work_engine import WorkGivenUpError, log_as_we_do, wait_for_calls, wait_for_lanes
from sync.work_file import engine_kwargs

Handler = Callable[[str, Payload], Awaitable[None]]

# Pending work must survive a deploy: the engine sets work of another version aside, so ours never changes.
_WORK_VERSION = "1"
# About a day with the waits of `backoff`: by then the next daily slot has come.
_MAX_ATTEMPTS = 100
# Each restart in the middle counts as one; the engine's own limit of 100 is for programs that crash on the work.
_MAX_RESTARTS = 1000
_NAME = "tesorio.work"
_LANES = "lanes"
# At the engine's default of a second a lane would move at less than one piece of work a second.
_POLL_SECONDS = 0.2
_LATE_SECONDS = 30.0
_STOP_LOOK_SECONDS = 0.02
_ENDED = {
    "SUCCESS": WorkState.DONE,
    "ERROR": WorkState.FAILED,
    "CANCELLED": WorkState.FAILED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": WorkState.FAILED,
}
_FAILURES = ("ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
_log = logging.getLogger(__name__)


class DurableWork:
    """The `store.work.Work` port. One per process; `async with` launches it in the running event loop.

    `executor_id` names this replica: after a restart under the same id its unfinished work goes on, so `handlers`
    must be filled before the block is entered.
    """

    def __init__(
        self,
        *,
        database_url: str,
        executor_id: str,
        dice: Callable[[], float] = random.random,
        pause: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self._database_url = database_url
        self._executor_id = executor_id
        self.handlers: dict[str, Handler] = {}
        self._running: set[asyncio.Task[Any]] = set()
        self._starting = 0
        self._started = asyncio.Event()
        self._closing = False
        self._home: asyncio.AbstractEventLoop | None = None
        self._engine: DBOS | None = None
        self._dice = dice
        self._pause = pause
        self._workflow: Callable[[str, str, dict[str, str]], Coroutine[Any, Any, None]] | None = None

    async def __aenter__(self) -> Self:
        self._home = asyncio.get_running_loop()
        config = DBOSConfig(
            name="tesorio",
            system_database_url=self._database_url,
            application_version=_WORK_VERSION,
            executor_id=self._executor_id,
            serializer=DBOSPortableJSON,
            # We await no notifications: all that this loop does is to be waited for at a stop.
            notification_listener_polling_interval_sec=_STOP_LOOK_SECONDS,
            db_engine_kwargs=engine_kwargs(self._database_url),
            # At a stop it warns, with a traceback, of every workflow that will simply go on later.
            log_level="ERROR",
        )
        self._engine = DBOS(config=config)
        log_as_we_do()

        async def run(kind: str, work_id: str, payload: dict[str, str]) -> None:
            await self._run(kind, work_id, payload)

        self._workflow = DBOS.workflow(name=_NAME, max_recovery_attempts=_MAX_RESTARTS)(run)
        DBOS.launch()
        await DBOS.register_queue_async(
            _LANES, partition_concurrency=1, polling_interval_sec=_POLL_SECONDS, on_conflict="always_update"
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._workflow = None
        self._closing = True
        for event in self._engine.background_thread_stop_events if self._engine else ():
            event.set()
        # At once: a handler that went on would find that nothing can be started any more, and fail for good.
        for task in self._running:
            task.cancel()
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(max_workers=1) as helper:
            # What begins once the engine's executor is gone ends in an error of the engine's: nothing may begin by
            # then. Its threads need this loop to finish, hence the other thread.
            await loop.run_in_executor(helper, wait_for_lanes)
            while self._starting:
                self._started.clear()
                await self._started.wait()
            await self._end_all()
            # The engine made its executor the loop's, and does so again whenever it is asked something: what else there
            # is goes on with a fresh one.
            fresh = ThreadPoolExecutor()
            loop.set_default_executor(fresh)
            if self._engine:
                await loop.run_in_executor(helper, wait_for_calls, self._engine)
            await loop.run_in_executor(helper, partial(DBOS.destroy, destroy_registry=True))
            loop.set_default_executor(fresh)

    @property
    def is_running(self) -> bool:
        """Whether work is taken and done."""
        return self._workflow is not None

    async def _end_all(self) -> None:
        """End what runs, and what waits for another try. What is cancelled goes on after the next start."""
        while left := self._unfinished():
            for task in left:
                # One that was asked already may be waiting for the answer to what it sent.
                if not task.cancelling():
                    task.cancel()
            _done, stubborn = await asyncio.wait(left, timeout=_LATE_SECONDS)
            if stubborn:
                _log.warning(
                    "%d pieces of work did not end when asked to and go on after the next start", len(stubborn)
                )
                return

    def _unfinished(self) -> set[asyncio.Task[Any]]:
        # Of what is not in a step only the engine knows.
        engine_s: set[asyncio.Task[Any]] = self._engine._workflow_tasks if self._engine else set()  # noqa: SLF001 - as said
        return {task for task in self._running | engine_s if not task.done()}

    @contextmanager
    def _being_started(self) -> Iterator[Callable[[str, str, dict[str, str]], Coroutine[Any, Any, None]]]:
        """The engine's workflow, for a caller who starts one: while it does so the engine stays."""
        if self._workflow is None:
            raise RuntimeError("durable work is not running: nothing was started")
        self._starting += 1
        try:
            yield self._workflow
        finally:
            self._starting -= 1
            self._started.set()

    async def start(self, kind: str, work_id: str, payload: Payload, *, lane: Lane | None = None) -> None:
        """See `store.work.Work.start`."""
        if kind not in self.handlers:
            raise KeyError(kind)
        arguments = (kind, work_id, dict(payload))
        with self._being_started() as workflow, SetWorkflowID(work_id):
            if lane is None:
                await DBOS.start_workflow_async(workflow, *arguments)
                return
            with SetEnqueueOptions(priority=lane.place, queue_partition_key=lane.name):
                await DBOS.enqueue_workflow_async(_LANES, workflow, *arguments)

    async def status(self, work_id: str) -> WorkState | None:
        """See `store.work.Work.status`."""
        found = await DBOS.get_workflow_status_async(work_id)
        if found is None:
            return None
        return _ENDED.get(found.status, WorkState.PENDING)

    async def failed(self, kinds: Collection[str], *, since: datetime) -> tuple[FailedWork, ...]:
        """See `store.work.Work.failed`."""
        found = await DBOS.list_workflows_async(
            status=list(_FAILURES), name=_NAME, start_time=since.isoformat(), load_output=False
        )
        latest: dict[str, FailedWork] = {}
        for each in sorted((_failed(one) for one in found if one.input), key=lambda failed: failed.times):
            latest[each.work_id] = each
        wanted = [each for each in latest.values() if each.kind in kinds]
        return tuple([each for each in wanted if await self.status(_again_id(each)) is None])

    async def start_again(self, work: FailedWork) -> None:
        """See `store.work.Work.start_again`."""
        with self._being_started() as workflow, SetWorkflowID(_again_id(work)):
            await DBOS.start_workflow_async(workflow, work.kind, work.work_id, dict(work.payload))

    async def forget(self, *, before: datetime, limit: int) -> int:
        """See `store.work.Work.forget`."""
        if self._workflow is None:
            return 0
        instant = before.isoformat()
        found = await DBOS.list_workflows_async(
            status=list(_ENDED),
            name=_NAME,
            end_time=instant,
            completed_before=instant,
            limit=limit,
            load_input=False,
            load_output=False,
        )
        if found:
            await DBOS.delete_workflows_async([one.workflow_id for one in found])
        return len(found)

    async def take_over(self, alive: Collection[str]) -> None:
        """Go on with the unfinished work of replicas that are gone: of all but these and this one."""
        if self._workflow is None:
            return
        with self._being_started():
            await self._take_over({self._executor_id, *alive})

    async def _take_over(self, alive: Collection[str]) -> None:
        found = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        gone = {one.executor_id for one in found if one.executor_id}.difference(alive)
        if gone:
            _log.warning("going on with what %d replicas that are gone have left", len(gone))
            # Of two replicas that do so at once, one gets each piece: the engine compares who had it.
            await asyncio.to_thread(DBOS._recover_pending_workflows, sorted(gone))  # noqa: SLF001 - no other door to it

    async def _run(self, kind: str, work_id: str, payload: dict[str, str]) -> None:
        for attempt in range(1, _MAX_ATTEMPTS + 1):
            outcome = await DBOS.run_step_async({"name": kind}, self._attempt, kind, work_id, payload, attempt)
            if outcome["state"] == "done":
                return
            if outcome["state"] == "failed":
                raise WorkGivenUpError(outcome["reason"])
            await (self._pause or DBOS.sleep_async)(outcome["wait_seconds"])
        reason = f"given up after {_MAX_ATTEMPTS} attempts: {outcome['reason']}"
        _log.error("work %s failed: %s", work_id, reason)
        raise WorkGivenUpError(reason)

    async def _attempt(self, kind: str, work_id: str, payload: dict[str, str], attempt: int) -> dict[str, Any]:
        """One try, in the loop that the program runs in.

        The engine has a loop of its own for moments in which ours stands still; what handlers share belongs to ours.
        """
        trying = self._tried(kind, work_id, payload, attempt)
        if self._home is None or asyncio.get_running_loop() is self._home:
            return await trying
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(trying, self._home))

    async def _tried(self, kind: str, work_id: str, payload: dict[str, str], attempt: int) -> dict[str, Any]:
        """One try, told as data: what a step returns is recorded, what it raises would be pickled."""
        if self._closing:
            # A lane has moved on although the program ends: this waits for the next start like the rest.
            raise asyncio.CancelledError
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            await self.handlers[kind](work_id, payload)
        except TryLaterError as later:
            wait = wait_seconds(attempt, asked=later.after_seconds, dice=self._dice)
            _log.warning("work %s will be tried again in %.0f s: %s", work_id, wait, later)
            return {"state": "later", "wait_seconds": wait, "reason": str(later)}
        except (SourceError, StoreError) as error:
            # Its sentence says what to do; where in the program it was raised helps nobody.
            _log.error("work %s failed: %s", work_id, error)
            return {"state": "failed", "reason": f"{type(error).__name__}: {error}"}
        except Exception as error:  # noqa: BLE001 - the outer door of background work: every end is recorded
            _log.exception("work %s failed", work_id)
            return {"state": "failed", "reason": f"{type(error).__name__}: {error}"}
        return {"state": "done"}


def _again_id(work: FailedWork) -> str:
    """The engine's id of the next time that it is started: what has ended never runs again under its own."""
    return f"{work.work_id}/{work.times + 1}"


def _failed(found: WorkflowStatus) -> FailedWork:
    kind, work_id, payload = cast("Any", found.input)["args"]
    times = found.workflow_id.removeprefix(work_id).removeprefix("/")
    return FailedWork(
        kind=kind,
        work_id=work_id,
        payload=payload,
        times=int(times or 1),
        failed_at=datetime.fromtimestamp((found.updated_at or 0) / 1000, UTC),
    )
