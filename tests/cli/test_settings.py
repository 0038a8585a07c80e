"""Settings from everywhere they may stand; wrong ones are named all at once, and secrets never shown."""

import json
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.rules import Rules
from bot.settings import settings_from
from tests.cli.console import Console

SECRET = "xoxb-canary-0123456789"


def setting(console: Console, name: str, **environment: str) -> str | None:
    rows = console("config", "show", "--json", **environment).json
    return next((row["value"] for row in rows if row["setting"] == name), None)


class TestMissing:
    def test_all_that_run_lacks_is_named_with_where_to_get_it(self, bare: Console) -> None:
        ended = bare("run")
        assert ended.code == 1
        assert "SLACK_BOT_TOKEN: is not set (starts with xoxb-; in your Slack app's settings" in ended.err
        assert "SLACK_APP_TOKEN: is not set (starts with xapp-;" in ended.err

    def test_malformed_and_missing_ones_of_every_system_come_at_once(self, bare: Console) -> None:
        (bare.folder / "tesorio.toml").write_text("[sync]\nstale_after_hours = 0\n")
        ended = bare(
            "run",
            TESORIO_TIMEZONE="Mars/Olympus",
            SLACK_BOT_TOKEN="not-a-token",
            NETSUITE_ACCOUNT_ID="a b",
            NETSUITE_TOKEN_SECRET_FILE="/nowhere",
        )
        assert ended.code == 1
        for name in (
            *("TESORIO_TIMEZONE", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "sync.stale_after_hours"),
            *("NETSUITE_TOKEN_SECRET_FILE", "NETSUITE_ACCOUNT_ID", "NETSUITE_CONSUMER_KEY"),
        ):
            assert ended.err.count(f"{name}:") == 1, ended.err
        assert "not-a-token" not in ended.err

    def test_doctor_says_the_same_and_fails(self, bare: Console) -> None:
        ended = bare("doctor", "--json", TESORIO_TIMEZONE="Mars")
        assert ended.code == 1
        assert {row["detail"].partition(":")[0] for row in ended.json} == {
            *("TESORIO_TIMEZONE", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN")
        }


class TestDatabase:
    @pytest.mark.parametrize(
        ("value", "told"),
        [
            ("mysql://ar@db/ar", "this database is not supported"),
            ("postgresql+asyncpg://ar:hush@db/ar?sslmode=disable&a=1", "no parameter is called a, sslmode; known are"),
            ("postgresql+asyncpg://ar:hush@db/ar?ssl=maybe", "the parameter ssl is one of disable, allow"),
            ("postgresql+asyncpg://ar:hush@db:port/ar", "this is not the address of a database"),
            ("sqlite+aiosqlite:///a.sqlite?mode=ro", "no parameter is called mode; there is none for SQLite"),
        ],
    )
    def test_an_address_that_cannot_be_meant_is_told(self, bare: Console, value: str, told: str) -> None:
        ended = bare("status", TESORIO_DATABASE_URL=value)
        assert ended.code == 1
        assert f"TESORIO_DATABASE_URL: {told}" in ended.err
        assert "hush" not in ended.err

    @pytest.mark.parametrize(
        ("asked", "other"),
        [
            ("ar:p%40ss@db:5433/ar?ssl=verify-full", "ar:p%40ss@db:5433/ar?sslmode=verify-full"),
            ("ar@/ar?host=%2Frun%2Fpostgresql", "ar@/ar?host=%2Frun%2Fpostgresql"),
            ("/ar?user=me&port=5433&host=db", "/ar?host=db&port=5433&user=me"),
        ],
    )
    def test_both_drivers_get_the_same_server(self, asked: str, other: str) -> None:
        settings = settings_from({"TESORIO_DATABASE_URL": f"postgresql+asyncpg://{asked}"}, Rules())
        told = make_url(settings.work_database_url)
        assert told == make_url(f"postgresql+psycopg://{other}")
        _, theirs = told.get_dialect()().create_connect_args(told)
        ours = make_url(settings.database_url)
        _, mine = ours.get_dialect()().create_connect_args(ours)
        for name in ("host", "port", "user", "password"):
            assert str(theirs.get(name)) == str(mine.get(name))


class TestPlaces:
    def test_the_environment_wins_over_the_file(self, bare: Console) -> None:
        (bare.folder / ".env").write_text("TESORIO_TIMEZONE=Europe/Paris\n")
        assert setting(bare, "TESORIO_TIMEZONE") == "Europe/Paris"
        assert setting(bare, "TESORIO_TIMEZONE", TESORIO_TIMEZONE="Asia/Tokyo") == "Asia/Tokyo"

    def test_a_file_may_hold_a_secret(self, bare: Console) -> None:
        (bare.folder / "token").write_text(f"{SECRET}\n")
        ended = bare("run", SLACK_BOT_TOKEN_FILE=str(bare.folder / "token"))
        assert "SLACK_BOT_TOKEN" not in ended.err
        assert "SLACK_APP_TOKEN" in ended.err

    def test_rules_may_stand_elsewhere(self, bare: Console, tmp_path: Path) -> None:
        (tmp_path / "other.toml").write_text("[display]\nlocale = 'fr_FR'\n")
        assert "fr_FR" in str(setting(bare, "tesorio.toml", TESORIO_CONFIG=str(tmp_path / "other.toml")))

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"[sync\n", "tesorio.toml: "),
            (b"\xff\xfe", "cannot be read"),
            (b"[sync]\nweekly = true\n", "sync.weekly"),
            (b"[sync]\ndaily_at = 'noon'\n", "sync.daily_at"),
            (b"[display]\nlocale = 'xx_YY'\n", "no locale is called"),
        ],
    )
    def test_rules_that_cannot_be_meant_are_told(self, bare: Console, content: bytes, told: str) -> None:
        (bare.folder / "tesorio.toml").write_bytes(content)
        ended = bare("status")
        assert ended.code == 1
        assert told in ended.err

    def test_a_table_of_no_connector_is_told(self, bare: Console) -> None:
        (bare.folder / "tesorio.toml").write_text("[netsweet]\npage_size = 5\n")
        ended = bare("sync", "netsuite")
        assert ended.code == 1
        assert "nothing is called [netsweet]" in ended.err

    def test_an_env_file_that_is_no_text_is_told(self, bare: Console) -> None:
        (bare.folder / ".env").write_bytes(b"\xff\xfe\x00")
        ended = bare("status")
        assert ended.code == 1
        assert ".env cannot be read" in ended.err


class TestShow:
    def test_no_secret_is_shown(self, console: Console) -> None:
        (console.folder / "tesorio.toml").write_text(
            "[netsuite]\npage_size = 50\nconsumer_secret = 'in-the-wrong-file'\n"
        )
        database = f"postgresql+asyncpg://ar:{SECRET}@db.example/ar"
        for options in ((), ("--json",)):
            ended = console("config", "show", *options, TESORIO_SECRET_KEYS=SECRET, TESORIO_DATABASE_URL=database)
            assert ended.code == 0
            hidden = [value for name, value in console.environment.items() if "SECRET" in name or "TOKEN" in name]
            for secret in (*hidden, SECRET, "in-the-wrong-file"):
                assert secret not in ended.out
        rows = {row["setting"]: row["value"] for row in ended.json}
        assert rows["TESORIO_DATABASE_URL"] == "postgresql+asyncpg://*****@db.example/ar"
        assert rows["SLACK_BOT_TOKEN"] == "*****"
        assert json.loads(rows["tesorio.toml"])["netsuite"]["page_size"] == 50
