"""Settings of the two ways to Slack, and what status and doctor say when Slack has shut us out."""

import sqlite3

import pytest

from bot.rules import Rules
from bot.settings import SettingsError, settings_from
from tests.cli.console import Console

HTTP = {"TESORIO_SLACK_MODE": "http"}
SECRET = {"SLACK_SIGNING_SECRET": "made-up-signing-secret"}


class TestHttp:
    def test_wants_the_signing_secret_and_no_app_token(self, bare: Console) -> None:
        ended = bare("run", **HTTP)
        assert ended.code == 1
        assert "SLACK_SIGNING_SECRET: is not set (Basic Information, App Credentials" in ended.err
        assert "SLACK_APP_TOKEN" not in ended.err

    def test_listens_on_this_machine_unless_told_otherwise(self) -> None:
        assert settings_from({}, Rules()).http_address is None
        assert settings_from(HTTP, Rules()).http_address == ("127.0.0.1", 8080)
        address = {"TESORIO_HTTP_ADDRESS": "[::1]:9"}
        assert settings_from(address, Rules()).http_address == ("::1", 9)

    @pytest.mark.parametrize("value", ["8080", "127.0.0.1", ":80", "localhost:http", "localhost:65536"])
    def test_an_address_that_is_none_is_told(self, value: str) -> None:
        with pytest.raises(SettingsError) as caught:
            settings_from({"TESORIO_HTTP_ADDRESS": value}, Rules())
        assert caught.value.problems == (
            "TESORIO_HTTP_ADDRESS: this is not a host and a port (such as 127.0.0.1:8080)",
        )

    def test_doctor_asks_for_no_socket(self, filled: Console) -> None:
        found = filled("doctor", "slack", "--json", **HTTP, **SECRET)
        assert found.code == 0, found.out
        checks = {row["check"] for row in found.json}
        assert "slack request URL" in checks
        assert "slack app token" not in checks
        assert "made-up" not in found.out

    def test_the_secret_is_shown_as_stars(self, bare: Console) -> None:
        shown = bare("config", "show", **HTTP, **SECRET).out
        assert "SLACK_SIGNING_SECRET" in shown
        assert "made-up" not in shown


class TestShutOut:
    def test_status_says_so_and_what_to_do(self, bare: Console) -> None:
        bare("db", "upgrade")
        with sqlite3.connect(bare.folder / "data" / "store.sqlite") as database:
            database.execute("INSERT INTO facts VALUES ('slack.shut', 'app_uninstalled 2026-11-22T09:00:00+00:00')")
        database.close()
        told = bare("status").out
        assert "Slack has shut us out: app_uninstalled 2026-11-22T09:00:00+00:00" in told
        assert "put its new token into SLACK_BOT_TOKEN" in told
