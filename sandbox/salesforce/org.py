"""One org: its objects, their rows, and what the API user sees of them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sandbox.salesforce.access import Access
from sandbox.salesforce.field import Field, ObjectType, Row
from sandbox.salesforce.ids import known_id, new_id
from sandbox.salesforce.schema import standard_objects
from sandbox.salesforce.table import Table

_PREFIX = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Deleted:
    """A line of the delete log, which outlives the recycle bin."""

    object: str
    id: str
    deleted_at: datetime


def _nobody(_name: str, _row: Row) -> None:
    return


class Org:
    """Reading gives the rows themselves; `create` and `edit` are trusted and stamp them by the clock.

    `told` is called with every record that a client makes: its object, and its row. `replication_lag` is how far
    behind updated/ and deleted/ are with what they cover; `deletions_known_since` is when the delete log begins, if it
    was trimmed. What a client may not do is judged in writes.py; what an admin does is in hands.py.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.types: dict[str, ObjectType] = {}
        self.access = Access()
        self.deleted: list[Deleted] = []
        self.deletions_known_since: datetime | None = None
        self.replication_lag = timedelta()
        self.acting_user = ""
        self.told: Callable[[str, Row], None] = _nobody
        self._tables: dict[str, Table] = {}
        self._by_prefix: dict[str, list[Table]] = defaultdict(list)
        self._numbers: dict[str, int] = defaultdict(int)
        for type_ in standard_objects():
            self.add_type(type_)

    def type(self, name: str) -> ObjectType:
        """Raises KeyError."""
        return self.types[name.lower()]

    def seen_type(self, name: str) -> ObjectType | None:
        """The object as far as the API user may read it."""
        found = self.types.get(name.lower())
        return found if found and self.access.sees(found) else None

    def add_type(self, type_: ObjectType) -> None:
        """A new object, without records."""
        self.types[type_.name.lower()] = type_
        table = self._tables[type_.name] = Table()
        self._by_prefix[type_.prefix].append(table)

    def table(self, name: str) -> Table:
        return self._tables[name]

    def rows(self, name: str) -> Mapping[str, Row]:
        """All rows of an object by id, deleted ones too."""
        return MappingProxyType(self._tables[name].rows)

    def living(self, name: str) -> Iterator[Row]:
        return (row for row in self._tables[name].rows.values() if not row.get("IsDeleted"))

    @property
    def accounts(self) -> Mapping[str, Row]:
        return self.rows("Account")

    @property
    def contacts(self) -> Mapping[str, Row]:
        return self.rows("Contact")

    @property
    def users(self) -> Mapping[str, Row]:
        return self.rows("User")

    @property
    def notes(self) -> Mapping[str, Row]:
        return self.rows("Note")

    def find(self, name: str, **values: Any) -> Row:
        """The first living row with these values. Raises LookupError."""
        wanted = values.items()
        for row in self.living(name):
            if all(row.get(key) == value for key, value in wanted):
                return row
        raise LookupError(f"no {name} with {values}")

    def row(self, record_id: str) -> Row | None:
        """The row of this 18-character id, of whatever object."""
        for table in self._by_prefix.get(record_id[:_PREFIX], ()):
            if row := table.rows.get(record_id):
                return row
        return None

    def types_of(self, record_id: str) -> tuple[ObjectType, ...]:
        """The objects whose records have ids that begin like this one."""
        return tuple(type_ for type_ in self.types.values() if record_id.startswith(type_.prefix))

    def instant(self) -> datetime:
        """Now, in whole seconds, as stamps are kept."""
        return self.now().astimezone(UTC).replace(microsecond=0)

    def new_id(self, name: str) -> str:
        prefix = self.type(name).prefix
        self._numbers[prefix] += 1
        return new_id(prefix, self._numbers[prefix])

    def create(self, name: str, **values: Any) -> str:
        """The id of a new row; stamps that are not said are now."""
        type_ = self.type(name)
        row: Row = {"Id": values.get("Id") or self.new_id(name)}
        row |= self._stamps(type_, values.get("CreatedDate") or self.instant())
        row |= values
        for key in [key for key, value in row.items() if value is None]:
            del row[key]
        self._tables[type_.name].put(row)
        return str(row["Id"])

    def edit(self, name: str, record_id: str, **values: Any) -> Row:
        """The row with these values in it, stamped now unless a stamp is said. None takes a value away."""
        type_ = self.type(name)
        row = self._tables[type_.name].rows[known_id(record_id) or record_id]
        changed = row | self._stamps(type_, self.instant(), is_new=False) | values
        kept = {key: value for key, value in changed.items() if value is not None}
        self._tables[type_.name].put(kept)
        return kept

    def change_silently(self, name: str, record_id: str, **values: Any) -> Row:
        """The row with these values and its old stamps, as a change is that no stamp tells."""
        row = self.rows(name)[known_id(record_id) or record_id]
        stamps = {key: row[key] for key in ("LastModifiedDate", "LastModifiedById", "SystemModstamp") if key in row}
        return self.edit(name, record_id, **values, **stamps)

    def holding(self, name: str, field: str, value: str) -> list[Row]:
        """The living rows of an object whose field says this, in ascending order of their ids."""
        found = (row for row in self._tables[name].holding(field, (value,)) if row.get(field) == value)
        return sorted((row for row in found if not row.get("IsDeleted")), key=lambda row: str(row["Id"]))

    def referring(self, name: str) -> Iterator[tuple[ObjectType, Field]]:
        """The fields of all objects that can point at records of this one."""
        for type_ in self.types.values():
            for field in type_.fields.values():
                if name in field.reference_to:
                    yield type_, field

    def saved_state(self) -> tuple[dict[str, dict[str, Row]], list[Deleted]]:
        """All rows as they are, for `restore` to bring back."""
        return {name: dict(table.rows) for name, table in self._tables.items()}, list(self.deleted)

    def restore(self, state: tuple[dict[str, dict[str, Row]], list[Deleted]]) -> None:
        """Every row as it was; ids that were given meanwhile are not given again."""
        tables, deleted = state
        for name, rows in tables.items():
            self._tables[name].replace(rows)
        self.deleted[:] = deleted

    def _stamps(self, type_: ObjectType, at: datetime, *, is_new: bool = True) -> Row:
        stamps: Row = {"SystemModstamp": at}
        if "lastmodifieddate" in type_.fields:
            stamps |= {"LastModifiedDate": at, "LastModifiedById": self.acting_user or None}
        if is_new and "createddate" in type_.fields:
            stamps |= {"CreatedDate": at, "CreatedById": self.acting_user or None}
        return stamps
