import shutil
from pathlib import Path

import pytest

from store.db import Store, sqlite_url
from store.errors import StoreCorruptError
from store.health import check_integrity
from tests.store.make import make_invoice, save

PAGE_BYTES = 4096


class TestCheckIntegrity:
    async def test_of_a_whole_database_is_fine(self, store: Store) -> None:
        await save(store, make_invoice())
        await check_integrity(store)

    async def test_finds_a_damaged_page_that_nobody_has_asked_for(self, sqlite_template: Path, tmp_path: Path) -> None:
        path = tmp_path / "store.db"
        shutil.copyfile(sqlite_template, path)
        store = Store(sqlite_url(path))
        await save(store, *(make_invoice(str(number), memo="m" * 900) for number in range(300)))
        await store.close()
        content = bytearray(path.read_bytes())
        found = 0
        for start in range(60 * PAGE_BYTES, len(content), 40 * PAGE_BYTES):
            damaged = bytearray(content)
            damaged[start : start + PAGE_BYTES] = b"\x00" * PAGE_BYTES
            path.write_bytes(damaged)
            store = Store(sqlite_url(path))
            with pytest.raises(StoreCorruptError, match="restore the newest backup"):
                await check_integrity(store)
            await store.close()
            found += 1
        assert found >= 2
