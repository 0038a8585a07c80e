"""The cells of the rows that an advanced search returns."""

from collections.abc import Callable
from typing import Any

from sandbox.netsuite.records.writer import Writer
from sandbox.netsuite.texts import attribute

Column = Callable[[Any, Writer], str]


def value(content: str) -> str:
    """A cell; nothing for an empty value."""
    return f"<platformCore:searchValue>{content}</platformCore:searchValue>" if content else ""


def reference(internal_id: object) -> str:
    """A cell that refers to a record; a reference in a column carries no name."""
    return f'<platformCore:searchValue internalId="{internal_id}"/>' if internal_id is not None else ""


def external(external_id: str) -> str:
    return f'<platformCore:searchValue externalId="{attribute(external_id)}"/>' if external_id else ""
