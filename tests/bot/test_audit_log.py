"""The trail of what people looked up: nothing that was noted is lost while the program runs or ends in peace."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot.audit_log import AuditLog
from store.audit import AuditEvent, audit_events, first_broken_audit
from store.db import Store, sqlite_url
from store.migrate import upgrade
from tests.bot.world import Clock


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    opened = Store(sqlite_url(tmp_path / "store.sqlite"))
    await upgrade(opened)
    return opened


def event(number: int) -> AuditEvent:
    return AuditEvent(at=Clock()(), actor="user:1", action="lookup.invoice", subject=str(number))


async def written(store: Store) -> int:
    async with store.read() as conn:
        assert await first_broken_audit(conn) is None
        return int((await conn.execute(select(func.count()).select_from(audit_events))).scalar_one())


class TestAuditLog:
    async def test_events_are_written_soon_and_the_rest_at_the_end(self, store: Store) -> None:
        async with AuditLog(store, batch_seconds=0.01) as log:
            log.note(event(1))
            async with asyncio.timeout(60):
                while not await written(store):  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.01)
            for number in range(2, 50):
                log.note(event(number))
        assert await written(store) == 49
        await store.close()

    async def test_leaving_in_the_middle_of_a_write_loses_nothing(self, store: Store) -> None:
        for _ in range(20):
            async with AuditLog(store, batch_seconds=0.0) as log:
                log.note(event(0))
                await asyncio.sleep(0.001)
                log.note(event(1))
        assert await written(store) == 40
        await store.close()

    async def test_what_cannot_be_written_is_written_later(
        self, store: Store, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with AuditLog(store, batch_seconds=0.0, retry_seconds=0.01) as log:
            async with store.write() as conn:
                await conn.execute(text("ALTER TABLE audit_events RENAME TO gone"))
            log.note(event(1))
            async with asyncio.timeout(60):
                while "1 audit events wait" not in caplog.text:  # noqa: ASYNC110 - likewise
                    await asyncio.sleep(0.01)
            async with store.write() as conn:
                await conn.execute(text("ALTER TABLE gone RENAME TO audit_events"))
            async with asyncio.timeout(60):
                while not await written(store):  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.01)
        assert await written(store) == 1
        await store.close()
