"""Fetching large answers in a process of their own, while this one writes what came before and answers in Slack.

Parsing and mapping take most of a pull's processor time, and hold Python's lock all that while; whoever passed on the
bytes would wait for that lock at each portion. So the other process posts the request itself. It is given no secrets
and keeps nothing: it is handed a request that is signed already, with what to make of the answer, and hands the
records back. Killed, the request is sent once more; killed ourselves, its input ends, and so does it.
"""

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread, Timer
from typing import TypeVar

import structlog

from sync.connectors.netsuite.exchange import Answer, Post
from sync.connectors.netsuite.handing import hand, handed
from sync.connectors.netsuite.pages import Heading
from sync.errors import UnreadableAnswerError
from sync.http import shutting_down

_T = TypeVar("_T")

_PROGRAM = "sync.connectors.netsuite.aside_main"
# What the program says once it can serve.
READY = b"ready"
# Half of what Linux allows: neither side waits for the other after each portion.
_PIPE_BYTES = 512 * 1024
# One that dies again and again is more than this machine bears.
_MOST_DEATHS = 3
# Longer than the pause between two streams; after a pull its memory is of use to others.
_IDLE_SECONDS = 120.0
_LEAVING_SECONDS = 5.0
_NEEDED = frozenset(
    "PATH HOME TMPDIR TZ LANG LD_LIBRARY_PATH SYSTEMROOT HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY REQUESTS_CA_BUNDLE "
    "CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR".split()
)
_NEEDED_FAMILIES = ("LC_", "PYTHON")
# How much longer than allowed an answer may take over there before the process counts as stuck.
_GRACE_SECONDS = 5.0

_log = structlog.get_logger(__name__)


class Aside:
    """The process, which is begun when there is much to read. One answer at a time; safe to share between threads."""

    def __init__(self, *, idle_seconds: float = _IDLE_SECONDS, grace_seconds: float = _GRACE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._grace_seconds = grace_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths = 0
        self._used_at = 0.0
        self._closing = Event()
        # Held by whoever has the process at work, begins it or ends it.
        self._turn = Lock()

    @property
    def process_id(self) -> int | None:
        """The process that can serve us now; None while there is none."""
        process = self._process
        return None if process is None else process.pid

    def begin(self) -> None:
        """Have the process begin, unless it has; until it can serve us, answers are fetched here."""
        if not self._turn.acquire(blocking=False):
            return
        if self._process is None and self._deaths < _MOST_DEATHS and not self._closing.is_set():
            Thread(target=self._live, name="netsuite-aside", daemon=True).start()
        else:
            self._turn.release()

    def answer(self, post: Post[_T]) -> Answer[_T] | None:
        """What a request brings; None, with nothing sent, when the process can't serve us now.

        The request must only read. `post.take` must be picklable, and what it makes. Raises what `answered` would, and
        UnreadableAnswerError when the process ends before it has handed over all of it.
        """
        if not self._turn.acquire(blocking=False):
            return None
        try:
            if self._closing.is_set():
                raise shutting_down()
            return None if self._process is None else self._answer(self._process, post)
        finally:
            self._used_at = time.monotonic()
            self._turn.release()

    def close(self) -> None:
        """End the process, whatever it is doing, and begin no other one."""
        self._closing.set()
        process = self._process
        if process is not None:
            process.kill()
        with self._turn:
            self._end()

    def _live(self) -> None:
        """Begin the process, the turn being ours, and end it when it has not been needed for a while."""
        try:
            self._process = _begun()
            self._used_at = time.monotonic()
        except OSError as error:
            self._deaths = _MOST_DEATHS
            _log.warning("netsuite.aside", error=str(error))
        finally:
            self._turn.release()
        while self._process is not None and not self._closing.wait(self._idle_seconds / 2):
            with self._turn:
                if time.monotonic() - self._used_at > self._idle_seconds:
                    self._end()

    def _answer(self, process: subprocess.Popen[bytes], post: Post[_T]) -> Answer[_T]:
        try:
            with _killed_after(process, post.total_timeout_seconds + self._grace_seconds):
                heading, records = _told(process, post)
        except (OSError, EOFError, pickle.UnpicklingError):
            self._deaths += 1
            self._end()
            if self._closing.is_set():
                raise shutting_down() from None
            raise UnreadableAnswerError("the process that read it has ended") from None
        except BaseException:  # what is left of this answer in the pipe would be taken for the next one
            self._end()
            raise
        if isinstance(heading, Exception):
            raise heading
        return Answer(heading=heading, records=records)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _killed(process)


def _begun() -> subprocess.Popen[bytes]:
    """The process, able to serve us. Raises OSError."""
    environment = {name: value for name, value in os.environ.items() if _is_needed(name)}
    # Our modules are found where we found them.
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    process = subprocess.Popen(  # noqa: S603 - this very Python, and a module of ours
        [sys.executable, "-m", _PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        pipesize=_PIPE_BYTES,
    )
    if process.stdout is None or process.stdout.read(len(READY)) != READY:
        _killed(process)
        raise OSError(f"{_PROGRAM} did not begin")
    return process


def _is_needed(name: str) -> bool:
    """Whether the process needs this of our environment, in which our secrets may be: where things and proxies are."""
    return name.upper() in _NEEDED or name.startswith(_NEEDED_FAMILIES)


def _killed(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            # What was not written yet is for nobody any more.
            with suppress(OSError):
                pipe.close()
    process.wait(_LEAVING_SECONDS)


def _told(process: subprocess.Popen[bytes], post: Post[_T]) -> tuple[Heading | Exception, tuple[_T, ...]]:
    """What becomes of a request over there: heading or error, after the records. Raises EOFError, OSError."""
    if process.stdin is None or process.stdout is None:
        raise EOFError
    hand(post, process.stdin)
    records: list[_T] = []
    while isinstance(found := handed(process.stdout), list):
        records += found
    return found, tuple(records)


@contextmanager
def _killed_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    timer = Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
