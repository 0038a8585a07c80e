"""`tesorio match` and the lines of `tesorio status`: accounts of a CRM and customers, told to people."""

import asyncio
from pathlib import Path

import pytest

from bot.cli.shell import print_table, say
from store.account_figures import SentFigures, keep_sent
from store.crm.rules import CrmRules
from store.db import Store, sqlite_url
from tests.cli.console import Console
from tests.store.make import make_customer, save
from tests.store.make_crm import account_id, make_account, sf_id, tesorio_rules, with_rules


async def fill(folder: Path, rules: CrmRules) -> None:
    """Three customers: one with an account that has another telephone number, one with two, one with none."""
    store = Store(sqlite_url(folder / "data" / "store.sqlite"))
    try:
        await with_rules(store, rules)
        await save(store, *(make_customer(str(number), name="<!here> Inc", phone="1") for number in range(1, 4)))
        await save(store, make_account(1, key="1", name="<!HERE> Inc", phone="2"))
        await save(store, make_account(21, key="2"), make_account(22, key="2"), make_account(9, key="99"))
    finally:
        await store.close()


async def fail_figures(folder: Path) -> None:
    store = Store(sqlite_url(folder / "data" / "store.sqlite"))
    sent = SentFigures(
        account_id=account_id(1),
        source_id=sf_id(1),
        system="salesforce",
        values_json="{}",
        failure="FIELD_INTEGRITY_EXCEPTION: no",
    )
    try:
        async with store.write() as conn:
            await keep_sent(conn, [sent])
    finally:
        await store.close()


@pytest.fixture
def connected(upgraded: Console) -> Console:
    """A console of an installation whose CRM has been read."""
    asyncio.run(fill(upgraded.folder, tesorio_rules()))
    return upgraded


class TestTerminal:
    def test_obeys_nothing_that_another_system_wrote(self, capsys: pytest.CaptureFixture[str]) -> None:
        print_table("Matched", [{"customer": "Acme\x1b[2J\x9b2J"}])
        say("refused: \x1b]0;Acme\x07")
        told = capsys.readouterr().out

        assert not {"\x1b", "\x9b", "\x07"} & set(told)
        assert "Acme" in told


class TestMatch:
    def test_lists_all_of_it(self, connected: Console) -> None:
        found = connected("match", "salesforce", "--json").json

        assert (found["figures"]["matched"], found["figures"]["ambiguous"], found["figures"]["unmatched"]) == (1, 2, 1)
        assert found["matched"][0]["account_id"] == sf_id(1)
        assert found["ambiguous"] == [{"key": "2", "accounts": "Account 21, Account 22", "customers": "<!here> Inc"}]
        assert found["unmatched"] == [{"account_id": sf_id(9), "key": "99"}]
        assert [(each["field"], each["erp"], each["crm"]) for each in found["conflicts"]] == [("phone", "1", "2")]

    def test_says_what_to_do(self, connected: Console) -> None:
        told = connected("match", "salesforce").out

        assert "Account 21, Account 22" in told
        assert "Salesforce: 2 accounts are ambiguous and used for nobody: correct the keys over there" in told

    def test_another_name_is_none(self, connected: Console) -> None:
        ended = connected("match", "netsuite")

        assert ended.code == 1
        assert "no CRM called netsuite is connected here; there is salesforce" in ended.err


class TestStatus:
    def test_has_a_line_each(self, connected: Console) -> None:
        told = connected("status").out

        assert "Salesforce: 1 of 3 customers have an account; see `tesorio match salesforce`" in told
        assert "Salesforce: 1 field on which the ERP and the CRM differ: keep or accept them in Slack's Home" in told

    def test_names_an_account_that_did_not_take_its_figures(self, connected: Console) -> None:
        asyncio.run(fail_figures(connected.folder))

        told = connected("status").out
        assert "Salesforce: 1 account did not take the customer's figures" in told
        assert f"{sf_id(1)}, FIELD_INTEGRITY_EXCEPTION: no" in told

    def test_says_that_no_key_is_named(self, bare: Console) -> None:
        assert bare("db", "upgrade").code == 0
        asyncio.run(fill(bare.folder, tesorio_rules(account_field="")))

        assert "nothing is matched yet: choose in «Connect Salesforce» on an admin's Home" in bare("status").out
        assert bare("status", "--json").json["crm"]
