"""What `tesorio match` and `tesorio status` say of a CRM, in figures and lists."""

from dataclasses import replace
from datetime import timedelta

import pytest

from store.crm.accounts import LookupContact
from store.crm.report import (
    Ambiguous,
    Unmatched,
    ambiguous_keys,
    customers_alone,
    match_figures,
    matched_pairs,
    past_links,
    remarks_of,
    unmatched_accounts,
)
from store.db import Store
from tests.store.make import AT, make_customer, save
from tests.store.make_crm import (
    OWNER,
    make_account,
    make_crm_contact,
    sf_id,
    tesorio_rules,
    with_rules,
)

RULES = tesorio_rules(contacts=True)
LATER = AT + timedelta(hours=1)


@pytest.fixture
async def known(store: Store) -> Store:
    """Customers 1 to 5: 1 has an account, 2 has two, 3 an account that is not read yet, 4 and 5 none."""
    await with_rules(store, RULES)
    await save(store, make_account(3, key="3"))
    await save(store, *(make_customer(str(number)) for number in range(1, 6)))
    accounts = [make_account(1, key="1", owner=replace(OWNER, is_active=False)), make_account(9, key="99")]
    accounts += [make_account(21, key="2"), make_account(22, key="2"), make_account(8, key=None)]
    await save(store, *accounts)
    return store


class TestFigures:
    async def test_every_account_is_one_of_them(self, known: Store) -> None:
        async with known.read() as conn:
            found = await match_figures(conn, RULES)

        assert (found.accounts, found.matched, found.ambiguous, found.unmatched) == (6, 2, 2, 2)
        assert (found.keyless, found.awaited) == (1, 1)
        assert (found.customers, found.customers_with_key, found.customers_without_account) == (5, 5, 3)

    async def test_lists(self, known: Store) -> None:
        async with known.read() as conn:
            pairs = await matched_pairs(conn, limit=9)
            ambiguous = await ambiguous_keys(conn, RULES, limit=9)
            accounts = await unmatched_accounts(conn, RULES, limit=9)
            alone = await customers_alone(conn, RULES, limit=2)

        assert [(each.customer, each.account, each.account_id) for each in pairs] == [
            ("Customer 1", "Account 1", sf_id(1)),
            ("Customer 3", None, sf_id(3)),
        ]
        assert ambiguous == (Ambiguous(key="2", accounts=("Account 21", "Account 22"), customers=("Customer 2",)),)
        assert accounts == (Unmatched(id=sf_id(9), key="99"), Unmatched(id=sf_id(8), key=None))
        assert alone == (Unmatched(id="Customer 2", key="2"), Unmatched(id="Customer 4", key="4"))


class TestRemarks:
    async def test_each_is_counted(self, known: Store) -> None:
        back = LookupContact(field="A__c", label="A", contact_id="003", name="Ada", email="a@x", account_id=sf_id(6))
        forth = replace(back, account_id=sf_id(5))
        people = [make_crm_contact(1, email=None), make_crm_contact(2, email="a@x"), make_crm_contact(3, email="A@X")]
        await save(known, make_account(5, key="4", lookups=(back,)), make_account(6, key="5", lookups=(forth,)))
        await save(known, *people)
        await save(known, make_account(5, key="98", lookups=(back,), source_changed_at=LATER), at=LATER)
        async with known.read() as conn:
            found = await remarks_of(conn, RULES, since=AT)
            [moved] = await past_links(conn, since=AT, limit=9)

        assert (found.contacts_without_email, found.shared_emails, found.inactive_owners) == (1, 1, 1)
        assert (found.looped_lookups, found.moved) == (2, 1)
        assert (moved.account_id, moved.was, moved.now, moved.until) == (sf_id(5), "Customer 4", None, LATER)
