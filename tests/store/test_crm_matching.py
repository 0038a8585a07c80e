"""Accounts of a CRM and customers: who is whom, by exact keys and one to one."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from store.crm.accounts import accounts_by_id
from store.crm.ids import crm_id18
from store.crm.links import crm_past_links
from store.db import Store
from store.notes import notes, notes_about
from store.pulled import tombstone_records
from store.records import RecordId, record_id
from store.refs import id_of
from tests.store.make import AT, CUSTOMER_ID, make_customer, rows, save
from tests.store.make_crm import (
    account_id,
    contacts_in,
    links_in,
    make_account,
    make_crm_contact,
    make_crm_note,
    sf_id,
    tesorio_rules,
    upflow_rules,
    with_rules,
    with_sf_id,
)

EIGHT = record_id("netsuite", "customer", "8")
LATER = AT + timedelta(hours=1)


class TestIds:
    def test_fifteen_characters_become_eighteen(self) -> None:
        assert crm_id18("0015000000Gv7qJ") == "0015000000Gv7qJAAR"

    def test_eighteen_in_wrong_case_get_their_own(self) -> None:
        assert crm_id18(" 0015000000GV7QJAAR ") == "0015000000Gv7qJAAR"

    @pytest.mark.parametrize("text", ["", "1017", "0015000000Gv7qJBAR", "0015000000Gv7qJAA!", "0015000000Gv7qJ9AR"])
    def test_others_are_none(self, text: str) -> None:
        assert crm_id18(text) is None


class TestDirections:
    async def test_erp_id_in_a_field_of_the_account(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1, key=" 7 "), make_account(2, key="9"))

        assert await links_in(store) == {account_id(1): CUSTOMER_ID}

    @pytest.mark.parametrize("characters", [15, 18])
    async def test_crm_id_in_a_field_of_the_customer(self, store: Store, characters: int) -> None:
        await with_rules(store, upflow_rules())
        customer = with_sf_id(make_customer("7"), "Ab", characters=characters)
        await save(store, customer, make_account("Ab", key=None), make_account("aB", key=None))

        assert await links_in(store) == {account_id("Ab"): CUSTOMER_ID}

    async def test_another_identifier_that_both_have(self, store: Store) -> None:
        await with_rules(store, tesorio_rules(match_by="shared", customer_field="number"))
        await save(
            store, make_customer("7", number="C-100"), make_account(1, key="C-100"), make_account(2, key="c-100")
        )

        assert await links_in(store) == {account_id(1): CUSTOMER_ID}

    async def test_a_field_that_was_chosen_in_slack_is_one_of_the_account_s_own(self, store: Store) -> None:
        await with_rules(store, tesorio_rules(account_field="Erp__c"))
        fields = json.dumps({"salesforce.Erp__c": {"type": "string", "value": " 7 "}})
        await save(store, make_customer("7"), make_account(1, key=None, custom_fields_json=fields))

        assert await links_in(store) == {account_id(1): CUSTOMER_ID}

    async def test_no_field_named_matches_nothing(self, store: Store) -> None:
        await with_rules(store, tesorio_rules(account_field=""))
        await save(store, make_customer("7"), make_account(1))

        assert await links_in(store) == {}


class TestOneToOne:
    async def test_two_accounts_of_one_customer(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1))
        await save(store, make_account(2))

        assert await links_in(store) == {}

    async def test_one_account_of_two_customers(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, with_sf_id(make_customer("7"), 1), make_account(1))
        await save(store, with_sf_id(make_customer("8"), 1))

        assert await links_in(store) == {}

    async def test_it_is_settled_when_one_of_them_goes(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1), make_account(2))
        await bury(store, "crm_account", account_id(1))

        assert await links_in(store) == {account_id(2): CUSTOMER_ID}

    async def test_it_is_settled_when_the_other_account_names_another(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_customer("8"), make_account(1), make_account(2))
        await save(store, make_account(2, key="8"))

        assert await links_in(store) == {account_id(1): CUSTOMER_ID, account_id(2): EIGHT}


class TestWithoutCustomer:
    async def test_nothing_is_kept_but_the_key(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        account = make_account(1, key="99", phone="+1 555", lookups=())
        await save(store, account, make_crm_note(1))
        async with store.read() as conn:
            found = (await accounts_by_id(conn, [account.id]))[account.id]

        assert replace(account, name=None, phone=None) == found
        assert not await rows(store, notes)

    async def test_unchanged_it_is_written_once(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        account = make_account(1, key="99")
        await save(store, account)
        counts = await save(store, replace(account, name="New name", source_changed_at=LATER))

        assert (counts.inserted, counts.changed, counts.unchanged) == (0, 0, 1)

    async def test_it_is_linked_when_its_customer_comes(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_account(1))
        await save(store, make_customer("7"))

        assert await links_in(store) == {account_id(1): CUSTOMER_ID}

    async def test_what_it_is_comes_with_its_next_reading(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        account = make_account(1)
        await save(store, account)
        await save(store, make_customer("7"))
        counts = await save(store, account)
        async with store.read() as conn:
            found = (await accounts_by_id(conn, [account.id]))[account.id]

        assert (counts.changed, found) == (1, account)


class TestMoving:
    async def test_a_moved_key_takes_notes_and_contacts_along(self, store: Store) -> None:
        await with_rules(store, tesorio_rules(contacts=True))
        await save(store, make_customer("7"), make_customer("8"), make_account(1), make_crm_note(1))
        await save(store, make_crm_contact(1))
        await save(store, make_account(1, key="8"))

        assert await links_in(store) == {account_id(1): EIGHT}
        assert [note.text for note in await notes_of(store, EIGHT)] == ["Note 1"]
        assert not await notes_of(store, CUSTOMER_ID)
        assert {row["customer_id"] for row in (await contacts_in(store)).values()} == {EIGHT}

    async def test_a_customer_with_another_key_is_another_account(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, with_sf_id(make_customer("7"), 1), make_account(1), make_account(2))
        await save(store, with_sf_id(make_customer("7"), 2))

        assert await links_in(store) == {account_id(2): CUSTOMER_ID}

    async def test_a_closed_link_is_remembered_and_its_notes_are_kept(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1), make_crm_note(1))
        await save(store, make_account(1, key=None))
        past = await rows(store, crm_past_links)

        assert await links_in(store) == {}
        assert [(row["account_id"], row["customer_id"], row["key"]) for row in past] == [
            (account_id(1), CUSTOMER_ID, "7")
        ]
        assert [row["about_id"] for row in await rows(store, notes)] == [account_id(1)]

    async def test_back_again_it_has_its_notes(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1), make_crm_note(1))
        await save(store, make_account(1, key=None))
        await save(store, make_account(1))

        assert [note.text for note in await notes_of(store, CUSTOMER_ID)] == ["Note 1"]

    async def test_a_customer_that_is_deleted_and_comes_back(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1))
        await bury(store, "customer", CUSTOMER_ID)
        gone = await links_in(store)
        await save(store, make_customer("7"))

        assert (gone, await links_in(store)) == ({}, {account_id(1): CUSTOMER_ID})

    async def test_the_system_of_a_link_is_known_by_its_own_id(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_customer("8"), make_account(1))
        await save(store, make_account(1, key="8"))
        async with store.read() as conn:
            found = [await id_of(conn, each, "salesforce", "customer") for each in (CUSTOMER_ID, EIGHT)]

        assert found == [None, sf_id(1)]


class TestMerging:
    async def test_the_winner_takes_over(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1), make_account(2, key=None), make_crm_note(1))
        await save(store, merged(1, into=2))

        assert await links_in(store) == {account_id(2): CUSTOMER_ID}
        assert [note.account_id for note in await notes_of(store, CUSTOMER_ID)] == [account_id(2)]

    async def test_by_the_id_of_the_one_that_is_no_more(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, with_sf_id(make_customer("7"), 1), make_account(1), make_account(2))
        await save(store, merged(1, into=2))

        assert await links_in(store) == {account_id(2): CUSTOMER_ID}

    async def test_over_several_mergers(self, store: Store) -> None:
        await with_rules(store, upflow_rules())
        await save(store, with_sf_id(make_customer("7"), 1), *(make_account(each) for each in (1, 2, 3)))
        await save(store, merged(1, into=2))
        await save(store, merged(2, into=3))

        assert await links_in(store) == {account_id(3): CUSTOMER_ID}

    async def test_two_with_the_same_key_are_one_then(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1), make_account(2))
        await save(store, merged(1, into=2))

        assert await links_in(store) == {account_id(2): CUSTOMER_ID}

    async def test_the_winners_own_key_counts_first(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_customer("8"), make_account(1), make_account(2, key="8"))
        await save(store, merged(1, into=2))

        assert await links_in(store) == {account_id(2): EIGHT}

    async def test_two_inherited_customers_are_none(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_customer("8"))
        await save(store, make_account(1), make_account(2, key="8"), make_account(3, key=None))
        await save(store, merged(1, into=3), merged(2, into=3, key="8"))

        assert await links_in(store) == {}

    async def test_a_loop_ends(self, store: Store) -> None:
        await with_rules(store, tesorio_rules())
        await save(store, make_customer("7"), make_account(1), make_account(2, key=None))
        await save(store, merged(1, into=2), merged(2, into=1, key=None))

        assert await links_in(store) == {}


async def notes_of(store: Store, customer_id: RecordId) -> tuple[Any, ...]:
    async with store.read() as conn:
        return await notes_about(conn, customer_id, limit=10)


async def bury(store: Store, kind: str, record: RecordId) -> None:
    async with store.write() as conn:
        await tombstone_records(conn, kind, [record], at=LATER)


def merged(number: int, *, into: int, key: str | None = "7") -> Any:
    return make_account(number, key=key, master_id=account_id(into), deleted_at=LATER, source_changed_at=LATER)
