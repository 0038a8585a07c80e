"""Files of the cabinet that hang on invoices: rows of a search for the invoices, one for each of their files."""

from store.attachments import Attachment
from store.records import record_id
from sync.connectors.netsuite.mapping.account import ORIGIN, Account, Other, required, source_id_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import UnreadableFieldError, instant, reference_id, row_fields, text

_FILE = "fileJoin.internalId"
_BYTES_PER_KILOBYTE = 1024
_DIGITS = 12
FILE_COLUMNS = (
    "internalId",
    *(f"fileJoin.{name}" for name in ("internalId", "name", "fileType", "documentSize", "folder", "modified", "url")),
)


def file_fields(row: Tree) -> Tree:
    """The row as a record, whose id is that of the invoice with that of the file: one file may hang on several."""
    fields = row_fields(row)
    parts = (fields["@internalId"], reference_id(fields, _FILE))
    return fields | {"@internalId": "-".join(part for part in parts if part)}


def invoice_file(tree: Tree, account: Account) -> Attachment | Other:
    """A file of an invoice; a row without a file is none. Its content stays there. Raises UnreadableFieldError."""
    file_id = reference_id(tree, _FILE)
    if file_id is None:
        return Other(source_id=source_id_of(tree))
    invoice_id = required(reference_id(tree, "internalId"), "internalId")
    source_id = source_id_of(tree)
    return Attachment(
        id=record_id(ORIGIN, "attachment", source_id),
        origin=ORIGIN,
        source_id=source_id,
        seen_at=account.seen_at,
        source_changed_at=instant(tree, "fileJoin.modified"),
        about_id=record_id(ORIGIN, "invoice", invoice_id),
        file_id=file_id,
        name=required(text(tree, "fileJoin.name"), "fileJoin.name"),
        file_type=(text(tree, "fileJoin.fileType") or "").removeprefix("_") or None,
        size_bytes=_size(tree, "fileJoin.documentSize"),
        folder=reference_id(tree, "fileJoin.folder"),
        url=_address(tree, account),
    )


def _size(tree: Tree, field: str) -> int | None:
    """In bytes; the source tells kilobytes, begun ones counted."""
    value = text(tree, field)
    if value is None:
        return None
    if not value.isdecimal() or len(value) > _DIGITS:
        raise UnreadableFieldError(field, f"«{value[:40]}» is no size")
    return int(value) * _BYTES_PER_KILOBYTE


def _address(tree: Tree, account: Account) -> str | None:
    found = text(tree, "fileJoin.url")
    return f"{account.app_address}{found}" if found and found.startswith("/") else None
