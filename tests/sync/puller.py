"""A program that pulls an account into a SQLite store as durable work, and kills itself where it is told to.

A process of its own for each life: started by a forkserver that has the imports behind it.
"""

import asyncio
import os
import random
import signal
import threading
from datetime import datetime
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import event

from store.db import Store, sqlite_url
from store.work import WorkState
from sync.breaker import Breakers
from sync.connector import Source
from sync.connectors.netsuite import NetSuiteSettings, NetSuiteSource
from sync.connectors.salesforce import SalesforceSettings, SalesforceSource
from sync.daily import PULL, pull_handler, start_pull
from sync.durable import DurableWork
from tests.sync.working import ended

Settings: TypeAlias = NetSuiteSettings | SalesforceSettings
_LONGEST_DELAY_SECONDS = 0.004
_context = get_context("forkserver")
_context.set_forkserver_preload([__name__])


def live(folder: Path, settings: Settings, death: int | None, at: datetime) -> int | None:
    """Run the program until it ends or dies; its exit code, negative for the signal that killed it.

    `death` seeds the moment of the kill: so many statements on, and a little later. `at` is what its clock shows; of
    each instant there is one run.
    """
    process = _context.Process(target=_main, args=(folder, settings, death, at), daemon=True)
    process.start()
    process.join()
    return process.exitcode


def _main(folder: Path, settings: Settings, death: int | None, at: datetime) -> None:
    raise SystemExit(asyncio.run(_pull(folder, settings, death, at)))


async def _pull(folder: Path, settings: Settings, death: int | None, at: datetime) -> int:
    store = Store(sqlite_url(folder / "store.db"))
    if death is not None:
        _die_later(store, random.Random(death))  # noqa: S311 - a seeded choice of moments
    source = _source(folder, settings, at)
    work = DurableWork(database_url=f"sqlite:///{folder / 'work.db'}", executor_id="one")
    work.handlers[PULL] = pull_handler((source,), store, clock=lambda: at, breakers=Breakers())
    run_id = f"run-{at:%d}"
    async with work:
        await start_pull(work, source.name, run_id)
        state = await ended(work, run_id)
    await source.close()
    await store.close()
    return 0 if state is WorkState.DONE else 1


def _source(folder: Path, settings: Settings, at: datetime) -> Source:
    if isinstance(settings, SalesforceSettings):
        return SalesforceSource(settings, clock=lambda: at)
    return NetSuiteSource(settings, folder, clock=lambda: at)


def _die_later(store: Store, dice: random.Random) -> None:
    """Be killed at a statement or commit chosen by the dice, and up to a few milliseconds into it."""
    moment, passed, delay = dice.randrange(40), count(), dice.random() * _LONGEST_DELAY_SECONDS

    def strike(*_what: object) -> None:
        if next(passed) == moment:
            threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL)).start()

    for name in ("before_cursor_execute", "commit"):
        event.listen(store._writer.sync_engine, name, strike)
