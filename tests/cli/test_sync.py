"""`connect` and `sync` against a real service: what was read, what was not, and why not."""

from pathlib import Path

import pytest

from sync.connectors.netsuite.streams import STREAMS
from tests.cli.console import Console

DEAD = {"NETSUITE_SOAP_URL": "http://127.0.0.1:9/services/NetSuitePort_2025_2"}
IMPATIENT = "[netsuite]\nretry_attempts = 1\n"

# Files of invoices are off unless the settings want them.
FILES = "files"


class TestSync:
    def test_the_second_time_nothing_has_changed(self, filled: Console) -> None:
        # Other tests have written to the account meanwhile.
        filled("sync", "netsuite")
        runs = filled("sync", "netsuite", "--full", "--json").json
        assert tuple(run["stream"] for run in runs) == tuple(each for each in STREAMS if each != FILES)
        for run in runs:
            assert run["outcome"] == "ok"
            assert (run["inserted"], run["changed"], run["quarantined"]) == (0, 0, 0)
        assert {run["stream"] for run in runs if run["unchanged"]} >= {"customers", "invoices", "payments", "balances"}

    def test_one_stream_may_be_chosen(self, filled: Console) -> None:
        ended = filled("sync", "netsuite", "--stream", "customers", "--json")
        assert [run["stream"] for run in ended.json] == ["customers"]
        assert "customers" in filled("sync", "netsuite", "--stream", "customers").out

    def test_a_stream_that_is_none_is_said_with_those_that_are(self, filled: Console) -> None:
        ended = filled("sync", "netsuite", "--stream", "orders")
        assert ended.code == 1
        assert (
            f"netsuite has no stream orders; it has {', '.join(each for each in STREAMS if each != FILES)}" in ended.err
        )

    @pytest.mark.parametrize("name", ["netsuite", "salesforce"])
    def test_a_source_that_is_not_set_up_is_said(self, bare: Console, name: str) -> None:
        ended = bare("sync", name)
        assert ended.code == 1
        assert f"{name} is not set up here" in ended.err

    def test_without_its_wsdl_it_says_what_to_run(self, console: Console) -> None:
        ended = console("sync", "netsuite")
        assert ended.code == 1
        assert "tesorio connect netsuite" in ended.err

    def test_an_unreachable_service_is_said(self, filled: Console) -> None:
        (filled.folder / "tesorio.toml").write_text(IMPATIENT)
        ended = filled("sync", "netsuite", **DEAD)
        assert ended.code == 1
        assert "The system could not be reached" in ended.err
        assert "failed" in ended.out
        assert "Traceback" not in ended.err

    @pytest.mark.parametrize("name", ["NETSUITE_TOKEN_SECRET", "NETSUITE_CONSUMER_SECRET", "NETSUITE_TOKEN_ID"])
    def test_a_wrong_signature_or_token_is_said(self, filled: Console, name: str) -> None:
        ended = filled("sync", "netsuite", **{name: "wrong"})
        assert ended.code == 1
        assert "The system refused our credentials" in ended.err
        assert "wrong" not in ended.err.replace("wrongly", "")


class TestRights:
    def test_what_it_makes_is_for_this_user_alone(self, synced: Path) -> None:
        made = [*(synced / "data").glob("store.sqlite*"), *(synced / "data" / "index").rglob("*")]
        assert len(made) > 2
        assert [path for path in made if path.stat().st_mode & 0o077] == []


class TestConnect:
    def test_tests_the_login_and_says_what_is_next(self, console: Console) -> None:
        ended = console("connect", "netsuite")
        assert ended.code == 0
        assert "ok  login" in ended.out
        assert "Next: `tesorio sync netsuite`, then `tesorio run`." in ended.out
        again = console("connect", "netsuite")
        assert again.code == 0

    def test_a_wrong_token_fails_it(self, console: Console) -> None:
        ended = console("connect", "netsuite", NETSUITE_TOKEN_SECRET="wrong")
        assert ended.code == 1
        assert "NOT login" in ended.out
        assert "Next:" not in ended.out

    def test_an_unreachable_host_fails_it(self, console: Console) -> None:
        ended = console("connect", "netsuite", NETSUITE_WSDL="http://127.0.0.1:9/wsdl/v2025_2_0/netsuite.wsdl")
        assert ended.code == 1
        assert ended.err.startswith("tesorio: ")
        assert "Traceback" not in ended.err
