"""The chart of accounts."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Column, RowMapping, String, Table, Text, select

from store.db import ReadConnection
from store.records import Pulled, RecordId
from store.rows import plain_names, plain_values
from store.schema import metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class GLAccount(Pulled):
    """One account of the general ledger; `type` is the source's own word, such as accounts receivable."""

    name: str
    number: str | None = None
    type: str | None = None
    parent_id: RecordId | None = None
    currency: str | None = None
    description: str | None = None
    is_inactive: bool = False
    extra_json: str = "{}"


gl_accounts = Table(
    "gl_accounts",
    metadata,
    *origin_columns(),
    Column("name", Text, nullable=False),
    Column("number", String),
    Column("type", String),
    Column("parent_id", String),
    Column("currency", String(3)),
    Column("description", Text),
    Column("is_inactive", Boolean, nullable=False),
    Column("extra_json", Text, nullable=False),
)

_PLAIN = plain_names(GLAccount)


def gl_account_row(account: GLAccount) -> dict[str, Any]:
    """The table row of an account; the fingerprint is the upsert's to add."""
    return plain_values(account, _PLAIN)


def gl_account_from_row(row: RowMapping) -> GLAccount:
    """The record of a table row."""
    return GLAccount(**{name: row[name] for name in _PLAIN})


async def gl_account_by_id(conn: ReadConnection, account_id: RecordId) -> GLAccount | None:
    """One account, tombstoned or not; None when we never saw it."""
    row = (await conn.execute(select(gl_accounts).where(gl_accounts.c.id == account_id))).mappings().first()
    return gl_account_from_row(row) if row else None
