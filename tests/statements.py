"""One memory of compiled statements for all stores of a run.

Every store has engines of its own, and every engine would compile the same statements anew: a quarter of what the
store's tests took. The library takes such a memory as an option of a connection.
"""

from collections.abc import Iterator, MutableMapping
from typing import Any

from sqlalchemy import Connection, Engine, event

Key = tuple[Any, ...]


class Compiled(MutableMapping[Key, Any]):
    """Two databases of one kind, driven in one way, have the same statements."""

    def __init__(self) -> None:
        self._by_kind: dict[Key, Any] = {}

    def __getitem__(self, key: Key) -> Any:
        return self._by_kind[_of_kind(key)]

    def __setitem__(self, key: Key, statement: Any) -> None:
        self._by_kind[_of_kind(key)] = statement

    def __delitem__(self, key: Key) -> None:
        del self._by_kind[_of_kind(key)]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._by_kind)

    def __len__(self) -> int:
        return len(self._by_kind)


def _of_kind(key: Key) -> Key:
    """The library's key, which begins with the dialect of one engine."""
    dialect, *statement = key
    return (type(dialect), *statement)


def share_statements() -> None:
    """From now on, in this process."""
    compiled = Compiled()

    @event.listens_for(Engine, "engine_connect")
    def _use(connection: Connection) -> None:
        connection.execution_options(compiled_cache=compiled)
