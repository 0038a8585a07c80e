"""How far files have come on their way."""

from dataclasses import replace
from datetime import timedelta

from store.db import Store
from store.exports import Export, add_export, export_by_id, forget_export, mark_sent
from tests.store.make import AT

EXPORT = Export(id="csv-1", file_id="F1", channel_id="D1", name="x.csv", words="3 rows", uploaded_at=AT)


async def kept(store: Store) -> Export | None:
    async with store.read() as conn:
        return await export_by_id(conn, EXPORT.id)


class TestExports:
    async def test_the_first_upload_stays(self, store: Store) -> None:
        assert await kept(store) is None
        async with store.write() as conn:
            await add_export(conn, EXPORT)
            await add_export(conn, replace(EXPORT, file_id="F2"))
        assert await kept(store) == EXPORT

    async def test_an_old_one_goes_with_the_next(self, store: Store) -> None:
        async with store.write() as conn:
            await add_export(conn, EXPORT)
            await add_export(conn, replace(EXPORT, id="csv-2", uploaded_at=AT + timedelta(days=31)))
        assert await kept(store) is None

    async def test_is_sent_or_made_anew(self, store: Store) -> None:
        async with store.write() as conn:
            await add_export(conn, EXPORT)
            await mark_sent(conn, EXPORT.id)
        assert await kept(store) == replace(EXPORT, is_sent=True)
        async with store.write() as conn:
            await forget_export(conn, EXPORT.id)
        assert await kept(store) is None
