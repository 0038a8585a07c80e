"""Which account belongs to which customer of the ledger, and on which side that is written down."""

import random
from enum import StrEnum

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.custom_fields import AppliesTo, Definition
from sandbox.ledger.records import Customer, CustomField, FieldKind
from sandbox.salesforce.field import Row
from sandbox.salesforce.ids import SHORT, known_id
from sandbox.salesforce.org import Org
from sandbox.salesforce.schema import ERP_KEY

ERP_FIELD = "custentity_salesforce_id"


class Link(StrEnum):
    """How an account and its customer know of each other."""

    KEY = "key"
    ERP_LONG = "erp_long"
    ERP_SHORT = "erp_short"
    NOT_AT_ALL = "not_at_all"
    TWICE = "twice"
    WRONG_KEY = "wrong_key"
    PADDED_KEY = "padded_key"
    NO_ACCOUNT = "no_account"


_FIXED = {
    "Sun Microsystems, Inc.": Link.KEY,
    "ABC Inc": Link.KEY,
    "Sun Microsystems Federal, Inc.": Link.ERP_LONG,
    "ABC Industries": Link.ERP_SHORT,
    "First National Bank": Link.TWICE,
    "First National Bank of Omaha": Link.NOT_AT_ALL,
    "Sunrise Microsystems": Link.NO_ACCOUNT,
    "Smith, Jones & Partners LLP": Link.WRONG_KEY,
    "Smith Jones Partners": Link.PADDED_KEY,
}
_USUAL = (Link.KEY, Link.ERP_LONG, Link.ERP_SHORT, Link.NOT_AT_ALL, Link.NO_ACCOUNT)
_SHARES = (80, 7, 5, 5, 3)


def link_of(rng: random.Random, customer: Customer) -> Link:
    """The link that the customer's account has; fixed for some that tests and demos name."""
    usual = rng.choices(_USUAL, _SHARES)[0]
    return _FIXED.get(customer.name, usual)


def key_of(link: Link, customer: Customer) -> str | None:
    """What stands in the account's field for the ERP's id."""
    if link in {Link.KEY, Link.TWICE}:
        return str(customer.id)
    if link is Link.PADDED_KEY:
        return f"0{customer.id}"
    return f"{customer.id + 7_000_000}" if link is Link.WRONG_KEY else None


def define_erp_field(ledger: Ledger) -> None:
    """The ERP gets its custom field for the Salesforce id, once."""
    held = ledger.records(Kind.CUSTOM_FIELD)
    if any(known.script_id == ERP_FIELD for known in held.values()):
        return
    made = Definition(
        id=ledger.new_id(Kind.CUSTOM_FIELD),
        script_id=ERP_FIELD,
        label="Salesforce account id",
        kind=FieldKind.TEXT,
        applies_to=AppliesTo.CUSTOMER,
    )
    ledger.put(Kind.CUSTOM_FIELD, made)


def write_to_erp(ledger: Ledger, customer: Customer, link: Link, account_id: str) -> None:
    """The customer's custom field names the account, where that is how they are linked; its stamp stays."""
    written = {Link.ERP_LONG: account_id, Link.ERP_SHORT: account_id[:SHORT]}.get(link)
    if written is None:
        return
    kept = [field for field in customer.custom_fields if field.script_id != ERP_FIELD]
    named = CustomField(script_id=ERP_FIELD, kind=FieldKind.TEXT, value=written)
    stamp = customer.last_modified
    ledger.edit(Kind.CUSTOMER, customer.id, custom_fields=(*kept, named), last_modified=stamp)


def accounts_of(org: Org, customer: Customer) -> tuple[Row, ...]:
    """The living accounts that name the customer, or that the customer names; none, one, or several that claim it."""
    named = next((str(field.value) for field in customer.custom_fields if field.script_id == ERP_FIELD), "")
    row = org.accounts.get(known_id(named) or "")
    by_erp = [row] if row and not row.get("IsDeleted") else []
    by_key = [each for each in org.holding("Account", ERP_KEY, str(customer.id)) if each not in by_erp]
    return (*by_erp, *by_key)
