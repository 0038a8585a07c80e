from dataclasses import replace
from datetime import timedelta
from typing import Any

from store.db import Store
from store.runs import Outcome, SyncRun, latest_runs, run_by_id, save_run, start_run
from tests.store.make import AT

HOUR = timedelta(hours=1)


def make_run(run_id: str = "run/invoices", **values: Any) -> SyncRun:
    known: dict[str, Any] = {"source": "netsuite", "stream": "invoices", "started_at": AT, "outcome": Outcome.RUNNING}
    return SyncRun(id=run_id, **known | values)


async def start(store: Store, run: SyncRun) -> SyncRun:
    async with store.write() as conn:
        return await start_run(conn, run)


async def keep(store: Store, run: SyncRun) -> None:
    async with store.write() as conn:
        await save_run(conn, run)


async def read(store: Store, run_id: str) -> SyncRun | None:
    async with store.read() as conn:
        return await run_by_id(conn, run_id)


class TestRuns:
    async def test_a_run_that_never_began_is_none(self, store: Store) -> None:
        assert await read(store, "run") is None

    async def test_a_new_run_starts_as_it_is(self, store: Store) -> None:
        assert await start(store, make_run()) == make_run() == await read(store, "run/invoices")

    async def test_a_run_that_broke_off_goes_on_counting(self, store: Store) -> None:
        counted = replace(await start(store, make_run()), pages=3, inserted=60, expected=100)
        await keep(store, counted)
        assert await start(store, make_run(started_at=AT + HOUR)) == counted

    async def test_a_failed_run_goes_on_without_its_error(self, store: Store) -> None:
        await start(store, make_run())
        await keep(store, make_run(outcome=Outcome.FAILED, ended_at=AT + HOUR, error="no", pages=2))
        assert await start(store, make_run()) == make_run(pages=2) == await read(store, "run/invoices")

    async def test_a_run_that_ended_stays_ended(self, store: Store) -> None:
        await start(store, make_run())
        ended = make_run(outcome=Outcome.DEGRADED, ended_at=AT + HOUR, quarantined=1)
        await keep(store, ended)
        assert await start(store, make_run()) == ended

    async def test_a_run_that_never_told_its_end_is_closed_by_the_next(self, store: Store) -> None:
        await start(store, make_run("killed/invoices", pages=2))
        await start(store, make_run("killed/customers", stream="customers"))
        await start(store, make_run("next/invoices", started_at=AT + HOUR))
        closed = await read(store, "killed/invoices")
        assert closed is not None
        assert (closed.outcome, closed.ended_at, closed.pages) == (Outcome.FAILED, AT + HOUR, 2)
        assert closed.error is not None
        assert "later run" in closed.error
        assert await read(store, "killed/customers") == make_run("killed/customers", stream="customers")

    async def test_the_latest_of_every_stream(self, store: Store) -> None:
        for number, started in enumerate((AT, AT + 2 * HOUR, AT + HOUR)):
            await start(store, make_run(f"{number}/invoices", started_at=started))
        await start(store, make_run("0/customers", stream="customers"))
        await start(store, make_run("1/customers", stream="customers"))
        async with store.read() as conn:
            assert [run.id for run in await latest_runs(conn)] == ["1/customers", "1/invoices"]
