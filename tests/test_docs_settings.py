"""Settings and rules: the examples and the pages name what the program reads, with its defaults."""

import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from dotenv import dotenv_values
from pydantic import BaseModel

from bot.rules import Rules
from bot.settings import Settings, load_settings, settings_from
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.registry import CONNECTORS
from tests.pages import PAGES, README, ROOT, code_of, first_cells, read

ENV_EXAMPLE = ROOT / ".env.example"
RULES_EXAMPLE = ROOT / "tesorio.toml.example"
# Read before there are settings, so no field of theirs.
_CONFIG = "TESORIO_CONFIG"
_LINE = re.compile(r"#?([A-Z][A-Z0-9_]+)=(.*)")
_NAME = re.compile(r"(?:TESORIO|SLACK|NETSUITE|SALESFORCE)_[A-Z_]*[A-Z]")
_MADE_UP = dict.fromkeys(
    "NETSUITE_CONSUMER_KEY NETSUITE_CONSUMER_SECRET NETSUITE_TOKEN_ID NETSUITE_TOKEN_SECRET".split(), "made-up"
) | {"NETSUITE_ACCOUNT_ID": "1234567"}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def aliases(model: type[BaseModel]) -> set[str]:
    return {field.alias for field in model.model_fields.values() if field.alias}


def connector_models() -> Iterator[tuple[str, type[BaseModel]]]:
    """Every connector with its settings: the model with environment names in its module `settings`."""
    for name in CONNECTORS:
        members = vars(import_module(f"sync.connectors.{name}.settings")).values()
        models = (one for one in members if isinstance(one, type) and issubclass(one, BaseModel))
        yield from ((name, model) for model in models if aliases(model))


def settings_read() -> set[str]:
    return aliases(Settings).union({_CONFIG}, *(aliases(model) for _, model in connector_models()))


def example_settings() -> list[tuple[str, str, str]]:
    """Each setting of .env.example: the line above it, its name, its value."""
    lines = read(ENV_EXAMPLE).splitlines()
    pairs = zip(["", *lines], lines, strict=False)
    return [(above, found[1], found[2]) for above, line in pairs if (found := _LINE.fullmatch(line))]


def example_rules() -> dict[str, Any]:
    return tomllib.loads(read(RULES_EXAMPLE))


def rules_named(table: str) -> set[str]:
    """The rules of a table of the example, with those that have no default and stand behind a #."""
    section = read(RULES_EXAMPLE).split(f"[{table}]\n")[1].split("\n[")[0]
    return set(re.findall(r"^(?:# )?([a-z_]+) = ", section, re.MULTILINE))


def netsuite_settings(environment: dict[str, str], rules: dict[str, Any]) -> NetSuiteSettings:
    return NetSuiteSettings.from_mapping(_MADE_UP | environment, rules)


def salesforce_settings(environment: dict[str, str], rules: dict[str, Any]) -> SalesforceSettings:
    made_up = dict.fromkeys(("SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET"), "made-up")
    return SalesforceSettings.from_mapping({"SALESFORCE_DOMAIN": "acme.my"} | made_up | environment, rules)


class TestEnvironment:
    def test_example_names_what_the_program_reads_and_nothing_else(self) -> None:
        assert sorted(name for _, name, _ in example_settings()) == sorted(settings_read())

    def test_every_setting_has_a_comment_above_it(self) -> None:
        assert [name for above, name, _ in example_settings() if not re.match(r"# \S", above)] == []

    def test_example_as_it_is_sets_nothing(self, tmp_path: Path) -> None:
        assert {name: value for name, value in dotenv_values(ENV_EXAMPLE).items() if value} == {}
        (tmp_path / ".env").write_text(read(ENV_EXAMPLE), encoding="utf-8")
        assert load_settings({}, folder=tmp_path) == settings_from({}, Rules())

    def test_values_behind_a_hash_are_the_defaults(self) -> None:
        shown = {name: value for _, name, value in example_settings() if value}
        assert len(shown) > 3
        ours = settings_from(shown, Rules()).model_dump(exclude={"environment"})
        assert ours == settings_from({}, Rules()).model_dump(exclude={"environment"})
        assert netsuite_settings(shown, {}) == netsuite_settings({}, {})
        assert salesforce_settings(shown, {}) == salesforce_settings({}, {})

    def test_config_names_the_rules(self, tmp_path: Path) -> None:
        rules = tmp_path / "rules.toml"
        rules.write_text("[sync]\nstale_after_hours = 5\n", encoding="utf-8")
        assert load_settings({_CONFIG: str(rules)}, folder=tmp_path / "elsewhere").rules.sync.stale_after_hours == 5

    def test_readme_table_names_the_same_settings(self) -> None:
        assert sorted(first_cells(README, "Settings")) == sorted(settings_read())

    @every_page
    def test_pages_name_only_settings_that_are_read(self, page: Path) -> None:
        named = {found[0] for code in code_of(page) if (found := _NAME.match(code)) and "…" not in code}
        assert {name.removesuffix("_FILE") for name in named} <= settings_read()


class TestRules:
    def test_example_parses_into_exactly_the_defaults(self) -> None:
        rules = Rules.model_validate(example_rules())
        assert (rules.sync, rules.display, rules.slack) == (Rules().sync, Rules().display, Rules().slack)
        assert netsuite_settings({}, dict(rules.connector("netsuite"))) == netsuite_settings({}, {})
        assert salesforce_settings({}, dict(rules.connector("salesforce"))) == salesforce_settings({}, {})

    def test_example_has_every_table(self) -> None:
        assert set(example_rules()) == {*Rules.model_fields, *CONNECTORS}

    def test_example_lists_every_rule(self) -> None:
        for table, value in Rules():
            assert rules_named(table) == set(type(value).model_fields)
        for table, model in connector_models():
            assert rules_named(table) == {name for name, field in model.model_fields.items() if not field.alias}

    @every_page
    def test_pages_name_only_rules_that_exist(self, page: Path) -> None:
        for table, rule in re.findall(r"`\[([a-z]+)\] ([a-z_]+)", read(page)):
            assert rule in rules_named(table)
