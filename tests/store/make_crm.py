"""Accounts, their contacts and notes, and stores with a CRM, for the store's tests."""

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from store.contacts import Contact, contacts
from store.crm.accounts import CrmAccount, CrmOwner, account_record_id
from store.crm.ids import crm_id18
from store.crm.links import crm_links
from store.crm.rules import CrmChoices, CrmRules, keep_rules, rules_of
from store.customers import Customer, customer_by_id
from store.db import Store
from store.notes import Note
from store.records import RecordId, record_id
from tests.store.make import AT

OWNER = CrmOwner(id="005000000000001AAA", name="Olga Owner", email="olga@acme.example", phone="+1 555 01", title="AE")


def sf_id(number: int | str) -> str:
    """An account's id in the CRM, with 18 characters."""
    found = crm_id18(f"001{number:0>12}")
    assert found is not None
    return found


def account_id(number: int | str = 1) -> RecordId:
    return account_record_id("salesforce", sf_id(number))


def make_account(number: int | str = 1, **values: Any) -> CrmAccount:
    known: dict[str, Any] = {"name": f"Account {number}", "key": "7", "seen_at": AT, "source_changed_at": AT}
    return CrmAccount(id=account_id(number), origin="salesforce", source_id=sf_id(number), **known | values)


def make_crm_contact(number: int = 1, account: int | str = 1, **values: Any) -> Contact:
    source_id = f"003{number:0>12}AAA"
    known: dict[str, Any] = {"name": f"Person {number}", "seen_at": AT, "source_changed_at": AT, "created_at": AT}
    return Contact(
        id=record_id("salesforce", "contact", source_id),
        origin="salesforce",
        source_id=source_id,
        account_id=account_id(account),
        **known | values,
    )


def make_crm_note(number: int = 1, account: int | str = 1, **values: Any) -> Note:
    source_id = f"002{number:0>12}AAA"
    known: dict[str, Any] = {"text": f"Note {number}", "written_at": AT, "seen_at": AT, "source_changed_at": AT}
    return Note(
        id=record_id("salesforce", "note", source_id),
        origin="salesforce",
        source_id=source_id,
        account_id=account_id(account),
        about_id=account_id(account),
        **known | values,
    )


def tesorio_rules(**values: Any) -> CrmRules:
    return rules_of(CrmChoices(**{"account_field": "ERP_Id__c"} | values))


def upflow_rules(**values: Any) -> CrmRules:
    known: dict[str, Any] = {"rules": "upflow", "customer_field": "custentity_sf"}
    known |= {"contacts": True, "account_managers": True}
    return rules_of(CrmChoices(**known | values))


async def with_rules(store: Store, rules: CrmRules) -> None:
    async with store.write() as conn:
        await keep_rules(conn, rules)


async def links_in(store: Store) -> dict[str, str]:
    """Customers by their accounts."""
    async with store.read() as conn:
        rows = await conn.execute(select(crm_links.c.account_id, crm_links.c.customer_id))
        return {row[0]: row[1] for row in rows}


async def customer_in(store: Store, customer_id: RecordId) -> Customer:
    async with store.read() as conn:
        found = await customer_by_id(conn, customer_id)
    assert found is not None
    return found


async def contacts_in(store: Store) -> dict[str, Any]:
    """The living contacts' rows, by id."""
    async with store.read() as conn:
        rows = (await conn.execute(select(contacts).where(contacts.c.deleted_at.is_(None)))).mappings()
        return {row["id"]: dict(row) for row in rows}


def with_sf_id(customer: Customer, number: int | str, *, characters: int = 18) -> Customer:
    """The customer with an account's id in its custom field."""
    value = sf_id(number)[:characters]
    told = f'{{"custentity_sf": {{"type": "StringCustomFieldRef", "value": "{value}"}}}}'
    return replace(customer, custom_fields_json=told)
