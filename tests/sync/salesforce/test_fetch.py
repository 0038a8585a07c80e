import pytest

from sandbox.salesforce import hands
from sync.connectors.salesforce.soql import Condition, Query
from sync.errors import ReauthoriseError, RejectedError, SourceError
from tests.contract.source_contract import read
from tests.sync.salesforce.bench import SalesforceBench
from tests.sync.salesforce.reading import account
from tests.sync.salesforce.test_soql import HOSTILE


class TestAsking:
    @pytest.mark.parametrize("text", HOSTILE[:6])
    async def test_a_hostile_text_finds_itself_alone(self, bench: SalesforceBench, text: str) -> None:
        made = bench.org.create("Account", Name=text, OwnerId=bench.org.acting_user)
        condition = Condition(field="Name", is_="=", value=text)
        found = await bench.source.client.query(Query(fields=("Id",), source="Account", where=(condition,)))
        assert [row["Id"] for row in found.rows] == [made]

    async def test_what_is_described_is_asked_for_once_until_it_changes(self, bench: SalesforceBench) -> None:
        for _ in range(2):
            await read(bench)
        asked = [each for each in bench.server.log if each.path.endswith("/Account/describe")]
        assert ["If-Modified-Since" in each.headers for each in asked] == [False, True]
        hands.drop_field(bench.org, "Account", "Region__c")
        pages = await read(bench)
        assert not [one for one in bench.ids("accounts") if "Region__c" in account(pages, one).custom_fields_json]


class TestFetch:
    async def test_an_account_comes_with_its_contacts_and_notes(self, bench: SalesforceBench) -> None:
        (noted,) = bench.org.living("Note")
        found = await bench.source.fetch("crm_account", noted["ParentId"], since=None)
        contacts = {row["Id"] for row in bench.org.living("Contact") if row.get("AccountId") == noted["ParentId"]}
        assert [one.source_id for one in found[:1]] == [noted["ParentId"]]
        assert {one.source_id for one in found[1:]} == contacts | {noted["Id"]}

    async def test_one_that_is_hidden_is_not_taken_for_deleted(self, bench: SalesforceBench) -> None:
        source_id = min(bench.ids("accounts"))
        bench.server.access.hide_row(source_id)
        with pytest.raises(SourceError, match="not shared with us"):
            await bench.source.fetch("crm_account", source_id, since=None)

    @pytest.mark.parametrize("source_id", ["", "x", "1' OR Id != '", "001000000000001"])
    async def test_what_is_no_id_is_not_asked_for(self, bench: SalesforceBench, source_id: str) -> None:
        with pytest.raises(RejectedError):
            await bench.source.fetch("crm_account", source_id, since=None)
        assert not bench.server.log

    async def test_wrong_credentials_are_told_by_fetch_too(self, bench: SalesforceBench) -> None:
        source = bench.source_with_wrong_credentials()
        with pytest.raises(ReauthoriseError):
            await source.fetch("crm_account", min(bench.ids("accounts")), since=None)
        await source.close()
