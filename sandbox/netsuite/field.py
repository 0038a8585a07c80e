"""One field that can be searched: its shape in the schema, and where its value is found in the ledger."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.ledger import Ledger
from sandbox.netsuite.criteria import Shape

Getter = Callable[[Any, Ledger], Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    shape: Shape
    value: Getter


def field(shape: Shape, value: Getter) -> Field:
    return Field(shape=shape, value=value)
