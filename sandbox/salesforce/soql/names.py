"""What the names in a query mean to the API user: which field of which object, and how it is read from a row."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.field import Field, FieldType, ObjectType, Row
from sandbox.salesforce.org import Org
from sandbox.salesforce.schema.common import kept
from sandbox.salesforce.soql.grammar import at_place
from sandbox.salesforce.soql.tree import Path
from sandbox.salesforce.values import value_of

MAX_STEPS = 5
_TYPE = kept("Type", "Type", FieldType.STRING, length=40)
_NAME = kept("Name", "Name", FieldType.STRING, length=255)

Reader = Callable[[Row], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A field at the end of a path. `steps` are the references that lead to it, from the object outwards."""

    field: Field
    steps: tuple[Field, ...]
    read: Reader

    @property
    def label(self) -> str:
        """The path as describe spells its names."""
        return ".".join((*(step.relationship for step in self.steps), self.field.name))


class Names:
    """The names of one query's object."""

    def __init__(self, org: Org, query: str, object_name: str, at: int) -> None:
        self._org = org
        self._query = query
        self._now = org.now()
        found = org.seen_type(object_name)
        if found is None:
            message = (
                f"sObject type '{object_name}' is not supported. If you are attempting to use a custom object, be sure"
                " to append the '__c' after the entity name. Please reference your WSDL or the describe call for the"
                " appropriate names."
            )
            raise at_place(query, at, message, "INVALID_TYPE")
        self.type: ObjectType = found

    def refused(self, path: Path, message: str, code: str = "INVALID_FIELD") -> ApiError:
        return at_place(self._query, path.at, message, code)

    def column(self, path: Path) -> Column:
        """What the path leads to. Raises ApiError for what the API user does not see."""
        steps, type_ = self._steps(path)
        field = self._name_field(path) if type_ is None else self._org.access.field(type_, path.names[-1])
        if field is None:
            entity = type_.name if type_ else "Name"
            raise self.refused(path, _no_column(path.names[-1], entity))
        return Column(field, steps, self._reader(steps, field))

    def _steps(self, path: Path) -> tuple[tuple[Field, ...], ObjectType | None]:
        """The references on the way, and the object at its end: None where no more than a name is to be seen."""
        type_: ObjectType | None = self.type
        steps: list[Field] = []
        for name in path.names[:-1]:
            step = type_.related(name) if type_ else None
            if type_ is None or step is None or not self._org.access.sees_field(type_, step):
                raise self.refused(path, _no_relationship(name))
            type_ = self._org.seen_type(step.reference_to[0]) if len(step.reference_to) == 1 else None
            if type_ is None and not _is_named_only(step):
                raise self.refused(path, _no_relationship(name))
            steps.append(step)
        if len(steps) > MAX_STEPS:
            raise self.refused(path, "SOQL relationships cannot exceed 5 levels", "MALFORMED_QUERY")
        return tuple(steps), type_

    def _name_field(self, path: Path) -> Field | None:
        known = {"id": kept("Id", "ID", FieldType.ID, length=18), "name": _NAME, "type": _TYPE}
        return known.get(path.names[-1].lower())

    def _reader(self, steps: tuple[Field, ...], field: Field) -> Reader:
        last = self._last(field)
        if not steps:
            return last
        look_up = self._org.row

        def read(row: Row) -> Any:
            at: Row | None = row
            for step in steps:
                at = look_up(at.get(step.name, "")) if at else None
            return last(at) if at else None

        return read

    def _last(self, field: Field) -> Reader:
        if field is _TYPE:
            return lambda row: self._type_of(row).name
        if field is _NAME:
            return self._name_of
        if field.formula is None and field.type is not FieldType.BOOLEAN:
            name = field.name
            return lambda row: row.get(name)
        return lambda row: value_of(field, row, self._org.row, self._now)

    def _type_of(self, row: Row) -> ObjectType:
        return self._org.types_of(row["Id"])[0]

    def _name_of(self, row: Row) -> Any:
        type_ = self._type_of(row)
        return value_of(type_.fields[type_.name_field.lower()], row, self._org.row, self._now)


def _is_named_only(step: Field) -> bool:
    """Whether a name is seen whatever else is: of a record of one kind or another, and of people by everybody."""
    return len(step.reference_to) > 1 or step.reference_to == ("User",)


def _no_column(name: str, entity: str) -> str:
    return (
        f"No such column '{name}' on entity '{entity}'. If you are attempting to use a custom field, be sure to append"
        " the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate"
        " names."
    )


def _no_relationship(name: str) -> str:
    return (
        f"Didn't understand relationship '{name}' in field path. If you are attempting to use a custom relationship, be"
        " sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call"
        " for the appropriate names."
    )
