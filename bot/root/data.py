"""The data folder and the store in it: made when that is wanted, held by one program, private to its user."""

import errno
import fcntl
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from sqlalchemy import make_url

from bot.lookup.index import LookupIndex
from bot.settings import Settings
from store import migrate
from store.db import Store
from store.errors import SchemaOlderError, StoreError


class AlreadyRunningError(Exception):
    """One data folder serves one running program."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(f"another tesorio runs in {data_dir}; stop it, or set TESORIO_DATA_DIR to another folder")


class NoStoreError(StoreError):
    """A command that only looks found nothing to look at; often it was called in the wrong folder."""

    def __init__(self, settings: Settings) -> None:
        if settings.database_url_setting:
            where, remedy = "the database", "correct TESORIO_DATABASE_URL"
        else:
            where, remedy = str(settings.data_dir), "set TESORIO_DATA_DIR to the folder that has one"
        super().__init__(f"there is no store in {where} yet; the first `tesorio run` or sync makes it. Or {remedy}")


def private_folder(path: Path) -> None:
    """Make the folder, unless it is there. What is kept in it is for this user alone."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def require_store(settings: Settings) -> None:
    """Raises NoStoreError when the store would be a SQLite file that is not there; a server is asked by connecting.

    Raises NotADirectoryError when the data folder is none.
    """
    folder = settings.data_dir
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise NoStoreError(settings)


async def open_schema(store: Store) -> None:
    """Create the schema in an empty database; refuse any other that is not this program's. Raises StoreError."""
    try:
        await migrate.check(store)
    except SchemaOlderError:
        if not await migrate.is_empty(store):
            raise
        await migrate.upgrade(store)


@asynccontextmanager
async def open_store(settings: Settings, *, create: bool = True) -> AsyncIterator[Store]:
    """The store, with its schema checked. Without `create` nothing is made: raises NoStoreError where none is."""
    if create:
        private_folder(settings.data_dir)
    else:
        require_store(settings)
    store = Store(settings.database_url)
    try:
        if not create and await migrate.is_empty(store):
            raise NoStoreError(settings)
        await open_schema(store)
        yield store
    finally:
        await store.close()


async def refresh_index(settings: Settings, store: Store) -> None:
    """Bring the lookup index up to the store, unless a running bot does: `find` only reads it."""
    try:
        with only_one(settings.data_dir):
            async with LookupIndex.open(settings.data_dir / "index", store) as index:
                if index is not None:
                    await index.refresh(store)
    except AlreadyRunningError:
        return


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for this process. Raises AlreadyRunningError when another has it."""
    with (data_dir / "running.lock").open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunningError(data_dir) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def is_running(data_dir: Path) -> bool:
    """Whether a program holds the data folder at the moment; a folder that is not there is not made."""
    if not (data_dir / "running.lock").exists():
        return False
    try:
        with only_one(data_dir):
            return False
    except AlreadyRunningError:
        return True


def replica_id(data_dir: Path) -> str:
    """This data folder's name among replicas: the same after a restart, so that unfinished work is found again."""
    path = data_dir / "replica_id"
    with suppress(FileNotFoundError):
        known = path.read_text(encoding="utf-8").strip()
        if known:
            return known
    made, part = uuid4().hex, path.with_suffix(".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(made)
        file.flush()
        # Otherwise a power cut could leave the name without its content, and work under way without its replica.
        os.fsync(file.fileno())
    part.replace(path)
    return made
