from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copyfile

import pytest

from store.db import Store, sqlite_url
from tests.notify.make import Clock, Notifier, make_deps


@pytest.fixture
def any_notifier(store: Store) -> Notifier:
    """A notifier over a store, once on each database."""
    clock = Clock()
    return Notifier(deps=make_deps(store, clock), clock=clock)


@pytest.fixture
async def notifier(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Notifier]:
    """A notifier over SQLite: the rules are the same on every database."""
    copyfile(sqlite_template, tmp_path / "store.db")
    opened, clock = Store(sqlite_url(tmp_path / "store.db")), Clock()
    yield Notifier(deps=make_deps(opened, clock), clock=clock)
    await opened.close()
