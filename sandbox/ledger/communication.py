"""Notes, e-mails and files of the seeded ledger, and the changes that a test, a demo or a writer makes to them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sandbox.ledger.records import Kind

MEDIA_TYPES = {
    "pdf": "_PDF",
    "png": "_PNGIMAGE",
    "jpg": "_JPGIMAGE",
    "csv": "_CSV",
    "txt": "_PLAINTEXT",
    "xlsx": "_EXCEL",
    "docx": "_WORD",
    "zip": "_ZIP",
}


class Direction(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """The one record that a note is about: a customer, or a transaction such as an invoice."""

    kind: Kind
    id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """`author_id` is an employee; `external_id` is empty, or unique among notes."""

    id: int
    owner: Owner
    title: str
    text: str
    author_id: int | None
    direction: Direction
    note_date: datetime
    created_at: datetime
    last_modified: datetime
    external_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Who wrote or was written to: an entity (customer, contact or employee) or an address alone."""

    email: str
    entity_id: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """An e-mail, on the customer that is its author or recipient and on the transaction, when it has one.

    `attachments` are ids of files.
    """

    id: int
    author: Party
    recipient: Party
    subject: str
    text: str
    message_date: datetime
    incoming: bool
    emailed: bool
    created_at: datetime
    last_modified: datetime
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    transaction: Owner | None = None
    attachments: tuple[int, ...] = ()
    external_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Folder:
    id: int
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """A file of the cabinet; `invoice_ids` are the invoices to which it is attached."""

    id: int
    name: str
    media_type: str
    folder_id: int
    content: bytes
    created_at: datetime
    last_modified: datetime
    invoice_ids: tuple[int, ...] = ()
    external_id: str = ""

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.content)


INVOICE_FOLDER = Folder(id=701, name="Invoices")
MAIL_FOLDER = Folder(id=702, name="Attachments Received")
FOLDERS = (INVOICE_FOLDER, MAIL_FOLDER)


def media_type(name: str) -> str:
    """The type that the cabinet gives a file of this name; a name without a known extension is binary to it."""
    return MEDIA_TYPES.get(name.rpartition(".")[2].lower(), "_MISCBINARY")
