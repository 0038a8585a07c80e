"""What a query is read into."""

from dataclasses import dataclass
from typing import Any

from sandbox.salesforce.soql.literals import Text


@dataclass(frozen=True, slots=True)
class Path:
    """A field, at the end of the relationships that lead to it; `at` is its place in the query."""

    names: tuple[str, ...]
    at: int

    def __str__(self) -> str:
        return ".".join(self.names)


@dataclass(frozen=True, slots=True)
class Compare:
    path: Path
    sign: str
    literal: Any


@dataclass(frozen=True, slots=True)
class Like:
    path: Path
    pattern: Text


@dataclass(frozen=True, slots=True)
class Among:
    path: Path
    literals: tuple[Any, ...]
    is_negated: bool


@dataclass(frozen=True, slots=True)
class SemiJoin:
    """The ids that another object refers to."""

    path: Path
    selected: Path
    object: str
    at: int
    where: "Condition | None"
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Includes:
    path: Path
    choices: tuple[Text, ...]
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Junction:
    """All of them, or any when `is_any`."""

    parts: "tuple[Condition, ...]"
    is_any: bool


@dataclass(frozen=True, slots=True)
class Negation:
    part: "Condition"


Condition = Compare | Like | Among | SemiJoin | Includes | Junction | Negation


@dataclass(frozen=True, slots=True)
class Ordering:
    path: Path
    is_descending: bool
    nulls_last: bool


@dataclass(frozen=True, slots=True)
class Query:
    """`paths` is empty for COUNT(); `at` is where the object is named."""

    text: str
    paths: tuple[Path, ...]
    object: str
    at: int
    where: Condition | None
    order: tuple[Ordering, ...]
    limit: int | None
    offset: int
