"""Audit events of what people looked up: noted after the answer, written in batches."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from store.audit import AuditEvent, append_audit
from store.db import Store
from store.errors import StoreError

_BATCH_SECONDS = 0.5
_log = logging.getLogger(__name__)


class AuditLog:
    """Collects events and writes them soon; leaving the block writes the rest. What cannot be written is kept."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[AuditEvent] = []
        self._wake = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._writer = asyncio.create_task(self._write_on())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        await self.flush()

    def note(self, event: AuditEvent) -> None:
        """Remember an event; returns at once."""
        self._waiting.append(event)
        self._wake.set()

    async def flush(self) -> None:
        """Write what is waiting, now."""
        batch, self._waiting = self._waiting, []
        if not batch:
            return
        try:
            async with self._store.write() as conn:
                await append_audit(conn, batch)
        except StoreError as error:
            self._waiting = batch + self._waiting
            _log.error("%d audit events wait to be written: %s", len(self._waiting), error)

    async def _write_on(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await asyncio.sleep(_BATCH_SECONDS)
            await self.flush()
