"""What people read, and what the program offers, in forms that can be held against each other."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import Any

import typer

from bot.cli import build

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
SLACK_PAGE = ROOT / "docs" / "slack.md"
PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))
TEXTS = (*PAGES, ROOT / "CHANGELOG.md", ROOT / ".env.example", ROOT / "tesorio.toml.example")

_INDENTED = re.compile(r"^(?: {4}|\t).+$", re.MULTILINE)
_SPAN = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(r"(?:^|\s|bin/)tesorio ([a-z]+)(?: ([a-z]+))?")


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks_of(page: Path) -> list[str]:
    """The lines of a page's indented code."""
    return [line.strip() for line in _INDENTED.findall(read(page))]


def code_of(page: Path) -> list[str]:
    """Every piece of code that a page shows: spans, and lines of indented blocks without what follows a #."""
    return [*_SPAN.findall(read(page)), *(line.partition("#")[0].strip() for line in blocks_of(page))]


def rows_below(page: Path, heading: str) -> Iterator[list[str]]:
    """The cells of each row of the first table below a heading, without the table's head."""
    section = read(page).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    below = dropwhile(lambda line: not line.startswith("|"), section.splitlines())
    table = list(takewhile(lambda line: line.startswith("|"), below))
    yield from ([cell.strip() for cell in row.strip("|").split("|")] for row in table[2:])


def first_cells(page: Path, heading: str) -> list[str]:
    return [cells[0].strip("`") for cells in rows_below(page, heading)]


@cache
def commands() -> Mapping[str, frozenset[str]]:
    """Every registered command, as it is typed behind `tesorio`, with its options."""
    found: dict[str, frozenset[str]] = {}

    def add(command: Any, words: tuple[str, ...]) -> None:
        for name, member in getattr(command, "commands", {}).items():
            add(member, (*words, name))
        if not hasattr(command, "commands"):
            found[" ".join(words)] = frozenset(option for one in command.params for option in one.opts)

    add(typer.main.get_command(build()), ())
    return found


def command_in(code: str) -> str | None:
    """The command that a piece of code runs, registered or not; None when it does not run `tesorio`."""
    typed = _COMMAND.search(code)
    if typed is None:
        return None
    both = " ".join(filter(None, typed.groups()))
    return both if both in commands() or typed[1] not in commands() else typed[1]
