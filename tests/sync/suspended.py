"""A program that pulls the fake source until the first page of a stream is saved, and waits to be told to go on."""

import asyncio
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from store.db import Store
from store.errors import StaleWriterError
from tests.sync.fake_source import FakeSource
from tests.sync.pulling import Saved, pull
from tests.sync.replica import made_system

REFUSED = 7
_context = get_context("forkserver")
_context.set_forkserver_preload([__name__])


def leader(url: str, stream: str) -> tuple[ForkServerProcess, Connection]:
    """The program, started, and the line to it: it tells when it is there, and goes on when it hears anything."""
    ours, theirs = _context.Pipe()
    program = _context.Process(target=_main, args=(url, stream, theirs), daemon=True)
    program.start()
    return program, ours


def _main(url: str, stream: str, line: Connection) -> None:
    raise SystemExit(asyncio.run(_lead(url, stream, line)))


async def _lead(url: str, stream: str, line: Connection) -> int:
    store, source, saved = Store(url), FakeSource(made_system()), Saved(stream, 1)

    async def wait(asked: str, _number: int) -> None:
        if asked == stream and source.asked.count(stream) == 1:
            # Suspended in the middle of a transaction it would hold SQLite's lock.
            await saved.happened.wait()
            line.send("one page is saved")
            await asyncio.to_thread(line.recv)

    source.before_page = wait
    try:
        await pull(source, store, "leader", progress=saved)
    except StaleWriterError:
        return REFUSED
    finally:
        await store.close()
    return 0
