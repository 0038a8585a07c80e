"""The schemas of records, in which a record's own custom fields stand beside its standard ones."""

from collections.abc import Mapping
from typing import Any

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.custom_fields import AppliesTo, Definition
from sandbox.ledger.records import FieldKind
from sandbox.netsuite.kinds import KINDS

# The records of which there is a schema, by the names that REST has for them.
RECORDS: Mapping[str, Kind] = KINDS
_APPLIES_TO: Mapping[str, AppliesTo] = {"customer": AppliesTo.CUSTOMER, "invoice": AppliesTo.INVOICE}
_STANDARD: Mapping[str, Any] = {
    "id": {"title": "Internal ID", "type": "string", "nullable": True},
    "lastModifiedDate": {"title": "Last Modified", "type": "string", "format": "date-time", "nullable": True},
}
_REFERENCE: Mapping[str, Any] = {"id": {"type": "string"}, "refName": {"type": "string"}, "links": {"type": "array"}}
_MEMBERS: Mapping[str, Any] = {"items": {"type": "array"}, "totalResults": {"type": "integer"}}
_TYPES: Mapping[FieldKind, Mapping[str, Any]] = {
    FieldKind.TEXT: {"type": "string"},
    FieldKind.TEXT_AREA: {"type": "string"},
    FieldKind.EMAIL: {"type": "string", "format": "email"},
    FieldKind.PHONE: {"type": "string"},
    FieldKind.HYPERLINK: {"type": "string", "format": "URL"},
    FieldKind.INTEGER: {"type": "integer", "format": "int64"},
    FieldKind.DECIMAL: {"type": "number", "format": "double"},
    FieldKind.CURRENCY: {"type": "number", "format": "double"},
    FieldKind.PERCENT: {"type": "number", "format": "float"},
    FieldKind.CHECK: {"type": "boolean"},
    FieldKind.DATE: {"type": "string", "format": "date"},
    FieldKind.DATETIME: {"type": "string", "format": "date-time"},
    FieldKind.SELECT: {"type": "object", "properties": _REFERENCE},
    FieldKind.MULTISELECT: {"type": "object", "properties": _MEMBERS},
}


def schema_of(record: str, ledger: Ledger) -> dict[str, Any]:
    """The schema of a record's type, with the custom fields that are on it and active."""
    custom = {
        made.script_id: _property(made)
        for made in ledger.records(Kind.CUSTOM_FIELD).values()
        if made.applies_to is _APPLIES_TO.get(record) and not made.is_inactive
    }
    return {"type": "object", "properties": {**_STANDARD, **custom}, "x-ns-filterable": ["id"]}


def _property(made: Definition) -> dict[str, Any]:
    return {"title": made.label, **_TYPES[made.kind], "nullable": True, "x-ns-custom-field": True}
