"""The one MetaData, and the column types that keep instants aware."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, MetaData, String, TypeDecorator

from store.records import aware_utc

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    },
)


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant. SQLite keeps no zone, so it is stripped on the way in and put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant = aware_utc(value)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# A key's order must be that of its bytes on every database, or a range over it would miss some languages' letters.
KEY = String().with_variant(String(collation="C"), "postgresql")


def origin_columns() -> tuple[Column[Any], ...]:
    """The columns that every pulled record has: identity, provenance, tombstone, fingerprint of its content."""
    return (
        Column("id", String, primary_key=True),
        Column("origin", String, nullable=False),
        Column("source_id", String, nullable=False),
        Column("source_changed_at", Instant),
        Column("seen_at", Instant, nullable=False),
        Column("deleted_at", Instant),
        # When a person last asked the source for this record and what its card shows; a sync leaves it alone.
        Column("refreshed_at", Instant),
        Column("fingerprint", String, nullable=False),
    )
