"""The program that reads answers for another one: see `sync.connectors.netsuite.aside`."""

import gc
import os
import pickle
import signal
import sys
from typing import Any, BinaryIO

from sync.connectors.netsuite.aside import READY, Task
from sync.connectors.netsuite.handing import hand
from sync.connectors.netsuite.pages import Heading, read_answer
from sync.http import Portion

# Records do not refer to themselves; looking for what does is a fifth of the time.
_NEW_OBJECTS = 20_000


def main() -> None:
    """Read answer after answer from standard input, until that ends."""
    # Who types Ctrl-C means the program that began us, whose end we shall see.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    gc.freeze()
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as told:
        # Nothing that is printed may come between.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        told.write(READY)
        told.flush()
        while (task := _task(sys.stdin.buffer)) is not None:
            hand(_outcome(task, _Fed(sys.stdin.buffer)), told)


class _Fed:
    """An answer's bytes as they are handed over."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._portion = Portion()
        self._is_whole = False

    def read(self, size: int) -> bytes:
        del size
        chunk = self._next()
        self._portion.add(chunk)
        return chunk

    def mark(self) -> None:
        self._portion.mark()

    def drain(self) -> None:
        """Read what is left without looking at it."""
        while not self._is_whole:
            self._next()

    def _next(self) -> bytes:
        try:
            chunk: bytes = pickle.load(self._source)  # noqa: S301 - from the program that began us
        except (EOFError, pickle.UnpicklingError):
            # That program is no more.
            raise SystemExit from None
        self._is_whole = not chunk
        return chunk


def _task(source: BinaryIO) -> Task | None:
    try:
        task: Task = pickle.load(source)  # noqa: S301 - likewise
    except (EOFError, pickle.UnpicklingError):
        return None
    return task


def _outcome(task: Task, fed: _Fed) -> tuple[Heading, tuple[Any, ...]] | Exception:
    records: list[Any] = []
    try:
        heading = read_answer(fed, task.version, lambda tree: records.append(task.take(tree)))
    except Exception as error:  # noqa: BLE001 - an outer door: it is raised where the answer was asked for
        fed.drain()
        return error
    return heading, tuple(records)


if __name__ == "__main__":
    main()
