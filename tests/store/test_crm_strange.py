"""What of a CRM comes in a strange order, or is taken back: nothing is lost, and nothing shows that was given up."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from store.crm.conflicts import Choice, decide_conflict, open_conflicts
from store.crm.links import crm_past_links, forget_past_links
from store.crm.rules import Policy
from store.crm.switch import begin_switch, end_switch, switch_some
from store.db import Store
from store.pulled import tombstone_records, upsert_records
from store.records import record_id
from tests.store.make import AT, CUSTOMER_ID, make_customer, save
from tests.store.make_crm import (
    account_id,
    customer_in,
    links_in,
    make_account,
    tesorio_rules,
    with_rules,
)

LATER = AT + timedelta(hours=1)


class TestGivenUp:
    async def test_an_accepted_value_goes_where_the_rules_leave_the_field_to_the_erp(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, name="Other"))
        async with store.write() as conn:
            await decide_conflict(conn, CUSTOMER_ID, "name", Choice.ACCEPT, by="U1", at=AT)
        accepted = (await customer_in(store, CUSTOMER_ID)).name
        off = tesorio_rules(policies=dict.fromkeys(tesorio_rules().policies, Policy.OFF))
        async with store.write() as conn:
            await begin_switch(conn, off, run_id="r", at=LATER)
            await switch_some(conn, off, after=None, limit=9, at=LATER)
            await end_switch(conn)
        without = (await customer_in(store, CUSTOMER_ID)).name
        on = tesorio_rules()
        async with store.write() as conn:
            await begin_switch(conn, on, run_id="r", at=LATER)
            await switch_some(conn, on, after=None, limit=9, at=LATER)
            await end_switch(conn)

        assert (accepted, without) == ("Other", make_customer("7").name)
        assert (await customer_in(store, CUSTOMER_ID)).name == "Other"


class TestSeen:
    @pytest.mark.parametrize("choice", list(Choice))
    async def test_a_choice_between_values_that_changed_meanwhile_is_none(self, store: Store, choice: Choice) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7", phone="1"), make_account(1, name="Customer 7", phone="2"))
        async with store.read() as conn:
            [seen] = await open_conflicts(conn, limit=9)
        await save(store, make_account(1, name="Customer 7", phone="3", source_changed_at=LATER))
        async with store.write() as conn:
            late = await decide_conflict(conn, CUSTOMER_ID, "phone", choice, by="U1", at=LATER, seen=seen.seen)
            [now] = await open_conflicts(conn, limit=9)
            shown = (await customer_in(store, CUSTOMER_ID)).phone
            done = await decide_conflict(conn, CUSTOMER_ID, "phone", choice, by="U1", at=LATER, seen=now.seen)

        assert (late, shown, done) == (None, "1", now)
        assert (await customer_in(store, CUSTOMER_ID)).phone == ("3" if choice is Choice.ACCEPT else "1")


class TestHeirs:
    async def test_of_two_the_one_that_stays_inherits(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, key=None), make_account(2, key=None))
        for loser, heir in ((3, 1), (4, 2)):
            await save(store, make_account(loser, key="7", master_id=account_id(heir), deleted_at=AT))
        before = await links_in(store)
        async with store.write() as conn:
            await tombstone_records(conn, "crm_account", [account_id(1)], at=LATER)
        alone = await links_in(store)
        await save(store, make_account(1, key=None, source_changed_at=LATER))

        assert (before, alone) == ({}, {account_id(2): CUSTOMER_ID})
        assert await links_in(store) == {}

    async def test_an_ambiguous_one_inherits_nobody(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_customer("8"), make_account(1, key="8"), make_account(2, key="8"))
        await save(store, make_account(3, key="7", master_id=account_id(1), deleted_at=AT))

        assert await links_in(store) == {}

    async def test_one_that_becomes_ambiguous_gives_up_whom_it_had_inherited(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, key="8"))
        await save(store, make_account(3, key="7", master_id=account_id(1), deleted_at=AT))
        inherited = await links_in(store)
        await save(store, make_account(2, key="8"))
        before = await links_in(store)
        await save(store, make_customer("8"))
        ambiguous = await links_in(store)
        async with store.write() as conn:
            await tombstone_records(conn, "crm_account", [account_id(2)], at=LATER)

        assert (inherited, before) == ({account_id(1): CUSTOMER_ID},) * 2
        assert ambiguous == {}
        assert await links_in(store) == {account_id(1): record_id("netsuite", "customer", "8")}


class TestPast:
    async def test_links_of_long_ago_are_forgotten(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1))
        async with store.write() as conn:
            await tombstone_records(conn, "crm_account", [account_id(1)], at=LATER)
            await forget_past_links(conn, before=LATER)
            kept = (await conn.execute(select(crm_past_links))).all()
            await forget_past_links(conn, before=LATER + timedelta(seconds=1))
            left = (await conn.execute(select(crm_past_links))).all()

        assert (len(kept), left) == (1, [])


class TestBeginning:
    async def test_customers_that_are_being_written_while_it_is_connected_are_matched(self, store: Store) -> None:
        rules = tesorio_rules()

        async def connect() -> None:
            async with store.write() as conn:
                await begin_switch(conn, rules, run_id="r", at=LATER)
            async with store.write() as conn:
                await switch_some(conn, rules, after=None, limit=9, at=LATER)

        async with store.write() as conn:
            await upsert_records(conn, [make_customer("7")], at=AT)
            connecting = asyncio.create_task(connect())
            await asyncio.wait([connecting], timeout=0.3)
        await connecting
        await save(store, make_account(1))

        assert await links_in(store) == {account_id(1): CUSTOMER_ID}
