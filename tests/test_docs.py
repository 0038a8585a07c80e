"""The pages are held against the program: commands, targets, scopes and links that they name do exist."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.app import subcommands
from bot.manifest import app_manifest
from tests.cli.console import Console
from tests.pages import (
    PAGES,
    README,
    ROOT,
    SLACK_PAGE,
    TEXTS,
    blocks_of,
    code_of,
    command_in,
    commands,
    first_cells,
    read,
    rows_below,
)

_SLASH = re.compile(r"(?<!bin)/tesorio ([a-z]+)")
_OPTION = re.compile(r"(?<![\w-])--[a-z-]+")
_ROOMS = ("bot/", "sync/", "store/", "sandbox/", "tests/", "docs/")

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
every_text = pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)


def slash_words() -> set[str]:
    return {subcommand.word for subcommand in subcommands()}


class TestCommands:
    @every_page
    def test_pages_name_only_commands_that_exist(self, page: Path) -> None:
        shown = {command for code in code_of(page) if (command := command_in(code))}
        assert shown
        assert shown <= set(commands())

    @every_page
    def test_options_beside_a_command_are_its_own(self, page: Path) -> None:
        typed = [(command, _OPTION.findall(code)) for code in code_of(page) if (command := command_in(code))]
        assert [(name, one) for name, options in typed for one in options if one not in commands()[name]] == []

    def test_readme_table_lists_every_command_once(self) -> None:
        listed = [str(command_in(cell)) for cell in first_cells(README, "Commands")]
        assert sorted(listed) == sorted(commands())

    def test_readme_table_gives_a_command_only_its_own_options(self) -> None:
        for command, meaning, json in rows_below(README, "Commands"):
            options = commands()[str(command_in(command.strip("`")))]
            assert set(_OPTION.findall(meaning)) <= options, command
            assert (json == "yes") == ("--json" in options), command

    @every_page
    def test_pages_name_only_slash_commands_that_exist(self, page: Path) -> None:
        assert set(_SLASH.findall(read(page))) <= slash_words()

    def test_readme_shows_every_slash_command(self) -> None:
        assert {code.split()[1] for code in first_cells(README, "What you can type in Slack")} == slash_words()

    def test_changelog_names_every_slash_command_but_help(self) -> None:
        assert set(_SLASH.findall(read(ROOT / "CHANGELOG.md"))) >= slash_words() - {"help"}


class TestMake:
    @every_page
    def test_targets_exist(self, page: Path) -> None:
        targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
        typed = {code.split()[-1] for code in code_of(page) if code.startswith("make ")}
        assert typed <= targets

    def test_readme_names_every_target(self) -> None:
        targets = re.findall(r"^\.PHONY: (.+)$", read(ROOT / "Makefile"), re.MULTILINE)
        assert set(" ".join(targets).split()) <= {code.split()[-1] for code in code_of(README) if "make " in code}

    def test_demo_and_test_come_first(self) -> None:
        assert blocks_of(README)[:2] == ["make demo", "make test"]


class TestSlackManifest:
    def test_every_scope_is_explained(self) -> None:
        scopes = app_manifest()["oauth_config"]["scopes"]["bot"]
        assert set(scopes) <= set(first_cells(SLACK_PAGE, "What the bot may see"))

    def test_file_is_what_the_command_prints(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert read(ROOT / "manifest.yml") == Console(tmp_path, {}, capsys)("manifest").out


class TestTexts:
    @every_page
    def test_relative_links_resolve(self, page: Path) -> None:
        links = re.findall(r"\]\(([^)\s]+)\)", read(page))
        assert [one for one in links if "://" not in one and not (page.parent / one.partition("#")[0]).exists()] == []

    @every_page
    def test_files_that_are_named_exist(self, page: Path) -> None:
        named = [code for code in code_of(page) if code.startswith(_ROOMS) and "NAME" not in code]
        assert [path for path in named if not (ROOT / path).exists()] == []

    @every_text
    def test_nothing_is_about_one_machine_or_about_the_making(self, text: Path) -> None:
        machine = r"/home/|/root/|/work/|/tmp/|/Users/|[A-Z]:\\"
        making = r"pypi\.org|pythonhosted|npmjs|\bTODO\b|\bFIXME\b|\bfor now\b|\bcoming soon\b"
        assert re.findall(f"{machine}|{making}", read(text)) == []

    def test_changelog_names_this_version(self) -> None:
        version = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["version"]
        assert (
            re.findall(r"^## \[(\d.*?)\] - \d{4}-\d\d-\d\d$", read(ROOT / "CHANGELOG.md"), re.MULTILINE)[0] == version
        )

    def test_screenshot_loads_with_the_page(self) -> None:
        assert 10_000 < (ROOT / "docs" / "screenshot.png").stat().st_size < 250_000
