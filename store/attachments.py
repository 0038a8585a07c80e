"""Attachments: files of an invoice that lie in the ERP. Only what they are is kept here, never their content."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Index, RowMapping, String, Table, Text, select

from store.db import ReadConnection
from store.records import Pulled, RecordId
from store.rows import plain_names, plain_values
from store.schema import metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Attachment(Pulled):
    """A file of one record. `file_id` is the file's own id in the source: one file may belong to several records.

    `size_bytes` is None where the source does not tell; `file_type` is the source's own word.
    """

    about_id: RecordId
    file_id: str
    name: str
    file_type: str | None = None
    size_bytes: int | None = None
    folder: str | None = None
    url: str | None = None


attachments = Table(
    "attachments",
    metadata,
    *origin_columns(),
    Column("about_id", String, nullable=False),
    Column("file_id", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("file_type", String),
    Column("size_bytes", BigInteger),
    Column("folder", String),
    Column("url", Text),
    Index("ix_attachments_about_id", "about_id"),
)

_PLAIN = plain_names(Attachment)


def attachment_row(attachment: Attachment) -> dict[str, Any]:
    """The table row of an attachment; the fingerprint is the upsert's to add."""
    return plain_values(attachment, _PLAIN)


def attachment_from_row(row: RowMapping) -> Attachment:
    """The record of a table row."""
    return Attachment(**{name: row[name] for name in _PLAIN})


async def attachments_of(conn: ReadConnection, about_id: RecordId, *, limit: int) -> tuple[Attachment, ...]:
    """The files of one record by name."""
    c = attachments.c
    query = select(attachments).where(c.about_id == about_id, c.deleted_at.is_(None)).order_by(c.name, c.id)
    return tuple(attachment_from_row(row) for row in (await conn.execute(query.limit(limit))).mappings())


async def attachment_by_id(conn: ReadConnection, attachment_id: RecordId) -> Attachment | None:
    """One file, tombstoned or not; None when we never saw it."""
    row = (await conn.execute(select(attachments).where(attachments.c.id == attachment_id))).mappings().first()
    return attachment_from_row(row) if row else None


def refusal_of(name: str) -> str | None:
    """Why a file of this name can't be sent on, in words; None when it can: its name ends with a known extension."""
    extension = name.rpartition(".")[2].strip().lower() if "." in name.strip(". ") else ""
    if not extension:
        return f"the name «{name}» has no extension, such as .pdf, which tells what the file is"
    if extension not in _EXTENSIONS:
        return f"«.{extension}» at the end of «{name}» is no known extension, such as .pdf"
    return None


# What invoices and what belongs to them come in. Programs are not among them.
_EXTENSIONS = frozenset(
    "bmp csv doc docx eml gif heic htm html jpeg jpg json msg odp ods odt p7m pdf png ppt pptx rtf svg tif tiff txt "
    "webp xls xlsb xlsm xlsx xml zip".split()
)
