"""Audit events of what people looked up: noted after the answer, written in batches."""

import asyncio
import contextlib
import logging
from types import TracebackType
from typing import Self

from store.audit import AuditEvent, append_audit
from store.db import Store
from store.errors import StoreError

_log = logging.getLogger(__name__)


class AuditLog:
    """Collects events and writes them soon; leaving the block writes the rest. What cannot be written is kept."""

    def __init__(self, store: Store, *, batch_seconds: float = 0.5, retry_seconds: float = 10.0) -> None:
        self._store = store
        self._batch_seconds, self._retry_seconds = batch_seconds, retry_seconds
        self._waiting: list[AuditEvent] = []
        self._wake = asyncio.Event()
        self._closing = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        # Whoever flushes waits for a batch that is being written, which it would not find waiting any more.
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        self._writer = asyncio.create_task(self._write_on())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The writer is never cancelled: a batch that it has in hand would be lost.
        self._closing.set()
        self._wake.set()
        if self._writer is not None:
            await self._writer
        await self.flush()

    def note(self, event: AuditEvent) -> None:
        """Remember an event; returns at once."""
        self._waiting.append(event)
        self._wake.set()

    async def flush(self) -> bool:
        """Write what is waiting, now; whether nothing is left behind."""
        async with self._turn:
            return await self._write()

    async def _write(self) -> bool:
        batch, self._waiting = self._waiting, []
        if not batch:
            return True
        try:
            async with self._store.write() as conn:
                await append_audit(conn, batch)
        except Exception as error:  # noqa: BLE001 - the outer door of the writer: no error may end the trail
            self._waiting = batch + self._waiting
            known = isinstance(error, StoreError)
            _log.error(
                "%d audit events wait to be written: %s", len(self._waiting), error, exc_info=None if known else error
            )
            return False
        return True

    async def _write_on(self) -> None:
        wait_seconds = self._batch_seconds
        while not self._closing.is_set():
            await self._wake.wait()
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_seconds):
                    await self._closing.wait()
            is_written = await self.flush()
            wait_seconds = self._batch_seconds if is_written else self._retry_seconds
            if not is_written:
                self._wake.set()
