"""The grammar.

query     = SELECT item {, item} FROM name [alias] [WHERE or] [ORDER BY order {, order}]
item      = value [[AS] name]                 order   = value [ASC | DESC]
or        = and {OR and}                      and     = test {AND test}
test      = ( or ) | value compare value | value [NOT] IN ( value {, value} ) | value IS [NOT] NULL
value     = text | number | [name .] name | function ( value {, value} )
compare   = = | <> | != | < | <= | > | >=     function = name | BUILTIN . DF
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)|(?P<sign><>|!=|<=|>=|[=<>(),.]))"
)
_COMPARISONS = frozenset({"=", "<>", "!=", "<", "<=", ">", ">="})
_WORDS = frozenset(
    {"select", "from", "where", "order", "by", "and", "or", "not", "in", "is", "null", "as", "asc", "desc"}
)


class QueryError(ValueError):
    """The query is not understood, or names what is not there."""


@dataclass(frozen=True, slots=True)
class Literal:
    value: str
    is_text: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A column; `of` is the table or its alias, when it was said."""

    column: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: "tuple[Value, ...]"


Value = Literal | Name | Call


@dataclass(frozen=True, slots=True)
class Compare:
    sign: str
    left: Value
    right: Value


@dataclass(frozen=True, slots=True)
class Among:
    left: Value
    values: tuple[Value, ...]
    is_negated: bool


@dataclass(frozen=True, slots=True)
class IsNull:
    left: Value
    is_negated: bool


@dataclass(frozen=True, slots=True)
class Every:
    """All of them, or any when `is_any`."""

    tests: "tuple[Test, ...]"
    is_any: bool


Test = Compare | Among | IsNull | Every


@dataclass(frozen=True, slots=True)
class Item:
    value: Value
    alias: str


@dataclass(frozen=True, slots=True)
class Order:
    value: Value
    is_descending: bool


@dataclass(frozen=True, slots=True)
class Query:
    items: tuple[Item, ...]
    table: str
    alias: str
    where: Test | None
    order: tuple[Order, ...]


def parsed(text: str) -> Query:
    """The query. Raises QueryError for what the grammar does not have."""
    return _Parser(text).query()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if not found:
            raise QueryError(f"Invalid token at {text[at : at + 20].strip()!r}")
        yield str(found.lastgroup), found[str(found.lastgroup)]
        at = found.end()


class _Parser:
    """Reads the tokens from left to right; each method takes what it is named after."""

    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text), ("end", "")]
        self._at = 0

    def query(self) -> Query:
        self._expect("select")
        items = self._several(self._item)
        self._expect("from")
        table = self._name()
        alias = self._name() if self._is_name() else table
        where = self._or() if self._took("where") else None
        order = self._order() if self._took("order") else ()
        if self._kind() != "end":
            raise self._unexpected()
        return Query(items, table, alias, where, order)

    def _order(self) -> tuple[Order, ...]:
        self._expect("by")
        return self._several(self._ordering)

    def _ordering(self) -> Order:
        value = self._value()
        is_descending = self._took("desc")
        if not is_descending:
            self._took("asc")
        return Order(value, is_descending)

    def _item(self) -> Item:
        value = self._value()
        named = self._took("as") or self._is_name()
        return Item(value, self._name() if named else "")

    def _or(self) -> Test:
        tests = [self._and()]
        while self._took("or"):
            tests.append(self._and())
        return tests[0] if len(tests) == 1 else Every(tuple(tests), is_any=True)

    def _and(self) -> Test:
        tests = [self._test()]
        while self._took("and"):
            tests.append(self._test())
        return tests[0] if len(tests) == 1 else Every(tuple(tests), is_any=False)

    def _test(self) -> Test:
        if self._took("("):
            inner = self._or()
            self._expect(")")
            return inner
        left = self._value()
        if self._took("is"):
            is_negated = self._took("not")
            self._expect("null")
            return IsNull(left, is_negated)
        is_negated = self._took("not")
        if is_negated or self._word() == "in":
            return self._among(left, is_negated=is_negated)
        sign = self._next()[1]
        if sign not in _COMPARISONS:
            raise self._unexpected(-1)
        return Compare("<>" if sign == "!=" else sign, left, self._value())

    def _among(self, left: Value, *, is_negated: bool) -> Among:
        self._expect("in")
        self._expect("(")
        values = self._several(self._value)
        self._expect(")")
        return Among(left, values, is_negated)

    def _value(self) -> Value:
        kind, text = self._next()
        if kind == "text":
            return Literal(text[1:-1].replace("''", "'"), is_text=True)
        if kind == "number":
            return Literal(text, is_text=False)
        if kind != "name" or text.lower() in _WORDS:
            raise self._unexpected(-1)
        of, name = "", text.lower()
        if self._took("."):
            of, name = name, self._name()
        if not self._took("("):
            return Name(name, of)
        arguments = self._several(self._value)
        self._expect(")")
        return Call(f"{of}.{name}".strip("."), arguments)

    def _several(self, take: Callable[[], T]) -> tuple[T, ...]:
        found = [take()]
        while self._took(","):
            found.append(take())
        return tuple(found)

    def _name(self) -> str:
        if not self._is_name():
            raise self._unexpected()
        return self._next()[1].lower()

    def _is_name(self) -> bool:
        return self._kind() == "name" and self._word() not in _WORDS

    def _kind(self) -> str:
        return self._tokens[self._at][0]

    def _word(self) -> str:
        kind, text = self._tokens[self._at]
        return text.lower() if kind in {"name", "sign"} else ""

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _took(self, word: str) -> bool:
        if self._word() != word:
            return False
        self._at += 1
        return True

    def _expect(self, word: str) -> None:
        if not self._took(word):
            raise self._unexpected()

    def _unexpected(self, back: int = 0) -> QueryError:
        kind, text = self._tokens[self._at + back]
        return QueryError("Unexpected end of the query" if kind == "end" else f"Unexpected {text!r}")
