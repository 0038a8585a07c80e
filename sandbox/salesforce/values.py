"""Values between the row and the wire: as JSON, as CSV, and as somebody sent them."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.salesforce.errors import ApiError, json_parser_error, malformed_id
from sandbox.salesforce.field import IDS, NUMBERS, Field, FieldType, Row
from sandbox.salesforce.ids import known_id

_ADDRESS = re.compile(r"[^@\s,;<>()\[\]\\\"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

LookUp = Callable[[str], Row | None]


def value_of(field: Field, row: Row, look_up: LookUp, at: datetime) -> Any:
    """What the field says: a formula is computed now, a box that was never ticked is not ticked."""
    if field.formula:
        return field.formula(row, look_up, at)
    value = row.get(field.name)
    return False if value is None and field.type is FieldType.BOOLEAN else value


def as_json(value: Any, field: Field, address: str = "") -> Any:
    """The value as JSON says it; in place of a file stands where it lies, below its record's address."""
    if value is None:
        return None
    if field.type is FieldType.BASE64:
        return f"{address}/{field.name}"
    write = _WRITERS.get(field.type)
    return write(value) if write else value


def _instant(value: datetime) -> str:
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}.000+0000"


_WRITERS: Mapping[FieldType, Callable[[Any], Any]] = {
    FieldType.DATETIME: _instant,
    FieldType.DATE: date.isoformat,
    FieldType.INT: int,
    **dict.fromkeys(NUMBERS - {FieldType.INT}, float),
}


def as_csv(value: Any, field: Field) -> str:
    """The text of a value in the files of the bulk service; no value is no text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return _instant(value).replace("+0000", "Z")
    return str(as_json(value, field))


def taken(field: Field, sent: Any) -> Any:
    """The value that a client sent for the field, as it is kept. Raises ApiError; None clears the field."""
    if sent is None or sent == "":
        return None
    if field.type in IDS:
        return _id(field, sent)
    if field.type is FieldType.BOOLEAN:
        return _boolean(sent)
    if field.type in NUMBERS:
        return _number(field, sent)
    if field.type in {FieldType.DATE, FieldType.DATETIME}:
        return _time(field, sent)
    return _text(field, sent)


def _undeserialized(kind: str, sent: Any) -> ApiError:
    token = "VALUE_STRING" if isinstance(sent, str) else "VALUE_NUMBER_INT"
    return json_parser_error(
        f"Cannot deserialize instance of {kind} from {token} value {sent}"
        " or request may be missing a required field at [line:1, column:2]"
    )


def _id(field: Field, sent: Any) -> str:
    found = known_id(sent) if isinstance(sent, str) else None
    if found is None:
        raise malformed_id(str(sent), field.label)
    return found


def _boolean(sent: Any) -> bool:
    if isinstance(sent, bool):
        return sent
    if isinstance(sent, str) and sent.lower() in {"true", "false"}:
        return sent.lower() == "true"
    raise _undeserialized("boolean", sent)


def _number(field: Field, sent: Any) -> Decimal:
    try:
        value = Decimal(str(sent))
    except InvalidOperation:
        raise _undeserialized("double", sent) from None
    if isinstance(sent, bool) or not value.is_finite():
        raise _undeserialized("double", sent)
    if abs(value) >= 10 ** (field.precision - field.scale):
        message = f"{field.label}: value outside of valid range on numeric field: {sent}"
        raise ApiError("NUMBER_OUTSIDE_VALID_RANGE", message, 400, (field.name,))
    return round(value, field.scale)


def _time(field: Field, sent: Any) -> date | datetime:
    kind = "date" if field.type is FieldType.DATE else "datetime"
    try:
        if field.type is FieldType.DATE:
            return date.fromisoformat(sent)
        at = datetime.fromisoformat(sent)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, TypeError, OverflowError):
        raise _undeserialized(kind, sent) from None


def _text(field: Field, sent: Any) -> str | None:
    if not isinstance(sent, str):
        raise _undeserialized("string", sent)
    text = sent if field.type in {FieldType.TEXTAREA, FieldType.BASE64} else sent.strip()
    if len(text) > field.length:
        message = f"{field.label}: data value too large: {text[:255]} (max length={field.length})"
        raise ApiError("STRING_TOO_LONG", message, 400, (field.name,))
    if field.type is FieldType.EMAIL and text and not _ADDRESS.fullmatch(text):
        message = f"{field.label}: invalid email address: {text}"
        raise ApiError("INVALID_EMAIL_ADDRESS", message, 400, (field.name,))
    if field.is_restricted and text not in field.choices:
        message = f"{field.label}: bad value for restricted picklist field: {text}"
        raise ApiError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, 400, (field.name,))
    return text or None
