"""The criteria of searches for notes, messages and files; none of them knows when a record was last changed."""

from collections.abc import Mapping

from sandbox.ledger.communication import Direction
from sandbox.netsuite.criteria import Shape
from sandbox.netsuite.field import Field, field

_IDS: Mapping[str, Field] = {
    "externalId": field(Shape.REFERENCE, lambda record, _: record.external_id or None),
    "externalIdString": field(Shape.TEXT, lambda record, _: record.external_id),
    "internalId": field(Shape.REFERENCE, lambda record, _: record.id),
    "internalIdNumber": field(Shape.LONG, lambda record, _: record.id),
}

NOTE_FIELDS: Mapping[str, Field] = {
    **_IDS,
    "author": field(Shape.REFERENCE, lambda note, _: note.author_id),
    # The schema asks for a direction by a flag, true being «incoming».
    "direction": field(Shape.FLAG, lambda note, _: note.direction is Direction.INCOMING),
    "note": field(Shape.TEXT, lambda note, _: note.text),
    "noteDate": field(Shape.DATE, lambda note, _: note.note_date),
    "title": field(Shape.TEXT, lambda note, _: note.title),
}

MESSAGE_FIELDS: Mapping[str, Field] = {
    **_IDS,
    "author": field(Shape.REFERENCE, lambda message, _: message.author.entity_id),
    "authorEmail": field(Shape.TEXT, lambda message, _: message.author.email),
    "bcc": field(Shape.TEXT, lambda message, _: " ".join(message.bcc)),
    "cc": field(Shape.TEXT, lambda message, _: " ".join(message.cc)),
    "hasAttachment": field(Shape.FLAG, lambda message, _: bool(message.attachments)),
    "message": field(Shape.TEXT, lambda message, _: message.text),
    "messageDate": field(Shape.DATE, lambda message, _: message.message_date),
    "recipient": field(Shape.REFERENCE, lambda message, _: message.recipient.entity_id),
    "recipientEmail": field(Shape.TEXT, lambda message, _: message.recipient.email),
    "subject": field(Shape.TEXT, lambda message, _: message.subject),
}

FILE_FIELDS: Mapping[str, Field] = {
    **_IDS,
    "created": field(Shape.DATE, lambda file, _: file.created_at),
    "documentSize": field(Shape.LONG, lambda file, _: -(-file.size // 1024)),
    "fileType": field(Shape.ENUM, lambda file, _: file.media_type),
    "folder": field(Shape.REFERENCE, lambda file, _: file.folder_id),
    "modified": field(Shape.DATE, lambda file, _: file.last_modified),
    "name": field(Shape.TEXT, lambda file, _: file.name),
}
