"""The conflict log on Home: who sees it, and that Keep and Accept do what they say."""

from dataclasses import replace
from typing import Any

import pytest

from sandbox.slack.seed import ANA, CHLOE
from store.crm_accounts import CrmAccount, account_record_id
from store.crm_rules import CrmChoices, keep_rules, rules_of
from store.customers import customer_by_id
from store.pulled import upsert_records
from store.records import RecordId, record_id
from tests.bot.newcomers import SEEN_HOME, words
from tests.bot.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAME = "Sun Microsystems, Inc."
ERP_PHONE, CRM_PHONE = "+49 30 555 7", "+49 30 901820"


async def differing(world: World, customer: str, number: int) -> RecordId:
    """A customer of whom the CRM knows another telephone number than the ERP."""
    customer_id = record_id("netsuite", "customer", str(world.ledger.customer_named(customer).id))
    account = CrmAccount(
        id=account_record_id("salesforce", f"00{number}"),
        origin="salesforce",
        source_id=f"00{number}",
        name=customer,
        key=customer_id.rpartition(":")[2],
        phone=CRM_PHONE,
        seen_at=world.clock(),
    )
    async with world.store.write() as conn:
        await keep_rules(conn, rules_of(CrmChoices(account_field="ERP_Id__c")))
        found = await customer_by_id(conn, customer_id)
        assert found is not None
        await upsert_records(conn, [replace(found, phone=ERP_PHONE), account], at=world.clock())
    return customer_id


async def home_of(world: World, user: str) -> Any:
    outcome = await world.workspace.open_home(user, waiting=SEEN_HOME)
    assert outcome.home is not None
    return outcome.home


async def phone_of(world: World, customer_id: RecordId) -> str | None:
    async with world.store.read() as conn:
        found = await customer_by_id(conn, customer_id)
    return found.phone if found else None


def phone_button(home: Any, action_id: str) -> str:
    """What a button carries in the row of the telephone number."""
    found = [
        element["value"]
        for block in home["blocks"]
        for element in block.get("elements", ())
        if element.get("action_id") == action_id and element["value"].endswith("|phone")
    ]
    assert len(found) == 1
    return str(found[0])


class TestConflicts:
    async def test_kept_it_is_asked_no_more_and_accepted_it_shows(self, world: World) -> None:
        customer_id = await differing(world, NAME, 1)
        before = await phone_of(world, customer_id)
        home = await home_of(world, CHLOE)
        kept = await world.workspace.click(
            CHLOE, home["id"], "conflicts.keep", value=phone_button(home, "conflicts.keep"), waiting=SEEN_HOME
        )

        assert f"NetSuite: {ERP_PHONE}\nsalesforce: {CRM_PHONE}" in words(home)
        assert before == ERP_PHONE
        assert CRM_PHONE not in words(kept.home)
        assert await phone_of(world, customer_id) == before
        # The same button from a Home that is still open elsewhere.
        value = phone_button(home, "conflicts.accept")
        forged = world.last_payload("block_actions")
        action = forged["actions"][0] | {"action_id": "conflicts.accept", "value": value, "action_ts": "1.5"}
        await world.workspace.hub.deliver("interactive", forged | {"actions": [action], "trigger_id": "again.1"})
        await world.catch_up()
        card = await world.card(f"/tesorio customer {NAME}")

        assert await phone_of(world, customer_id) == CRM_PHONE
        assert "conflict.accepted" in [event[1] for event in await world.audited()]
        assert card is not None

    async def test_only_an_admin_sees_and_decides(self, world: World) -> None:
        customer_id = await differing(world, "ABC Inc", 2)
        home = await home_of(world, CHLOE)
        seen = await home_of(world, ANA)
        before = await phone_of(world, customer_id)
        await world.workspace.click(
            CHLOE, home["id"], "conflicts.keep", value=phone_button(home, "conflicts.keep"), waiting=SEEN_HOME
        )
        forged = world.last_payload("block_actions")
        action = forged["actions"][0] | {
            "action_id": "conflicts.accept",
            "value": f"{customer_id}|phone",
            "action_ts": "1.6",
        }
        stolen = forged | {"actions": [action], "user": forged["user"] | {"id": ANA}, "trigger_id": "stolen.2"}
        await world.workspace.hub.deliver("interactive", stolen)
        await world.catch_up()

        assert "differ" not in words(seen)
        assert await phone_of(world, customer_id) == before
        assert (await world.audited())[-1][1] == "conflicts.accept.denied"
