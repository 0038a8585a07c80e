"""The grammar of SOQL, as far as it is understood here.

As in the real service AND and OR do not mix without parentheses, and NOT stands alone or in parentheses.
"""

from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.soql.literals import LiteralError, Text, day, instant, number, span_named, text, whole
from sandbox.salesforce.soql.tree import (
    Among,
    Compare,
    Condition,
    Includes,
    Junction,
    Like,
    Negation,
    Ordering,
    Path,
    Query,
    SemiJoin,
)

MAX_CHARACTERS = 100_000

_GRAMMAR = r"""
query: SELECT selection FROM NAME [where] [ordering] [limit] [offset]

selection: COUNT "(" ")"               -> count
         | path ("," path)*            -> paths
path: NAME ("." NAME)*

where: WHERE _condition
_condition: _simple | all | any | negation
all: _simple (AND _simple)+
any: _simple (OR _simple)+
negation: NOT _simple
_simple: "(" _condition ")" | comparison | like | membership | semijoin | inclusion

comparison: path SIGN _literal
like: path LIKE STRING
membership: path [NOT] IN "(" _literal ("," _literal)* ")"
semijoin: path [NOT] IN "(" SELECT path FROM NAME [where] ")"
inclusion: path (INCLUDES | EXCLUDES) "(" STRING ("," STRING)* ")"

_literal: STRING | NUMBER | INSTANT | DAY | TRUE | FALSE | NULL | date_literal
date_literal: NAME [":" NUMBER]

ordering: ORDER BY order ("," order)*
order: path [ASC | DESC] [NULLS (FIRST | LAST)]
limit: LIMIT NUMBER
offset: OFFSET NUMBER

SELECT.3: /select\b/i
FROM.3: /from\b/i
WHERE.3: /where\b/i
COUNT.3: /count(?=\s*\()/i
AND.3: /and\b/i
OR.3: /or\b/i
NOT.3: /not\b/i
LIKE.3: /like\b/i
IN.3: /in\b/i
INCLUDES.3: /includes\b/i
EXCLUDES.3: /excludes\b/i
ORDER.3: /order\b/i
BY.3: /by\b/i
ASC.3: /asc\b/i
DESC.3: /desc\b/i
NULLS.3: /nulls\b/i
FIRST.3: /first\b/i
LAST.3: /last\b/i
LIMIT.3: /limit\b/i
OFFSET.3: /offset\b/i
TRUE.3: /true\b/i
FALSE.3: /false\b/i
NULL.3: /null\b/i
SIGN: "=" | "!=" | "<>" | "<=" | ">=" | "<" | ">"
NAME: /[A-Za-z][A-Za-z0-9_]*/
STRING: /'(?:[^'\\\r\n]|\\.)*'/
INSTANT.2: /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})/
DAY.1: /\d{4}-\d{2}-\d{2}(?!T|\d)/
NUMBER: /[+-]?\d+(?:\.\d+)?(?![\w-])/
%ignore /\s+/
"""


def parsed(query: str) -> Query:
    """The query. Raises ApiError, MALFORMED_QUERY, for whatever the grammar does not have."""
    if len(query) > MAX_CHARACTERS:
        raise ApiError("MALFORMED_QUERY", f"SOQL statements cannot be longer than {MAX_CHARACTERS} characters.")
    try:
        tree = _parser().parse(query)
    except UnexpectedInput as error:
        raise _unexpected(query, error) from None
    try:
        found: Query = _Builder(query).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, LiteralError):
            raise at_place(query, error.orig_exc.at, str(error.orig_exc), "MALFORMED_QUERY") from None
        raise
    return found


def at_place(query: str, at: int, message: str, code: str) -> ApiError:
    """A refusal that shows the place in the query, as the service does."""
    line = query.count("\n", 0, at) + 1
    column = at - (query.rfind("\n", 0, at) + 1) + 1
    around = query[max(0, at - 30) : at + 30].replace("\n", " ")
    arrow = " " * min(at, 30) + "^"
    return ApiError(code, f"\n{around}\n{arrow}\nERROR at Row:{line}:Column:{column}\n{message}")


def _unexpected(query: str, error: UnexpectedInput) -> ApiError:
    at = error.pos_in_stream
    token = getattr(error, "token", None)
    if at is None or at < 0 or at >= len(query) or (token is not None and token.type == "$END"):
        return at_place(query, len(query), "unexpected token: '<EOF>'", "MALFORMED_QUERY")
    word = query[at:].split(maxsplit=1)[0] if token is None else token
    return at_place(query, at, f"unexpected token: '{word}'", "MALFORMED_QUERY")


def _chosen(parts: tuple[Any, ...], *names: str) -> bool:
    """Whether one of these keywords is among the parts."""
    return any(isinstance(part, Token) and part.type in names for part in parts)


@v_args(inline=True)
class _Builder(Transformer[Token, Query]):
    """Makes the tree of the query; each method is named after its rule."""

    def __init__(self, query: str) -> None:
        super().__init__()
        self._query = query

    def query(self, *parts: Any) -> Query:
        _, paths, _, name, where, order, limit, offset = parts
        return Query(
            text=self._query,
            paths=paths,
            object=str(name),
            at=name.start_pos,
            where=where,
            order=order or (),
            limit=limit,
            offset=offset or 0,
        )

    def count(self, *_: Any) -> tuple[Path, ...]:
        return ()

    def paths(self, *paths: Path) -> tuple[Path, ...]:
        return paths

    def path(self, *names: Token) -> Path:
        return Path(tuple(map(str, names)), names[0].start_pos or 0)

    def where(self, _: Token, condition: Condition) -> Condition:
        return condition

    def all(self, *parts: Any) -> Junction:
        return Junction(tuple(part for part in parts if not isinstance(part, Token)), is_any=False)

    def any(self, *parts: Any) -> Junction:
        return Junction(tuple(part for part in parts if not isinstance(part, Token)), is_any=True)

    def negation(self, _: Token, part: Condition) -> Negation:
        return Negation(part)

    def comparison(self, path: Path, sign: Token, literal: Any) -> Compare:
        return Compare(path, "!=" if sign == "<>" else str(sign), literal)

    def like(self, path: Path, _: Token, pattern: Text) -> Like:
        return Like(path, pattern)

    def membership(self, path: Path, negated: Token | None, _: Token, *literals: Any) -> Among:
        return Among(path, literals, is_negated=negated is not None)

    def semijoin(self, path: Path, negated: Token | None, *parts: Any) -> SemiJoin:
        _, _, selected, _, name, where = parts
        return SemiJoin(path, selected, str(name), name.start_pos, where, is_negated=negated is not None)

    def inclusion(self, path: Path, word: Token, *choices: Text) -> Includes:
        return Includes(path, choices, is_negated=word.type == "EXCLUDES")

    def date_literal(self, name: Token, count: Any) -> Any:
        return span_named(str(name), count, name.start_pos or 0)

    def ordering(self, *parts: Any) -> tuple[Ordering, ...]:
        return parts[2:]

    def order(self, path: Path, *parts: Any) -> Ordering:
        return Ordering(path, is_descending=_chosen(parts, "DESC"), nulls_last=_chosen(parts, "LAST"))

    def limit(self, word: Token, count: Any) -> int:
        return whole(count, word.end_pos or 0)

    def offset(self, word: Token, count: Any) -> int:
        return whole(count, word.end_pos or 0)

    def STRING(self, token: Token) -> Text:  # noqa: N802 - lark calls it by the name of the terminal
        return text(str(token), token.start_pos or 0)

    def NUMBER(self, token: Token) -> Any:  # noqa: N802 - likewise
        return number(str(token))

    def INSTANT(self, token: Token) -> Any:  # noqa: N802 - likewise
        return instant(str(token), token.start_pos or 0)

    def DAY(self, token: Token) -> Any:  # noqa: N802 - likewise
        return day(str(token), token.start_pos or 0)

    def TRUE(self, _: Token) -> bool:  # noqa: N802 - likewise
        return True

    def FALSE(self, _: Token) -> bool:  # noqa: N802 - likewise
        return False

    def NULL(self, _: Token) -> None:  # noqa: N802 - likewise
        return None


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, start="query", parser="lalr", maybe_placeholders=True)
