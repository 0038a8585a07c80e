"""The program that fetches answers for another one: see `sync.connectors.netsuite.aside`."""

import gc
import os
import pickle
import select
import signal
import sys
from contextlib import suppress
from functools import cache
from threading import Event, Thread
from typing import Any, BinaryIO

import requests

from sync.connectors.netsuite.aside import READY
from sync.connectors.netsuite.exchange import Post, exchanged
from sync.connectors.netsuite.handing import hand, handed
from sync.connectors.netsuite.pages import Heading
from sync.http import new_session

# Records do not refer to themselves; looking for what does is a fifth of the time.
_NEW_OBJECTS = 20_000
_AT_ONCE = 100


def main() -> None:
    """Serve request after request from standard input, until that ends."""
    # Who types Ctrl-C means the program that began us, whose end we shall see.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(_NEW_OBJECTS, *gc.get_threshold()[1:])
    gc.freeze()
    Thread(target=_end_when_alone, args=(sys.stdin.fileno(),), daemon=True).start()
    # Whoever listened may be gone already.
    with suppress(BrokenPipeError), os.fdopen(os.dup(sys.stdout.fileno()), "wb") as told:
        # Nothing that is printed may come between.
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        told.write(READY)
        told.flush()
        while (post := _post(sys.stdin.buffer)) is not None:
            _serve(post, told)


def _end_when_alone(door: int) -> None:
    """End, whatever we are waiting for, once nobody can ask us for anything any more."""
    watch = select.poll()
    # Nothing but its end.
    watch.register(door, 0)
    watch.poll()
    os._exit(0)


def _serve(post: Post[Any], told: BinaryIO) -> None:
    some = _Some(told)
    outcome = _outcome(post, some)
    if isinstance(outcome, Heading):
        some.hand_on()
    hand(outcome, told)


def _post(source: BinaryIO) -> Post[Any] | None:
    try:
        post: Post[Any] = handed(source)
    except (EOFError, pickle.UnpicklingError):
        # The program that began us is no more.
        return None
    return post


@cache
def _session(address: str, unless_set: str) -> requests.Session:
    """The session for an address, whose connection is kept."""
    return new_session(address, connections=1, unless_set=unless_set)


class _Some:
    """Records on their way: handed on by the hundred, they are taken over there while the next ones are read here."""

    def __init__(self, told: BinaryIO) -> None:
        self._told = told
        self._records: list[Any] = []

    def add(self, record: object) -> None:
        self._records.append(record)
        if len(self._records) >= _AT_ONCE:
            self.hand_on()

    def hand_on(self) -> None:
        if self._records:
            hand(self._records, self._told)
            self._records = []


def _outcome(post: Post[Any], some: _Some) -> Heading | Exception:
    try:
        return exchanged(post, _session(post.address, post.unless_set), Event(), some.add)
    except Exception as error:  # noqa: BLE001 - an outer door: it is raised where the answer was asked for
        return error


if __name__ == "__main__":
    main()
