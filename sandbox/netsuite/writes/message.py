"""A message as it is to be stored, with the files that came with it."""

from dataclasses import replace
from datetime import datetime

from lxml import etree

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.communication import MAIL_FOLDER, File, Message, Owner, Party, media_type
from sandbox.ledger.correspondence import FIRST_FILE_ID, FIRST_MESSAGE_ID
from sandbox.ledger.related import entity
from sandbox.netsuite.kinds import TRANSACTIONS
from sandbox.netsuite.writes.sent import Sent, addresses, bad_reference, checked_address, content, missing

READ_ONLY = frozenset({"dateTime", "lastModifiedDate", "recordName", "recordTypeName"})


def new_message(sent: Sent, ledger: Ledger, at: datetime, author_id: int) -> Message:
    """The message that a request adds; its files are put into the cabinet.

    Raises RefusalError for what the service would not take, before anything is stored.
    """
    draft = Message(
        id=ledger.new_id(Kind.MESSAGE, FIRST_MESSAGE_ID),
        author=_party(sent, "author", ledger, author_id),
        recipient=_party(sent, "recipient", ledger, None),
        subject=_subject(sent),
        text=sent.text("message"),
        message_date=sent.instant("messageDate", at),
        incoming=sent.flag("incoming", otherwise=False),
        emailed=sent.flag("emailed", otherwise=False),
        created_at=at,
        last_modified=at,
        cc=addresses(sent.text("cc")),
        bcc=addresses(sent.text("bcc")),
        transaction=_transaction(sent, ledger),
        external_id=sent.external_id,
    )
    files = _files(sent, ledger, at)
    for file in files:
        ledger.put(Kind.FILE, file)
    return replace(draft, attachments=tuple(file.id for file in files))


def _subject(sent: Sent) -> str:
    if not sent.text("subject").strip():
        raise missing("Subject")
    return sent.text("subject")


def _party(sent: Sent, role: str, ledger: Ledger, otherwise: int | None) -> Party:
    entity_id = sent.reference(role)
    known = entity(ledger, entity_id)
    if entity_id is not None and known is None:
        raise bad_reference(role, entity_id)
    email = sent.text(f"{role}Email").strip()
    if entity_id is None and not email:
        known = entity(ledger, otherwise)
    address = email or getattr(known, "email", "")
    if not address:
        raise missing(f"{role.capitalize()} Email")
    return Party(email=checked_address(address), entity_id=known.id if known else None)


def _transaction(sent: Sent, ledger: Ledger) -> Owner | None:
    if "activity" in sent.values:
        raise bad_reference("activity", sent.reference("activity"))
    record_id = sent.reference("transaction")
    if record_id is None:
        return None
    for kind in TRANSACTIONS.values():
        if record_id in ledger.records(kind):
            return Owner(kind=kind, id=record_id)
    raise bad_reference("transaction", record_id)


def _files(sent: Sent, ledger: Ledger, at: datetime) -> list[File]:
    items = sent.values.get("mediaItemList", ())
    first = ledger.new_id(Kind.FILE, FIRST_FILE_ID)
    return [_file(item, ledger, first + number, at) for number, item in enumerate(items)]


def _file(item: etree._Element, ledger: Ledger, file_id: int, at: datetime) -> File:
    """A file of the cabinet that is referred to, or a new one."""
    known = item.get("internalId")
    if known is not None:
        found: File | None = ledger.records(Kind.FILE).get(int(known) if known.isdecimal() else 0)
        if found is None:
            raise bad_reference("mediaItem", known)
        return found
    parts = {etree.QName(part).localname: part for part in item}
    name = (parts["name"].text or "").strip() if "name" in parts else ""
    if not name or "content" not in parts:
        raise missing("Name", "File")
    return File(
        id=file_id,
        name=name,
        media_type=media_type(name),
        folder_id=MAIL_FOLDER.id,
        content=content(parts["content"]),
        created_at=at,
        last_modified=at,
    )
