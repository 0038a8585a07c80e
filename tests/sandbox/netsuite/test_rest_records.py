"""Records over REST: their schemas, whether one is there, and who may know."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from sandbox.ledger import Kind, Ledger
from sandbox.netsuite import NetSuiteStandIn
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.rest import RestClient, error_of

SCHEMA = {"Accept": "application/schema+json"}


class Records(RestClient):
    async def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        if not self.token:
            _, given = await self.buy()
            self.token = given["access_token"]
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        url = f"{self.ns.base_url}/services/rest/record/v1/{path}"
        async with self.http.get(url, headers=sent) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def rest(ns: NetSuiteStandIn, clock: Clock) -> AsyncIterator[Records]:
    async with aiohttp.ClientSession() as http:
        yield Records(ns, clock, http)


class TestSchema:
    async def test_has_the_fields_that_are_on_the_record(self, rest: Records, ledger: Ledger) -> None:
        status, schema = await rest.get("metadata-catalog/invoice", SCHEMA)
        custom = {name for name, one in schema["properties"].items() if one.get("x-ns-custom-field")}
        made = ledger.records(Kind.CUSTOM_FIELD).values()
        assert status == 200
        assert custom == {one.script_id for one in made if one.script_id.startswith("custbody")}
        assert schema["properties"]["custbody_copies_to"]["format"] == "email"

    async def test_is_asked_for_by_its_type(self, rest: Records) -> None:
        assert (await rest.get("metadata-catalog/invoice"))[0] == 406

    async def test_of_an_unknown_record_is_not_there(self, rest: Records) -> None:
        status, answer = await rest.get("metadata-catalog/unheardof", SCHEMA)
        assert (status, error_of(answer)[0]) == (404, "NONEXISTENT_RECORD_TYPE")


class TestRecord:
    async def test_is_there_or_not(self, rest: Records, ledger: Ledger) -> None:
        found = min(ledger.invoices)
        assert await rest.get(f"invoice/{found}") == (200, {"links": [], "id": str(found)})
        status, answer = await rest.get("invoice/0")
        assert (status, error_of(answer)[0]) == (404, "NONEXISTENT_ID")

    async def test_is_hidden_from_a_role_before_it_is_looked_for(self, rest: Records) -> None:
        rest.ns.permissions.lack("Invoice")
        for path, headers in (("invoice/0", None), ("metadata-catalog/invoice", SCHEMA)):
            status, answer = await rest.get(path, headers)
            assert (status, error_of(answer)[0]) == (403, "INSUFFICIENT_PERMISSION")

    async def test_wants_a_token_the_feature_and_the_permission(self, rest: Records) -> None:
        await rest.get("invoice/0")
        rest.ns.permissions.lack("REST Web Services")
        assert error_of((await rest.get("invoice/0"))[1])[0] == "INSUFFICIENT_PERMISSION"
        rest.ns.rest.has_feature = False
        assert error_of((await rest.get("invoice/0"))[1])[0] == "FEATURE_DISABLED"
        rest.ns.tokens.expire()
        assert (await rest.get("invoice/0"))[0] == 401


class TestAccount:
    async def test_hides_columns_and_tables_of_features_that_are_off(self, rest: Records) -> None:
        rest.ns.rest.queries.hidden |= {("customer", "currency"), ("subsidiary", "")}
        _, answer = await rest.ask("SELECT id, currency FROM customer ORDER BY id")
        assert "Unknown identifier 'currency'" in error_of(answer)[1]
        assert "currency," not in error_of(answer)[1].partition("Available")[2]
        _, answer = await rest.ask("SELECT id FROM subsidiary ORDER BY id")
        assert "Record 'subsidiary' was not found" in error_of(answer)[1]
        assert len(await rest.rows("SELECT id FROM customer ORDER BY id")) == len(rest.ns.ledger.customers)

    async def test_gives_no_token_that_the_integration_does_not_allow(self, rest: Records) -> None:
        rest.ns.tokens.scopes = frozenset({"restlets"})
        assert (await rest.buy())[1] == {"error": "invalid_scope"}
        rest.ns.tokens.is_granted = False
        assert (await rest.buy())[1] == {"error": "unauthorized_client"}
        rest.ns.permissions.lack("Log in using OAuth 2.0 Access Tokens")
        assert (await rest.buy())[1] == {"error": "invalid_grant"}
