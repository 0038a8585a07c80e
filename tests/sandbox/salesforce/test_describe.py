from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from sandbox.salesforce import SalesforceStandIn
from sandbox.salesforce.field import Field, FieldType
from sandbox.salesforce.hands import define_field, define_object, drop_field, hide_field, hide_object
from tests.sandbox.salesforce.client import Client
from tests.sandbox.salesforce.conftest import Clock

RISK = Field(name="Risk__c", label="Risk", type=FieldType.STRING, length=20, is_custom=True)


async def fields(client: Client, name: str = "Account") -> dict[str, dict[str, Any]]:
    described = await client.do(client.object(name).describe)
    return {field["name"]: field for field in described["fields"]}


class TestDescribe:
    async def test_fields_tell_what_they_take(self, client: Client) -> None:
        told = await fields(client)

        assert (told["Name"]["nillable"], told["Name"]["length"], told["Name"]["nameField"]) == (False, 255, True)
        assert (told["ERP_Customer_Id__c"]["externalId"], told["ERP_Customer_Id__c"]["custom"]) == (True, True)
        assert (told["Description"]["filterable"], told["Description"]["type"]) == (False, "textarea")
        assert (told["Contract_Days_Left__c"]["calculated"], told["Contract_Days_Left__c"]["updateable"]) == (
            True,
            False,
        )
        assert told["Outstanding_Balance__c"]["type"] == "currency"
        assert [choice["value"] for choice in told["Customer_Tier__c"]["picklistValues"]] == [
            "Gold",
            "Silver",
            "Bronze",
        ]
        assert told["BillingCity"]["compoundFieldName"] == "BillingAddress"

    async def test_look_ups_of_contacts_are_found(self, client: Client) -> None:
        told = await fields(client)

        found = [
            (field["name"], field["relationshipName"])
            for field in told.values()
            if field["custom"] and field["type"] == "reference" and field["referenceTo"] == ["Contact"]
        ]

        assert found == [("Billing_Contact__c", "Billing_Contact__r")]

    async def test_an_old_note_has_its_lengths_and_keeps_its_parent(self, client: Client) -> None:
        told = await fields(client, "Note")

        assert (told["Title"]["length"], told["Body"]["length"]) == (80, 32_000)
        assert (told["ParentId"]["createable"], told["ParentId"]["updateable"]) == (True, False)

    async def test_it_is_sent_again_only_when_it_changed(
        self, client: Client, sf: SalesforceStandIn, clock: Clock
    ) -> None:
        path = "/services/data/v62.0/sobjects/Account/describe"
        known = {"If-Modified-Since": format_datetime(clock.at, usegmt=True)}

        assert (await client.raw("GET", path, known)).status_code == 304

        clock.pass_(hours=1)
        define_field(sf.org, "Account", RISK)
        changed = await client.raw("GET", path, known)
        assert changed.status_code == 200
        assert changed.headers["Last-Modified"] == format_datetime(clock.at, usegmt=True)

        clock.pass_(hours=1)
        known = {"If-Modified-Since": format_datetime(clock.at - timedelta(minutes=1), usegmt=True)}
        assert (await client.raw("GET", path, known)).status_code == 304

    async def test_unknown_objects_are_not_found(self, client: Client) -> None:
        assert await client.refusal(client.object("Nobody__c").describe) == (404, "NOT_FOUND")
        assert (await client.raw("GET", "/services/data/v62.0/nowhere")).status_code == 404

    async def test_a_wrong_method_names_the_right_ones(self, client: Client) -> None:
        for method, path, allowed in (
            ("POST", "query", "GET"),
            ("GET", "composite/sobjects/Account/ERP_Customer_Id__c", "PATCH"),
            ("PUT", "sobjects/Account/001", "DELETE,GET,PATCH"),
        ):
            answer = await client.raw(method, f"/services/data/v62.0/{path}")

            [told] = answer.json()
            assert (answer.status_code, told["errorCode"]) == (405, "METHOD_NOT_ALLOWED")
            assert told["message"].endswith(f"Allowed are {allowed}")


class TestGlobalDescribe:
    async def test_it_names_what_the_user_sees(self, client: Client, sf: SalesforceStandIn) -> None:
        hide_object(sf.org, "Contact")
        define_object(sf.org, "Invoice__c", "Invoice")

        described: Any = await client.do(client.api.describe)

        named = {each["name"]: each for each in described["sobjects"]}
        assert "Contact" not in named
        assert named["Invoice__c"]["custom"]
        assert named["User"]["deletable"] is False


class TestSecurity:
    async def test_a_hidden_field_is_not_there(self, client: Client, sf: SalesforceStandIn) -> None:
        some = next(iter(sf.org.accounts))
        hide_field(sf.org, "Account", "Phone")

        assert "Phone" not in await fields(client)
        assert await client.refusal(client.api.query, "SELECT Phone FROM Account") == (400, "INVALID_FIELD")
        assert await client.refusal(client.object("Account").update, some, {"Phone": "1"}) == (400, "INVALID_FIELD")
        assert "Phone" not in await client.do(client.object("Account").get, some)

    async def test_a_hidden_object_is_not_there(self, client: Client, sf: SalesforceStandIn) -> None:
        hide_object(sf.org, "Contact")

        assert await client.refusal(client.object("Contact").describe) == (404, "NOT_FOUND")
        assert await client.refusal(client.api.query, "SELECT Id FROM Contact") == (400, "INVALID_TYPE")
        assert await client.refusal(client.api.query, "SELECT Billing_Contact__r.Name FROM Account") == (
            400,
            "INVALID_FIELD",
        )

    async def test_what_is_read_only_can_be_read(self, client: Client, sf: SalesforceStandIn) -> None:
        some = next(iter(sf.org.accounts))
        sf.access.lock_field("Account", "Fax")
        sf.access.lock_object("Contact")

        told = await fields(client)

        assert (told["Fax"]["updateable"], told["Phone"]["updateable"]) == (False, True)
        refusal = await client.refusal(client.object("Account").update, some, {"Fax": "1"})
        assert refusal == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
        assert (await client.refusal(client.object("Contact").create, {"LastName": "L"}))[0] == 403
        assert (await client.do(client.object("Contact").describe))["createable"] is False

        sf.access.grant_all()
        assert await client.do(client.object("Account").update, some, {"Fax": "1"}) == 204


class TestCustomFields:
    async def test_they_come_and_go_at_run_time(self, client: Client, sf: SalesforceStandIn) -> None:
        some = next(iter(sf.org.accounts))
        define_field(sf.org, "Account", RISK)
        await client.do(client.object("Account").update, some, {"Risk__c": "high"})
        [row] = await client.rows("SELECT Risk__c FROM Account WHERE Risk__c = 'HIGH'")

        drop_field(sf.org, "Account", "Risk__c")

        assert row["Risk__c"] == "high"
        assert await client.refusal(client.api.query, "SELECT Risk__c FROM Account") == (400, "INVALID_FIELD")
        assert "Risk__c" not in await fields(client)

    async def test_custom_objects_hold_records(self, client: Client, sf: SalesforceStandIn) -> None:
        define_object(sf.org, "Contract__c", "Contract")
        look_up = Field(
            name="Account__c",
            label="Account",
            type=FieldType.REFERENCE,
            length=18,
            reference_to=("Account",),
            relationship="Account__r",
            is_custom=True,
        )
        define_field(sf.org, "Contract__c", look_up)
        some = next(iter(sf.org.accounts))

        await client.do(client.object("Contract__c").create, {"Name": "C-1", "Account__c": some[:15]})

        [row] = await client.rows("SELECT Name, Account__r.Name FROM Contract__c")
        assert row["Account__r"]["Name"] == sf.org.accounts[some]["Name"]
