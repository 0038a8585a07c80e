from pathlib import Path
from typing import Any

import pytest

from sync.connectors.netsuite import build, connect
from sync.settings import SettingsError
from tests.sync.netsuite.conftest import SECRETS
from tests.sync.netsuite.wire import Wire


def environment(**more: str) -> dict[str, str]:
    return SECRETS | {"NETSUITE_ACCOUNT_ID": "TSTDRV1"} | more


# The order in which Tesorio's article names them.
ARTICLE = (
    "subsidiaries accounts exchange_rates contacts customers invoices payments credit_memos sales_orders notes messages"
).split()


class TestBuild:
    def test_an_installation_without_netsuite_has_no_source(self, tmp_path: Path) -> None:
        assert build({"SLACK_BOT_TOKEN": "x", "NETSUITE_ACCOUNT_ID": ""}, {}, tmp_path) is None

    def test_half_of_the_settings_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="NETSUITE_TOKEN_SECRET: is missing"):
            build({"NETSUITE_ACCOUNT_ID": "1"}, {}, tmp_path)

    async def test_rules_come_from_the_table(self, tmp_path: Path) -> None:
        rules: dict[str, Any] = {"concurrency": 3}
        source = build(environment(), rules, tmp_path)
        assert source is not None
        assert (source.name, await source.account()) == ("netsuite", "TSTDRV1")
        assert [name for name in source.streams if name in ARTICLE] == ARTICLE
        # Once all the rest is in.
        assert source.streams[-1] == "deletions"
        await source.close()


class TestConnect:
    def test_downloads_and_says_where_to(self, wire: Wire, tmp_path: Path) -> None:
        told = connect(environment(NETSUITE_SOAP_URL=f"{wire.url}/services"), {}, tmp_path)
        assert str(tmp_path / "netsuite" / "2025_2") in told
        assert (tmp_path / "netsuite" / "2025_2" / "netsuite.wsdl").is_file()

    def test_keeps_to_a_local_file(self, wire: Wire, tmp_path: Path) -> None:
        told = connect(environment(NETSUITE_WSDL="/opt/netsuite.wsdl"), {}, tmp_path)
        assert "/opt/netsuite.wsdl" in told
        assert wire.fetched == []
