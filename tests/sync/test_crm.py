"""Pulling a CRM: rules are followed first, accounts of later customers are fetched, contacts are handed over."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from store.contacts import contacts_of
from store.crm.rules import CrmChoices, Policy
from store.crm.switch import keep_chosen
from store.db import Store
from store.notes import notes_about
from store.rhythms import rhythm_of
from store.runs import SyncRun
from sync import crm
from sync.connector import Crm
from sync.errors import RejectedError
from sync.job import PullOrder
from sync.pull import pull_source
from tests.store.make import CUSTOMER_ID, make_contact, make_customer, save
from tests.store.make_crm import (
    OWNER,
    account_id,
    customer_in,
    links_in,
    make_account,
    make_crm_contact,
    make_crm_note,
    sf_id,
    with_sf_id,
)
from tests.sync.fake_crm import START, FakeCrm, FakeCrmSource

TESORIO = CrmChoices(account_field="ERP_Id__c")
UPFLOW = CrmChoices(rules="upflow", customer_field="custentity_sf", contacts=True, account_managers=True)
CUSTOMER = with_sf_id(make_customer("7"), 1)
DAY = timedelta(days=1)


@pytest.fixture
def system() -> FakeCrm:
    """One account with an owner, two contacts and a note."""
    made = FakeCrm()
    contacts = (make_crm_contact(1, created_at=START), make_crm_contact(2, created_at=START - DAY))
    made.put(make_account(1, owner=OWNER, phone="1"), *contacts, make_crm_note(1))
    return made


async def pull(source: FakeCrmSource, store: Store, **order: Any) -> tuple[SyncRun, ...]:
    source.system.now += timedelta(hours=1)
    source.asked.clear()
    wanted = PullOrder(run_id=f"run-{source.system.now:%d-%H}", **order)
    return await pull_source(source, store, wanted, clock=lambda: source.system.now)


async def shown(store: Store) -> list[tuple[str, bool]]:
    async with store.read() as conn:
        return [(one.name, bool(one.is_primary)) for one in await contacts_of(conn, CUSTOMER_ID, limit=9)]


async def choose(store: Store, choices: CrmChoices) -> None:
    async with store.write() as conn:
        await keep_chosen(conn, choices)


class TestStreams:
    def test_the_fake_is_one(self, system: FakeCrm) -> None:
        assert isinstance(FakeCrmSource(system, TESORIO), Crm)

    async def test_the_field_of_the_key_may_be_chosen_in_slack(self, store: Store, system: FakeCrm) -> None:
        source = FakeCrmSource(system, CrmChoices())
        await choose(store, TESORIO)
        await pull(source, store)

        assert source.matched_on == ["ERP_Id__c"]

    async def test_what_the_rules_do_not_ask_for_is_not_read(self, store: Store, system: FakeCrm) -> None:
        source = FakeCrmSource(system, TESORIO)
        runs = await pull(source, store)

        assert set(source.asked) == {"accounts", "notes"}
        assert [run.stream for run in runs] == ["accounts", "notes"]

    async def test_tesorios_rules_from_end_to_end(self, store: Store, system: FakeCrm) -> None:
        await save(store, make_customer("7"))
        await pull(FakeCrmSource(system, TESORIO), store)
        async with store.read() as conn:
            [note] = await notes_about(conn, CUSTOMER_ID, limit=9)
            rhythm = await rhythm_of(conn, "salesforce")

        assert (await customer_in(store, CUSTOMER_ID)).phone == "1"
        assert (await shown(store), note.text, rhythm) == ([("Olga Owner", False)], "Note 1", None)


class TestAwaited:
    async def test_of_a_customer_who_came_later_the_account_is_fetched(self, store: Store, system: FakeCrm) -> None:
        source = FakeCrmSource(system, replace(TESORIO, contacts=True))
        await pull(source, store)
        await save(store, make_customer("7"))
        await pull(source, store)
        async with store.read() as conn:
            notes = await notes_about(conn, CUSTOMER_ID, limit=9)

        assert source.fetched == [sf_id(1)]
        assert [name for name, _ in await shown(store)] == ["Person 1", "Person 2", "Olga Owner"]
        assert [note.text for note in notes] == ["Note 1"]

    async def test_one_whose_own_key_was_mended_is_fetched_too(self, store: Store, system: FakeCrm) -> None:
        account = make_account(1, key=None, owner=OWNER)
        system.put(account)
        await save(store, make_customer("7"))
        source = FakeCrmSource(system, replace(TESORIO, contacts=True))
        await pull(source, store)
        before = await shown(store)
        system.put(replace(account, key="7"))
        await pull(source, store)

        assert (before, source.fetched) == ([], [sf_id(1)])
        assert [name for name, _ in await shown(store)] == ["Person 1", "Person 2", "Olga Owner"]

    async def test_of_many_all_are_read_anew(
        self, store: Store, system: FakeCrm, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(crm, "MOST_FETCHED", 0)
        source = FakeCrmSource(system, replace(TESORIO, contacts=True))
        await pull(source, store)
        await save(store, make_customer("7"))
        await pull(source, store)

        assert source.fetched == []
        assert [name for name, _ in await shown(store)] == ["Person 1", "Person 2", "Olga Owner"]

    async def test_one_that_is_there_no_more_leaves_its_customer(self, store: Store, system: FakeCrm) -> None:
        source = FakeCrmSource(system, TESORIO)
        await pull(source, store)
        await save(store, make_customer("7"))
        system.accounts.clear()
        await pull(source, store)

        assert await links_in(store) == {}

    async def test_what_was_fetched_is_not_asked_for_again(self, store: Store, system: FakeCrm) -> None:
        source = FakeCrmSource(system, TESORIO)
        await pull(source, store)
        await save(store, make_customer("7"))
        await pull(source, store)
        await pull(source, store)

        assert len(source.fetched) == 1


class TestUpflow:
    async def test_on_mirrored_and_off(self, store: Store, system: FakeCrm) -> None:
        await save(store, CUSTOMER, make_contact("1"))
        before = await shown(store)
        source = FakeCrmSource(system, replace(UPFLOW, contacts=None))
        await choose(store, CrmChoices(contacts=True))
        await pull(source, store)
        on = await shown(store)
        system.delete_contact(make_crm_contact(2).source_id)
        system.put(make_crm_contact(1, created_at=START, name="Person One"))
        await pull(source, store)
        mirrored = await shown(store)
        await choose(store, CrmChoices(contacts=False))
        await pull(source, store)

        assert before == [("Contact 1", False)]
        assert on == [("Person 2", True), ("Person 1", False)]
        assert mirrored == [("Person One", True)]
        assert (await shown(store), source.asked) == ([("Contact 1", False)], ["accounts"])
        assert (await customer_in(store, CUSTOMER_ID)).account_manager == "Olga Owner"

    async def test_the_billing_tools_stay_until_all_have_been_read(self, store: Store, system: FakeCrm) -> None:
        await save(store, CUSTOMER, make_contact("1"))
        source = FakeCrmSource(system, UPFLOW)
        source.failing = "contacts"
        with pytest.raises(RejectedError):
            await pull(source, store)
        failed = await shown(store)
        source.failing = ""
        await pull(source, store)

        assert failed == [("Contact 1", False)]
        assert await shown(store) == [("Person 2", True), ("Person 1", False)]

    async def test_the_rhythm_is_kept_from_the_first_pull_on(self, store: Store, system: FakeCrm) -> None:
        source = FakeCrmSource(system, UPFLOW)
        await pull(source, store)
        first = system.now
        await pull(source, store)
        async with store.read() as conn:
            found = await rhythm_of(conn, "salesforce")

        assert found is not None
        assert (found.since, found.every_hours) == (first, 24)

    async def test_a_changed_rule_is_followed_without_a_changed_record(self, store: Store, system: FakeCrm) -> None:
        await save(store, CUSTOMER)
        source = FakeCrmSource(system, UPFLOW)
        await pull(source, store)
        await pull(FakeCrmSource(system, replace(UPFLOW, policies={"phone": Policy.ERP})), store)

        assert (await customer_in(store, CUSTOMER_ID)).phone == "1"
        assert await links_in(store) == {account_id(1): CUSTOMER_ID}


class TestLate:
    async def test_a_contact_that_is_read_before_its_account_is_not_lost(self, store: Store, system: FakeCrm) -> None:
        await save(store, make_customer("7"))
        account = system.accounts.pop(sf_id(1))
        source = FakeCrmSource(system, replace(TESORIO, contacts=True))
        await pull(source, store)
        system.put(account)
        await pull(source, store)
        async with store.read() as conn:
            notes = await notes_about(conn, CUSTOMER_ID, limit=9)

        assert [name for name, _ in await shown(store)] == ["Person 1", "Person 2", "Olga Owner"]
        assert [note.text for note in notes] == ["Note 1"]
