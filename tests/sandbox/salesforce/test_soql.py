import re
from operator import itemgetter
from typing import Any

import pytest
from simple_salesforce.format import format_soql

from sandbox.salesforce import ApiError, SalesforceStandIn
from sandbox.salesforce.field import Field, FieldType
from sandbox.salesforce.hands import define_field, delete, hide_field, hide_object
from sandbox.salesforce.org import Org
from sandbox.salesforce.soql import Queries
from tests.sandbox.salesforce.client import Client
from tests.sandbox.salesforce.conftest import Clock

NAMES = ("alpha", "Beta", "GAMMA", "Del%ta", "E_psilon", "O'Neil \\ Co")


@pytest.fixture
def org(org: Org, clock: Clock) -> Org:
    for number, name in enumerate(NAMES):
        org.create(
            "Account",
            Name=name,
            OwnerId=org.acting_user,
            Phone=None if number % 2 else f"555-{number}",
            NumberOfEmployees=None if number == 5 else number,
            Credit_Insured__c=number > 2,
            Contract_End__c=clock.at.date().replace(day=20 + number),
        )
        clock.pass_(seconds=1)
    return org


def names(org: Org, condition: str, order: str = "Name") -> list[str]:
    soql = f"SELECT Name FROM Account {condition} ORDER BY {order}"  # noqa: S608 - what the test says, word by word
    found = Queries(org).found(soql)
    return [row["Name"] for row in found.rows]


class TestConditions:
    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ("Name = 'ALPHA'", {"alpha"}),
            ("name != 'alpha' AND name <> 'beta'", {"GAMMA", "Del%ta", "E_psilon", NAMES[5]}),
            ("Name < 'c'", {"alpha", "Beta"}),
            ("Name LIKE 'B%'", {"Beta"}),
            ("Name LIKE '_eta'", {"Beta"}),
            (r"Name LIKE 'Del\%ta'", {"Del%ta"}),
            (r"Name LIKE 'E\_%'", {"E_psilon"}),
            (r"Name = 'O\'Neil \\ Co'", {NAMES[5]}),
            (r"Name = '\u0061lpha'", {"alpha"}),
            ("Phone = null", {"Beta", "Del%ta", NAMES[5]}),
            ("Phone != null", {"alpha", "GAMMA", "E_psilon"}),
            ("Phone != '555-0'", set(NAMES) - {"alpha"}),
            ("NumberOfEmployees >= 3", {"Del%ta", "E_psilon"}),
            ("NumberOfEmployees < 1.5", {"alpha", "Beta"}),
            ("NumberOfEmployees IN (1, 4, null)", {"Beta", "E_psilon", NAMES[5]}),
            ("Name NOT IN ('alpha', 'beta')", {"GAMMA", "Del%ta", "E_psilon", NAMES[5]}),
            ("Phone NOT IN ('555-0')", set(NAMES) - {"alpha"}),
            ("Credit_Insured__c = TRUE", {"Del%ta", "E_psilon", NAMES[5]}),
            ("Credit_Insured__c != true", {"alpha", "Beta", "GAMMA"}),
            ("Credit_Insured__c = null", {"alpha", "Beta", "GAMMA"}),
            ("NOT Name = 'alpha'", set(NAMES) - {"alpha"}),
            ("(Name = 'alpha' OR Name = 'beta') AND (NOT Phone = null)", {"alpha"}),
            ("Contract_End__c < 2026-11-22", {"alpha", "Beta"}),
            ("Contract_End__c = TODAY", {"GAMMA"}),
            ("Contract_End__c = YESTERDAY OR Contract_End__c = TOMORROW", {"Beta", "Del%ta"}),
            ("Contract_End__c < LAST_N_DAYS:1", {"alpha"}),
            ("Contract_End__c > NEXT_N_DAYS:1", {"E_psilon", NAMES[5]}),
            ("Contract_End__c = N_DAYS_AGO:2", {"alpha"}),
            ("Contract_End__c = LAST_MONTH", set()),
            ("Contract_End__c = THIS_YEAR AND Contract_End__c >= THIS_WEEK", {"GAMMA", "Del%ta", "E_psilon", NAMES[5]}),
            ("SystemModstamp >= 2026-11-22T12:00:04Z", {"E_psilon", NAMES[5]}),
            ("SystemModstamp > 2026-11-22T13:00:03.000+01:00", {"E_psilon", NAMES[5]}),
            ("SystemModstamp >= 2026-11-22T12:00:01Z AND SystemModstamp < 2026-11-22T12:00:02Z", {"Beta"}),
            ("CreatedDate = TODAY", set(NAMES)),
            ("Owner.Name = 'i' AND Owner.IsActive = true", set()),
            ("Parent.Name = null", set(NAMES)),
            ("Contract_Days_Left__c < 0", {"alpha", "Beta"}),
        ],
    )
    def test_they_mean_what_salesforce_means(self, org: Org, condition: str, expected: set[str]) -> None:
        found = names(org, f"WHERE {condition}")

        assert set(found) == expected
        assert len(found) == len(expected)

    def test_ids_of_15_characters_are_found(self, org: Org) -> None:
        some = list(org.accounts)[2]

        assert names(org, f"WHERE Id = '{some[:15]}'") == ["GAMMA"]
        assert names(org, f"WHERE Id IN ('{some}', '{some[:15]}')") == ["GAMMA"]
        assert names(org, f"WHERE Id > '{some}' AND OwnerId = '{org.acting_user[:15]}'") == [
            "Del%ta",
            "E_psilon",
            NAMES[5],
        ]

    def test_a_semi_join_selects_ids(self, org: Org) -> None:
        first, second, *_ = org.accounts
        org.create("Contact", LastName="L", AccountId=first, Email="a@x.example")
        org.create("Contact", LastName="M", AccountId=second)

        found = names(org, "WHERE Id IN (SELECT AccountId FROM Contact WHERE Email != null)")

        assert found == ["alpha"]
        assert names(org, "WHERE Id NOT IN (SELECT AccountId FROM Contact)") == sorted(NAMES[2:], key=str.casefold)

    def test_several_choices_are_included(self, org: Org) -> None:
        define_field(org, "Account", Field(name="Tags__c", label="Tags", type=FieldType.MULTIPICKLIST, is_custom=True))
        org.edit("Account", next(iter(org.accounts)), Tags__c="a;b")
        org.edit("Account", list(org.accounts)[1], Tags__c="b;c")

        assert names(org, "WHERE Tags__c INCLUDES ('a;b', 'x')") == ["alpha"]
        assert names(org, "WHERE Tags__c INCLUDES ('b')") == ["alpha", "Beta"]
        assert names(org, "WHERE Tags__c EXCLUDES ('b')") == sorted(NAMES[2:], key=str.casefold)

    @pytest.mark.parametrize("text", ["' OR Name != '", "%", "_", "\\", "“x”", "a\nb", "x" * 10_000, "O'Neil \\ Co"])
    def test_what_is_escaped_is_searched_for_as_it_is(self, org: Org, text: str) -> None:
        found = Queries(org).found(format_soql("SELECT Name FROM Account WHERE Name = {}", text))

        assert [row["Name"] for row in found.rows] == [name for name in NAMES if name == text]

    def test_the_window_of_a_key_set_is_narrowed_and_right(self, org: Org) -> None:
        some = list(org.accounts)[3]
        stamp = "2026-11-22T12:00:03Z"

        condition = f"WHERE (SystemModstamp = {stamp} AND Id > '{some}') OR SystemModstamp > {stamp}"

        assert names(org, condition, "SystemModstamp, Id") == ["E_psilon", NAMES[5]]


class TestOrder:
    @pytest.mark.parametrize(
        ("order", "expected"),
        [
            ("NumberOfEmployees", [NAMES[5], *NAMES[:5]]),
            ("NumberOfEmployees DESC", [NAMES[5], *reversed(NAMES[:5])]),
            ("NumberOfEmployees ASC NULLS LAST", list(NAMES)),
            ("NumberOfEmployees DESC NULLS LAST", [*reversed(NAMES[:5]), NAMES[5]]),
            ("Name", sorted(NAMES, key=str.casefold)),
            ("Owner.LastName, CreatedDate DESC", list(reversed(NAMES))),
        ],
    )
    def test_nulls_come_first_unless_they_are_said_to_come_last(
        self, org: Org, order: str, expected: list[str]
    ) -> None:
        assert names(org, "", order) == expected

    def test_limit_and_offset_cut(self, org: Org) -> None:
        found = Queries(org).found("SELECT Name FROM Account ORDER BY SystemModstamp, Id LIMIT 2 OFFSET 1")

        assert [row["Name"] for row in found.rows] == ["Beta", "GAMMA"]

    def test_what_no_order_tells_apart_comes_in_any(self, org: Org) -> None:
        queries = Queries(org)
        seen = {tuple(row["Name"] for row in queries.found("SELECT Name FROM Account").rows) for _ in range(20)}

        assert len(seen) > 1


class TestRefusals:
    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ("", "MALFORMED_QUERY"),
            ("SELECT Id", "MALFORMED_QUERY"),
            ("SELECT FROM Account", "MALFORMED_QUERY"),
            ("SELECT Id, FROM Account", "MALFORMED_QUERY"),
            ("SELECT * FROM Account", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account; DELETE", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account WHERE Name = 'a' AND Phone = 'b' OR Fax = 'c'", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account WHERE Name = 'a' AND NOT Phone = 'b'", "MALFORMED_QUERY"),
            ('SELECT Id FROM Account WHERE Name = "a"', "MALFORMED_QUERY"),
            ("SELECT Id FROM Account WHERE Name = 'a", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account WHERE Name = 'a\nb'", "MALFORMED_QUERY"),
            (r"SELECT Id FROM Account WHERE Name = '\q'", "MALFORMED_QUERY"),
            (r"SELECT Id FROM Account WHERE Name = '50\%'", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account WHERE Name = foo", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account WHERE Name == 'a'", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account WHERE 'a' = Name", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account WHERE Name IN ()", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account WHERE Name IS NULL", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account WHERE CreatedDate > 2026-02-30T00:00:00Z", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account WHERE CreatedDate > 2026-11-22T00:00:00", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account LIMIT -1", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account LIMIT 1.5", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account OFFSET 1 LIMIT 1", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account GROUP BY Name", "MALFORMED_QUERY"),
            ("SELECT COUNT(Id) FROM Account", "MALFORMED_QUERY"),
            ("SELECT COUNT() FROM Account ORDER BY Name", "MALFORMED_QUERY"),
            ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "MALFORMED_QUERY"),
            ("SELECT Id, id FROM Account", "MALFORMED_QUERY"),
            ("SELECT FIELDS(ALL) FROM Account LIMIT 200", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account " + " " * 100_000, "MALFORMED_QUERY"),
            ("SELECT Id FROM ContentDocumentLink", "MALFORMED_QUERY"),
            ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
            ("SELECT Id FROM Acount", "INVALID_TYPE"),
            ("SELECT Nme FROM Account", "INVALID_FIELD"),
            ("SELECT Boss.Name FROM Account", "INVALID_FIELD"),
            ("SELECT Owner FROM Account", "INVALID_FIELD"),
            ("SELECT Owner.Nme FROM Account", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE Nme = 'a'", "INVALID_FIELD"),
            ("SELECT Id FROM Account ORDER BY Nme", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE CreatedDate > '2026-11-22T00:00:00Z'", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE CreatedDate > 2026-11-22", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE Contract_End__c > 2026-11-22T00:00:00Z", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE Contract_End__c > '2026-11-22'", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE Credit_Insured__c = 'true'", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE NumberOfEmployees = '1'", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE NumberOfEmployees = true", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE Name = 1", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE Name = TODAY", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE Id = 1", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE Description = 'x'", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE BillingAddress = 'x'", "INVALID_FIELD"),
            ("SELECT Id FROM Account ORDER BY Description", "INVALID_FIELD"),
            ("SELECT Body FROM Note WHERE Body LIKE 'x%'", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE Id = 'x'", "INVALID_QUERY_FILTER_OPERATOR"),
            ("SELECT Id FROM Account WHERE Id = '001Hs0000000001XXX'", "INVALID_QUERY_FILTER_OPERATOR"),
            ("SELECT Id FROM Account WHERE Id LIKE '001%'", "INVALID_QUERY_FILTER_OPERATOR"),
            ("SELECT Id FROM Account WHERE NumberOfEmployees LIKE '1%'", "INVALID_QUERY_FILTER_OPERATOR"),
            ("SELECT Id FROM Account WHERE Credit_Insured__c < true", "INVALID_QUERY_FILTER_OPERATOR"),
            ("SELECT Id FROM Account WHERE Name > null", "INVALID_QUERY_FILTER_OPERATOR"),
            ("SELECT Id FROM Account WHERE Name INCLUDES ('a')", "INVALID_QUERY_FILTER_OPERATOR"),
        ],
    )
    def test_what_is_not_understood_is_refused(self, org: Org, query: str, code: str) -> None:
        with pytest.raises(ApiError) as caught:
            Queries(org).found(query)

        assert (caught.value.status, caught.value.code) == (400, code)

    async def test_the_place_is_told(self, client: Client) -> None:
        error = await client.error(client.api.query, "SELECT Id,\nNme FROM Account")

        content: Any = error.content
        assert "ERROR at Row:2:Column:1\nNo such column 'Nme' on entity 'Account'." in content[0]["message"]

    async def test_an_address_has_a_limit(self, client: Client) -> None:
        query = format_soql("SELECT Id FROM Account WHERE Name = {}", "x" * 17_000)

        assert (await client.error(client.api.query, query)).status == 414

    def test_what_the_user_may_not_see_is_not_there(self, org: Org) -> None:
        hide_field(org, "Account", "Phone")
        hide_object(org, "Note")

        for query, code in (
            ("SELECT Phone FROM Account", "INVALID_FIELD"),
            ("SELECT Id FROM Account WHERE Phone = 'x'", "INVALID_FIELD"),
            ("SELECT Id FROM Note", "INVALID_TYPE"),
        ):
            with pytest.raises(ApiError) as caught:
                Queries(org).found(query)
            assert caught.value.code == code

    def test_names_of_people_are_seen_by_everybody(self, org: Org) -> None:
        hide_object(org, "User")

        found = Queries(org).found("SELECT Owner.Name, Owner.Id FROM Account LIMIT 1")

        assert [column.read(found.rows[0]) for column in found.columns] == ["I", org.acting_user]
        with pytest.raises(ApiError):
            Queries(org).found("SELECT Owner.Email FROM Account")


class TestPages:
    async def test_pages_follow_their_locators(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.cursors.most_rows = 7
        first = await client.query("SELECT Id, Name FROM Account")

        rows = await client.rows("SELECT Id, Name FROM Account")

        assert (len(first["records"]), first["done"]) == (7, False)
        assert (
            first["totalSize"] == len(rows) == len({row["Id"] for row in rows}) == len(list(sf.org.living("Account")))
        )
        assert re.search(r"^/services/data/v62.0/query/\w{18}-7$", first["nextRecordsUrl"])

    async def test_a_batch_size_is_held_to_what_is_allowed(self, client: Client, sf: SalesforceStandIn) -> None:
        for number in range(450):
            sf.org.create("Account", Name=f"N{number}")

        for asked, expected in (("50", 200), ("300", 300), ("9999", 491)):
            page = await client.query(
                "SELECT Id FROM Account LIMIT 491", headers={"Sforce-Query-Options": f"batchSize={asked}"}
            )
            assert len(page["records"]) == expected

    async def test_a_locator_lives_for_two_days(self, client: Client, sf: SalesforceStandIn, clock: Clock) -> None:
        sf.cursors.most_rows = 7
        first = await client.query("SELECT Id FROM Account")

        clock.pass_(hours=47)
        more = await client.do(client.api.query_more, first["nextRecordsUrl"], identifier_is_url=True)
        assert len(more["records"]) == 7

        clock.pass_(hours=2)
        refusal = await client.refusal(client.api.query_more, first["nextRecordsUrl"], identifier_is_url=True)
        assert refusal == (400, "INVALID_QUERY_LOCATOR")

    async def test_an_unknown_locator_is_refused(self, client: Client) -> None:
        assert await client.refusal(client.api.query_more, "0r8-2000") == (400, "INVALID_QUERY_LOCATOR")

    async def test_a_page_shows_what_was_found(self, client: Client, sf: SalesforceStandIn) -> None:
        sf.cursors.most_rows = 7
        first = await client.query("SELECT Id, Name FROM Account ORDER BY Id")
        last = max(sf.org.accounts)
        delete(sf.org, "Account", last)

        rows = list(first["records"])
        while not first["done"]:
            first = await client.do(client.api.query_more, first["nextRecordsUrl"], identifier_is_url=True)
            rows += first["records"]

        assert rows[-1]["Id"] == last


class TestRecords:
    async def test_related_records_are_beside(self, client: Client, sf: SalesforceStandIn) -> None:
        some = min((row for row in sf.org.living("Account") if row.get("Billing_Contact__c")), key=itemgetter("Id"))

        [row] = await client.rows(
            "SELECT Name, Owner.Email, owner.isactive, Billing_Contact__r.Account.Name, Parent.Name, BillingAddress,"
            " SystemModstamp, Contract_End__c, Credit_Insured__c FROM Account WHERE Billing_Contact__c != null"
            " ORDER BY Id LIMIT 1"
        )

        assert list(row) == [
            "attributes", "Name", "Owner", "Billing_Contact__r", "Parent", "BillingAddress", "SystemModstamp",
            "Contract_End__c", "Credit_Insured__c",
        ]  # fmt: skip
        assert row["attributes"]["url"] == f"/services/data/v62.0/sobjects/Account/{some['Id']}"
        assert row["Owner"]["IsActive"] in {True, False}
        assert row["Billing_Contact__r"]["Account"]["Name"] == some["Name"]
        assert row["BillingAddress"]["city"] == some["BillingCity"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000", row["SystemModstamp"])

    async def test_a_parent_of_several_kinds_has_a_name_and_a_type(self, client: Client, sf: SalesforceStandIn) -> None:
        [row] = await client.rows("SELECT Title, Parent.Name, Parent.Type FROM Note")

        account = sf.org.accounts[next(iter(sf.org.notes.values()))["ParentId"]]
        assert (row["Parent"]["Name"], row["Parent"]["Type"]) == (account["Name"], "Account")

    async def test_deleted_ones_show_in_query_all(self, client: Client, sf: SalesforceStandIn) -> None:
        some = next(iter(sf.org.accounts))
        delete(sf.org, "Account", some)
        query = format_soql("SELECT Id, IsDeleted FROM Account WHERE Id = {}", some)

        assert await client.rows(query) == []
        assert [row["IsDeleted"] for row in await client.rows(query, include_deleted=True)] == [True]

    async def test_a_hidden_row_is_not_there(self, client: Client, sf: SalesforceStandIn) -> None:
        some = next(iter(sf.org.accounts))
        sf.access.hide_row(some[:15])

        query = format_soql("SELECT Id FROM Account WHERE Id = {}", some)
        assert await client.rows(query, include_deleted=True) == []
        assert await client.refusal(client.object("Account").get, some) == (404, "NOT_FOUND")
        assert (await client.refusal(client.object("Account").update, some, {"Fax": "1"}))[0] == 403

    async def test_document_links_are_found_by_one_of_their_ends(self, client: Client, sf: SalesforceStandIn) -> None:
        some = next(iter(sf.org.accounts))

        assert (
            await client.rows(format_soql("SELECT Id FROM ContentDocumentLink WHERE LinkedEntityId = {}", some)) == []
        )
