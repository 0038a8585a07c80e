"""SOQL is written in one module, of names and quoted values; nothing else may hold a piece of it."""

import ast
import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.test_arrows import ALL, PRODUCT, nodes_of

_HOME = "sync/connectors/salesforce/soql.py"
_SOQL = re.compile(r"\b(SELECT|FROM|WHERE|ORDER BY|LIKE)\b")
_ROOM = [path for path in PRODUCT if "connectors/salesforce" in path.as_posix()]
# Who speaks to the library, which takes any text for a query.
_SPEAKERS = {"client.py", "login.py", "soql.py"}


def pieces_of_soql(nodes: Sequence[ast.AST]) -> list[int]:
    """The lines of texts, formatted or not, that hold a word of SOQL and are no documentation."""
    documentation = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    texts = (node for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [text.lineno for text in texts if id(text) not in documentation and _SOQL.search(str(text.value))]


class TestRule:
    @pytest.mark.parametrize("path", _ROOM, ids=lambda path: path.name)
    def test_a_query_is_built_where_values_are_quoted(self, path: Path) -> None:
        assert path.as_posix().endswith(_HOME) or pieces_of_soql(nodes_of(path)) == []

    def test_nothing_else_speaks_to_the_library(self) -> None:
        users = [path for path in PRODUCT if "simple_salesforce" in path.read_text(encoding="utf-8")]
        assert {path.name for path in users} == _SPEAKERS
        assert {path.parent.name for path in users} == {"salesforce"}

    def test_the_builder_itself_formats_nothing_but_names_and_literals(self) -> None:
        home = next(path for path in _ROOM if path.as_posix().endswith(_HOME))
        inner = [
            ast.unparse(part.value)
            for node in nodes_of(home)
            if isinstance(node, ast.JoinedStr)
            for part in node.values
            if isinstance(part, ast.FormattedValue)
        ]
        raw = [
            text
            for text in inner
            if not re.match(r"(_name|literal|pattern|Query|type|name|value:?)\b|self\.is_$|' |', '", text)
        ]
        assert raw == []

    @pytest.mark.parametrize(
        "code",
        [
            "query = f\"SELECT Id FROM Account WHERE Name = '{name}'\"",
            "query = 'SELECT Id FROM Account WHERE Name = %s' % name",
            "query = 'SELECT Id FROM Account WHERE Name = {}'.format(name)",
            "query = start + ' WHERE Name = ' + name",
        ],
    )
    def test_what_formats_a_query_would_be_found(self, code: str) -> None:
        assert pieces_of_soql(tuple(ast.walk(ast.parse(code)))) != []

    def test_the_product_alone_is_judged(self) -> None:
        assert set(_ROOM) < set(ALL)
        assert len(_ROOM) > 10
