"""Notes that are documents: one record under two names, put on other records by links."""

import base64
import html
import re

from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.field import ObjectType, Row
from sandbox.salesforce.org import Org

_PREVIEW = 255
_TAGS = re.compile(r"<[^>]*>")


def created(org: Org, type_: ObjectType, values: Row) -> str:
    """The id of a new record, with what belongs to a document beside it. Raises ApiError."""
    if type_.name == "ContentNote":
        return _note(org, values)
    if type_.name == "ContentDocumentLink":
        _check_link(org, values)
    return org.create(type_.name, **values)


def _note(org: Org, values: Row) -> str:
    content = _decoded(str(values.get("Content") or ""))
    known = {"FileType": "SNOTE", "ContentSize": len(content)}
    preview = html.unescape(_TAGS.sub("", content.decode("utf-8", "replace")))[:_PREVIEW]
    note_id = org.create("ContentNote", **values, **known, TextPreview=preview or None)
    org.create("ContentDocument", Id=note_id, Title=values["Title"], OwnerId=values["OwnerId"], **known)
    org.create(
        "ContentDocumentLink",
        LinkedEntityId=values["OwnerId"],
        ContentDocumentId=note_id,
        ShareType="I",
        Visibility="AllUsers",
    )
    return note_id


def _decoded(content: str) -> bytes:
    """A note is HTML, in which markup that is not meant has to be escaped."""
    try:
        plain = base64.b64decode(content, validate=True)
    except ValueError:
        message = "Cannot deserialize instance of base64 from VALUE_STRING"
        raise ApiError("JSON_PARSER_ERROR", message) from None
    if re.search(rb"<script|&(?![a-zA-Z]+;|#\d+;)", plain):
        message = "Note Can't Be Saved Because It Contains HTML Tags Or Unescaped Characters That Are Not Allowed."
        raise ApiError("UNKNOWN_EXCEPTION", message)
    return plain


def _check_link(org: Org, values: Row) -> None:
    pair = values["LinkedEntityId"], values["ContentDocumentId"]
    for link in org.holding("ContentDocumentLink", "LinkedEntityId", pair[0]):
        if link.get("ContentDocumentId") == pair[1]:
            message = "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
            raise ApiError("DUPLICATE_VALUE", message)
