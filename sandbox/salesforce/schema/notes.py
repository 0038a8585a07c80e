"""The old Note of «Notes & Attachments», and ContentNote with the document and the link that put it on a record."""

from sandbox.salesforce.field import FieldType, ObjectType, object_type
from sandbox.salesforce.schema.common import choice, kept, owner, record_id, reference, system_fields, text, yes_no

_NOTED = ("Account", "Contact")


def note() -> ObjectType:
    fields = (
        record_id("Note"),
        *system_fields(),
        reference("ParentId", "Parent ID", *_NOTED, is_required=True, is_updateable=False),
        text("Title", "Title", 80, is_required=True, is_name=True),
        yes_no("IsPrivate", "Is Private"),
        text("Body", "Body", 32_000, FieldType.TEXTAREA),
        owner(),
    )
    return object_type("Note", "Note", "Notes", "002", fields, is_customizable=False)


def content_note() -> ObjectType:
    fields = (
        record_id("ContentNote"),
        *system_fields(),
        text("Title", "Title", 255, is_required=True, is_name=True),
        text("Content", "Content", 52_428_800, FieldType.BASE64),
        kept("TextPreview", "Text Preview", FieldType.STRING, length=255),
        kept("FileType", "File Type", FieldType.STRING, length=20),
        kept("ContentSize", "Size", FieldType.INT, precision=9),
        owner(),
    )
    return object_type("ContentNote", "Note", "Notes", "069", fields, is_customizable=False)


def content_document() -> ObjectType:
    """A note is a document as well, under the same id."""
    fields = (
        record_id("ContentDocument"),
        *system_fields(),
        text("Title", "Title", 255, is_name=True),
        kept("FileType", "File Type", FieldType.STRING, length=20),
        kept("ContentSize", "Size", FieldType.INT, precision=9),
        owner(),
    )
    return object_type(
        "ContentDocument",
        "Content Document",
        "Content Documents",
        "069",
        fields,
        is_customizable=False,
        is_createable=False,
    )


def content_document_link() -> ObjectType:
    fields = (
        record_id("ContentDocumentLink"),
        kept("IsDeleted", "Deleted", FieldType.BOOLEAN, default=False),
        kept("SystemModstamp", "System Modstamp", FieldType.DATETIME),
        reference("LinkedEntityId", "Linked Entity ID", *_NOTED, "User", is_required=True, is_updateable=False),
        reference("ContentDocumentId", "ContentDocument ID", "ContentDocument", is_required=True, is_updateable=False),
        choice("ShareType", "Share Type", "V", "C", "I", is_restricted=True, is_required=True),
        choice("Visibility", "Visibility", "AllUsers", "InternalUsers", "SharedUsers", is_restricted=True),
    )
    return object_type(
        "ContentDocumentLink",
        "Content Document Link",
        "Content Document Links",
        "06A",
        fields,
        is_customizable=False,
    )
