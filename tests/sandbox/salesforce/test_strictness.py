"""Whatever is asked or sent: a right answer or a refusal of Salesforce's, never a broken server."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.salesforce import ApiError, Org
from sandbox.salesforce.soql import Queries, Shower
from sandbox.salesforce.writes import create, update
from tests.sandbox.salesforce.client import Client

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WORDS = (
    "SELECT FROM WHERE AND OR NOT IN LIKE ORDER BY ASC DESC NULLS FIRST LAST LIMIT OFFSET COUNT() INCLUDES EXCLUDES"
    " Account Contact Note Id Name Owner.Name Parent.Parent.Name Billing_Contact__r.Email NumberOfEmployees CreatedDate"
    " SystemModstamp IsDeleted Description BillingAddress Contract_End__c Contract_Days_Left__c ( ) , = != <"
    " <= > >= : ' 'x' 'a%' '\\' '\\u00' null TRUE false 1 -2.5 99999999999 1e5 2026-11-22 2026-13-01"
    " 2026-11-22T12:00:00Z 0001-01-01T00:00:00+23:00 TODAY LAST_N_DAYS:3 LAST_N_DAYS:99999999 NEXT_N_DAYS:4000000"
    " N_DAYS_AGO:9999999999 LAST_N_DAYS THIS_YEAR"
).split()
CONDITIONS = (
    "Name LIKE 'a%'", "Id = '001Hs0000000001'", "Owner.Name = null", "CreatedDate < TODAY", "NumberOfEmployees > 1.5",
    "Id IN (SELECT AccountId FROM Contact)", "Credit_Insured__c = true", "Contract_End__c >= LAST_N_DAYS:99999999",
    "CreatedDate = N_DAYS_AGO:9999999999", "Name IN ('a', null)", "Description = 'x'", "Contract_Days_Left__c != 3",
    "SystemModstamp >= 9999-12-31T23:59:59-23:59", "Contract_End__c = NEXT_N_DAYS:4000000",
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
QUICK = settings(max_examples=80, suppress_health_check=list(HealthCheck))


def org() -> Org:
    made = Org(lambda: NOW)
    made.acting_user = made.create("User", LastName="I", Username="i@x.example", Email="i@x.example")
    for number in range(3):
        made.create("Account", Name=f"a{number}", OwnerId=made.acting_user, NumberOfEmployees=number or None)
    return made


ORG = org()


def asked(query: str) -> str:
    """The code of the refusal, or nothing for an answer, which can be shown."""
    try:
        found = Queries(ORG).found(query)
    except ApiError as refusal:
        return refusal.code
    json.dumps(Shower(found, "/services/data/v62.0").records(found.rows))
    return ""


class TestQueries:
    @QUICK
    @given(st.lists(st.sampled_from(WORDS), max_size=14))
    def test_words_in_any_order(self, words: list[str]) -> None:
        asked(" ".join(["SELECT", "Id", "FROM", "Account", "WHERE", *words]))
        asked(" ".join(words))

    @QUICK
    @given(st.lists(st.sampled_from(CONDITIONS), min_size=1, max_size=4), st.sampled_from(("AND", "OR")))
    def test_conditions_together_mean_what_they_mean_alone(self, conditions: list[str], word: str) -> None:
        codes = [asked(f"SELECT Id FROM Account WHERE {each}") for each in conditions]  # noqa: S608 - SOQL

        together = asked(f"SELECT Id FROM Account WHERE {f' {word} '.join(conditions)}")  # noqa: S608 - likewise

        assert bool(together) == any(codes)

    @QUICK
    @given(st.text(max_size=60))
    def test_any_text(self, text: str) -> None:
        asked(text)
        asked(f"SELECT Id FROM Account WHERE Name = '{text}'")  # noqa: S608 - SOQL


class TestBodies:
    @QUICK
    @given(
        st.dictionaries(
            st.sampled_from(sorted(field.name for field in ORG.type("Account").fields.values())), JSON, max_size=5
        )
    )
    def test_any_value_in_any_field(self, body: dict[str, Any]) -> None:
        some = next(iter(ORG.accounts))
        for write in (
            lambda: update(ORG, ORG.type("Account"), some, body),
            lambda: create(ORG, ORG.type("Note"), body),
        ):
            with contextlib.suppress(ApiError):
                write()

        assert asked("SELECT Id, Name, Contract_End__c, Outstanding_Balance__c, NumberOfEmployees FROM Account") == ""

    @pytest.mark.parametrize("body", [b"", b"[]", b"5", b'"x"', b"null", b"{}", b'{"records": 5}', b'{"records": [5]}'])
    async def test_bodies_of_another_form(self, client: Client, body: bytes) -> None:
        base = "/services/data/v62.0"
        some = next(iter(client.standing_in.org.accounts))
        for method, path in (
            ("POST", "/sobjects/Contact"),
            ("PATCH", f"/sobjects/Account/{some}"),
            ("PATCH", "/sobjects/Account/ERP_Customer_Id__c/nobody"),
            ("POST", "/composite/sobjects"),
            ("PATCH", "/composite/sobjects/Account/ERP_Customer_Id__c"),
            ("POST", "/jobs/query"),
        ):
            answer = await client.raw(method, base + path, data=body)

            assert answer.status_code in {204, 400}
            assert answer.status_code == 204 or answer.json()[0]["errorCode"]
