"""What is rare: unique fields, notes that are documents taken away, jobs and records asked for in the wrong way."""

from datetime import UTC, datetime

import pytest

from sandbox.salesforce import ApiError, Org, SalesforceStandIn
from sandbox.salesforce.field import Field, FieldType
from sandbox.salesforce.hands import deactivate, define_field, delete, undelete
from sandbox.salesforce.soql import Queries
from sandbox.salesforce.writes import create, update
from tests.sandbox.salesforce.client import Client

BASE = "/services/data/v62.0"
SERIAL = Field(
    name="Serial__c",
    label="Serial",
    type=FieldType.STRING,
    length=20,
    is_custom=True,
    is_external_id=True,
    is_unique=True,
)


class TestUniqueFields:
    def test_a_value_is_held_once(self, org: Org) -> None:
        define_field(org, "Account", SERIAL)
        one, other = (create(org, org.type("Account"), {"Name": name, "Serial__c": name}) for name in "ab")

        update(org, org.type("Account"), one, {"Serial__c": "A"})
        with pytest.raises(ApiError, match=one) as caught:
            update(org, org.type("Account"), other, {"Serial__c": "a"})

        assert caught.value.code == "DUPLICATE_VALUE"
        delete(org, "Account", one)
        update(org, org.type("Account"), other, {"Serial__c": "a"})

    def test_notes_take_no_custom_fields(self, org: Org) -> None:
        with pytest.raises(ValueError, match="Note takes no custom fields"):
            define_field(org, "Note", SERIAL)


class TestDocuments:
    def test_both_faces_of_a_note_go_and_come(self, org: Org) -> None:
        account = org.create("Account", Name="Acme")
        note = create(org, org.type("ContentNote"), {"Title": "t"})
        link = {"LinkedEntityId": account, "ContentDocumentId": note, "ShareType": "V"}
        made = create(org, org.type("ContentDocumentLink"), link)

        delete(org, "ContentNote", note)
        assert [bool(org.rows(name)[note].get("IsDeleted")) for name in ("ContentNote", "ContentDocument")] == [
            True
        ] * 2
        assert org.rows("ContentDocumentLink")[made]["IsDeleted"]
        delete(org, "ContentNote", note)

        undelete(org, "ContentNote", note)
        assert not org.rows("ContentDocument")[note].get("IsDeleted")
        assert not org.rows("ContentDocumentLink")[made].get("IsDeleted")

    def test_a_link_names_what_is_there(self, org: Org) -> None:
        note = create(org, org.type("ContentNote"), {"Title": "t"})

        with pytest.raises(ApiError) as caught:
            create(org, org.type("ContentDocumentLink"), {"LinkedEntityId": note, "ContentDocumentId": note})

        assert caught.value.code == "MALFORMED_ID"


class TestAnswers:
    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [
            ("GET", "/query", 400, "MALFORMED_QUERY"),
            ("GET", "/sobjects/Account/ERP_Customer_Id__c/none", 404, "NOT_FOUND"),
            ("DELETE", "/sobjects/Account/ERP_Customer_Id__c/none", 404, "NOT_FOUND"),
            ("GET", "/sobjects/Account/updated", 400, "INVALID_REPLICATION_DATE"),
            ("GET", "/jobs/query/none", 404, "NOT_FOUND"),
            ("DELETE", "/composite/sobjects", 400, "MISSING_ARGUMENT"),
        ],
    )
    async def test_refusals(self, client: Client, method: str, path: str, status: int, code: str) -> None:
        answer = await client.raw(method, BASE + path)

        assert (answer.status_code, answer.json()[0]["errorCode"]) == (status, code)

    async def test_some_fields_alone(self, client: Client, sf: SalesforceStandIn) -> None:
        some = next(iter(sf.org.accounts))

        shown = await client.raw("GET", f"{BASE}/sobjects/Account/{some[:15]}", params={"fields": "Name, phone"})
        wrong = await client.raw("GET", f"{BASE}/sobjects/Account/{some}", params={"fields": "Nme"})

        assert list(shown.json()) == ["attributes", "Name", "Phone"]
        assert wrong.json()[0]["errorCode"] == "INVALID_FIELD"

    async def test_several_with_one_key_are_not_deleted(self, client: Client, sf: SalesforceStandIn) -> None:
        twice = [sf.org.create("Account", Name=name, ERP_Customer_Id__c="K") for name in "ab"]

        answer = await client.raw("DELETE", f"{BASE}/sobjects/Account/ERP_Customer_Id__c/K")

        assert answer.status_code == 300
        assert not any(sf.org.accounts[one].get("IsDeleted") for one in twice)

    async def test_resources_and_outlines_are_told(self, client: Client) -> None:
        resources = (await client.raw("GET", BASE)).json()
        outline = (await client.raw("GET", f"{BASE}/sobjects/Account/")).json()

        assert resources["sobjects"] == f"{BASE}/sobjects"
        assert outline["objectDescribe"]["keyPrefix"] == "001"

    async def test_a_date_that_is_none_is_no_condition(self, client: Client) -> None:
        answer = await client.raw("GET", f"{BASE}/sobjects/Account/describe", {"If-Modified-Since": "yesterday"})

        assert answer.status_code == 200

    async def test_a_job_says_what_it_is(self, client: Client) -> None:
        for body, code in (
            ({"operation": "insert", "query": "x"}, "INVALIDJOB"),
            ({"operation": "query", "query": "SELECT Id FROM Account", "lineEnding": "CR"}, "INVALIDJOB"),
        ):
            assert (await client.raw("POST", f"{BASE}/jobs/query", json=body)).json()[0]["errorCode"] == code
        made = await client.raw(
            "POST", f"{BASE}/jobs/query", json={"operation": "query", "query": "SELECT Id FROM User"}
        )
        path = f"{BASE}/jobs/query/{made.json()['id']}"

        assert (await client.raw("PATCH", path, json={"state": "Open"})).json()[0]["errorCode"] == "INVALIDJOBSTATE"
        few = await client.raw("GET", f"{path}/results", params={"maxRecords": "0"})
        assert few.json()[0]["errorCode"] == "INVALID_ARGUMENT"


class TestLogins:
    async def test_who_left_does_not_log_in_by_soap(self, client: Client, sf: SalesforceStandIn) -> None:
        deactivate(sf.org, sf.org.acting_user)
        given = sf.credentials

        with pytest.raises(Exception, match="INVALID_LOGIN"):
            await client.log_in(username=given.username, password=given.password, security_token=given.security_token)

    async def test_soap_that_is_no_xml_is_refused(self, client: Client) -> None:
        answer = await client.raw("POST", "/services/Soap/u/59.0", data=b"<")

        assert (answer.status_code, "UNKNOWN_EXCEPTION" in answer.text) == (500, True)

    async def test_a_header_that_is_no_header_is_refused(self, client: Client) -> None:
        form = {"grant_type": "client_credentials"}

        answer = await client.raw("POST", "/services/oauth2/token", {"Authorization": "Basic ?"}, data=form)

        assert answer.json()["error"] == "invalid_client"


class TestQueries:
    @pytest.mark.parametrize(
        "query",
        [
            "SELECT Parent.Parent.Parent.Parent.Parent.Parent.Name FROM Account",
            "SELECT Id FROM Account WHERE Id IN (SELECT Name FROM Contact)",
            "SELECT Id FROM Account WHERE Name IN (SELECT AccountId FROM Contact)",
            "SELECT Id FROM Account WHERE CreatedDate > 0001-01-01T00:00:00+23:00",
            "SELECT Id FROM Account WHERE Contract_End__c = 2026-02-30",
            "SELECT Parent.Body FROM Note",
        ],
    )
    def test_more_refusals(self, org: Org, query: str) -> None:
        with pytest.raises(ApiError):
            Queries(org).found(query)

    def test_the_year_ends_in_december(self) -> None:
        org = Org(lambda: datetime(2026, 12, 31, 23, 59, tzinfo=UTC))
        org.create("Account", Name="Acme")

        for condition in ("THIS_MONTH", "THIS_YEAR", "TODAY"):
            found = Queries(org).found(f"SELECT Id FROM Account WHERE CreatedDate = {condition}")  # noqa: S608 - SOQL
            assert len(found.rows) == 1
