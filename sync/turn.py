"""Whose turn it is to read a source: one run at a time, over all processes, by a lease that is renewed."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from store.db import WriteConnection
from store.errors import StaleWriterError, StoreError
from store.leases import release_lease, take_lease
from sync.errors import TakenError
from sync.job import Job

# A holder that lives renews it; one that was killed frees the source after this long.
LEASE_LASTS = timedelta(seconds=60)
_RENEW_SECONDS = 15


@asynccontextmanager
async def turn(job: Job) -> AsyncIterator[None]:
    """The source is this run's while the block lasts. Raises TakenError while it is another's."""
    await _take(job)
    renewing = asyncio.create_task(_keep(job))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        async with job.store.write() as conn:
            await release_lease(conn, _lease(job.source.name), job.order.run_id)


async def confirm_turn(conn: WriteConnection, job: Job, now: datetime) -> None:
    """Renew the turn in a transaction that writes. Raises StaleWriterError when it is another's by now."""
    lease = await take_lease(conn, _lease(job.source.name), job.order.run_id, now=now, lasting=LEASE_LASTS)
    if lease is None:
        raise StaleWriterError


async def _take(job: Job) -> None:
    name, holder = _lease(job.source.name), job.order.run_id
    async with job.store.write() as conn:
        lease = await take_lease(conn, name, holder, now=job.clock(), lasting=LEASE_LASTS)
    if lease is None:
        raise TakenError(job.source.title, after_seconds=LEASE_LASTS.total_seconds())


async def _keep(job: Job) -> None:
    """Renew the lease until cancelled, however long a page takes. Whether it was lost, each page finds out itself."""
    name, holder = _lease(job.source.name), job.order.run_id
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        with contextlib.suppress(StoreError):
            async with job.store.write() as conn:
                await take_lease(conn, name, holder, now=job.clock(), lasting=LEASE_LASTS)


def _lease(source: str) -> str:
    return f"pull-{source}"
