from typing import Any

import pytest
from simple_salesforce.format import format_soql

from sandbox.salesforce import ApiError, Org, SalesforceStandIn
from sandbox.salesforce.hands import delete
from sandbox.salesforce.seed.people import DAN
from sandbox.salesforce.writes import create
from tests.sandbox.salesforce.client import Client
from tests.sandbox.salesforce.conftest import Clock


@pytest.fixture
def account(sf: SalesforceStandIn) -> str:
    return sf.org.create("Account", Name="Acme", OwnerId=sf.org.acting_user)


class TestCreate:
    async def test_the_record_is_there_with_its_stamps(
        self, client: Client, sf: SalesforceStandIn, clock: Clock
    ) -> None:
        made = await client.do(client.object("Account").create, {"Name": " Acme ", "Fax": "", "Open_Invoices__c": "3"})

        row = sf.org.accounts[made["id"]]
        assert (made["success"], len(made["id"])) == (True, 18)
        assert (row["Name"], row.get("Fax"), row["Open_Invoices__c"]) == ("Acme", None, 3)
        assert row["CreatedDate"] == row["SystemModstamp"] == clock.at
        assert row["OwnerId"] == row["CreatedById"] == sf.org.acting_user

    @pytest.mark.parametrize(
        ("body", "code", "fields"),
        [
            ({}, "REQUIRED_FIELD_MISSING", ["Name"]),
            ({"Name": ""}, "REQUIRED_FIELD_MISSING", ["Name"]),
            ({"Name": "x" * 256}, "STRING_TOO_LONG", ["Name"]),
            ({"Name": "x", "Nme": "y"}, "INVALID_FIELD", None),
            ({"Name": "x", "Id": "001000000000000AAA"}, "INVALID_FIELD", ["Id"]),
            ({"Name": "x", "CreatedDate": "2026-01-01T00:00:00Z"}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["CreatedDate"]),
            ({"Name": "x", "Contract_Days_Left__c": 1}, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Contract_Days_Left__c"]),
            ({"Name": "x", "AP_Email__c": "not an address"}, "INVALID_EMAIL_ADDRESS", ["AP_Email__c"]),
            ({"Name": "x", "OwnerId": "nobody"}, "MALFORMED_ID", ["Owner ID"]),
            ({"Name": "x", "OwnerId": "001000000000000AAA"}, "MALFORMED_ID", ["Owner ID"]),
            ({"Name": "x", "OwnerId": "005000000000000AAA"}, "INVALID_CROSS_REFERENCE_KEY", ["OwnerId"]),
            ({"Name": 5}, "JSON_PARSER_ERROR", None),
            ({"Name": "x", "Credit_Insured__c": "maybe"}, "JSON_PARSER_ERROR", None),
            ({"Name": "x", "Contract_End__c": "22/11/2026"}, "JSON_PARSER_ERROR", None),
            ({"Name": "x", "Outstanding_Balance__c": "much"}, "JSON_PARSER_ERROR", None),
            ({"Name": "x", "Outstanding_Balance__c": 1e30}, "NUMBER_OUTSIDE_VALID_RANGE", ["Outstanding_Balance__c"]),
            ({"Name": "x", "Customer_Tier__c": "Tin"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["Customer_Tier__c"]),
        ],
    )
    def test_every_value_is_judged(self, org: Org, body: dict[str, Any], code: str, fields: list[str] | None) -> None:
        with pytest.raises(ApiError) as caught:
            create(org, org.type("Account"), body)

        [told] = caught.value.body
        assert (caught.value.status, told["errorCode"], told.get("fields")) == (400, code, fields)
        assert not org.accounts

    async def test_the_client_reads_why(self, client: Client, sf: SalesforceStandIn) -> None:
        before = len(sf.org.accounts)

        error: Any = await client.error(client.object("Account").create, {"Name": "x" * 256})

        assert (error.status, error.content[0]["errorCode"]) == (400, "STRING_TOO_LONG")
        assert error.content[0]["fields"] == ["Name"]
        assert len(sf.org.accounts) == before

    async def test_an_inactive_owner_is_refused(self, client: Client, sf: SalesforceStandIn) -> None:
        dan = sf.org.find("User", Email=DAN.email)["Id"]

        refusal = await client.refusal(client.object("Account").create, {"Name": "x", "OwnerId": dan})

        assert refusal == (400, "INACTIVE_OWNER_OR_USER")

    async def test_what_is_no_json_is_refused(self, client: Client) -> None:
        answer = await client.raw("POST", "/services/data/v62.0/sobjects/Account", data=b"{")

        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")

    async def test_users_are_not_made_this_way(self, client: Client) -> None:
        refusal = await client.refusal(client.object("User").create, {"LastName": "L"})

        assert refusal == (400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")


class TestUpdate:
    async def test_it_touches_the_stamp_and_clears_with_null(
        self, client: Client, sf: SalesforceStandIn, account: str, clock: Clock
    ) -> None:
        clock.pass_(minutes=5)

        await client.do(client.object("Account").update, account[:15], {"Fax": "1", "Outstanding_Balance__c": 12.345})
        await client.do(client.object("Account").update, account, {"Fax": None})

        shown = await client.do(client.object("Account").get, account)
        assert (shown["Fax"], shown["Outstanding_Balance__c"]) == (None, 12.34)
        assert shown["SystemModstamp"] == "2026-11-22T12:05:00.000+0000"
        assert sf.org.accounts[account]["CreatedDate"] < clock.at

    async def test_a_name_is_not_taken_away(self, client: Client, account: str) -> None:
        refusal = await client.refusal(client.object("Account").update, account, {"Name": None})

        assert refusal == (400, "REQUIRED_FIELD_MISSING")

    async def test_nobody_is_their_own_ancestor(self, client: Client, sf: SalesforceStandIn, account: str) -> None:
        child = sf.org.create("Account", Name="Child", ParentId=account)

        refusal = await client.refusal(client.object("Account").update, account, {"ParentId": child})

        assert refusal == (400, "CIRCULAR_DEPENDENCY")

    @pytest.mark.parametrize("verb", ["update", "delete"])
    async def test_what_is_gone_is_told_from_what_never_was(
        self, client: Client, sf: SalesforceStandIn, account: str, verb: str
    ) -> None:
        call = getattr(client.object("Account"), verb)
        rest = ({"Fax": "1"},) if verb == "update" else ()
        delete(sf.org, "Account", account)

        assert await client.refusal(call, account, *rest) == (404, "ENTITY_IS_DELETED")
        assert await client.refusal(call, "001Hs0000zzzzzz", *rest) == (404, "NOT_FOUND")
        assert await client.refusal(call, "nonsense", *rest) == (400, "MALFORMED_ID")
        assert await client.refusal(client.object("Account").get, account) == (404, "NOT_FOUND")


class TestUpsert:
    async def test_the_external_id_finds_the_record(self, client: Client, sf: SalesforceStandIn) -> None:
        upsert = client.object("Account").upsert

        made = await client.do(upsert, "ERP_Customer_Id__c/K%2F1", {"Name": "Acme"})
        changed = await client.do(upsert, "ERP_Customer_Id__c/k%2F1", {"Fax": "1"})

        row = sf.org.find("Account", ERP_Customer_Id__c="K/1")
        assert (made, changed) == (201, 200)
        assert (row["Name"], row["Fax"]) == ("Acme", "1")

    async def test_before_version_46_a_change_has_no_body(self, client: Client) -> None:
        path = "/services/data/v45.0/sobjects/Account/ERP_Customer_Id__c/K2"

        made = await client.raw("PATCH", path, json={"Name": "Acme"})
        changed = await client.raw("PATCH", path, json={"Fax": "1"})

        assert (made.status_code, made.json()["created"]) == (201, True)
        assert (changed.status_code, changed.content) == (204, b"")

    async def test_several_that_hold_the_key_are_named(self, client: Client, sf: SalesforceStandIn) -> None:
        twice = [sf.org.create("Account", Name=name, ERP_Customer_Id__c="K3") for name in "ab"]

        error: Any = await client.error(client.object("Account").upsert, "ERP_Customer_Id__c/K3", {"Fax": "1"})

        assert error.status == 300
        assert error.content == [f"/services/data/v62.0/sobjects/Account/{one}" for one in twice]

    async def test_the_key_stands_in_the_address_alone(self, client: Client) -> None:
        body = {"Name": "x", "ERP_Customer_Id__c": "K4"}

        assert await client.refusal(client.object("Account").upsert, "ERP_Customer_Id__c/K4", body) == (
            400,
            "INVALID_FIELD",
        )
        assert (await client.refusal(client.object("Account").upsert, "Phone/1", {"Name": "x"}))[0] == 404

    async def test_the_record_is_read_and_deleted_by_its_key(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.org.create("Account", Name="Acme", ERP_Customer_Id__c="K5")
        get = client.object("Account").get_by_custom_id

        assert (await client.do(get, "ERP_Customer_Id__c", "K5"))["Name"] == "Acme"
        assert await client.do(client.object("Account").delete, "ERP_Customer_Id__c/K5") == 204
        assert await client.refusal(get, "ERP_Customer_Id__c", "K5") == (404, "NOT_FOUND")


class TestNotes:
    async def test_the_old_note_hangs_on_its_account(self, client: Client, account: str) -> None:
        note = {"ParentId": account[:15], "Title": "Call <x>", "Body": "Paid & done\n✓"}

        made = await client.do(client.object("Note").create, note)

        shown = await client.do(client.object("Note").get, made["id"])
        assert (shown["ParentId"], shown["Title"], shown["Body"]) == (account, "Call <x>", "Paid & done\n✓")

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"Title": "x" * 81}, "STRING_TOO_LONG"),
            ({"Body": "x" * 32_001}, "STRING_TOO_LONG"),
            ({"Title": None}, "REQUIRED_FIELD_MISSING"),
            ({"ParentId": None}, "REQUIRED_FIELD_MISSING"),
            ({"ParentId": "001Hs0000zzzzzz"}, "INVALID_CROSS_REFERENCE_KEY"),
            ({"Mark__c": "x"}, "INVALID_FIELD"),
        ],
    )
    def test_its_limits_hold(self, org: Org, more: dict[str, Any], code: str) -> None:
        account = org.create("Account", Name="Acme")

        with pytest.raises(ApiError) as caught:
            create(org, org.type("Note"), {"ParentId": account, "Title": "t", "Body": "b"} | more)

        assert caught.value.code == code

    async def test_it_keeps_its_parent_and_goes_with_it(
        self, client: Client, sf: SalesforceStandIn, account: str
    ) -> None:
        made = await client.do(client.object("Note").create, {"ParentId": account, "Title": "t"})
        other = next(iter(sf.org.accounts))

        refusal = await client.refusal(client.object("Note").update, made["id"], {"ParentId": other})
        await client.do(client.object("Account").delete, account)

        assert refusal == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
        assert sf.org.notes[made["id"]]["IsDeleted"]

    async def test_a_deleted_parent_takes_no_note(self, client: Client, account: str) -> None:
        await client.do(client.object("Account").delete, account)

        refusal = await client.refusal(client.object("Note").create, {"ParentId": account, "Title": "t"})

        assert refusal == (400, "ENTITY_IS_DELETED")


class TestContentNotes:
    async def test_a_note_and_its_link_are_two_writes(self, client: Client, account: str) -> None:
        note = {"Title": "Call", "Content": "UGFpZCAmYW1wOyBkb25l"}
        made = await client.do(client.object("ContentNote").create, note)
        link = {"LinkedEntityId": account, "ContentDocumentId": made["id"], "ShareType": "V"}

        await client.do(client.object("ContentDocumentLink").create, link)

        soql = "SELECT ContentDocument.Title, ShareType FROM ContentDocumentLink WHERE LinkedEntityId IN {}"
        [row] = await client.rows(format_soql(soql, [account]))
        assert (row["ContentDocument"]["Title"], row["ShareType"]) == ("Call", "V")
        shown = await client.do(client.object("ContentNote").get, made["id"])
        assert shown["TextPreview"] == "Paid & done"
        assert (await client.raw("GET", shown["Content"])).text == "Paid &amp; done"
        assert await client.refusal(client.object("ContentDocumentLink").create, link) == (400, "DUPLICATE_VALUE")

    @pytest.mark.parametrize("content", ["no base64!", "é", "UGFpZCAmIGRvbmU="])
    async def test_content_is_escaped_and_coded(self, client: Client, content: str) -> None:
        error = await client.error(client.object("ContentNote").create, {"Title": "t", "Content": content})

        assert error.status == 400
