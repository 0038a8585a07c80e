"""What a button or menu option carries: which record it stands for, in a short text that we can read back.

A value comes back from Slack and may have been forged or come from an older version, so reading it refuses
anything that `encode` does not write. It names a record; whether this person may see it is decided when it is used.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from bot.views.text import size
from store.records import RecordId

RecordKind = Literal["invoice", "customer"]

# Slack allows 150 characters in an option's value and 2,000 in a button's; one form serves both.
MAX_CHARACTERS = 150
_VERSION = "1"
_RECORD_ID = re.compile(r"[a-z][a-z0-9_-]*:[a-z_]+:[^\x00-\x1f\x7f\ud800-\udfff]+")


class InvalidValueError(ValueError):
    """The value of a button or menu was not written by this version, or the record's id is too long to carry."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordRef:
    """A record that a button or menu option stands for."""

    kind: RecordKind
    record_id: RecordId


def encode(ref: RecordRef) -> str:
    """«1:invoice:netsuite:invoice:123». Raises InvalidValueError when `decode` would refuse it."""
    value = f"{_VERSION}:{ref.kind}:{ref.record_id}"
    decode(value)
    return value


def decode(value: str) -> RecordRef:
    """The record that a value stands for. Raises InvalidValueError for anything that `encode` does not write."""
    version, _, rest = value.partition(":")
    kind, _, record_id = rest.partition(":")
    if version != _VERSION or size(value) > MAX_CHARACTERS or not _RECORD_ID.fullmatch(record_id):
        raise InvalidValueError(f"«{value[:40]}» stands for no record")
    for known in get_args(RecordKind):
        if kind == known:
            return RecordRef(kind=known, record_id=RecordId(record_id))
    raise InvalidValueError(f"«{kind[:40]}» is no kind of record")


def is_encodable(ref: RecordRef) -> bool:
    """Whether a button or option can carry this record: one with an overlong id is shown without."""
    try:
        encode(ref)
    except InvalidValueError:
        return False
    return True
