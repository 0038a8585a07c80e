"""A program that reads Salesforce in its own rhythm, as `tesorio run` does, by a clock that is set for it.

A process of its own for each life: started by a forkserver that has the imports behind it, and killed by whoever did.
"""

import asyncio
import time as stopwatch
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from zoneinfo import ZoneInfo

from store.crm.rules import CrmChoices
from store.crm.setup import Switched, switch_on
from store.db import Store, sqlite_url
from store.work import WorkState
from sync.breaker import Breakers
from sync.connectors.salesforce import SalesforceSettings, SalesforceSource
from sync.daily import PULL, daily_pulls, pull_handler
from sync.durable import DurableWork
from tests.sync.working import ended

_OFTEN = timedelta(seconds=0.05)
_context = get_context("forkserver")
_context.set_forkserver_preload([__name__])


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """One life of the program: `at` is what its clock shows at first.

    With `switches_on` the CRM is switched on at the start. It ends once the work `until` is done; without that it goes
    on until it is killed, and `looked` is there once it has looked for what is due.
    """

    folder: Path
    settings: SalesforceSettings
    at: datetime
    switches_on: bool = False
    until: str = ""

    @property
    def looked(self) -> Path:
        return self.folder / "looked"


def begin(life: Life) -> BaseProcess:
    """The program, running."""
    life.looked.unlink(missing_ok=True)
    process = _context.Process(target=_main, args=(life,), daemon=True)
    process.start()
    return process


def _main(life: Life) -> None:
    raise SystemExit(asyncio.run(_live(life)))


async def _live(life: Life) -> int:
    began = stopwatch.monotonic()

    def clock() -> datetime:
        return life.at + timedelta(seconds=stopwatch.monotonic() - began)

    store, source = Store(sqlite_url(life.folder / "store.db")), SalesforceSource(life.settings, clock=clock)
    if life.switches_on:
        await _switch_on(store, source, life.at)
    work = DurableWork(database_url=f"sqlite:///{life.folder / 'work.db'}", executor_id="one")
    work.handlers[PULL] = pull_handler((source,), store, clock=clock, breakers=Breakers())
    async with work:
        rhythm = daily_pulls(work, (source,), store, at=time(2), zone=ZoneInfo("UTC"), clock=clock, look_every=_OFTEN)
        async with rhythm:
            life.looked.touch()
            state = await ended(work, life.until) if life.until else await asyncio.Event().wait()
    await source.close()
    await store.close()
    return 0 if state is WorkState.DONE else 1


async def _switch_on(store: Store, source: SalesforceSource, at: datetime) -> None:
    decision = Switched(
        system=source.name, key="1", is_on=True, at=at, since=at, by="Chloé", organisation=await source.account()
    )
    async with store.write() as conn:
        assert await switch_on(conn, source.choices, CrmChoices(contacts=True, account_managers=True), decision)


def slot(at: datetime) -> str:
    """The name of the work that is due at that instant."""
    return f"sync-salesforce-{at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}/1"
