"""Custom fields: which there are on which record, told by the record's schema, and how SuiteQL writes their values.

The schema of REST has the fields that are on a record, by script id, with label and form. What kind of text or number
one holds, and its internal id, the table of custom fields says where the role may read it. Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from store.custom_fields import CustomField
from store.records import record_id
from sync.connectors.netsuite.mapping import ORIGIN, Account
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.suiteql.tables import DAY_TEXT, UTC_TEXT

_EMAIL = "email"
# How SuiteTalk calls the type of a value; what is not here is a text.
_REFERENCES: Mapping[str, str] = {
    "check": "Boolean",
    "date": "Date",
    "decimal": "Double",
    "integer": "Long",
    "money": "Double",
    "multiselect": "MultiSelect",
    "percent": "Double",
    "select": "Select",
}
# The codes of a field's type, and the words that people read for some of them, in letters alone.
_TYPES: Mapping[str, str] = {
    "checkbox": "check",
    "clobtext": "text",
    "currency": "money",
    "date": "date",
    "datetime": "date",
    "datetimetz": "date",
    "decimalnumber": "decimal",
    "document": "select",
    "email": _EMAIL,
    "emailaddress": _EMAIL,
    "float": "decimal",
    "freeformtext": "text",
    "help": "text",
    "hyperlink": "link",
    "image": "select",
    "inlinehtml": "text",
    "integer": "integer",
    "integernumber": "integer",
    "listrecord": "select",
    "longtext": "text",
    "multipleselect": "multiselect",
    "multiselect": "multiselect",
    "password": "",
    "percent": "percent",
    "phone": "phone",
    "phonenumber": "phone",
    "richtext": "text",
    "select": "select",
    "text": "text",
    "textarea": "text",
    "timeofday": "text",
    "url": "link",
}
_FORMS: Mapping[str, str] = {"boolean": "check", "integer": "integer", "number": "decimal"}
_FORMATS: Mapping[str, str] = {"date": "date", "date-time": "date", "email": _EMAIL, "url": "link"}
_FLAGS = {"T": "true", "F": "false"}
# SuiteTalk writes every instant with the offset of this zone.
_PACIFIC = ZoneInfo("America/Los_Angeles")

Row = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A custom field of one kind of record. `is_instant`: a date with its time. `internal_id` is «» when not told."""

    kind: str
    script_id: str
    label: str
    field_type: str
    is_instant: bool = False
    internal_id: str = ""


def fields_of(kind: str, schema: Any, told: Mapping[str, Row]) -> list[Field]:
    """The custom fields of a record's schema; `told` are the rows of the table of custom fields, by script id.

    What holds a secret is none of ours, and what has no plain name cannot stand in a query.
    """
    properties = schema.get("properties") if isinstance(schema, dict) else None
    known = properties.items() if isinstance(properties, dict) else ()
    found = (
        _field(kind, name.lower(), one, told.get(name.lower(), {}))
        for name, one in known
        if isinstance(one, dict) and one.get("x-ns-custom-field") is True and is_name(name)
    )
    return [one for one in found if one.field_type]


def told_of(rows: Iterable[Row]) -> dict[str, Row]:
    """Rows of the table of custom fields by script id, which stands there in capitals."""
    return {row["scriptid"].lower(): row for row in rows if "scriptid" in row}


def definition_of(field: Field, account: Account) -> CustomField:
    """The field as the record that the store keeps."""
    source_id = field.internal_id or field.script_id
    is_email = field.script_id in account.email_fields
    return CustomField(
        id=record_id(ORIGIN, "custom_field", source_id),
        origin=ORIGIN,
        source_id=source_id,
        seen_at=account.seen_at,
        kind=field.kind,
        script_id=field.script_id,
        field_type=_EMAIL if is_email else field.field_type,
        label=field.label,
    )


def is_name(text: str) -> bool:
    """Whether a script id is a plain name. They come from NetSuite, and stand in queries as they are."""
    return text.isascii() and text.isidentifier()


def columns_of(fields: Iterable[Field]) -> tuple[str, ...]:
    """The columns of custom fields."""
    return tuple(column for field in fields for column in _columns(field))


def custom_field_list(row: Row, fields: Iterable[Field], zone: ZoneInfo) -> Tree:
    """The custom fields of a row, as a record of SuiteTalk has them."""
    return {"customField": [_custom_field(row, one, zone) for one in fields if one.script_id in row]}


def _field(kind: str, script_id: str, schema: Mapping[str, Any], told: Row) -> Field:
    said = "".join(letter for letter in told.get("fieldvaluetype", "").lower() if letter.isalpha())
    return Field(
        kind=kind,
        script_id=script_id,
        label=str(schema.get("title") or script_id),
        field_type=_TYPES[said] if said in _TYPES else _type_of(schema),
        is_instant=schema.get("format") == "date-time",
        internal_id=told.get("internalid", ""),
    )


def _type_of(schema: Mapping[str, Any]) -> str:
    """The type as far as the schema tells it."""
    form, said = str(schema.get("type")), str(schema.get("format") or "").lower()
    if form == "object":
        properties = schema.get("properties")
        return "multiselect" if isinstance(properties, dict) and "items" in properties else "select"
    return _FORMS.get(form) or _FORMATS.get(said, "text")


def _columns(field: Field) -> tuple[str, ...]:
    name = field.script_id
    match field.field_type:
        case "date":
            return ((UTC_TEXT if field.is_instant else DAY_TEXT).format(name, name),)
        case "select" | "multiselect":
            return (name, f"BUILTIN.DF({name}) AS {name}_shown")
        case _:
            return (name,)


def _custom_field(row: Row, field: Field, zone: ZoneInfo) -> Tree:
    kind = _REFERENCES.get(field.field_type, "String")
    value, shown = row[field.script_id], row.get(f"{field.script_id}_shown")
    written = _dated(value, field, zone) if kind == "Date" else _value(kind, value, shown)
    return {"@scriptId": field.script_id, "@type": f"{kind}CustomFieldRef", "value": written}


def _dated(value: str, field: Field, zone: ZoneInfo) -> str:
    """A date or an instant as SuiteTalk writes it: with the Pacific offset, a date as the midnight of its user."""
    try:
        said = datetime.fromisoformat(value)
    except ValueError:
        return value
    moment = said if field.is_instant else datetime.combine(said.date(), time(), zone)
    return moment.astimezone(_PACIFIC).isoformat(timespec="milliseconds") if moment.tzinfo else value


def _value(kind: str, value: str, shown: str | None) -> Any:
    if kind == "Boolean":
        return _FLAGS.get(value, value)
    if kind == "Double":
        return f"{value}.0" if "." not in value else value
    if kind == "Select":
        return {"@internalId": value, "name": shown}
    return _choices(value, shown or "") if kind == "MultiSelect" else value


def _choices(ids: str, names: str) -> list[Tree]:
    """Choices by id; their names only where no comma within one makes it unclear whose it is."""
    parts, shown = ids.split(", "), names.split(", ")
    clear = shown if len(parts) == len(shown) else [""] * len(parts)
    return [{"@internalId": one, "name": name or None} for one, name in zip(parts, clear, strict=True)]
