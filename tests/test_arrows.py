"""What production code never does; the import arrows are import-linter's contracts."""

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRODUCT = [path for room in ("bot", "store", "sync") for path in sorted((ROOT / room).rglob("*.py"))]
ALL = [*PRODUCT, *sorted((ROOT / "sandbox").rglob("*.py"))]
# A program and the one that it has begun itself talk over a pipe that nobody else can write to.
OWN_PIPE = {ROOT / "sync/connectors/netsuite" / name for name in ("aside.py", "aside_main.py", "handing.py")}
_SQL = ("select ", "insert ", "update ", "delete ", "alter ", "drop ", "create ", "pragma ")


@cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


def calls(paths: Iterable[Path]) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its place."""
    for path in paths:
        for node in nodes_of(path):
            if isinstance(node, ast.Call):
                yield f"{path}:{node.lineno}", node


def name_of(call: ast.Call) -> str:
    function = call.func
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def imports(path: Path) -> set[str]:
    found = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add(str(node.module).partition(".")[0])
    return found


class TestArrows:
    def test_the_contracts_hold(self) -> None:
        program = Path(sys.executable).with_name("lint-imports")
        ended = subprocess.run(  # noqa: S603 - our own gate
            [program, "--config", "pyproject.toml"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout

    def test_the_product_imports_neither_stand_ins_nor_tests(self) -> None:
        assert not [path for path in PRODUCT if imports(path) & {"sandbox", "tests", "benchmarks"}]


class TestForbidden:
    def test_nothing_is_unpickled_or_evaluated(self) -> None:
        assert {path for path in ALL if imports(path) & {"pickle", "marshal", "shelve", "dill"}} == OWN_PIPE
        assert not [place for place, call in calls(ALL) if name_of(call) in {"eval", "exec", "__import__"}]

    def test_no_sql_is_put_together_from_text(self) -> None:
        assert not [
            f"{path}:{node.lineno}"
            for path in PRODUCT
            for node in nodes_of(path)
            if isinstance(node, ast.JoinedStr) and starts_as_sql(node) and not all(map(is_number, node.values))
        ]
        assert not [
            place
            for place, call in calls(PRODUCT)
            if name_of(call) in {"exec_driver_sql", "literal_column"}
            and not isinstance(call.args[0], ast.Constant | ast.Name)
        ]


def starts_as_sql(joined: ast.JoinedStr) -> bool:
    first = joined.values[0] if joined.values else None
    return isinstance(first, ast.Constant) and str(first.value).lstrip().lower().startswith(_SQL)


def is_number(part: ast.expr) -> bool:
    """A fixed piece, or one that cannot be anything but digits: a PRAGMA takes no parameters."""
    if not isinstance(part, ast.FormattedValue):
        return True
    return isinstance(part.value, ast.Call) and name_of(part.value) == "int"
