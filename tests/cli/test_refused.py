"""`tesorio run` with settings that are wrong, or in a place that is taken: it ends with a sentence."""

import sqlite3

import pytest

from bot.root.data import only_one
from tests.cli.console import Console


class TestRefused:
    @pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
    def test_a_wrong_token_ends_it_with_a_sentence(self, filled: Console, name: str) -> None:
        ended = filled("run", **{name: filled.environment[name][:5] + "wrong"})
        assert (ended.code, ended.out) == (1, "")
        assert "Slack refused: invalid_auth. Run `tesorio doctor`." in ended.err
        assert "Traceback" not in ended.err

    def test_the_tokens_of_another_workspace_are_refused(self, filled: Console) -> None:
        with sqlite3.connect(filled.folder / "data" / "store.sqlite") as database:
            database.execute("INSERT OR REPLACE INTO facts (name, value) VALUES ('slack.team_id', 'T0OTHER')")
        database.close()
        ended = filled("run")
        assert ended.code == 1
        assert "this store belongs to workspace T0OTHER" in ended.err

    def test_a_folder_in_which_another_runs_is_refused(self, filled: Console) -> None:
        with only_one(filled.folder / "data"):
            ended = filled("run")
        assert ended.code == 1
        assert "another tesorio runs in data; stop it" in ended.err
