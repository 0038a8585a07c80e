"""The log on standard error."""

import logging
import sys

import structlog

_ROOMS = ("bot", "sync", "store")


def log_to_stderr(*, quiet: bool = False) -> None:
    """Readable lines for a terminal, JSON for everything else; a secret is never an argument of a log call.

    When `quiet`, only what went wrong, and readable in any case: for a command whose reader is a person.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    # Libraries that log through structlog (stamina tells its retries so) go the same way, not to standard output.
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_written(is_readable=quiet)],
        ),
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for room in _ROOMS:
        logging.getLogger(room).setLevel(logging.WARNING if quiet else logging.INFO)


def _written(*, is_readable: bool) -> list[structlog.typing.Processor]:
    if is_readable or sys.stderr.isatty():
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
