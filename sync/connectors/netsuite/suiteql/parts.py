"""The parts of a SuiteTalk record, made of the columns of a row. Pure."""

from collections.abc import Mapping

from sync.connectors.netsuite.pages import Tree

_FLAGS = {"T": "true", "F": "false"}

Row = Mapping[str, str]


def flag(row: Row, column: str) -> str | None:
    """Yes or no."""
    value = row.get(column)
    return None if value is None else _FLAGS.get(value, value)


def reference(row: Row, column: str, name: str = "") -> Tree | None:
    """A reference by its id, with the name that people see of it where `name` is the column of that."""
    found = row.get(column)
    return None if found is None else without_nulls({"@internalId": found, "name": row.get(name)})


def named(name: str | None) -> Tree | None:
    """A reference of which only the name is known."""
    return None if name is None else {"name": name}


def without_nulls(tree: Tree) -> Tree:
    """The record as SuiteTalk writes it, which leaves out what is null."""
    return {name: value for name, value in tree.items() if value is not None}


def double(number: str | None) -> str | None:
    """A number as SuiteTalk writes those that may have decimals."""
    return f"{number}.0" if number is not None and "." not in number else number


def turned(number: str | None) -> str | None:
    """A number with the other sign: what was sold is a credit in the ledger, and below zero there."""
    if number is None or not number.strip("-0."):
        return number
    return number.removeprefix("-") if number.startswith("-") else f"-{number}"


def unsigned(number: str | None) -> str | None:
    """A number without its sign: the total of what lowers a balance is below zero in the ledger."""
    return None if number is None else number.removeprefix("-")
