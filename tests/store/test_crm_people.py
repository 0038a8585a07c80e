"""Contacts and notes of a CRM's accounts: one source at a time, the oldest first, and who looks after whom."""

from dataclasses import replace
from datetime import timedelta

from store.contacts import Contact, contacts_of, primary_contact
from store.crm.accounts import LookupContact
from store.crm.rules import CrmChoices, CrmRules, MatchBy, Policy
from store.crm.switch import begin_switch, bury_some, chosen, end_switch, hand_over, keep_chosen, switch_some
from store.cursors import advance_cursor, claim_cursor, read_cursor
from store.custom_fields import CustomField
from store.db import Store
from store.pulled import tombstone_records
from store.records import RecordId, record_id
from store.rhythms import rhythm_of
from tests.store.make import AT, CUSTOMER_ID, make_contact, make_customer, save
from tests.store.make_crm import (
    OWNER,
    account_id,
    contacts_in,
    customer_in,
    links_in,
    make_account,
    make_crm_contact,
    make_crm_note,
    tesorio_rules,
    upflow_rules,
    with_rules,
    with_sf_id,
)

LATER = AT + timedelta(hours=1)
HOUR = timedelta(hours=1)
CUSTOMER = with_sf_id(make_customer("7"), 1)


class TestTesoriosContacts:
    async def test_related_contacts_are_left_out_by_default(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1), make_crm_contact(1))

        assert await contacts_in(store) == {}

    async def test_when_on_they_stand_beside_the_erps(self, store: Store) -> None:
        await with_rules(store, tesorio_rules(contacts=True))
        await save(store, make_customer("7"), make_contact("1"), make_account(1), make_crm_contact(1, title="CFO"))

        assert [(one.name, one.title, one.is_primary) for one in await shown(store)] == [
            ("Contact 1", None, False),
            ("Person 1", "CFO", False),
        ]

    async def test_those_of_an_account_without_a_customer_are_not_kept(self, store: Store) -> None:
        await with_rules(store, tesorio_rules(contacts=True))
        await save(store, make_customer("7"), make_account(1, key="99"), make_crm_contact(1))
        await save(store, replace(make_crm_contact(2), account_id=None))

        assert await contacts_in(store) == {}

    async def test_one_that_moves_to_an_account_without_a_customer_is_nobodys(self, store: Store) -> None:
        await with_rules(store, tesorio_rules(contacts=True))
        await save(store, make_customer("7"), make_account(1), make_crm_contact(1))
        await save(store, make_crm_contact(1, account=2, source_changed_at=LATER))

        assert {row["customer_id"] for row in (await contacts_in(store)).values()} == {None}
        assert await shown(store) == ()

    async def test_the_owner_is_the_sales_rep(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, owner=OWNER))
        [found] = await shown(store)

        assert (found.name, found.email, found.phone, found.title, found.role) == (
            "Olga Owner",
            "olga@acme.example",
            "+1 555 01",
            "AE",
            "Customer Sales Rep",
        )

    async def test_the_owner_is_never_the_primary_contact(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, owner=OWNER))
        async with store.read() as conn:
            alone = await primary_contact(conn, CUSTOMER_ID)
        await save(store, make_contact("1", name="Zoe Last"))
        async with store.read() as conn:
            found = await primary_contact(conn, CUSTOMER_ID)

        assert alone is None
        assert found is not None
        assert (found.name, [one.name for one in await shown(store)]) == ("Zoe Last", ["Zoe Last", "Olga Owner"])

    async def test_an_inactive_owner_is_not_to_be_reached(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, owner=replace(OWNER, is_active=False)))

        assert await shown(store) == ()
        assert [row["is_inactive"] for row in (await contacts_in(store)).values()] == [True]

    async def test_another_owner_takes_the_place_of_the_first(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, owner=OWNER))
        await save(store, make_account(1, owner=replace(OWNER, id="005000000000002AAA", name="Nora New")))

        assert [one.name for one in await shown(store)] == ["Nora New"]

    async def test_whom_custom_fields_point_at_are_contacts(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        lookup = LookupContact(
            field="AP_Contact__c",
            label="AP contact",
            contact_id="003000000000009AAA",
            name="Ada",
            email="ada@x.example",
        )
        await save(store, make_customer("7"), make_account(1, lookups=(lookup,)))
        [made] = await shown(store)
        await save(store, make_account(1))

        assert (made.name, made.email, made.role, made.source_field) == (
            "Ada",
            "ada@x.example",
            "AP contact",
            "AP_Contact__c",
        )
        assert await shown(store) == ()

    async def test_they_outlive_a_customer_that_is_written_again(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        field = CustomField(
            id=record_id("netsuite", "custom_field", "custentity_ap"),
            origin="netsuite",
            source_id="custentity_ap",
            seen_at=AT,
            kind="customer",
            script_id="custentity_ap",
            field_type="email",
            label="AP",
        )
        told = '{"custentity_ap": {"type": "StringCustomFieldRef", "value": "ap@acme.example"}}'
        await save(store, field, make_customer("7"), make_account(1, owner=OWNER))
        await save(store, make_customer("7", custom_fields_json=told))

        assert {one.name for one in await shown(store)} == {"Olga Owner", "ap@acme.example"}

    async def test_they_go_with_the_link_and_come_back_with_it(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, owner=OWNER))
        await save(store, make_account(1, owner=OWNER, key="9"))
        alone = await shown(store)
        await save(store, make_account(1, owner=OWNER))

        assert (alone, [one.name for one in await shown(store)]) == ((), ["Olga Owner"])


class TestMain:
    async def test_the_oldest_is(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, CUSTOMER, make_account(1))
        await save(store, make_crm_contact(1), make_crm_contact(2, created_at=AT - HOUR))
        first = await mains(store)
        await save(store, make_crm_contact(3, created_at=AT - 2 * HOUR))

        assert (first, await mains(store)) == (["Person 2"], ["Person 3"])

    async def test_an_unchanged_page_changes_nothing(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, CUSTOMER, make_account(1), make_crm_contact(1))
        counts = await save(store, make_crm_contact(1))

        assert (counts.unchanged, await mains(store)) == (1, ["Person 1"])

    async def test_the_next_one_when_it_goes(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        oldest = make_crm_contact(2, created_at=AT - HOUR)
        await save(store, CUSTOMER, make_account(1), make_crm_contact(1), oldest)
        async with store.write() as conn:
            await tombstone_records(conn, "contact", [oldest.id], at=LATER)

        assert await mains(store) == ["Person 1"]


class TestOneSourceAtATime:
    async def test_the_billing_tools_until_the_crms_have_been_read(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, CUSTOMER, make_contact("1"), make_account(1), make_crm_contact(1))
        before = await shown(store)
        await hand(store, upflow_rules())

        assert [one.name for one in before] == ["Person 1", "Contact 1"]
        assert [one.name for one in await shown(store)] == ["Person 1"]

    async def test_a_customer_without_an_account_keeps_the_billing_tools(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, make_customer("7"), make_contact("1"))
        await hand(store, upflow_rules())

        assert [one.name for one in await shown(store)] == ["Contact 1"]

    async def test_what_a_person_wrote_here_stays(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, CUSTOMER, make_contact("1", author_id="u1"), make_account(1))
        await hand(store, upflow_rules())

        assert [one.name for one in await shown(store)] == ["Contact 1"]

    async def test_turned_off_it_is_the_billing_tool_again(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, CUSTOMER, make_contact("1"), make_account(1), make_crm_contact(1))
        await hand(store, upflow_rules())
        await switch(store, upflow_rules(contacts=False))

        assert [one.name for one in await shown(store)] == ["Contact 1"]
        assert list(await contacts_in(store)) == [record_id("netsuite", "contact", "1")]

    async def test_turned_on_again_they_come_back_with_their_reading(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, CUSTOMER, make_account(1), make_crm_contact(1))
        await switch(store, upflow_rules(contacts=False))
        await switch(store, upflow_rules())
        await save(store, make_crm_contact(1))

        assert [one.name for one in await shown(store)] == ["Person 1"]


class TestNotes:
    async def test_upflows_rules_ask_for_none(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        counts = await save(store, CUSTOMER, make_account(1), make_crm_note(1))

        assert counts.inserted == 2


class TestSwitching:
    async def test_another_key_links_anew(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, CUSTOMER, make_customer("8"), make_account(1, key="8", owner=OWNER, phone="1"))
        await switch(store, upflow_rules())

        assert await links_in(store) == {account_id(1): CUSTOMER_ID}
        assert (await customer_in(store, CUSTOMER_ID)).account_manager == "Olga Owner"
        assert (await customer_in(store, record_id("netsuite", "customer", "8"))).phone is None

    async def test_account_managers_off_are_gone(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, CUSTOMER, make_account(1, owner=OWNER))
        await switch(store, upflow_rules(account_managers=False))

        assert (await customer_in(store, CUSTOMER_ID)).account_manager is None

    async def test_from_one_set_to_the_other(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, CUSTOMER, make_account(1, owner=OWNER, phone="1"))
        await switch(store, tesorio_rules(match_by=MatchBy.CRM_ID, customer_field="custentity_sf"))
        found = await customer_in(store, CUSTOMER_ID)

        assert (found.phone, found.sales_rep, found.account_manager) == ("1", "Olga Owner", None)
        assert [one.name for one in await shown(store)] == ["Olga Owner"]

    async def test_the_same_rules_are_not_followed_twice(self, store: Store) -> None:
        await switch(store, upflow_rules())

        assert not await switch(store, upflow_rules())

    async def test_one_that_was_broken_off_starts_over(self, store: Store) -> None:
        async with store.write() as conn:
            await begin_switch(conn, upflow_rules(), run_id="r", at=AT)

        assert await switch(store, upflow_rules())

    async def test_contacts_turned_on_are_read_from_the_beginning(self, store: Store) -> None:
        await switch(store, upflow_rules(contacts=False))
        async with store.write() as conn:
            cursor = await claim_cursor(conn, "salesforce", "contacts", "r")
            await advance_cursor(conn, cursor, value="far", covered_until=AT)
        await switch(store, upflow_rules())
        async with store.read() as conn:
            found = await read_cursor(conn, "salesforce", "contacts")

        assert found is not None
        assert found.value == ""

    async def test_the_rhythm_counts_from_the_first_switch(self, store: Store) -> None:
        await switch(store, upflow_rules())
        await switch(store, upflow_rules(contacts=False), at_hour=5)
        async with store.read() as conn:
            upflows = await rhythm_of(conn, "salesforce")
        await switch(store, tesorio_rules())
        async with store.read() as conn:
            tesorios = await rhythm_of(conn, "salesforce")

        assert upflows is not None
        assert (upflows.since, upflows.every_hours, tesorios) == (AT, 24, None)

    async def test_what_people_chose_is_kept(self, store: Store) -> None:
        choices = CrmChoices(rules="upflow", match_by=MatchBy.SHARED, contacts=True, policies={"fax": Policy.CRM})
        async with store.write() as conn:
            await keep_chosen(conn, choices)
        async with store.read() as conn:
            assert await chosen(conn) == choices


async def shown(store: Store, customer_id: RecordId = CUSTOMER_ID) -> tuple[Contact, ...]:
    async with store.read() as conn:
        return await contacts_of(conn, customer_id, limit=20)


async def mains(store: Store) -> list[str]:
    return [one.name for one in await shown(store) if one.is_primary]


async def hand(store: Store, rules: CrmRules) -> None:
    async with store.write() as conn:
        await hand_over(conn, rules, limit=10)


async def switch(store: Store, rules: CrmRules, *, at_hour: int = 0) -> bool:
    """As a pull does it; whether there was anything to follow."""
    at = AT + at_hour * HOUR
    async with store.write() as conn:
        if not await begin_switch(conn, rules, run_id="r", at=at):
            return False
        after: RecordId | None = None
        while after := await switch_some(conn, rules, after=after, limit=1, at=at):
            pass
        while after := await bury_some(conn, rules, after=after, limit=1, at=at):
            pass
        await end_switch(conn)
    return True
