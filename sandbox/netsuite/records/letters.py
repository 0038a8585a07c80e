"""Notes and messages, as generalComm:Note and generalComm:Message."""

from sandbox.ledger.communication import Direction, Message, Note, Owner, Party
from sandbox.ledger.records import Customer, Kind
from sandbox.ledger.related import employee, entity
from sandbox.netsuite.records.file import media_item
from sandbox.netsuite.records.writer import Writer, optional, ref_body
from sandbox.netsuite.texts import boolean

_DIRECTIONS = {Direction.INCOMING: "_incoming", Direction.OUTGOING: "_outgoing"}


def note_xml(note: Note, writer: Writer, full: bool) -> str:  # noqa: ARG001, FBT001 -- one signature for all records
    """The record; it has no lists."""
    instant, author = writer.calendar.instant, employee(writer.ledger, note.author_id)
    return (
        f"{writer.opening('generalComm', 'communication', 'Note', note.id, note.external_id)}"
        f"{optional('generalComm', 'title', note.title)}"
        f"<generalComm:direction>{_DIRECTIONS[note.direction]}</generalComm:direction>"
        f"<generalComm:noteDate>{instant(note.note_date)}</generalComm:noteDate>"
        f"{optional('generalComm', 'note', note.text)}"
        f"<generalComm:lastModifiedDate>{instant(note.last_modified)}</generalComm:lastModifiedDate>"
        f"{_reference('author', author.id, author.name) if author else ''}{_owner(note.owner, writer)}"
        "</platformCore:record>"
    )


def message_xml(message: Message, writer: Writer, full: bool) -> str:  # noqa: FBT001 -- one signature for all records
    """The record; its attachments, without their content, only when `full`."""
    instant = writer.calendar.instant
    return (
        f"{writer.opening('generalComm', 'communication', 'Message', message.id, message.external_id)}"
        f"{_party('author', message.author, writer)}{_party('recipient', message.recipient, writer)}"
        f"{optional('generalComm', 'cc', ' '.join(message.cc))}{optional('generalComm', 'bcc', ' '.join(message.bcc))}"
        f"<generalComm:messageDate>{instant(message.message_date)}</generalComm:messageDate>"
        f"{optional('generalComm', 'subject', message.subject)}{optional('generalComm', 'message', message.text)}"
        f"<generalComm:emailed>{boolean(message.emailed)}</generalComm:emailed>"
        f"<generalComm:incoming>{boolean(message.incoming)}</generalComm:incoming>"
        f"<generalComm:lastModifiedDate>{instant(message.last_modified)}</generalComm:lastModifiedDate>"
        f"{_owner(message.transaction, writer) if message.transaction else ''}"
        f"{_media_items(message, writer) if full else ''}</platformCore:record>"
    )


def _owner(owner: Owner, writer: Writer) -> str:
    if owner.kind is Kind.CUSTOMER:
        return f"<generalComm:entity{writer.customer_ref(owner.id)}</generalComm:entity>"
    transaction = writer.ledger.records(owner.kind).get(owner.id)
    return _reference("transaction", owner.id, f"#{transaction.number}" if transaction else "")


def _party(role: str, party: Party, writer: Writer) -> str:
    email = optional("generalComm", f"{role}Email", party.email)
    known = entity(writer.ledger, party.entity_id)
    if known is None:
        return email
    if isinstance(known, Customer):
        return f"<generalComm:{role}{writer.customer_ref(known.id)}</generalComm:{role}>{email}"
    return _reference(role, known.id, getattr(known, "name", "") or f"{known.first_name} {known.last_name}") + email


def _reference(element: str, internal_id: int, name: str) -> str:
    return f"<generalComm:{element}{ref_body(internal_id, name)}</generalComm:{element}>"


def _media_items(message: Message, writer: Writer) -> str:
    files = writer.ledger.records(Kind.FILE)
    items = "".join(media_item(files[file_id], writer) for file_id in message.attachments if file_id in files)
    return f"<generalComm:mediaItemList>{items}</generalComm:mediaItemList>" if items else ""
