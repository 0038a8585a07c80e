"""Salesforce by Upflow's rules: switched on, mirrored, read in its own rhythm, and switched off again."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from sandbox.salesforce import SalesforceStandIn, hands
from sandbox.slack import Waiting
from sandbox.slack.seed import ANA
from store.contacts import Contact, contact_by_id, contacts_of
from store.crm.rules import CrmChoices
from store.crm.setup import Switched, switch_off, switch_on
from store.customers import Customer, customer_by_id
from store.records import RecordId
from store.rhythms import SourceRhythm, rhythm_of
from store.work import WorkState
from sync.daily import daily_pulls
from tests.bot.contacting import list_of
from tests.bot.forms import draw_button, submission
from tests.bot.organisation import organisation, world_with
from tests.bot.replying import A_FORM, about_customer, words
from tests.bot.world import SETTLED, World, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")
# What is left open here, people choose in Slack.
_RULES = {
    "rules": "upflow",
    "match_by": "erp_id",
    "account_field": "ERP_Customer_Id__c",
    "retry_wait_seconds": 0.05,
}
_OFTEN = timedelta(seconds=0.02)


class Here:
    """The organisation, and how far its clock and the world's have been moved: a reading begins after the last one."""

    salesforce: SalesforceStandIn

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.switched = 0

    def now(self) -> datetime:
        """The organisation's clock."""
        return datetime.now(UTC) + self.ahead

    @property
    def org(self) -> Any:
        return self.salesforce.org

    def pass_time(self, world: World, length: timedelta = timedelta(minutes=2)) -> None:
        self.ahead += length
        world.clock.ahead = self.ahead

    def account(self, world: World) -> str:
        """The id of the account that the customer of INV-12345 is."""
        key = about_customer(world)[0].rpartition(":")[2]
        return str(self.org.find("Account", ERP_Customer_Id__c=key)["Id"])

    def people(self, world: World) -> list[Any]:
        """The account's contacts, the oldest first."""
        found = [row for row in self.org.living("Contact") if row.get("AccountId") == self.account(world)]
        return sorted(found, key=lambda row: (row["CreatedDate"], row["Id"]))

    def hand_to(self, world: World, email: str) -> str:
        """Let the account be this person's; their name."""
        user = self.org.find("User", Email=email)
        self.org.edit("Account", self.account(world), OwnerId=user["Id"])
        return f"{user['FirstName']} {user['LastName']}"


_HERE: dict[str, Here] = {}


@pytest.fixture
def here(world: World) -> Here:
    _HERE["here"].pass_time(world)
    return _HERE["here"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The world with an organisation that was switched on and read."""
    here = _HERE["here"] = Here()
    folder = tmp_path_factory.mktemp("world")
    async with (
        organisation(now=here.now) as here.salesforce,
        world_with(folder, here.salesforce, _RULES, targets=None) as world,
    ):
        ana = here.org.find("User", Email="ana.silva@meridian.example")
        here.org.edit("User", ana["Id"], Email="ana@meridian.example")
        here.hand_to(world, "ana@meridian.example")
        # Nobody has read anything of the CRM yet, and what is shown is the billing tool's.
        assert {each.origin for each in await shown(world)} == {"netsuite"}
        here.pass_time(world)
        await switch(world, here, is_on=True)
        await sync_now(world, "switched on")
        yield world


async def switch(world: World, here: Here, *, is_on: bool) -> None:
    """What the wizard's last step does, and «Turn off» in Home."""
    crm, here.switched = world.assistant.deps.crm, here.switched + 1
    assert crm is not None
    now = world.clock()
    decision = Switched(
        system=crm.name,
        key=str(here.switched),
        is_on=is_on,
        at=now,
        since=now,
        by="Chloé",
        organisation=await crm.organisation(),
    )
    async with world.store.write() as conn:
        if is_on:
            choices = CrmChoices(contacts=True, account_managers=True)
            assert await switch_on(conn, crm.settled, choices, decision)
        else:
            assert await switch_off(conn, decision)
    await crm.follow()


async def sync_now(world: World, name: str) -> None:
    crm = world.assistant.deps.crm
    assert crm is not None
    await crm.pull(name)
    assert await ended(world.assistant, name) is WorkState.DONE


async def shown(world: World) -> tuple[Contact, ...]:
    async with world.store.read() as conn:
        return await contacts_of(conn, about_customer(world)[0], limit=99)


async def sun(world: World) -> Customer:
    async with world.store.read() as conn:
        found = await customer_by_id(conn, about_customer(world)[0])
    assert found is not None
    return found


async def rhythm(world: World) -> SourceRhythm | None:
    async with world.store.read() as conn:
        return await rhythm_of(conn, "salesforce")


async def one(world: World, record_id: RecordId) -> Contact:
    async with world.store.read() as conn:
        found = await contact_by_id(conn, record_id)
    assert found is not None
    return found


@asynccontextmanager
async def running_clock(world: World) -> AsyncIterator[None]:
    """The clock of `tesorio run`, started anew, for the CRM alone."""
    (crm,) = [each for each in world.assistant.sources if each.name == "salesforce"]
    at, zone = world.settings.rules.sync.daily_at, ZoneInfo("UTC")
    work = world.assistant.work
    async with daily_pulls(work, (crm,), world.store, at=at, zone=zone, clock=world.clock, look_every=_OFTEN):
        yield


def says(text: str) -> Waiting:
    return Waiting(until=lambda outcome: outcome.view is not None and text in str(outcome.view), timeout_seconds=60)


class TestMirror:
    async def test_the_crm_s_contacts_are_the_customer_s_and_the_oldest_is_main(self, world: World, here: Here) -> None:
        people = here.people(world)
        found = await shown(world)
        assert {each.origin for each in found} == {"salesforce"}
        assert sorted(each.source_id for each in found) == sorted(row["Id"] for row in people)
        assert [each.source_id for each in found if each.is_primary] == [people[0]["Id"]]
        titles = {row["Id"]: row.get("Title") for row in people}
        assert {each.source_id: each.title for each in found} == titles

    async def test_what_is_created_changed_and_removed_there_is_so_here(self, world: World, here: Here) -> None:
        account, oldest = here.account(world), here.people(world)[0]["Id"]
        new = here.org.create("Contact", AccountId=account, FirstName="Nia", LastName="New", Title="Controller")
        here.pass_time(world)
        await sync_now(world, "created")
        created = {each.source_id: each for each in await shown(world)}
        assert (created[new].name, created[new].title) == ("Nia New", "Controller")
        assert created[oldest].is_primary

        here.org.edit("Contact", new, Title="CFO", LastName="Newer")
        hands.delete(here.org, "Contact", oldest)
        here.pass_time(world)
        await sync_now(world, "changed and removed")
        left = {each.source_id: each for each in await shown(world)}
        assert (left[new].name, left[new].title) == ("Nia Newer", "CFO")
        assert oldest not in left
        assert (await one(world, created[oldest].id)).deleted_at is not None
        assert [each.source_id for each in left.values() if each.is_primary] == [here.people(world)[0]["Id"]]

    async def test_they_can_be_changed_over_there_only(self, world: World, here: Here) -> None:
        await list_of(world)
        assert here.people(world)[0]["LastName"] in words(world)
        assert "contact.edit" not in words(world)
        assert "Salesforce" in words(world)


class TestForged:
    async def test_a_contact_of_the_crm_opens_in_no_form(self, world: World) -> None:
        contact = (await shown(world))[0]
        await list_of(world)
        draw_button(world, ANA, "contact.edit", contact.id)
        seen = await world.workspace.click(ANA, None, "contact.edit", value=contact.id, waiting=says("changed there"))
        await world.workspace.close(ANA, SETTLED)

        assert "This contact is Salesforce's and is changed there" in str(seen.view)
        assert "contact.last_name" not in str(seen.view)
        assert ("contact.edit.denied", contact.id) in [event[1:] for event in await world.audited()]

    async def test_a_form_that_names_one_changes_nothing(self, world: World, here: Here) -> None:
        contact = (await shown(world))[0]
        await list_of(world)
        await world.workspace.click(ANA, None, "contact.add", waiting=A_FORM)
        form = world.workspace.modal(ANA)
        assert form is not None
        memory = json.loads(form["private_metadata"]) | {"contact": contact.id}
        forged = form | {"user": ANA}
        sent = await world.workspace.hub.deliver("interactive", submission(world, forged, json.dumps(memory)))
        await world.catch_up()
        await world.workspace.close(ANA, SETTLED)

        assert sent.ack is not None
        assert "This contact is Salesforce's and is changed there" in str(sent.ack.payload)
        assert await one(world, contact.id) == contact
        assert ("contact.submit.denied", contact.id) in [event[1:] for event in await world.audited()]
        [there] = [row for row in here.people(world) if row["Id"] == contact.source_id]
        assert there["LastName"] == contact.last_name


class TestAccountManager:
    async def test_is_the_owner_whose_customers_they_are(self, world: World, here: Here) -> None:
        assert (await sun(world)).account_manager == "Ana Silva"
        name = about_customer(world)[1]
        home = str((await world.workspace.open_home(ANA)).home)
        assert name in home[home.index("My customers") : home.index("What I follow")]
        assert "INV-12345" in world.shown(await world.say("/tesorio overdue owner:me"))
        assert "Ana Silva" in world.shown(await world.say(f"/tesorio customer {name}"))

        manager = here.hand_to(world, "sam.rivers@meridian.example")
        here.pass_time(world)
        await sync_now(world, "another owner")
        assert (await sun(world)).account_manager == manager
        assert "INV-12345" not in world.shown(await world.say("/tesorio overdue owner:me"))
        assert "INV-12345" in world.shown(await world.say(f'/tesorio overdue owner:"{manager}"'))


class TestRhythm:
    async def test_of_24_hours_counts_from_the_switch_and_outlives_restarts(self, world: World, here: Here) -> None:
        known = await rhythm(world)
        assert known is not None
        due = known.since + timedelta(hours=24)
        # An hour before, «sync now» is no reason to count anew.
        here.pass_time(world, due - timedelta(hours=1) - world.clock())
        await sync_now(world, "by hand")
        slot = f"sync-salesforce-{due:%Y-%m-%dT%H%M%SZ}/1"
        async with running_clock(world):
            pass
        assert await world.assistant.work.status(slot) is None
        here.pass_time(world, timedelta(hours=1, minutes=1))
        async with running_clock(world):
            assert await ended(world.assistant, slot) is WorkState.DONE
        async with running_clock(world):
            pass
        assert await rhythm(world) == known
        assert await world.assistant.work.status(slot.replace("/1", "/2")) is None


class TestOff:
    async def test_gives_the_contacts_back_and_buries_the_crm_s(self, world: World, here: Here) -> None:
        theirs = await shown(world)
        asked = len(here.salesforce.log)
        await switch(world, here, is_on=False)
        back = await shown(world)
        assert {each.origin for each in back} == {"netsuite"}
        assert all([(await one(world, each.id)).deleted_at for each in theirs])
        assert (await sun(world)).account_manager is None
        # Turning it off needs no word with Salesforce, which may be gone by then.
        assert [each.operation for each in list(here.salesforce.log)[asked:] if each.operation == "query"] == []

        here.pass_time(world)
        await switch(world, here, is_on=True)
        await sync_now(world, "on again")
        assert sorted(each.source_id for each in await shown(world)) == sorted(row["Id"] for row in here.people(world))
