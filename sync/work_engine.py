"""The engine of durable work, seen from outside: where its lines go and how its threads come to an end."""

import logging
import threading

# How the engine calls the threads that give out what waits in a lane, and how long one look for work may take.
_GIVING_OUT = "queue-worker-"
_LOOK_SECONDS = 30.0


class WorkGivenUpError(Exception):
    """The work failed for good; the reason is in the message."""


def wait_for_lanes() -> None:
    """Wait, after the engine's threads were told to end, until no lane gives out anything any more. It blocks."""
    for thread in threading.enumerate():
        if thread.name.startswith(_GIVING_OUT):
            thread.join(_LOOK_SECONDS)


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
