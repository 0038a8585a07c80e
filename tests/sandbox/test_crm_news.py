"""What the demo shows of Salesforce, and lets happen there."""

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import Any

import pytest_asyncio

from sandbox.crm_news import crm_box
from sandbox.ledger import Ledger
from sandbox.news import CUSTOMER
from sandbox.salesforce import SalesforceStandIn
from sandbox.slack.outside import Outside
from tests.sandbox.salesforce.client import Client

TODAY = date(2026, 11, 22)


@pytest_asyncio.fixture
async def salesforce() -> AsyncIterator[SalesforceStandIn]:
    async with SalesforceStandIn(Ledger.seeded(customers=20, today=TODAY)) as running:
        yield running


def account(salesforce: SalesforceStandIn) -> Mapping[str, Any]:
    return salesforce.accounts_of(salesforce.ledger.customer_named(CUSTOMER).id)[0]


def box_of(salesforce: SalesforceStandIn, told: list[str] | None = None) -> Outside:
    heard = told if told is not None else []
    return crm_box(salesforce, lambda: heard.append("read"), lambda: heard.append("arrived"))


class TestActs:
    async def test_the_account_goes_to_ana_and_back_to_ben(self, salesforce: SalesforceStandIn) -> None:
        told: list[str] = []
        box = box_of(salesforce, told)
        first = box.happen("owner")
        owner = salesforce.org.users[account(salesforce)["OwnerId"]]["Email"]
        assert first.endswith(" is Ana Silva's account now.")
        assert owner == "ana.silva@meridian.example"
        assert box.happen("owner").endswith(" is Ben Okafor's account now.")
        assert told == ["read", "read"]

    async def test_the_phone_number_is_another_one_each_time(self, salesforce: SalesforceStandIn) -> None:
        box, before = box_of(salesforce), account(salesforce).get("Phone")
        box.happen("phone")
        after = account(salesforce)["Phone"]
        box.happen("phone")
        assert len({before, after, account(salesforce)["Phone"]}) == 3

    async def test_the_new_contact_is_added_once(self, salesforce: SalesforceStandIn) -> None:
        box, before = box_of(salesforce), len(salesforce.org.contacts)
        assert "is a contact of" in box.happen("contact")
        assert box.happen("contact").endswith(" already.")
        assert len(salesforce.org.contacts) == before + 1


class TestNotes:
    async def test_a_note_that_a_client_writes_shows_on_its_account(self, salesforce: SalesforceStandIn) -> None:
        told: list[str] = []
        box = box_of(salesforce, told)
        note = {"ParentId": account(salesforce)["Id"], "Title": "Call", "Body": "They pay <soon>."}
        async with Client(salesforce) as client:
            await client.do(client.object("Note").create, note)
        [letter] = box.described()["letters"]
        assert (letter["to"], letter["subject"]) == ([account(salesforce)["Name"]], "Call")
        assert letter["text"] == "They pay <soon>."
        assert told == ["arrived"]
