"""From SuiteTalk's records to ours. Pure: a parsed record and the account's facts in, a frozen record out.

Field names on the left of our own are those of the Customer and Invoice types in the relationships and sales schemas.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from store.customers import Customer
from store.invoices import Invoice, InvoiceLine, InvoiceStatus
from store.money import Money
from store.records import record_id
from sync.connectors.netsuite.pages import Tree, many
from sync.connectors.netsuite.values import (
    UnreadableFieldError,
    boolean,
    calendar_date,
    custom_fields,
    instant,
    money,
    reference_id,
    reference_name,
    rest,
    text,
)

_T = TypeVar("_T")

ORIGIN = "netsuite"

# Secrets and card data have no business outside NetSuite, whatever the role lets us see.
_NEVER_KEPT = frozenset("password password2 creditCardsList creditCard ccNumber".split())
_BOOKKEEPING = frozenset("@internalId @type #text lastModifiedDate customFieldList nullFieldList".split())
_CUSTOMER_TAKEN = (
    _NEVER_KEPT
    | _BOOKKEEPING
    | frozenset(
        "entityId companyName parent email phone fax url defaultAddress currency terms subsidiary salesRep category "
        "creditLimit isInactive".split(),
    )
)
_INVOICE_TAKEN = (
    _NEVER_KEPT
    | _BOOKKEEPING
    | frozenset(
        "tranId entity tranDate dueDate total amountRemaining currency exchangeRate subsidiary terms otherRefNum memo "
        "salesRep itemList".split(),
    )
)
# SuiteTalk gives an invoice's status as text in the user's language. These are the English ones that decide more
# than the amounts can tell; any other text means that the amounts decide.
_STATUSES = {
    "pending approval": InvoiceStatus.PENDING,
    "rejected": InvoiceStatus.PENDING,
    "voided": InvoiceStatus.VOIDED,
    "paid in full": InvoiceStatus.PAID,
}
_ON_HOLD = {"_on": True, "_off": False}


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What must be known of an account to read its records.

    `currencies` has the ISO code of each currency's internal id; `currency` is the one meant where a record names
    none (accounts without the multi-currency feature); `seen_at` is when the records are read.
    """

    app_address: str
    zone: ZoneInfo
    currencies: Mapping[str, str]
    currency: str | None
    seen_at: datetime


def source_id_of(tree: Tree) -> str:
    """The internal id of any record; «?» when it has none."""
    return str(tree.get("@internalId") or "?")


def customer(tree: Tree, account: Account) -> Customer:
    """A Customer record. Raises UnreadableFieldError."""
    source_id = _required_id(tree)
    parent = reference_id(tree, "parent")
    currency = _currency(tree, account)
    return Customer(
        id=record_id(ORIGIN, "customer", source_id),
        origin=ORIGIN,
        source_id=source_id,
        name=_customer_name(tree),
        seen_at=account.seen_at,
        source_changed_at=instant(tree, "lastModifiedDate"),
        number=text(tree, "entityId"),
        parent_id=None if parent is None else record_id(ORIGIN, "customer", parent),
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
        on_credit_hold=_ON_HOLD.get(text(tree, "creditHoldOverride") or ""),
        is_inactive=boolean(tree, "isInactive"),
        url=f"{account.app_address}/app/common/entity/custjob.nl?id={source_id}",
        custom_fields_json=custom_fields(tree),
        # Lists come with a single record only: kept, they would make the record differ by how it was last read.
        extra_json=rest(tree, _CUSTOMER_TAKEN | {field for field in tree if field.endswith("List")}),
    )


def invoice(tree: Tree, account: Account) -> Invoice:
    """An Invoice record with the lines that came with it. Raises UnreadableFieldError."""
    source_id = _required_id(tree)
    customer_id = reference_id(tree, "entity")
    currency = _required(_currency(tree, account), "currency")
    total = _required(money(tree, "total", currency), "total")
    open_balance = _open_balance(tree, total)
    return Invoice(
        id=record_id(ORIGIN, "invoice", source_id),
        origin=ORIGIN,
        source_id=source_id,
        number=_required(text(tree, "tranId"), "tranId"),
        status=_status(tree, total, open_balance),
        total=total,
        open_balance=open_balance,
        seen_at=account.seen_at,
        source_changed_at=instant(tree, "lastModifiedDate"),
        customer_id=None if customer_id is None else record_id(ORIGIN, "customer", customer_id),
        invoice_date=calendar_date(tree, "tranDate", account.zone),
        due_date=calendar_date(tree, "dueDate", account.zone),
        payment_terms=reference_name(tree, "terms"),
        po_number=text(tree, "otherRefNum"),
        memo=text(tree, "memo"),
        subsidiary=reference_name(tree, "subsidiary"),
        sales_rep=reference_name(tree, "salesRep"),
        exchange_rate=text(tree, "exchangeRate"),
        url=f"{account.app_address}/app/accounting/transactions/custinvc.nl?id={source_id}",
        custom_fields_json=custom_fields(tree),
        extra_json=rest(tree, _INVOICE_TAKEN),
        lines=_lines(tree, currency),
    )


def _required_id(tree: Tree) -> str:
    found: str | None = tree.get("@internalId") or None
    return _required(found, "internalId")


def _required(value: _T | None, field: str) -> _T:
    if value is None:
        raise UnreadableFieldError(field, "is missing")
    return value


def _customer_name(tree: Tree) -> str:
    if not boolean(tree, "isPerson") and (company := text(tree, "companyName")):
        return company
    person = " ".join(filter(None, (text(tree, part) for part in ("firstName", "middleName", "lastName"))))
    return _required(person or text(tree, "altName") or text(tree, "entityId"), "companyName")


def _currency(tree: Tree, account: Account) -> str | None:
    """The ISO code of the record's currency. Raises UnreadableFieldError for one that the account does not list."""
    currency_id = reference_id(tree, "currency")
    if currency_id is None:
        return account.currency
    code = account.currencies.get(currency_id)
    if code is None:
        raise UnreadableFieldError("currency", f"«{currency_id}» has no ISO code in this account's currency list")
    return code


def _credit_limit(tree: Tree, currency: str | None) -> Money | None:
    return None if currency is None else money(tree, "creditLimit", currency)


def _open_balance(tree: Tree, total: Money) -> Money:
    """What is still to be paid; where SuiteTalk leaves it out, what the paid amount leaves of the total."""
    remaining = money(tree, "amountRemaining", total.currency)
    if remaining is not None:
        return remaining
    if (text(tree, "status") or "").lower() in {"paid in full", "voided"}:
        return Money(currency=total.currency, minor=0)
    return total - _required(money(tree, "amountPaid", total.currency), "amountRemaining")


def _status(tree: Tree, total: Money, open_balance: Money) -> InvoiceStatus:
    known = _STATUSES.get((text(tree, "status") or "").lower())
    if known is not None:
        return known
    if open_balance.minor <= 0:
        return InvoiceStatus.PAID
    return InvoiceStatus.OPEN if open_balance.minor >= total.minor else InvoiceStatus.PARTIALLY_PAID


def _lines(tree: Tree, currency: str) -> tuple[InvoiceLine, ...]:
    holder = tree.get("itemList")
    items = many(holder.get("item")) if isinstance(holder, dict) else []
    return tuple(
        InvoiceLine(
            line_number=number,
            # Description lines and the heads of item groups carry no amount.
            amount=money(item, "amount", currency) or Money(currency=currency, minor=0),
            item=reference_name(item, "item"),
            description=text(item, "description"),
            quantity=text(item, "quantity"),
        )
        for number, item in enumerate((item for item in items if isinstance(item, dict)), start=1)
    )
