"""Looking after the installation: status, doctor, the schema, the manifest."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest
import yaml

from store.checkups import last_checkup
from store.db import Store, sqlite_url
from sync.connectors.netsuite.streams import STREAMS
from tests.cli.console import Console

ROOT = Path(__file__).parents[2]

# Files of invoices are off unless the settings want them.
FILES = "files"


class TestStatus:
    def test_an_empty_installation(self, bare: Console) -> None:
        assert bare("db", "upgrade").code == 0
        assert bare("status", "--json").json == {
            "slack_workspace": None,
            "slack_team_id": None,
            "slack_user": None,
            "slack_shut": None,
            "accounts": 0,
            "sources": [],
            "runs": [],
            "quarantined": [],
            "quarantined_in_all": 0,
            "tie_outs": [],
            "differences": [],
            "crm": [],
            "deliveries": [],
        }
        assert "not connected yet" in bare("status").out

    def test_after_a_sync_it_says_how_fresh(self, filled: Console) -> None:
        found = filled("status", "--json").json
        assert {each["stream"] for each in found["sources"]} == set(STREAMS) - {FILES}
        assert {(each["source"], each["stale"]) for each in found["sources"]} == {("netsuite", "no")}
        assert {run["outcome"] for run in found["runs"]} == {"ok"}
        assert "invoices" in filled("status").out

    def test_a_failed_run_is_there_with_its_reason(self, filled: Console) -> None:
        filled("sync", "netsuite", "--stream", "customers", NETSUITE_TOKEN_SECRET="wrong")
        runs = filled("status", "--json").json["runs"]
        [failed] = [run for run in runs if run["outcome"] == "failed"]
        assert failed["stream"] == "customers"
        assert "refused our credentials" in failed["error"]


def checks(found: list[Any]) -> dict[str, str]:
    return {row["check"]: row["ok"] for row in found}


def ailing(console: Console) -> list[str] | None:
    """What the store has of the last look at everything; None when there was none."""

    async def read() -> list[str] | None:
        store = Store(sqlite_url(console.folder / "data" / "store.sqlite"))
        try:
            async with store.read() as conn:
                last = await last_checkup(conn)
        finally:
            await store.close()
        return None if last is None else [each.check for each in last.ailments]

    return asyncio.run(read())


class TestDoctor:
    def test_all_is_well(self, filled: Console) -> None:
        ended = filled("doctor", "--json")
        assert ended.code == 0, ended.out
        assert set(checks(ended.json).values()) == {"yes"}
        assert {"database", "slack bot token", "slack app token", "login", "customers", "invoices"} <= set(
            checks(ended.json)
        )

    def test_what_is_wrong_fails_it_and_says_what_to_do(self, filled: Console) -> None:
        ended = filled("doctor", "--json", SLACK_BOT_TOKEN="xoxb-wrong", NETSUITE_TOKEN_SECRET="wrong")
        assert ended.code == 1
        found = checks(ended.json)
        assert (found["slack bot token"], found["slack app token"], found["login"]) == ("NO", "yes", "NO")
        assert all(row["remedy"] for row in ended.json if row["ok"] == "NO")
        assert filled("doctor", SLACK_BOT_TOKEN="xoxb-wrong").code == 1

    def test_what_is_set_is_not_missing_where_something_else_is_malformed(self, filled: Console) -> None:
        for asked in (("doctor",), ("doctor", "netsuite")):
            ended = filled(*asked, "--json", NETSUITE_TIMEZONE="Mars/Olympus")
            assert ended.code == 1
            assert [row["detail"].partition(":")[0] for row in ended.json] == ["NETSUITE_TIMEZONE"]

    def test_home_is_told_what_it_found_last(self, filled: Console) -> None:
        filled("doctor", "slack", SLACK_BOT_TOKEN="xoxb-wrong")
        assert ailing(filled) is None
        filled("doctor", SLACK_BOT_TOKEN="xoxb-wrong")
        assert ailing(filled) == ["slack bot token"]
        filled("doctor")
        assert ailing(filled) == []

    def test_one_part_may_be_asked_about(self, filled: Console) -> None:
        assert list(checks(filled("doctor", "database", "--json").json)) == ["database", "outbox"]
        assert filled("doctor", "slack", "--json", NETSUITE_TOKEN_SECRET="wrong").code == 0
        ended = filled("doctor", "invoiced")
        assert ended.code == 1
        assert "invoiced is not set up here; there is database, mail, netsuite, salesforce, slack" in ended.err

    def test_an_unreachable_slack_is_a_finding(self, filled: Console) -> None:
        ended = filled("doctor", "slack", "--json", SLACK_API_URL="http://127.0.0.1:9/api/")
        assert ended.code == 1
        assert checks(ended.json) == {"slack bot token": "NO", "slack app token": "NO"}

    def test_a_data_folder_that_is_none_is_a_finding(self, filled: Console) -> None:
        (filled.folder / "file").touch()
        ended = filled("doctor", "database", "--json", TESORIO_DATA_DIR=str(filled.folder / "file"))
        assert ended.code == 1
        assert checks(ended.json) == {"database": "NO"}


class TestSchema:
    def test_is_made_and_checked(self, bare: Console) -> None:
        assert bare("db", "check").code == 1
        assert bare("db", "upgrade").code == 0
        assert bare("db", "check").code == 0
        assert bare("db", "upgrade").code == 0

    def test_a_newer_one_is_refused_untouched_by_every_command(self, filled: Console) -> None:
        file = filled.folder / "data" / "store.sqlite"
        with sqlite3.connect(file) as database:
            database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.close()
        for arguments in (("db", "check"), ("db", "upgrade"), ("status",), ("run",), ("find", "invoice", "1")):
            ended = filled(*arguments)
            assert ended.code == 1, arguments
            assert "made by a newer version of this program" in ended.err
        with sqlite3.connect(file) as database:
            assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]
        database.close()


class TestWrongFolder:
    @pytest.mark.parametrize(
        "words",
        ["status", "db check", "users list", "users remove a@b.co", "users role a@b.co admin", "find invoice 1"],
    )
    def test_those_who_only_look_say_so_and_make_nothing(self, bare: Console, words: str) -> None:
        ended = bare(*words.split())
        assert (ended.code, ended.out) == (1, "")
        assert "there is no store in data yet; the first `tesorio run` or sync makes it" in ended.err
        assert "Or set TESORIO_DATA_DIR" in ended.err
        assert "Traceback" not in ended.err
        assert list(bare.folder.iterdir()) == []

    def test_an_empty_file_is_no_store_either(self, bare: Console) -> None:
        (bare.folder / "data").mkdir()
        (bare.folder / "data" / "store.sqlite").touch()
        assert "there is no store in data yet" in bare("status").err
        assert (bare.folder / "data" / "store.sqlite").stat().st_size == 0

    def test_an_account_may_be_the_first_thing(self, bare: Console) -> None:
        assert bare("users", "add", "ana@meridian.example").code == 0
        assert bare("status", "--json").json["accounts"] == 1


class TestManifest:
    def test_the_file_at_the_root_is_its_output(self, bare: Console) -> None:
        assert (ROOT / "manifest.yml").read_text(encoding="utf-8") == bare("manifest").out

    def test_for_http_it_names_the_address_that_slack_posts_to(self, bare: Console) -> None:
        manifest = yaml.safe_load(bare("manifest", "--http", "https://tesorio.example/").out)
        url, settings = "https://tesorio.example/slack/events", manifest["settings"]
        assert settings["socket_mode_enabled"] is False
        assert settings["event_subscriptions"]["request_url"] == url
        assert (settings["interactivity"]["request_url"], settings["interactivity"]["message_menu_options_url"]) == (
            url,
            url,
        )
        assert [command["url"] for command in manifest["features"]["slash_commands"]] == [url]
        plain = yaml.safe_load(bare("manifest").out)
        assert manifest["oauth_config"] == plain["oauth_config"]
        assert "request_url" not in str(plain)

    def test_for_http_an_address_that_slack_would_not_take_is_refused(self, bare: Console) -> None:
        ended = bare("manifest", "--http", "http://tesorio.example")
        assert ended.code == 1
        assert "https:// addresses only" in ended.err
