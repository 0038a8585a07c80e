"""Messages: e-mails to and from a customer, about the customer or one of its invoices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, RowMapping, String, Table, Text, bindparam, func, select

from store.about import is_about
from store.db import ReadConnection
from store.records import Pulled, RecordId
from store.rows import plain_names, plain_values
from store.schema import Instant, metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Message(Pulled):
    """An e-mail. Addresses in `recipients`, `cc` and `bcc` are separated by one space; `text` is as it was sent.

    `is_incoming`: the customer wrote it. `attachments` are file names, one a line. One that was written here has its
    writer's account as `author_id`.
    """

    about_id: RecordId
    subject: str
    text: str
    sent_at: datetime
    is_incoming: bool = False
    was_emailed: bool = False
    author: str | None = None
    author_email: str | None = None
    author_id: str | None = None
    recipients: str = ""
    cc: str = ""
    bcc: str = ""
    attachments: str = ""
    extra_json: str = "{}"


messages = Table(
    "messages",
    metadata,
    *origin_columns(),
    Column("about_id", String, nullable=False),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("is_incoming", Boolean, nullable=False),
    Column("was_emailed", Boolean, nullable=False),
    Column("author", String),
    Column("author_email", String),
    Column("author_id", String),
    Column("recipients", Text, nullable=False),
    Column("cc", Text, nullable=False),
    Column("bcc", Text, nullable=False),
    Column("attachments", Text, nullable=False),
    Column("extra_json", Text, nullable=False),
    Index("ix_messages_about_id_sent_at", "about_id", "sent_at"),
)

_PLAIN = plain_names(Message)

# Built once: building a statement takes longer than running it.
_LIVING = select(messages).where(is_about(messages.c.about_id), messages.c.deleted_at.is_(None))
_NEWEST = _LIVING.order_by(messages.c.sent_at.desc(), messages.c.id).limit(bindparam("limit"))
_PAGE = _NEWEST.offset(bindparam("offset"))
_COUNT = select(func.count()).select_from(_LIVING.subquery())


def message_row(message: Message) -> dict[str, Any]:
    """The table row of a message; the fingerprint is the upsert's to add."""
    return plain_values(message, _PLAIN)


def message_from_row(row: RowMapping) -> Message:
    """The record of a table row."""
    return Message(**{name: row[name] for name in _PLAIN})


async def messages_about(
    conn: ReadConnection, about_id: RecordId, *, limit: int, offset: int = 0
) -> tuple[Message, ...]:
    """A page of the messages about a record, newest first; a customer's include those about its invoices."""
    page = {"about_id": about_id, "limit": limit, "offset": offset}
    return tuple(message_from_row(row) for row in (await conn.execute(_PAGE, page)).mappings())


async def messages_by_id(conn: ReadConnection, ids: Sequence[RecordId]) -> dict[RecordId, Message]:
    """The messages with these ids; missing ones are simply not in the answer."""
    rows = await conn.execute(select(messages).where(messages.c.id.in_(ids)))
    return {row["id"]: message_from_row(row) for row in rows.mappings()}


async def count_messages(conn: ReadConnection, about_id: RecordId) -> int:
    """How many messages `messages_about` has in all its pages."""
    return int((await conn.execute(_COUNT, {"about_id": about_id})).scalar_one())
