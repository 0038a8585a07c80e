"""What the API user may see and change, beyond what the objects themselves allow."""

from collections.abc import Iterator

from sandbox.salesforce.field import Field, ObjectType
from sandbox.salesforce.ids import known_id


class Access:
    """One user's profile, permission sets and sharing; everything is granted until it is taken.

    Objects and fields are named as describe names them.
    """

    def __init__(self) -> None:
        self.has_api = True
        self._objects: set[str] = set()
        self._fields: set[tuple[str, str]] = set()
        self._read_only: set[tuple[str, str]] = set()
        self._rows: set[str] = set()

    def hide_object(self, name: str) -> None:
        """No permission to read the object: nothing of it is there for this user."""
        self._objects.add(name)

    def hide_field(self, name: str, field: str) -> None:
        """Field-level security hides the field."""
        self._fields.add((name, field))

    def lock_object(self, name: str) -> None:
        """The object can be read and not written."""
        self._read_only.add((name, ""))

    def lock_field(self, name: str, field: str) -> None:
        """Field-level security makes the field read-only."""
        self._read_only.add((name, field))

    def hide_row(self, record_id: str) -> None:
        """Sharing no longer shows the record."""
        self._rows.add(known_id(record_id) or record_id)

    def grant_all(self) -> None:
        """Everything is granted again."""
        self.has_api = True
        for taken in (self._objects, self._fields, self._read_only, self._rows):
            taken.clear()

    def sees(self, type_: ObjectType) -> bool:
        return type_.name not in self._objects

    def field(self, type_: ObjectType, name: str) -> Field | None:
        """The field as far as this user sees it."""
        found = type_.field(name)
        return found if found and self.sees_field(type_, found) else None

    def sees_field(self, type_: ObjectType, field: Field) -> bool:
        return (type_.name, field.name) not in self._fields

    def fields(self, type_: ObjectType) -> Iterator[Field]:
        return (field for field in type_.fields.values() if self.sees_field(type_, field))

    def may_write(self, type_: ObjectType, field: Field | None = None) -> bool:
        return not {(type_.name, ""), (type_.name, field.name if field else "")} & self._read_only

    def sees_row(self, record_id: str) -> bool:
        return record_id not in self._rows

    @property
    def hidden_rows(self) -> frozenset[str]:
        return frozenset(self._rows)
