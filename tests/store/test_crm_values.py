"""Whose value of a customer's field shows, and the conflict log."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from store.crm.accounts import custom_name
from store.crm.conflicts import Choice, decide_conflict
from store.crm.decide import FieldState, Standing, decided, is_same
from store.crm.rules import ContactsFrom, CrmChoices, MatchBy, Policy, chosen_over, rules_of
from store.crm.values import crm_fields
from store.custom_values import value_names, values_in_use
from store.db import Store
from tests.store.make import AT, CUSTOMER_ID, changes, make_customer, rows, save
from tests.store.make_crm import (
    OWNER,
    customer_in,
    make_account,
    tesorio_rules,
    upflow_rules,
    with_rules,
    with_sf_id,
)

LATER = AT + timedelta(hours=1)
SPEAKING = "+1 555 0100"


class TestRuleSets:
    def test_tesorio_fills_in_and_leaves_contacts_out(self) -> None:
        rules = rules_of(CrmChoices())

        assert {rules.policies[each] for each in ("name", "phone", "address", "fax", "website")} == {Policy.ERP}
        assert rules.policies["account_manager"] is Policy.OFF
        assert (rules.contacts, rules.owner_contact, rules.every_hours) == (ContactsFrom.OFF, True, None)

    def test_upflow_does_what_its_two_toggles_say(self) -> None:
        off = rules_of(CrmChoices(rules="upflow"))
        on = rules_of(CrmChoices(rules="upflow", contacts=True, account_managers=True))

        assert (off.contacts, off.policies["account_manager"]) == (ContactsFrom.OFF, Policy.OFF)
        assert (on.contacts, on.policies["account_manager"]) == (ContactsFrom.MIRRORED, Policy.CRM)
        assert (on.oldest_is_main, on.every_hours, on.policies["phone"]) == (True, 24, Policy.OFF)

    def test_the_same_toggle_means_another_thing_in_the_other_set(self) -> None:
        assert rules_of(CrmChoices(contacts=True)).contacts is ContactsFrom.ADDED

    def test_a_single_field_goes_before_the_set(self) -> None:
        rules = rules_of(CrmChoices(policies={"phone": Policy.CRM}, account_managers=True))

        assert [rules.policies[each] for each in ("phone", "fax", "account_manager")] == [
            Policy.CRM,
            Policy.ERP,
            Policy.CRM,
        ]

    def test_settings_go_before_what_was_chosen_in_slack(self) -> None:
        settled = CrmChoices(rules="upflow", contacts=False)
        found = chosen_over(settled, CrmChoices(contacts=True, account_managers=True, match_by=MatchBy.CRM_ID))

        assert (found.rules, found.contacts, found.account_managers) == ("upflow", False, True)


class TestDecided:
    @pytest.mark.parametrize(
        ("policy", "erp", "crm", "shown", "state"),
        [
            (Policy.ERP, "a", "b", "a", FieldState.OPEN),
            (Policy.ERP, None, "b", "b", FieldState.FILLED),
            (Policy.ERP, " ", "b", "b", FieldState.FILLED),
            (Policy.ERP, "a", None, "a", None),
            (Policy.ERP, "a", "A ", "a", None),
            (Policy.FILL, None, "b", "b", FieldState.FILLED),
            (Policy.FILL, "a", "b", "a", None),
            (Policy.CRM, "a", "b", "b", FieldState.RULED),
            (Policy.CRM, "a", None, "a", None),
            (Policy.CRM, None, "b", "b", FieldState.FILLED),
            (Policy.OFF, "a", "b", "a", None),
            (Policy.OFF, None, "b", None, None),
        ],
    )
    def test_by_policy(
        self, policy: Policy, erp: str | None, crm: str | None, shown: str | None, state: FieldState | None
    ) -> None:
        found = decided("name", policy, erp=erp, crm=crm, before=None, at=AT)

        assert (found.value, found.standing.state if found.standing else None) == (shown, state)

    @pytest.mark.parametrize(
        ("state", "erp", "crm", "shown"),
        [
            (FieldState.ACCEPTED, "a", "c", "c"),
            (FieldState.ACCEPTED, "a", None, "a"),
            (FieldState.KEPT, "c", "b", "c"),
            (FieldState.KEPT, None, "b", "b"),
        ],
    )
    def test_what_a_person_chose_holds_for_what_comes(
        self, state: FieldState, erp: str | None, crm: str | None, shown: str
    ) -> None:
        before = Standing(erp_value="a", crm_value="b", state=state, since=AT, decided_by="user:1", decided_at=AT)
        found = decided("name", Policy.ERP, erp=erp, crm=crm, before=before, at=LATER)

        assert found.value == shown
        assert found.standing == replace(before, erp_value=erp, crm_value=crm)

    @pytest.mark.parametrize(
        ("field", "one", "other", "same"),
        [
            ("phone", "+1 (555) 0100", "1-555-0100", True),
            ("phone", "+1 555 0100", "+1 555 0101", False),
            ("website", "https://www.acme.example/", "acme.example", True),
            ("address", "1 Main St\nSpringfield", "1 Main St, Springfield", True),
            ("name", "ACME  Inc", "Acme Inc", True),
            ("name", "Acme, Inc", "Acme Inc", True),
            ("name", "Acme Inc", "Acme LLC", False),
            ("phone", "+1 555 0109", "(555) 0109", True),
            ("phone", "0109", "+1 555 0109", False),
            ("address", "Acme\n1 Main St", "1 Main St", True),
        ],
    )
    def test_what_is_only_written_otherwise_is_the_same(self, field: str, one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a table's column
        assert is_same(field, one, other, name="Acme") is same


class TestTesoriosRules:
    async def test_what_the_erp_leaves_empty_is_filled(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        account = make_account(1, phone=SPEAKING, fax="+1 555 2", website="acme.example", owner=OWNER, **PLACE)
        await save(store, make_customer("7", phone="+1 555 9"), account)
        found = await customer_in(store, CUSTOMER_ID)

        assert (found.name, found.phone, found.fax, found.website) == (
            "Customer 7",
            "+1 555 9",
            "+1 555 2",
            "acme.example",
        )
        assert (found.address, found.sales_rep) == ("1 Main St\nSpringfield, IL 62701\nUSA", "Olga Owner")
        assert found.account_manager is None

    async def test_the_losing_values_are_kept(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7", phone="+1 555 9"), make_account(1, phone=SPEAKING))

        assert await log(store) == {
            "name": ("Customer 7", "Account 1", "open"),
            "phone": ("+1 555 9", SPEAKING, "open"),
        }

    async def test_the_erp_takes_a_field_back_when_it_has_something(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        customer = make_customer("7", name="Account 1")
        await save(store, customer, make_account(1, phone=SPEAKING))
        filled = await customer_in(store, CUSTOMER_ID)
        await save(store, replace(customer, phone="+1 555 9"))

        assert filled.phone == SPEAKING
        assert (await customer_in(store, CUSTOMER_ID)).phone == "+1 555 9"
        assert await log(store) == {"phone": ("+1 555 9", SPEAKING, "open")}

    async def test_an_unchanged_page_of_the_erp_writes_nothing(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, phone=SPEAKING))
        before = len(await changes(store))
        counts = await save(store, make_customer("7"))

        assert (counts.unchanged, len(await changes(store))) == (1, before)
        assert (await customer_in(store, CUSTOMER_ID)).phone == SPEAKING

    async def test_another_change_of_the_erps_leaves_what_was_filled(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, phone=SPEAKING))
        before = len(await changes(store))
        await save(store, make_customer("7", email="ap@acme.example"))
        found = (await changes(store))[before:]

        assert (await customer_in(store, CUSTOMER_ID)).phone == SPEAKING
        assert [change.fields for change in found] == [{"email": (None, "ap@acme.example")}]

    async def test_a_change_of_the_crms_is_told_of_the_customer(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, phone=SPEAKING))
        before = len(await changes(store))
        await save(store, make_account(1, phone="+1 555 3"))
        found = [change for change in (await changes(store))[before:] if change.kind == "customer"]

        assert [change.fields for change in found] == [{"phone": (SPEAKING, "+1 555 3")}]

    async def test_without_its_account_a_customer_is_the_erps_again(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        customer = make_customer("7", custom_fields_json='{"custentity_a": {"type": "x", "value": "1"}}')
        custom = f'{{"{custom_name("salesforce", "Tier__c")}": {{"type": "string", "value": "Gold"}}}}'
        account = make_account(1, phone=SPEAKING, owner=OWNER, custom_fields_json=custom)
        await save(store, customer, account)
        linked = await customer_in(store, CUSTOMER_ID)
        async with store.read() as conn:
            in_use = await values_in_use(conn, "customer", "salesforce.Tier__c", limit=9)
        await save(store, replace(account, key="9"))

        assert value_names(linked.custom_fields_json, "salesforce.Tier__c") == ("Gold",)
        assert in_use == ("Gold",)
        assert replace(await customer_in(store, CUSTOMER_ID), custom_fields_json="") == replace(
            customer, custom_fields_json=""
        )
        assert "Tier__c" not in (await customer_in(store, CUSTOMER_ID)).custom_fields_json
        assert await log(store) == {}


class TestUpflowsRules:
    async def test_the_owner_is_the_account_manager(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        customer = with_sf_id(make_customer("7", sales_rep="Rita Rep"), 1)
        await save(store, customer, make_account(1, owner=OWNER, phone=SPEAKING))
        found = await customer_in(store, CUSTOMER_ID)

        assert (found.account_manager, found.sales_rep, found.phone) == ("Olga Owner", "Rita Rep", None)

    async def test_it_follows_the_owner(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, with_sf_id(make_customer("7"), 1), make_account(1, owner=OWNER))
        await save(store, make_account(1, owner=replace(OWNER, name="Nora New")))
        moved = await customer_in(store, CUSTOMER_ID)
        await save(store, make_account(1, owner=None))

        assert moved.account_manager == "Nora New"
        assert (await customer_in(store, CUSTOMER_ID)).account_manager is None


class TestChoosing:
    async def test_an_accepted_value_shows_from_then_on(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7", phone="+1 555 9"), make_account(1, phone=SPEAKING))
        await choose(store, "phone", Choice.ACCEPT)
        accepted = await customer_in(store, CUSTOMER_ID)
        await save(store, make_customer("7", phone="+1 555 8"), make_account(1, phone="+1 555 3"))

        assert accepted.phone == SPEAKING
        assert (await customer_in(store, CUSTOMER_ID)).phone == "+1 555 3"

    async def test_an_accepted_name_is_found(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, name="Zeta Group"))
        await choose(store, "name", Choice.ACCEPT)
        async with store.read() as conn:
            row = (await conn.exec_driver_sql("SELECT name, name_key FROM customers")).one()

        assert tuple(row) == ("Zeta Group", "zeta group")

    async def test_a_kept_value_stays_and_is_not_asked_about_again(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7", phone="+1 555 9"), make_account(1, phone=SPEAKING))
        await choose(store, "phone", Choice.KEEP)
        await save(store, make_account(1, phone="+1 555 3"))

        assert (await customer_in(store, CUSTOMER_ID)).phone == "+1 555 9"
        assert (await log(store))["phone"] == ("+1 555 9", "+1 555 3", "kept")

    async def test_who_chose_and_when_is_kept(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7", phone="+1 555 9"), make_account(1, phone=SPEAKING))
        await choose(store, "phone", Choice.ACCEPT)
        [row] = [row for row in await rows(store, crm_fields) if row["field"] == "phone"]

        assert (row["decided_by"], row["decided_at"], row["since"]) == ("user:1", LATER, AT)

    async def test_what_is_no_conflict_cannot_be_chosen(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, phone=SPEAKING))

        assert not await choose(store, "phone", Choice.ACCEPT)
        assert not await choose(store, "email", Choice.ACCEPT)

    async def test_what_was_chosen_outlives_a_closed_link(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7", phone="+1 555 9"), make_account(1, phone=SPEAKING))
        await choose(store, "phone", Choice.ACCEPT)
        await save(store, make_account(1, phone=SPEAKING, key="9"))
        alone = await customer_in(store, CUSTOMER_ID)
        await save(store, make_account(1, phone=SPEAKING))

        assert (alone.phone, (await customer_in(store, CUSTOMER_ID)).phone) == ("+1 555 9", SPEAKING)


PLACE = {"street": "1 Main St", "city": "Springfield", "state": "IL", "postal_code": "62701", "country": "USA"}


async def log(store: Store) -> dict[str, tuple[Any, Any, str]]:
    """Both values and the state of each field on which the systems do not agree."""
    found = await rows(store, crm_fields)
    told = {row["field"]: (row["erp_value"], row["crm_value"], row["state"]) for row in found}
    return {field: one for field, one in told.items() if one[2] != "filled"}


async def choose(store: Store, field: str, choice: Choice) -> bool:
    async with store.write() as conn:
        return await decide_conflict(conn, CUSTOMER_ID, field, choice, by="user:1", at=LATER) is not None
