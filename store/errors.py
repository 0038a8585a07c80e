"""What can go wrong with the store, named by what to do next. A docstring is the sentence that people read."""

import sqlite3
from typing import Any, cast

from sqlalchemy.exc import DBAPIError


class StoreError(Exception):
    """The store could not do this."""

    def __str__(self) -> str:
        return super().__str__() or (self.__doc__ or "")


class StoreRetryError(StoreError):
    """The store cannot do this right now; the same may work a little later."""


class StoreBusyError(StoreRetryError):
    """Another program holds the database for too long. Try again; if it stays, look for a second `tesorio run`."""


class StoreReadOnlyError(StoreError):
    """The database cannot be written: its file or folder is read-only. Give this user the right to write there."""


class StoreFullError(StoreRetryError):
    """The disk is full. Answers still come from what is stored; free some space and writing goes on by itself."""


class StoreCorruptError(StoreError):
    """The database file is damaged. Stop the program and restore the newest backup into the data folder."""


class StoreUnreachableError(StoreRetryError):
    """The database cannot be opened. Check TESORIO_DATABASE_URL, the folder's rights, and that the server runs."""


class SchemaNewerError(StoreError):
    """The database was made by a newer version of this program. Install that version; nothing was changed."""


class SchemaOlderError(StoreError):
    """The database needs an upgrade. Run `tesorio db upgrade`."""


class StaleWriterError(StoreError):
    """Another run has taken over this stream; what this run wanted to write was refused."""


_BY_SQLITE_CODE = {
    sqlite3.SQLITE_BUSY: StoreBusyError,
    sqlite3.SQLITE_LOCKED: StoreBusyError,
    sqlite3.SQLITE_READONLY: StoreReadOnlyError,
    sqlite3.SQLITE_FULL: StoreFullError,
    # Growing a file fails so too; that a page cannot be read back is another matter.
    sqlite3.SQLITE_IOERR: StoreFullError,
    sqlite3.SQLITE_IOERR_READ: StoreCorruptError,
    sqlite3.SQLITE_IOERR_SHORT_READ: StoreCorruptError,
    sqlite3.SQLITE_IOERR_CORRUPTFS: StoreCorruptError,
    sqlite3.SQLITE_CORRUPT: StoreCorruptError,
    sqlite3.SQLITE_NOTADB: StoreCorruptError,
    sqlite3.SQLITE_CANTOPEN: StoreUnreachableError,
}
# SQLSTATE classes of PostgreSQL: 08 and 57 connection trouble, 53 resources, 25006 read-only.
_BY_SQLSTATE = {
    "25006": StoreReadOnlyError,
    "53100": StoreFullError,
    "55P03": StoreBusyError,
    "40001": StoreBusyError,
    "40P01": StoreBusyError,
}


def strip_rows(error: BaseException | None) -> None:
    """Take the rows that PostgreSQL quotes («DETAIL: Failing row contains …») out of an error and what led to it.

    What people wrote is for no log and no answer.
    """
    while error is not None:
        if getattr(error, "detail", None):
            cast("Any", error).detail = None
        error = error.__cause__ or error.__context__


def store_error(error: DBAPIError) -> StoreError | None:
    """The named error for what the database driver said; None when it is a programming error of ours."""
    original = error.orig
    code = getattr(original, "sqlite_errorcode", None)
    if code is not None:
        found = _BY_SQLITE_CODE.get(code) or _BY_SQLITE_CODE.get(code & 0xFF)
        return found() if found else None
    state = getattr(original, "sqlstate", None) or ""
    if state in _BY_SQLSTATE:
        return _BY_SQLSTATE[state]()
    return StoreUnreachableError() if error.connection_invalidated or state[:2] in {"08", "57", "28", "3D"} else None
