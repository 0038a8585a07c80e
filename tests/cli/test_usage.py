"""What every command has in common: help, exit codes, and sentences instead of tracebacks."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.cli import build
from tests.cli.console import Console


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group with its words."""
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


ALL = dict(commands(typer.main.get_command(build())))
LEAVES = [path for path, command in ALL.items() if not hasattr(command, "commands")]


class TestHelp:
    @pytest.mark.parametrize("path", ALL, ids=" ".join)
    def test_every_command_has_it(self, bare: Console, path: tuple[str, ...]) -> None:
        ended = bare(*path, "--help")
        assert ended.code == 0
        assert "Usage:" in ended.out
        assert ended.err == ""

    def test_the_contracted_commands_are_there(self) -> None:
        words = {" ".join(path) for path in LEAVES}
        assert words >= {
            *("demo", "sandbox", "run", "connect netsuite", "sync", "find", "status", "doctor", "manifest"),
            *("users add", "users list", "users remove", "users link", "users role"),
            *("config show", "db upgrade", "db check"),
        }


class TestOverview:
    """The overview is shown without loading what the commands need."""

    def test_says_what_the_commands_say_of_themselves(self) -> None:
        overview = typer.main.get_command(build(()))
        told = {path: command.help for path, command in commands(overview) if path}
        assert told == {path: ALL[path].help.partition("\n")[0] for path in ALL if len(path) == 1}

    def test_loads_little(self) -> None:
        loaded = "import sys; from bot.cli import build; build(['--help']); print(*sys.modules)"
        ended = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", loaded], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
        )
        assert not {"dbos", "pydantic", "slack_sdk", "sqlalchemy", "zeep"} & set(ended.stdout.split())

    def test_a_command_behind_two_dashes_is_itself(self, bare: Console) -> None:
        assert bare("--", "config", "show").code == 0


class TestExitCode:
    @pytest.mark.parametrize(
        "arguments",
        [
            ("frobnicate",),
            ("find",),
            ("find", "invoice"),
            ("sync",),
            ("users", "role", "a@b.co", "king"),
            ("run", "--x"),
            ("find", "order", "1"),
            ("demo", "--customers", "3"),
        ],
        ids=" ".join,
    )
    def test_wrong_usage_is_2(self, bare: Console, arguments: tuple[str, ...]) -> None:
        ended = bare(*arguments)
        assert ended.code == 2
        assert ended.err.startswith("tesorio: ")
        assert "Value error" not in ended.err

    @pytest.mark.parametrize("group", [path for path in ALL if path not in LEAVES], ids=" ".join)
    def test_a_group_alone_shows_its_help(self, bare: Console, group: tuple[str, ...]) -> None:
        ended = bare(*group)
        assert ended.code == 2
        assert "Usage:" in ended.out + ended.err

    @pytest.mark.parametrize("arguments", [("status",), ("users", "list"), ("find", "invoice", "1"), ("db", "upgrade")])
    def test_a_data_folder_that_is_none_is_named(
        self, bare: Console, tmp_path: Path, arguments: tuple[str, ...]
    ) -> None:
        file = tmp_path / "file"
        file.touch()
        ended = bare(*arguments, TESORIO_DATA_DIR=str(file))
        assert ended.code == 1
        assert ended.err.startswith(f"tesorio: {file}: ")

    def test_an_unreachable_slack_is_named(self, bare: Console) -> None:
        tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": "http://127.0.0.1:9/api/"}
        ended = bare("run", **tokens)
        assert ended.code == 1
        assert "127.0.0.1:9 cannot be reached" in ended.err
