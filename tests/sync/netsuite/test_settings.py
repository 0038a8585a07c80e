from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sync.connectors.netsuite import NetSuiteSettings
from sync.settings import SettingsError
from tests.sync.netsuite.conftest import SECRETS


def settings(rules: dict[str, Any] | None = None, **env: str) -> NetSuiteSettings:
    return NetSuiteSettings.from_mapping(SECRETS | {"NETSUITE_ACCOUNT_ID": "1234567_SB1"} | env, rules or {})


def problems(rules: dict[str, Any] | None = None, **env: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        settings(rules, **env)
    return caught.value.problems


class TestFromMapping:
    def test_names_every_missing_setting_at_once_and_where_to_get_it(self) -> None:
        with pytest.raises(SettingsError) as caught:
            NetSuiteSettings.from_mapping({"NETSUITE_TOKEN_ID": "  "}, {})
        named = [problem.partition(":")[0] for problem in caught.value.problems]
        assert sorted(named) == sorted(["NETSUITE_ACCOUNT_ID", *SECRETS])
        assert "Access Tokens" in str(caught.value)

    def test_names_a_wrong_rule_with_its_table(self) -> None:
        (problem,) = problems({"page_size": 2000})
        assert problem.startswith("[netsuite] page_size: ")
        assert "1000" in problem

    def test_names_a_stream_that_suiteql_does_not_have(self) -> None:
        (problem,) = problems({"suiteql": ["notes", "customers"]})
        assert problem.startswith("[netsuite] suiteql: «notes» cannot be read by SuiteQL, but subsidiaries, ")

    @pytest.mark.parametrize(
        "rules",
        [{"page_size": 4}, {"concurrency": 0}, {"unheard_of": 1}, {"currency": "usd"}, {"customer_stages": []}],
    )
    def test_refuses_rules_out_of_range(self, rules: dict[str, Any]) -> None:
        assert len(problems(rules)) == 1

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("NETSUITE_TIMEZONE", "Mars/Olympus"),
            ("NETSUITE_TIMEZONE", "../etc/passwd"),
            ("NETSUITE_ENDPOINT_VERSION", "2025.2"),
            ("NETSUITE_SOAP_URL", "ftp://host/"),
            ("NETSUITE_SOAP_URL", "https://user:pass@host/"),
            ("NETSUITE_SOAP_URL", "https://evil.example/#.suitetalk.api.netsuite.com"),
            ("NETSUITE_SOAP_URL", "https://evil.example\\@suitetalk.api.netsuite.com/"),
            ("NETSUITE_ACCOUNT_ID", "127.0.0.1#"),
            ("NETSUITE_ACCOUNT_ID", "x@evil"),
            ("NETSUITE_ACCOUNT_ID", "evil.example/"),
        ],
    )
    def test_refuses_malformed_values_without_repeating_them(self, name: str, value: str) -> None:
        (problem,) = problems(None, **{name: value})
        assert problem.startswith(f"{name}: ")
        assert value not in problem

    def test_ignores_other_variables(self) -> None:
        assert settings(None, PATH="/bin").account_id == "1234567_SB1"

    def test_shows_no_secret(self) -> None:
        shown = repr(settings()) + str(settings())
        assert "-secret" not in shown


class TestAddresses:
    def test_come_from_the_account_id(self) -> None:
        made = settings(None, NETSUITE_ACCOUNT_ID="1234567-sb1")
        assert made.credentials.account == "1234567_SB1"
        assert made.soap_address == "https://1234567-sb1.suitetalk.api.netsuite.com/services/NetSuitePort_2025_2"
        assert made.wsdl_address == "https://1234567-sb1.suitetalk.api.netsuite.com/wsdl/v2025_2_0/netsuite.wsdl"
        assert made.app_address == "https://1234567-sb1.app.netsuite.com"

    def test_may_be_set_to_another_server_and_port(self) -> None:
        made = settings(None, NETSUITE_SOAP_URL="http://127.0.0.1:8999/services/x", NETSUITE_ENDPOINT_VERSION="2023_2")
        assert made.soap_address == "http://127.0.0.1:8999/services/x"
        assert made.wsdl_address == "http://127.0.0.1:8999/wsdl/v2023_2_0/netsuite.wsdl"

    def test_take_a_wsdl_on_disk_or_on_the_net(self) -> None:
        on_disk = settings(None, NETSUITE_WSDL="schemas/netsuite.wsdl")
        assert on_disk.wsdl_file == Path("schemas/netsuite.wsdl")
        on_net = settings(None, NETSUITE_WSDL="https://host/netsuite.wsdl")
        assert (on_net.wsdl_file, on_net.wsdl_address) == (None, "https://host/netsuite.wsdl")


class TestDefaults:
    def test_suit_a_shared_account(self) -> None:
        made = settings()
        assert (made.page_size, made.concurrency, made.timezone) == (200, 2, "America/Los_Angeles")
        assert made.overlap > made.lag > timedelta()
