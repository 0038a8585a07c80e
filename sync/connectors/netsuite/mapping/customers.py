"""Customer records."""

from collections.abc import Mapping

from store.customers import Customer
from store.money import Money
from sync.connectors.netsuite.mapping.account import (
    Account,
    currency_code,
    provenance,
    reference,
    required,
    taken,
)
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import boolean, custom_fields, money, one_of, reference_name, rest, text

_TAKEN = taken(
    "entityId companyName parent email phone fax url defaultAddress currency terms subsidiary salesRep category "
    "creditLimit isInactive",
)
# What is automatic depends on the balance of the moment.
_ON_HOLD: Mapping[str, bool | None] = {"_on": True, "_off": False, "_auto": None}


def customer(tree: Tree, account: Account) -> Customer:
    """A Customer record. Raises UnreadableFieldError."""
    origin = provenance(tree, "customer", account)
    currency = currency_code(tree, account)
    return Customer(
        **origin,
        name=_name(tree),
        number=text(tree, "entityId"),
        parent_id=reference(tree, "parent", "customer"),
        email=text(tree, "email"),
        phone=text(tree, "phone"),
        fax=text(tree, "fax"),
        website=text(tree, "url"),
        address=text(tree, "defaultAddress"),
        currency=currency,
        payment_terms=reference_name(tree, "terms"),
        subsidiary=reference_name(tree, "subsidiary"),
        sales_rep=reference_name(tree, "salesRep"),
        category=reference_name(tree, "category"),
        credit_limit=_credit_limit(tree, currency),
        on_credit_hold=one_of(tree, "creditHoldOverride", _ON_HOLD),
        is_inactive=boolean(tree, "isInactive"),
        url=f"{account.app_address}/app/common/entity/custjob.nl?id={origin['source_id']}",
        custom_fields_json=custom_fields(tree, account.zone),
        extra_json=rest(tree, _TAKEN, with_lists=False),
    )


def _name(tree: Tree) -> str:
    if not boolean(tree, "isPerson") and (company := text(tree, "companyName")):
        return company
    person = " ".join(filter(None, (text(tree, part) for part in ("firstName", "middleName", "lastName"))))
    return required(person or text(tree, "altName") or text(tree, "entityId"), "companyName")


def _credit_limit(tree: Tree, currency: str | None) -> Money | None:
    return None if currency is None else money(tree, "creditLimit", currency)
