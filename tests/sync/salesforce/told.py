"""An organisation that is pulled into a store by the engine, and what `tesorio status` then says of it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from shutil import copyfile
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from sandbox.salesforce.schema.account import ERP_KEY
from store.crm.accounts import crm_accounts
from store.db import Store, sqlite_url
from sync.connectors.salesforce import SalesforceSource
from sync.errors import SourceError
from sync.figures import send_figures
from sync.job import PullOrder
from sync.pull import pull_source
from tests.cli.console import run_here
from tests.store.make import make_customer, save
from tests.sync.salesforce.bench import SalesforceBench, salesforce_bench


@dataclass(kw_only=True)
class Told:
    """A folder with a store, and the organisation that is pulled into it; the ERP's customers are there before."""

    bench: SalesforceBench
    folder: Path
    capture: pytest.CaptureFixture[str]
    turns: Any = field(default_factory=count)

    @property
    def store_path(self) -> Path:
        return self.folder / "data" / "store.sqlite"

    @asynccontextmanager
    async def store(self) -> AsyncIterator[Store]:
        opened = Store(sqlite_url(self.store_path))
        try:
            yield opened
        finally:
            await opened.close()

    async def add_customers(self, *ids: str, **values: Any) -> None:
        async with self.store() as store:
            await save(store, *(make_customer(each, **values) for each in ids))

    async def pull(
        self, source: SalesforceSource | None = None, *, after: timedelta = timedelta(hours=1)
    ) -> SourceError | None:
        """Read all streams, so long after the last time; the error that it ended with."""
        self.bench.pass_time(after)
        wanted = PullOrder(run_id=f"run-{next(self.turns)}")
        async with self.store() as store:
            try:
                await pull_source(source or self.bench.source, store, wanted, clock=lambda: self.bench.now)
            except SourceError as error:
                return error
        return None

    async def send_figures(self) -> None:
        """What follows a pull that ended well."""
        async with self.store() as store:
            await send_figures((self.bench.source,), store, clock=lambda: self.bench.now, zone=ZoneInfo("UTC"))

    async def status(self) -> str:
        """What the command prints; what it would log has no place in it."""
        self.capture.readouterr()
        settings = {"TESORIO_DATA_DIR": str(self.folder / "data")}
        code = await asyncio.to_thread(run_here, self.folder, settings, "status")
        out, err = self.capture.readouterr()
        assert code == 0, err
        return out

    async def accounts(self) -> dict[str, tuple[str | None, ...]]:
        """Every living account in the store, by its id there: what it is called, and its key."""
        c = crm_accounts.c
        async with self.store() as store, store.read() as conn:
            rows = await conn.execute(select(c.source_id, c.name, c.key).where(c.deleted_at.is_(None)))
            return {row.source_id: (row.name, row.key) for row in rows}

    def living(self) -> set[str]:
        """The ids of the accounts over there."""
        return self.bench.ids("accounts")

    def asked(self, operation: str) -> int:
        """How often Salesforce was asked for this."""
        return [each.operation for each in self.bench.server.log].count(operation)

    def keyed(self) -> list[Mapping[str, Any]]:
        """Accounts that name a customer nobody else names, by their ids."""
        rows = [row for row in self.bench.org.living("Account") if row.get(ERP_KEY)]
        keys = [row[ERP_KEY] for row in rows]
        return sorted((row for row in rows if keys.count(row[ERP_KEY]) == 1), key=lambda row: str(row["Id"]))


@asynccontextmanager
async def told_of(
    folder: Path, template: Path, capture: pytest.CaptureFixture[str], *, customers: int = 8, **rules: Any
) -> AsyncIterator[Told]:
    """The organisation and an empty folder; `rules` go to SalesforceBench. Its last changes are of some days ago."""
    (folder / "data").mkdir(mode=0o700)
    copyfile(template, folder / "data" / "store.sqlite")
    async with salesforce_bench(customers=customers, **rules) as bench:
        bench.now = max(bench.now, datetime.now(UTC) - timedelta(days=10))
        told = Told(bench=bench, folder=folder, capture=capture)
        await told.add_customers(*(str(each) for each in bench.ledger.customers))
        yield told
