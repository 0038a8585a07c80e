"""Subsidiaries: the legal entities that invoice."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Column, RowMapping, String, Table, Text, select

from store.db import ReadConnection
from store.records import Pulled, RecordId
from store.rows import plain_names, plain_values
from store.schema import metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Subsidiary(Pulled):
    """A legal entity. `currency` is its base currency, `country` as the source writes it."""

    name: str
    legal_name: str | None = None
    parent_id: RecordId | None = None
    currency: str | None = None
    country: str | None = None
    email: str | None = None
    website: str | None = None
    is_elimination: bool = False
    is_inactive: bool = False
    extra_json: str = "{}"


subsidiaries = Table(
    "subsidiaries",
    metadata,
    *origin_columns(),
    Column("name", Text, nullable=False),
    Column("legal_name", Text),
    Column("parent_id", String),
    Column("currency", String(3)),
    Column("country", String),
    Column("email", String),
    Column("website", String),
    Column("is_elimination", Boolean, nullable=False),
    Column("is_inactive", Boolean, nullable=False),
    Column("extra_json", Text, nullable=False),
)

_PLAIN = plain_names(Subsidiary)
# Other records may name a subsidiary with all that it belongs to in front.
_BELOW = " : "


def subsidiary_row(subsidiary: Subsidiary) -> dict[str, Any]:
    """The table row of a subsidiary; the fingerprint is the upsert's to add."""
    return plain_values(subsidiary, _PLAIN)


def subsidiary_from_row(row: RowMapping) -> Subsidiary:
    """The record of a table row."""
    return Subsidiary(**{name: row[name] for name in _PLAIN})


async def living_subsidiaries(conn: ReadConnection, *, limit: int) -> tuple[Subsidiary, ...]:
    """Those that the source still has and that are active, by name."""
    c = subsidiaries.c
    query = select(subsidiaries).where(c.deleted_at.is_(None), c.is_inactive.is_(False)).order_by(c.name).limit(limit)
    return tuple(subsidiary_from_row(row) for row in (await conn.execute(query)).mappings())


async def currency_of_subsidiary(conn: ReadConnection, origin: str, name: str) -> str | None:
    """The base currency of the one subsidiary of this name, which may be «Parent : Child»; None when not known."""
    c = subsidiaries.c
    names = {name, name.rpartition(_BELOW)[2]}
    query = select(c.currency).where(c.origin == origin, c.name.in_(names), c.deleted_at.is_(None)).distinct()
    found = (await conn.execute(query)).scalars().all()
    return found[0] if len(found) == 1 else None
