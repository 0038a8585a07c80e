"""The conflict log on Home: who sees it, and that Keep and Accept do what they say."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from sandbox.slack import Waiting
from sandbox.slack.seed import ANA, CHLOE
from store.crm.accounts import CrmAccount, account_record_id
from store.crm.rules import CrmChoices, keep_rules, rules_of
from store.customers import customer_by_id
from store.pulled import upsert_records
from store.records import RecordId, record_id
from tests.bot.newcomers import SEEN_HOME, SHOWN, words
from tests.bot.organisation import organisation, world_with
from tests.bot.world import SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")
NAME = "Sun Microsystems, Inc."
# Those that tests of one field name.
FIXED = frozenset({NAME, "ABC Inc", "ABC Industries"})
ERP_PHONE, CRM_PHONE = "+49 30 555 7", "+49 30 901820"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """The world with an organisation that nobody reads: what it says is written by the tests."""
    async with organisation() as salesforce, world_with(tmp_path_factory.mktemp("world"), salesforce, {}) as world:
        yield world


async def differing(world: World, customer: str, number: int, phone: str = CRM_PHONE) -> RecordId:
    """A customer of whom the CRM knows another telephone number than the ERP."""
    customer_id = record_id("netsuite", "customer", str(world.ledger.customer_named(customer).id))
    account = CrmAccount(
        id=account_record_id("salesforce", f"00{number}"),
        origin="salesforce",
        source_id=f"00{number}",
        name=customer,
        key=customer_id.rpartition(":")[2],
        phone=phone,
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


def phone_button(home: Any, action_id: str, customer_id: str = "") -> str:
    """What a button carries in the row of a telephone number."""
    return value_of(home, action_id, f"{customer_id}|phone")


async def differing_many(world: World, first: int, last: int) -> list[RecordId]:
    """The telephone numbers of these customers differ, counted without those of fixed ones."""
    names = sorted(each.name for each in world.ledger.customers.values() if each.name not in FIXED)
    return [await differing(world, names[number], 100 + number) for number in range(first, last)]


def value_of(view: Any, action_id: str, ending: str = "") -> str:
    """What a button, or the chosen option of a menu, of a view carries."""
    found = [
        element.get("value") or element["initial_option"]["value"]
        for block in view["blocks"]
        for element in block.get("elements", ())
        if element.get("action_id") == action_id
    ]
    return str(next(each for each in found if each.endswith(ending)))


def forged(world: World, user: str, action_id: str, value: str, number: int) -> dict[str, Any]:
    """The last click once more, as another one, by another person."""
    last = world.last_payload("block_actions")
    action = last["actions"][0] | {"action_id": action_id, "value": value, "action_ts": f"{number}.7", "type": "button"}
    action.pop("selected_option", None)
    return last | {"actions": [action], "user": last["user"] | {"id": user}, "trigger_id": f"forged.{number}"}


async def log_open(world: World, action_id: str = "conflicts.log") -> Any:
    """The log is open for an admin, from Home."""
    home = await home_of(world, CHLOE)
    outcome = await world.workspace.click(CHLOE, home["id"], action_id, waiting=SHOWN)
    return outcome.view


async def clicked(world: World, action_id: str, value: str, until: str) -> Any:
    """Press a button of the open log; the log as it then is."""
    outcome = await world.workspace.click(CHLOE, None, action_id, value=value, waiting=says(until))
    return outcome.view


async def chosen(world: World, action_id: str, value: str, until: str) -> Any:
    """Choose in a menu of the open log; likewise."""
    outcome = await world.workspace.choose(CHLOE, None, action_id, value, waiting=says(until))
    return outcome.view


def next_payload(world: World, action_id: str) -> dict[str, Any]:
    """What Slack sent of the last click on this."""
    sent = (each.payload for each in reversed(world.workspace.hub.deliveries))
    return next(one for one in sent if any(act.get("action_id") == action_id for act in one.get("actions", ())))


def says(text: str) -> Waiting:
    return Waiting(until=lambda outcome: outcome.view is not None and text in words(outcome.view), timeout_seconds=60)


class TestConflicts:
    async def test_kept_it_is_asked_no_more_and_accepted_it_shows(self, world: World) -> None:
        customer_id = await differing(world, NAME, 1)
        before = await phone_of(world, customer_id)
        home = await home_of(world, CHLOE)
        kept = await world.workspace.click(
            CHLOE, home["id"], "conflicts.keep", value=phone_button(home, "conflicts.keep"), waiting=SEEN_HOME
        )

        assert f"NetSuite: {ERP_PHONE}" in words(home)
        assert f"Salesforce: {CRM_PHONE}" in words(home)
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

    async def test_a_value_that_nobody_has_seen_is_not_accepted(self, world: World) -> None:
        customer_id = await differing(world, "ABC Industries", 3)
        value = phone_button(await home_of(world, CHLOE), "conflicts.accept", customer_id)
        await differing(world, "ABC Industries", 3, phone="+49 30 666")
        await world.workspace.hub.deliver("interactive", forged(world, CHLOE, "conflicts.accept", value, 3))
        await world.catch_up()
        refused = await phone_of(world, customer_id)
        home = await home_of(world, CHLOE)
        seen = phone_button(home, "conflicts.accept", customer_id)
        await world.workspace.click(CHLOE, home["id"], "conflicts.accept", value=seen, waiting=SEEN_HOME)

        assert refused == ERP_PHONE
        assert "Salesforce: +49 30 666" in words(home)
        assert await phone_of(world, customer_id) == "+49 30 666"

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

        assert " differ" not in words(seen)
        assert await phone_of(world, customer_id) == before
        assert (await world.audited())[-1][1] == "conflicts.accept.denied"


class TestLog:
    async def test_a_field_is_decided_for_all_after_a_question_that_names_the_number(self, world: World) -> None:
        ids = await differing_many(world, 0, 11)
        view = await log_open(world)
        whole = words(view)
        view = await chosen(world, "conflicts.field", "undecided|phone|0", "Phone of")
        page = words(view)
        more = words(await clicked(world, "conflicts.next", value_of(view, "conflicts.next"), "9 to "))
        view = await clicked(world, "conflicts.back", "undecided|phone|0", "1 to 8 of ")
        [confirm] = [
            element["confirm"]
            for block in view["blocks"]
            for element in block.get("elements", ())
            if element.get("action_id") == "conflicts.accept_all"
        ]
        number = int(value_of(view, "conflicts.accept_all").split("|")[1])
        done = await clicked(world, "conflicts.accept_all", value_of(view, "conflicts.accept_all"), "is accepted.")
        await world.workspace.close(CHLOE, SETTLED)

        assert "To decide: " in whole
        assert "All fields: " in whole
        assert number >= 11
        assert f"Phone of {number} customers to decide. NetSuite's value shows until then." in page
        assert f"1 to 8 of {number}" in page
        assert "9 to " in more
        assert words(confirm).startswith(f"Accept Salesforce's {number} values?")
        assert f"✓ Phone of {number} customers: Salesforce's is accepted." in words(done)
        assert {await phone_of(world, each) for each in ids} == {CRM_PHONE}
        assert "Decided: " in words(await home_of(world, CHLOE))
        # The same click, as Slack sends it again, is one decision.
        events = [event for event in await world.audited() if event[1] == "conflicts.accepted"]
        await world.workspace.hub.deliver(
            "interactive", next_payload(world, "conflicts.accept_all") | {"trigger_id": "again.9"}
        )
        await world.catch_up()
        assert [event for event in await world.audited() if event[1] == "conflicts.accepted"] == events
        assert [event[2] for event in events] == ["phone"]

    async def test_what_was_decided_names_who_and_can_be_reopened(self, world: World) -> None:
        [one, *_] = await differing_many(world, 11, 13)
        home = await home_of(world, CHLOE)
        await world.workspace.click(
            CHLOE, home["id"], "conflicts.accept", value=phone_button(home, "conflicts.accept", one), waiting=SEEN_HOME
        )
        view = await log_open(world, "conflicts.decided")
        again = await clicked(world, "conflicts.reopen", value_of(view, "conflicts.reopen", f"{one}|phone"), "Decided")
        await world.catch_up()

        assert "by chloe@meridian.example, " in words(view)
        assert f"Accepted Salesforce's: {CRM_PHONE}" in words(view)
        assert f"instead of NetSuite's: {ERP_PHONE}" in words(view)
        assert again is not None
        assert await phone_of(world, one) == ERP_PHONE
        assert ("conflict.reopened", one) in [event[1:] for event in await world.audited()]
        await world.workspace.close(CHLOE, SETTLED)

    async def test_others_and_what_is_made_up_decide_nothing(self, world: World) -> None:
        ids = await differing_many(world, 13, 17)
        view = await log_open(world)
        order = value_of(view, "conflicts.keep_all")
        field, number, until = order.split("|")
        future = (world.clock() + timedelta(days=1)).isoformat()
        made_up = [order.replace(until, future), "phone|x|" + until, "made up", f"{field}|{number}|yesterday", "||"]
        await chosen(world, "conflicts.list", "decided||0", "decided")
        before = await world.audited()
        for count, (user, action, value) in enumerate(
            [
                *((ANA, action, order) for action in ("conflicts.keep_all", "conflicts.accept_all")),
                *((ANA, action, f"{ids[0]}|phone") for action in ("conflicts.reopen", "conflicts.accept")),
                (ANA, "conflicts.next", "undecided||0"),
                *((CHLOE, "conflicts.keep_all", value) for value in made_up),
                (CHLOE, "conflicts.next", "undecided|made_up|-8"),
                (CHLOE, "conflicts.reopen", f"{ids[0]}|phone"),
                (CHLOE, "conflicts.keep", "netsuite:customer:999|phone"),
            ]
        ):
            await world.workspace.hub.deliver("interactive", forged(world, user, action, value, 500 + count))
            await world.catch_up()
        told = [event[1] for event in await world.audited()][len(before) :]

        assert [event for event in told if event.endswith(".denied")] == [
            "conflicts.keep_all.denied",
            "conflicts.accept_all.denied",
            "conflicts.reopen.denied",
            "conflicts.accept.denied",
            "conflicts.next.denied",
        ]
        assert not {event for event in told if event.startswith("conflict.")}
        assert {await phone_of(world, each) for each in ids} == {ERP_PHONE}
        assert not world.log.errors()
        await world.workspace.close(CHLOE, SETTLED)

    async def test_more_than_was_asked_about_is_not_decided(self, world: World) -> None:
        ids = await differing_many(world, 13, 17)
        view = await log_open(world)
        field, number, until = value_of(view, "conflicts.keep_all").split("|")
        fewer = f"{field}|{int(number) - 1}|{until}"
        await chosen(world, "conflicts.list", "decided||0", "decided")
        refused = forged(world, CHLOE, "conflicts.keep_all", fewer, 600)
        await world.workspace.hub.deliver("interactive", refused)
        async with asyncio.timeout(60):
            while "More fields differ" not in words(world.workspace.modal(CHLOE)):  # noqa: ASYNC110 - of another program
                await asyncio.sleep(0.02)
        assert {await phone_of(world, each) for each in ids} == {ERP_PHONE}
        await world.workspace.close(CHLOE, SETTLED)
