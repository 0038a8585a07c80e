"""What an object and its fields are, as describe tells it and as every write and filter is judged by it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Row = dict[str, Any]

# From this length on a text can be neither filtered nor sorted by.
LONG_TEXT = 256
LAUNCHED = datetime(2019, 1, 2, 9, tzinfo=UTC)


class FieldType(StrEnum):
    ID = "id"
    REFERENCE = "reference"
    STRING = "string"
    TEXTAREA = "textarea"
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    PICKLIST = "picklist"
    MULTIPICKLIST = "multipicklist"
    BOOLEAN = "boolean"
    INT = "int"
    DOUBLE = "double"
    CURRENCY = "currency"
    PERCENT = "percent"
    DATE = "date"
    DATETIME = "datetime"
    ADDRESS = "address"
    BASE64 = "base64"


IDS = frozenset({FieldType.ID, FieldType.REFERENCE})
NUMBERS = frozenset({FieldType.INT, FieldType.DOUBLE, FieldType.CURRENCY, FieldType.PERCENT})
TEXTS = frozenset(
    {
        FieldType.STRING,
        FieldType.TEXTAREA,
        FieldType.EMAIL,
        FieldType.PHONE,
        FieldType.URL,
        FieldType.PICKLIST,
        FieldType.MULTIPICKLIST,
    }
)
_OPAQUE = frozenset({FieldType.ADDRESS, FieldType.BASE64})


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """`formula` computes the value of a calculated field from its row and a look-up of other rows by id.

    `relationship` is the name under which a query reaches the record that a reference points at. `length` counts
    characters, `precision` and `scale` count digits.
    """

    name: str
    label: str
    type: FieldType
    length: int = 0
    precision: int = 0
    scale: int = 0
    is_required: bool = False
    is_createable: bool = True
    is_updateable: bool = True
    is_external_id: bool = False
    is_unique: bool = False
    is_case_sensitive: bool = False
    is_compound: bool = False
    is_custom: bool = False
    is_name: bool = False
    reference_to: tuple[str, ...] = ()
    relationship: str = ""
    choices: tuple[str, ...] = ()
    is_restricted: bool = False
    default: Any = None
    formula: Callable[[Row, Callable[[str], Row | None], datetime], Any] | None = None

    @property
    def is_long(self) -> bool:
        return self.type is FieldType.TEXTAREA and self.length >= LONG_TEXT

    @property
    def is_filterable(self) -> bool:
        return not self.is_long and self.type not in _OPAQUE

    @property
    def is_sortable(self) -> bool:
        return self.is_filterable and self.type is not FieldType.MULTIPICKLIST


@dataclass(kw_only=True, slots=True)
class ObjectType:
    """A kind of record. `fields` are by their names in lower case: names are told apart without case."""

    name: str
    label: str
    plural: str
    prefix: str
    fields: dict[str, Field] = field(default_factory=dict)
    is_custom: bool = False
    is_customizable: bool = True
    is_createable: bool = True
    is_updateable: bool = True
    is_deletable: bool = True
    is_mergeable: bool = False
    described_at: datetime = LAUNCHED

    def field(self, name: str) -> Field | None:
        return self.fields.get(name.lower())

    @property
    def has_recycle_bin(self) -> bool:
        return "isdeleted" in self.fields

    @property
    def name_field(self) -> str:
        """What people call a record of this kind by."""
        return next((known.name for known in self.fields.values() if known.is_name), "Id")

    def related(self, relationship: str) -> Field | None:
        """The reference that a query follows by this name."""
        wanted = relationship.lower()
        return next((known for known in self.fields.values() if known.relationship.lower() == wanted != ""), None)


def object_type(name: str, label: str, plural: str, prefix: str, fields: Iterable[Field], **more: Any) -> ObjectType:
    """A kind of record of these fields, `more` being members of ObjectType."""
    by_name = {each.name.lower(): each for each in fields}
    return ObjectType(name=name, label=label, plural=plural, prefix=prefix, fields=by_name, **more)
