"""`tesorio connect slack`: the tokens tested, the installation connected to their workspace, and to no other after."""

import json
import sqlite3

from sandbox.slack.seed import TEAM_ID, TEAM_NAME
from tests.cli.console import Console
from tests.cli.test_odd_slack import answering

_OTHER = {
    "ok": True,
    "team": "Northwind",
    "team_id": "T0NORTHWND",
    "user": "tesorio",
    "user_id": "U0OTHER",
    "bot_id": "B0OTHER",
    "url": "ws://127.0.0.1:9/",
}


def connected_to(console: Console) -> tuple[str | None, str | None, str | None]:
    found = console("status", "--json").json
    return found["slack_team_id"], found["slack_workspace"], found["slack_user"]


def move_to(console: Console, team_id: str) -> None:
    """The store as it is after it was connected to another workspace."""
    with sqlite3.connect(console.folder / "data" / "store.sqlite") as database:
        database.execute("UPDATE facts SET value = ? WHERE name = 'slack.team_id'", (team_id,))
    database.close()


class TestConnectSlack:
    def test_connects_and_says_to_whom_as_whom_and_what_comes_next(self, console: Console) -> None:
        ended = console("connect", "slack")
        assert ended.code == 0, ended.err
        assert f"Connected to Slack workspace {TEAM_NAME} ({TEAM_ID}) as tesorio." in ended.out
        assert "ok  slack bot token" in ended.out
        assert "ok  slack app token" in ended.out
        assert "`tesorio users add EMAIL --role admin` for yourself, then `tesorio run`" in ended.out
        assert connected_to(console) == (TEAM_ID, TEAM_NAME, "tesorio")
        assert f"Slack: connected to {TEAM_NAME} ({TEAM_ID}) as tesorio\n" in console("status").out

    def test_asks_for_no_admin_where_there_is_one(self, console: Console) -> None:
        console("users", "add", "chloe@meridian.example", "--role", "admin")
        assert "Next: `tesorio run`" in console("connect", "slack").out

    def test_again_changes_nothing(self, console: Console) -> None:
        assert console("connect", "slack").code == 0
        assert console("connect", "slack").code == 0
        assert connected_to(console) == (TEAM_ID, TEAM_NAME, "tesorio")

    def test_a_refused_token_connects_nothing(self, console: Console) -> None:
        for wrong in ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, {"SLACK_APP_TOKEN": "xapp-wrong"}):
            ended = console("connect", "slack", **wrong)
            assert ended.code == 1
            assert "NOT slack" in ended.out
            assert "invalid_auth" in ended.out
        assert not (console.folder / "data").exists()

    def test_missing_scopes_are_named_and_connect_nothing(self, console: Console) -> None:
        with answering(200, "application/json", json.dumps(_OTHER).encode()) as url:
            ended = console("connect", "slack", SLACK_API_URL=url)
        assert ended.code == 1
        assert "missing scopes: " in ended.out
        assert "chat:write" in ended.out
        assert "Update the app from manifest.yml" in ended.out
        assert not (console.folder / "data").exists()

    def test_without_tokens_it_says_which(self, bare: Console) -> None:
        ended = bare("connect", "slack")
        assert ended.code == 1
        assert "SLACK_BOT_TOKEN is not set: starts with xoxb-" in ended.out
        assert "SLACK_APP_TOKEN is not set: starts with xapp-" in ended.out


class TestAnotherWorkspace:
    def test_its_tokens_are_refused_everywhere(self, console: Console) -> None:
        console("connect", "slack")
        move_to(console, "T0FIRST")
        ended = console("connect", "slack")
        assert ended.code == 1
        assert f"connected to workspace T0FIRST, the tokens belong to {TEAM_NAME} ({TEAM_ID})" in ended.out
        for command in (("run",), ("users", "link", "ana@meridian.example")):
            console("users", "add", "ana@meridian.example")
            refused = console(*command)
            assert refused.code == 1
            assert "T0FIRST" in refused.err
        [row] = [row for row in console("doctor", "slack", "--json").json if row["check"] == "slack workspace"]
        assert (row["ok"], "TESORIO_DATA_DIR" in row["remedy"]) == ("NO", True)
        assert connected_to(console)[0] == "T0FIRST"


class TestDoctor:
    def test_says_to_whom_and_as_whom(self, console: Console) -> None:
        def told() -> str:
            rows = console("doctor", "slack", "--json").json
            return next(str(row["detail"]) for row in rows if row["check"] == "slack workspace")

        assert told().startswith("not connected yet")
        assert "not connected yet" in console("doctor", "slack").out
        console("connect", "slack")
        assert told() == f"connected to {TEAM_NAME} ({TEAM_ID}) as tesorio"
