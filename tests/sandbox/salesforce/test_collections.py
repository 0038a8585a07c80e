from typing import Any

import pytest

from sandbox.salesforce import ApiError, SalesforceStandIn
from tests.sandbox.salesforce.client import Client


async def sent(
    client: Client, method: str, records: list[dict[str, Any]], path: str = "", *, all_or_none: bool = False
) -> Any:
    body = {"allOrNone": all_or_none, "records": [{"attributes": {"type": "Account"}, **each} for each in records]}
    return await client.do(client.api.restful, f"composite/sobjects{path}", method=method, json=body)


def codes(results: list[dict[str, Any]]) -> list[str]:
    return ["" if one["success"] else one["errors"][0]["statusCode"] for one in results]


@pytest.fixture
def accounts(sf: SalesforceStandIn) -> list[str]:
    return [sf.org.create("Account", Name=name, ERP_Customer_Id__c=f"K{name}") for name in "abc"]


class TestUpdate:
    async def test_each_has_its_result_in_order(
        self, client: Client, sf: SalesforceStandIn, accounts: list[str]
    ) -> None:
        one, two, three = accounts
        records = [
            {"id": one, "Fax": "1"},
            {"id": two, "Fax": "x" * 41},
            {"Id": three[:15], "Fax": "3"},
            {"Fax": "4"},
            {"id": "nonsense", "Fax": "5"},
        ]

        results = await sent(client, "PATCH", records)

        assert codes(results) == ["", "STRING_TOO_LONG", "", "MISSING_ARGUMENT", "MALFORMED_ID"]
        assert [sf.org.accounts[each].get("Fax") for each in accounts] == ["1", None, "3"]
        assert results[2]["id"] == three

    async def test_all_or_none_rolls_back(self, client: Client, sf: SalesforceStandIn, accounts: list[str]) -> None:
        records = [{"id": accounts[0], "Fax": "1"}, {"id": accounts[1], "Fax": "x" * 41}]

        results = await sent(client, "PATCH", records, all_or_none=True)

        assert codes(results) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "STRING_TOO_LONG"]
        assert sf.org.accounts[accounts[0]].get("Fax") is None

    async def test_locked_rows_fail_alone_and_are_free_again(
        self, client: Client, sf: SalesforceStandIn, accounts: list[str]
    ) -> None:
        sf.faults.lock_rows([accounts[1][:15]], times=2)
        records = [{"id": each, "Fax": "1"} for each in accounts]

        assert codes(await sent(client, "PATCH", records)) == ["", "UNABLE_TO_LOCK_ROW", ""]
        refusal = await client.refusal(client.object("Account").update, accounts[1], {"Fax": "1"})
        assert refusal == (400, "UNABLE_TO_LOCK_ROW")
        assert codes(await sent(client, "PATCH", records)) == ["", "", ""]

    async def test_a_rule_of_the_org_may_refuse_some(
        self, client: Client, sf: SalesforceStandIn, accounts: list[str]
    ) -> None:
        sf.faults.refuse_rows(accounts[:1], ApiError("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Not in a closed period"))

        results = await sent(client, "PATCH", [{"id": each, "Fax": "1"} for each in accounts])

        assert codes(results) == ["FIELD_CUSTOM_VALIDATION_EXCEPTION", "", ""]
        assert results[0]["errors"][0]["message"] == "Not in a closed period"

    async def test_every_nth_may_be_locked(self, client: Client, sf: SalesforceStandIn, accounts: list[str]) -> None:
        sf.faults.lock_every(2)

        results = await sent(client, "PATCH", [{"id": each, "Fax": "1"} for each in accounts])

        assert codes(results) == ["", "UNABLE_TO_LOCK_ROW", ""]


class TestCreate:
    async def test_more_than_200_are_refused(self, client: Client) -> None:
        many = [{"Name": f"N{number}"} for number in range(201)]

        assert codes(await sent(client, "POST", many[:200])) == [""] * 200
        with pytest.raises(Exception, match="EXCEEDED_ID_LIMIT"):
            await sent(client, "POST", many)

    async def test_each_names_its_type(self, client: Client) -> None:
        records = [{"attributes": {"type": "Nobody__c"}, "Name": "x"}, {"attributes": {}, "Name": "x"}]

        results = await sent(client, "POST", records)

        assert codes(results) == ["INVALID_TYPE", "INVALID_INPUT"]

    async def test_none_is_no_request(self, client: Client) -> None:
        with pytest.raises(Exception, match="MISSING_ARGUMENT"):
            await sent(client, "POST", [])

    async def test_duplicates_are_told_unless_they_may_be_saved(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.faults.duplicates("Contact", times=2)
        create = client.object("Contact").create
        allow = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}

        assert await client.refusal(create, {"LastName": "L"}) == (400, "DUPLICATES_DETECTED")
        assert (await client.do(create, {"LastName": "L"}, headers=allow))["success"]
        assert await client.refusal(create, {"LastName": "L"}) == (400, "DUPLICATES_DETECTED")
        assert (await client.do(create, {"LastName": "L"}))["success"]


class TestUpsert:
    async def test_keys_find_records(self, client: Client, sf: SalesforceStandIn, accounts: list[str]) -> None:
        sf.org.create("Account", Name="b again", ERP_Customer_Id__c="Kb")
        keys = ("Ka", "Kb", "Kn", "kN", None)
        records: list[dict[str, Any]] = [{"ERP_Customer_Id__c": key, "Name": "New", "Fax": "1"} for key in keys]

        results = await sent(client, "PATCH", records, "/Account/ERP_Customer_Id__c")

        assert codes(results) == ["", "DUPLICATE_EXTERNAL_ID", "", "DUPLICATE_VALUE", "MISSING_ARGUMENT"]
        assert [one.get("created") for one in results[:3]] == [False, None, True]
        assert sf.org.accounts[accounts[0]]["Fax"] == "1"


class TestDelete:
    async def test_ids_stand_in_the_address(self, client: Client, sf: SalesforceStandIn, accounts: list[str]) -> None:
        ids = ",".join((*accounts[:2], accounts[0], "nonsense"))

        results: Any = await client.do(client.api.restful, "composite/sobjects", params={"ids": ids}, method="DELETE")

        assert codes(results) == ["", "", "ENTITY_IS_DELETED", "MALFORMED_ID"]
        assert [bool(sf.org.accounts[each].get("IsDeleted")) for each in accounts] == [True, True, False]
