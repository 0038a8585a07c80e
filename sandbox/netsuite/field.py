"""One field that can be searched: its shape in the schema, and where its value is found in the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.ledger import Ledger
from sandbox.netsuite.criteria import Shape

Getter = Callable[[Any, Ledger], Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """`known` are the values that may be asked for, where the stand-in knows all of them."""

    shape: Shape
    value: Getter
    known: frozenset[str] = frozenset()


def field(shape: Shape, value: Getter, known: frozenset[str] = frozenset()) -> Field:
    return Field(shape=shape, value=value, known=known)
