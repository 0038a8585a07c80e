"""The engine of durable work, seen from outside: where its lines go and how its threads come to an end."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dbos import DBOS

# How the engine calls the thread that begins a thread for every queue, and how those are called that give out what
# waits in a lane; and how long one look for work may take.
_BEGINS_OTHERS = "(queue_thread)"
_GIVING_OUT = "queue-worker-"
# Its threads for calls that wait, among them the one that at a start goes through what the last stop left.
_CALLS = "dbos-executor-"
_LOOK_SECONDS = 30.0


class WorkGivenUpError(Exception):
    """The work failed for good; the reason is in the message."""


def wait_for_lanes() -> None:
    """Wait, after the engine's threads were told to end, until no lane gives out anything any more. It blocks."""
    # First whoever may still be about to begin another: a thread that is not quite begun can't be waited for.
    _wait_for(lambda name: name.endswith(_BEGINS_OTHERS))
    _wait_for(lambda name: name.startswith(_GIVING_OUT))


def wait_for_calls(engine: "DBOS") -> None:
    """Wait until none of its threads for calls asks the engine's database any more; what had not begun never does.

    It blocks.
    """
    # Again: whoever goes through what the last stop left gets an event of its own when it begins.
    for event in engine.background_thread_stop_events:
        event.set()
    engine._executor.shutdown(wait=False, cancel_futures=True)  # noqa: SLF001 - its own end waits for nobody
    _wait_for(lambda name: name.startswith(_CALLS))


def _wait_for(is_meant: Callable[[str], bool]) -> None:
    deadline = time.monotonic() + _LOOK_SECONDS
    for thread in threading.enumerate():
        if is_meant(thread.name):
            thread.join(max(0, deadline - time.monotonic()))


def log_as_we_do() -> None:
    """Let the engine's lines go where ours go, masked like ours; by itself it writes straight to standard error.

    To be called once the engine is made, for it gives itself a handler whenever it finds none.
    """
    logger = logging.getLogger("dbos")
    logger.handlers.clear()
    logger.propagate = True
    logger.addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether the engine's line says more than ours: work that failed was logged here, with its reason."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, WorkGivenUpError)
