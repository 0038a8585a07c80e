"""Connecting a CRM from Home: step by step to the summary, and what comes of it when it is switched off again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from sandbox.ledger import Kind
from sandbox.ledger.records import CustomField, FieldKind
from sandbox.salesforce import SalesforceStandIn
from sandbox.salesforce.seed.keys import ERP_FIELD, define_erp_field
from sandbox.slack import Outcome, Waiting
from sandbox.slack.seed import ANA, BEN, CHLOE
from store.contacts import Contact, contacts_of
from store.crm.setup import Switched, switched
from store.cursors import read_cursor
from store.customers import customer_by_id
from store.records import RecordId, record_id
from store.rhythms import SourceRhythm, rhythm_of
from store.work import WorkState
from tests.bot.newcomers import SEEN_HOME, told, words
from tests.bot.organisation import organisation, world_with
from tests.bot.world import SETTLED, World, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")
SUN = "Sun Microsystems, Inc."
KEY = f"crm_id||{ERP_FIELD}"
UPFLOW = {"crm.rules": "upflow", "crm.taken": ["contacts", "account_managers"]}
_ORGANISATION: dict[str, SalesforceStandIn] = {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The world with an organisation of the ledger's customers, one of whom names their account in the ERP."""
    folder = tmp_path_factory.mktemp("world")
    async with organisation() as salesforce, world_with(folder, salesforce, {}) as world:
        _ORGANISATION["here"] = salesforce
        await _name_account(world, salesforce)
        yield world


async def _name_account(world: World, salesforce: SalesforceStandIn) -> None:
    customer = world.ledger.customer_named(SUN)
    define_erp_field(world.ledger)
    named = salesforce.accounts_of(customer.id)[0]["Id"][:15]
    field = CustomField(script_id=ERP_FIELD, kind=FieldKind.TEXT, value=named)
    fields = (*customer.custom_fields, field)
    world.ledger.edit(Kind.CUSTOMER, customer.id, custom_fields=fields)
    world.pass_time(120)
    await world.assistant.pull("netsuite", "named")
    assert await ended(world.assistant, "named") is WorkState.DONE


def says(text: str) -> Waiting:
    return Waiting(until=lambda outcome: outcome.view is not None and text in words(outcome.view))


async def home_of(world: World, user: str) -> Any:
    return (await world.workspace.open_home(user, waiting=SEEN_HOME)).home


async def begun(world: World) -> None:
    """The wizard's first step is open for an admin."""
    home = await home_of(world, CHLOE)
    await world.workspace.click(CHLOE, home["id"], "crm.open", waiting=says("Test the login"))


async def step(world: World, values: dict[str, Any], until: str) -> Outcome:
    return await world.workspace.submit(CHLOE, values, says(until))


async def at_key(world: World) -> None:
    """The step at which the field is chosen is open."""
    await begun(world)
    await step(world, {}, "Allow Tesorio to read")
    await step(world, {}, "common key")


async def sun(world: World) -> RecordId:
    return record_id("netsuite", "customer", str(world.ledger.customer_named(SUN).id))


async def contacts(world: World) -> list[Contact]:
    async with world.store.read() as conn:
        return list(await contacts_of(conn, await sun(world), limit=9))


async def kept(world: World) -> tuple[Switched | None, SourceRhythm | None]:
    async with world.store.read() as conn:
        return await switched(conn), await rhythm_of(conn, "salesforce")


class TestAccess:
    async def test_others_see_nothing_of_it_and_can_do_nothing(self, world: World) -> None:
        home = await home_of(world, CHLOE)
        for user in (ANA, BEN):
            assert "Salesforce · as of" not in words(await home_of(world, user))
            assert "Connect Salesforce" not in words(await home_of(world, user))
        await begun(world)
        await world.workspace.close(CHLOE, SETTLED)
        for action in ("crm.open", "crm.sync", "crm.off"):
            forged = world.last_payload("block_actions")
            used = forged["actions"][0] | {"action_id": action, "action_ts": f"9.{len(action)}"}
            stolen = {"actions": [used], "user": forged["user"] | {"id": ANA}, "trigger_id": f"stolen.{action}"}
            await world.workspace.hub.deliver("interactive", forged | stolen)
            await world.catch_up()

        assert "Connect Salesforce" in words(home)
        assert [event[1] for event in await world.audited()][-2:] == ["crm.sync.denied", "crm.off.denied"]
        assert await kept(world) == (None, None)


class TestSteps:
    async def test_a_refused_login_says_why_and_may_be_tried_again(self, world: World) -> None:
        salesforce = _ORGANISATION["here"]
        await begun(world)
        salesforce.grants.allows_client_credentials = False
        refused = await step(world, {}, "did not let us in")
        salesforce.grants.allows_client_credentials = True
        again = await step(world, {}, "Allow Tesorio to read")
        await world.workspace.close(CHLOE, SETTLED)

        assert "Compare SALESFORCE_DOMAIN" in words(refused.view)
        assert salesforce.credentials.client_secret not in words(refused.view)
        assert "Meridian" in words(again.view)

    async def test_a_field_that_vanished_meanwhile_is_chosen_anew(self, world: World) -> None:
        access = _ORGANISATION["here"].access
        await at_key(world)
        await step(world, {"crm.field": "erp_id|ERP_Customer_Id__c|"}, "By whose rules?")
        access.hide_field("Account", "ERP_Customer_Id__c")
        refused = await step(world, UPFLOW, "there no more")
        access.grant_all()
        await world.workspace.close(CHLOE, SETTLED)

        assert "Which field holds the common key?" in words(refused.view)
        assert await kept(world) == (None, None)

    async def test_nothing_ticked_is_nothing_switched_on(self, world: World) -> None:
        await at_key(world)
        await step(world, {"crm.field": KEY}, "By whose rules?")
        refused = await world.workspace.submit(CHLOE, UPFLOW | {"crm.taken": []})
        await world.workspace.close(CHLOE, SETTLED)

        assert "tick contacts" in str(refused.errors)
        assert await kept(world) == (None, None)

    async def test_leads_to_a_summary_and_back(self, world: World) -> None:
        before = [each.origin for each in await contacts(world)]
        await at_key(world)
        shown = words(world.workspace.modal(CHLOE))
        await step(world, {"crm.field": KEY}, "By whose rules?")
        done = words((await step(world, UPFLOW, "is switched on")).view)
        last, rhythm = await kept(world)

        assert "Salesforce account id of the customer in NetSuite" in shown
        assert "Salesforce is switched on: 1 of 20 customers matched" in done
        assert {each.origin for each in await contacts(world)} == {"salesforce"}
        assert last is not None
        assert rhythm == SourceRhythm(source="salesforce", since=last.at, every_hours=24)
        async with world.store.read() as conn:
            customer = await customer_by_id(conn, await sun(world))
        assert customer is not None
        assert customer.account_manager is not None
        # The same press once more, as an impatient finger or Slack sends it.
        await world.workspace.hub.deliver(
            "interactive", world.last_payload("view_submission") | {"trigger_id": "again"}
        )
        await world.catch_up()
        assert await kept(world) == (last, rhythm)
        assert [event[1] for event in await world.audited()].count("crm.switched_on") == 1
        home = await home_of(world, CHLOE)
        assert "1 of 20 customers matched" in words(home)
        async with world.store.read() as conn:
            cursor = await read_cursor(conn, "salesforce", "accounts")
        for _ in range(2):
            read = await world.workspace.click(CHLOE, home["id"], "crm.sync", waiting=told("being read"))
            assert read.messages
        assert cursor is not None
        assert cursor.completed_at is not None
        assert await ended(world.assistant, f"crm-sync-{cursor.completed_at.isoformat()}/1") is WorkState.DONE
        off = await world.workspace.click(CHLOE, home["id"], "crm.off", waiting=told("is switched off"))
        assert off.messages
        assert [each.origin for each in await contacts(world)] == before
