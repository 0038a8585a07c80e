"""What a table is made of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.records import Choice, CustomField
from sandbox.netsuite.kinds import RECORD_TYPES
from sandbox.netsuite.permissions import Level, Permissions

Getter = Callable[[Any, Ledger], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """`value` is what is stored, `display` what BUILTIN.DF gives for it; None when that is the same."""

    value: Getter
    display: Getter | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """`kinds` are the records of which it has rows; a row that the role may not see is not there.

    `made` are rows of another make, and `opened_by` is what the role must be allowed to read besides.
    """

    columns: Mapping[str, Column]
    kinds: tuple[Kind, ...] = ()
    fixed: tuple[Any, ...] = ()
    made: Callable[[Ledger], Iterable[Any]] = lambda _: ()
    opened_by: str = ""
    unfolded: Callable[[Any, Ledger], Iterable[Any]] = lambda record, _: (record,)
    custom_prefix: str = ""

    def is_seen(self, permissions: Permissions) -> bool:
        """Whether the role may read any of it."""
        if self.opened_by and not permissions.allows(self.opened_by, Level.VIEW):
            return False
        return not self.kinds or bool(self.seen(permissions))

    def rows(self, ledger: Ledger, permissions: Permissions) -> Iterable[Any]:
        for record in (*self.fixed, *self.made(ledger)):
            yield from self.unfolded(record, ledger)
        for kind in self.seen(permissions):
            for record in ledger.records(kind).values():
                yield from self.unfolded(record, ledger)

    def column(self, name: str, ledger: Ledger) -> Column | None:
        """The column of this name; a custom field has one too, where the account defines it."""
        if self.custom_prefix and name.startswith(self.custom_prefix):
            defined = {field.script_id for field in ledger.records(Kind.CUSTOM_FIELD).values()}
            return custom_column(name) if name in defined else None
        return self.columns.get(name)

    def seen(self, permissions: Permissions) -> tuple[Kind, ...]:
        """The kinds that the role may read."""
        return tuple(kind for kind in self.kinds if permissions.allows(RECORD_TYPES[kind], Level.VIEW))


def attribute(name: str) -> Column:
    """A column of the record's own attribute; what a record of its kind doesn't have is null."""
    return Column(lambda record, _: getattr(record, name, None))


def flag(read: Callable[[Any], bool]) -> Column:
    """T or F, and Yes or No to people."""
    return Column(lambda record, _: "T" if read(record) else "F", lambda record, _: "Yes" if read(record) else "No")


def custom_column(script_id: str) -> Column:
    """A custom field: ids of choices, and their names to people."""

    def field_of(record: Any) -> CustomField | None:
        return next((field for field in record.custom_fields if field.script_id == script_id), None)

    return Column(lambda record, _: _stored(field_of(record)), lambda record, _: _displayed(field_of(record)))


def _stored(field: CustomField | None) -> Any:
    match field.value if field else None:
        case bool(value):
            return "T" if value else "F"
        case Choice(id=found):
            return found
        case tuple(choices):
            return ", ".join(str(choice.id) for choice in choices)
        case value:
            return value


def _displayed(field: CustomField | None) -> Any:
    match field.value if field else None:
        case bool(value):
            return "Yes" if value else "No"
        case Choice(name=found):
            return found
        case tuple(choices):
            return ", ".join(choice.name for choice in choices)
        case value:
            return value
