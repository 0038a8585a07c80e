"""The columns of notes, messages and files, and those by which others are joined to them."""

from collections.abc import Mapping
from typing import Any

from sandbox.ledger.communication import Direction
from sandbox.netsuite.cells import Column, external, reference, value
from sandbox.netsuite.texts import boolean, text

NOTE_COLUMNS: Mapping[str, Column] = {
    "author": lambda note, _: reference(note.author_id),
    "direction": lambda note, _: value("Incoming" if note.direction is Direction.INCOMING else "Outgoing"),
    "externalId": lambda note, _: external(note.external_id),
    "internalId": lambda note, _: reference(note.id),
    "note": lambda note, _: value(text(note.text)),
    "noteDate": lambda note, writer: value(writer.calendar.instant(note.note_date)),
    "noteType": lambda *_: value("Note"),
    "title": lambda note, _: value(text(note.title)),
}

MESSAGE_COLUMNS: Mapping[str, Column] = {
    "author": lambda message, _: reference(message.author.entity_id),
    "authorEmail": lambda message, _: value(text(message.author.email)),
    "bcc": lambda message, _: value(text(" ".join(message.bcc))),
    "cc": lambda message, _: value(text(" ".join(message.cc))),
    "externalId": lambda message, _: external(message.external_id),
    "hasAttachment": lambda message, _: value(boolean(bool(message.attachments))),
    "internalId": lambda message, _: reference(message.id),
    "isEmailed": lambda message, _: value(boolean(message.emailed)),
    "isIncoming": lambda message, _: value(boolean(message.incoming)),
    "message": lambda message, _: value(text(message.text)),
    "messageDate": lambda message, writer: value(writer.calendar.instant(message.message_date)),
    "recipient": lambda message, _: reference(message.recipient.entity_id),
    "recipientEmail": lambda message, _: value(text(message.recipient.email)),
    "subject": lambda message, _: value(text(message.subject)),
}

FILE_COLUMNS: Mapping[str, Column] = {
    "created": lambda file, writer: value(writer.calendar.instant(file.created_at)),
    # In kilobytes, begun ones counted.
    "documentSize": lambda file, _: value(str(-(-file.size // 1024))),
    "fileType": lambda file, _: value(file.media_type),
    "folder": lambda file, _: reference(file.folder_id),
    "internalId": lambda file, _: reference(file.id),
    "modified": lambda file, writer: value(writer.calendar.instant(file.last_modified)),
    "name": lambda file, _: value(text(file.name)),
    "url": lambda file, _: value(text(f"/core/media/media.nl?id={file.id}")),
}

ENTITY_COLUMNS: Mapping[str, Column] = {
    "entityId": lambda entity, _: value(text(getattr(entity, "number", "") or _person(entity))),
    "internalId": lambda entity, _: reference(entity.id),
}


def _person(entity: Any) -> str:
    return getattr(entity, "name", "") or f"{entity.first_name} {entity.last_name}"
