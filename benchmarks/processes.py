"""Running a side of a comparison in a process of its own, so that neither side pays for the other."""

import asyncio
import logging
import multiprocessing
import os
import resource
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeAlias

import structlog

from bot.collector import collect_seldom, give_back_memory

# A fresh interpreter: a forked one would start with this one's memory, threads and event loop.
_CONTEXT = multiprocessing.get_context("spawn")

Side: TypeAlias = Callable[..., Coroutine[Any, Any, None]]


class Line:
    """One end of the pipe between the two processes; what goes over it must be picklable."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tell(self, message: object) -> None:
        self._connection.send(message)

    async def hear(self) -> Any:
        """The other side's next message. Raises EOFError when it has gone."""
        return await asyncio.to_thread(self._connection.recv)

    async def hear_the_end(self) -> None:
        """Wait until the other side has gone."""
        try:
            while True:
                await self.hear()
        except EOFError:
            return


@asynccontextmanager
async def other_process(side: Side, *arguments: object) -> AsyncIterator[Line]:
    """`side(line, *arguments)` in an event loop of another process; it has to end when its line does."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_main, args=(side, theirs, *arguments))
    process.start()
    theirs.close()
    try:
        yield Line(ours)
    finally:
        ours.close()
        await asyncio.to_thread(process.join)


def _main(side: Side, connection: Connection, *arguments: object) -> None:
    # Standard output is for the results.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    # As the program itself does it.
    collect_seldom()
    give_back_memory()
    asyncio.run(side(Line(connection), *arguments))


def peak_megabytes() -> float:
    """The most memory that this process has held at once, and with it what each that it has begun has.

    getrusage counts what the parent held at the fork; Linux also knows the figure of each program alone.
    """
    if Path("/proc/self/status").exists():
        return sum(map(_peak_megabytes, ("self", *_children())))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def processor_seconds() -> float:
    """How long processors have worked for this process and those that it has begun."""
    ended = os.times()
    running = sum(map(_processor_seconds, _children()))
    return time.process_time() + ended.children_user + ended.children_system + running


def _processor_seconds(process: str) -> float:
    # Behind the name in brackets: the times in user's and in system's mode are the twelfth and the thirteenth value.
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _children() -> list[str]:
    return [child for listed in Path("/proc/self/task").glob("*/children") for child in listed.read_text().split()]


def _peak_megabytes(process: str) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    kilobytes = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")), "0")
    return int(kilobytes) / 1024
