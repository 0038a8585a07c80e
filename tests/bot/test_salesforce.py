"""Salesforce by Tesorio's rules: the ERP first, blanks filled, and a note's way from Slack to the account."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from sandbox.salesforce import SalesforceStandIn
from sandbox.slack.seed import CHLOE
from store.crm.conflicts import count_open_conflicts
from store.customers import Customer, customer_by_id
from store.deliveries import DeliveryState
from store.invoices import invoice_by_id
from store.pulled import upsert_records
from store.work import WorkState
from tests.bot.organisation import organisation, world_with
from tests.bot.replying import about_customer, form_on, note_texts, saved, submit, words
from tests.bot.world import World, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")
_RULES = {"account_field": "ERP_Customer_Id__c", "retry_wait_seconds": 0.05}
FAX = "+1 555 0999"
_PATIENCE_SECONDS = 120
_SALESFORCE: dict[str, SalesforceStandIn] = {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The world with an organisation whose accounts are the ledger's customers, read once."""
    async with organisation() as salesforce:
        account = salesforce.accounts_of(salesforce.ledger.invoice_numbered("INV-12345").customer_id)[0]
        salesforce.org.edit("Account", account["Id"], Fax=FAX)
        async with world_with(tmp_path_factory.mktemp("world"), salesforce, _RULES, targets=None) as world:
            _SALESFORCE["here"] = salesforce
            await read(world, "salesforce-first")
            yield world


async def read(world: World, name: str) -> None:
    await world.assistant.pull("salesforce", name)
    assert await ended(world.assistant, name) is WorkState.DONE


async def sun(world: World) -> Customer:
    async with world.store.read() as conn:
        found = await customer_by_id(conn, about_customer(world)[0])
    assert found is not None
    return found


def account_of(world: World) -> dict[str, Any]:
    """The account that the customer of INV-12345 is."""
    customer = about_customer(world)[0].rpartition(":")[2]
    return dict(_SALESFORCE["here"].org.find("Account", ERP_Customer_Id__c=customer))


def notes_on_account(world: World) -> list[tuple[str, str]]:
    account = account_of(world)["Id"]
    rows = _SALESFORCE["here"].org.living("Note")
    return [(str(row["Title"]), str(row["Body"])) for row in rows if row["ParentId"] == account]


def on_account(world: World, text: str) -> list[str]:
    """The titles of the notes on the account that say this."""
    return [title for title, body in notes_on_account(world) if text in body]


class TestTesorio:
    async def test_the_erp_s_value_wins_and_blanks_are_filled(self, world: World) -> None:
        customer, account = await sun(world), account_of(world)
        theirs = world.ledger.customers[int(customer.source_id)]
        assert customer.name == theirs.name != account["Name"]
        assert customer.phone == theirs.phone != account["Phone"]
        assert (theirs.fax, customer.fax) == ("", FAX)
        async with world.store.read() as conn:
            assert await count_open_conflicts(conn) > 0
        home = str((await world.workspace.open_home(CHLOE)).home)
        assert "Salesforce" in home

    async def test_figures_are_the_erp_s_alone_and_wait_for_no_crm(self, world: World) -> None:
        for line in ("/tesorio aging", "/tesorio overdue", "/tesorio customer sun micro"):
            shown = world.shown(await world.say(line))
            assert "NetSuite · as of" in shown
            assert "Salesforce" not in shown

    async def test_a_note_goes_to_the_account_when_it_was_ticked(self, world: World) -> None:
        await form_on(world)
        assert "Salesforce" in words(world)
        await submit(world, {"reply.text": "They pay on Friday <now>", "reply.targets": ["netsuite", "salesforce"]})
        note = await saved(world)
        sent = await world.delivered(f"{note.id}/salesforce")
        assert sent.state is DeliveryState.SENT, sent.reason
        [(title, body)] = [one for one in notes_on_account(world) if "They pay on Friday" in one[1]]
        assert title.startswith("Invoice INV-12345: Note · ")
        assert "They pay on Friday <now>" in body
        await read(world, "salesforce-again")
        assert (await note_texts(world)).count("They pay on Friday <now>") == 1

    async def test_a_note_whose_answer_got_lost_is_there_once(self, world: World) -> None:
        _SALESFORCE["here"].faults.lost_answer(operation="create")
        await form_on(world)
        await submit(world, {"reply.text": "Lost on the way back", "reply.targets": ["salesforce"]})
        note = await saved(world)
        world.pass_time(10)
        assert (await world.delivered(f"{note.id}/salesforce")).state is DeliveryState.SENT
        assert sum("Lost on the way back" in body for _, body in notes_on_account(world)) == 1

    async def test_a_note_about_an_invoice_that_was_renumbered_meanwhile_is_there_once(self, world: World) -> None:
        _SALESFORCE["here"].faults.lost_answer(operation="create")
        await form_on(world)
        await submit(world, {"reply.text": "By its old number", "reply.targets": ["salesforce"]})
        note = await saved(world)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not on_account(world, "By its old number"):  # noqa: ASYNC110 - the stand-in rings no bell
                await asyncio.sleep(0.02)
        async with world.store.write() as conn:
            invoice = await invoice_by_id(conn, note.about_id)
            assert invoice is not None
            await upsert_records(conn, [replace(invoice, number="INV-12345-B")], at=world.clock())
        world.pass_time(10)
        sent = await world.delivered(f"{note.id}/salesforce")
        async with world.store.write() as conn:
            await upsert_records(conn, [invoice], at=world.clock())
        assert sent.state is DeliveryState.SENT
        [title] = on_account(world, "By its old number")
        assert title.startswith("Invoice INV-12345: ")

    async def test_unticked_it_stays_away(self, world: World) -> None:
        await form_on(world)
        await submit(world, {"reply.text": "Between us"})
        note = await saved(world)
        assert (await world.delivered(f"{note.id}/netsuite")).state is DeliveryState.SENT
        assert "Between us" not in str(notes_on_account(world))
