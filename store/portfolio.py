"""Open invoices of the whole company, narrowed down: by whom they belong to, where, in what currency, how much."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, case, exists, or_, select, union

from store.custom_values import CustomMatch, has_value, invoices_with
from store.customers import Customer, customers
from store.db import ReadConnection
from store.invoices import Invoice, days_past_due, invoices, unsettled
from store.money import exponent, exponents
from store.records import RecordId


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceFilter:
    """Which invoices are meant; what is None does not restrict.

    `owner` is who looks after an invoice, as the source writes the name (`owner_of`).
    `amount_over` is in whole units of each invoice's own currency and means its open balance; `days_over` means days
    past due. Both ends are excluded. `custom` is a value of a custom field, of the invoice or of its customer.
    """

    owner: str | None = None
    customer_id: RecordId | None = None
    subsidiary: str | None = None
    currency: str | None = None
    amount_over: Decimal | None = None
    days_over: int | None = None
    custom: CustomMatch | None = None


def matches(wanted: InvoiceFilter, invoice: Invoice, customer: Customer | None, today: date) -> bool:
    """Whether an invoice is one of those that are meant; `customer` is the invoice's, if it is known."""
    owner = owner_of(invoice, customer)
    over = wanted.amount_over
    return (
        wanted.owner in {None, owner}
        and wanted.customer_id in {None, invoice.customer_id}
        and wanted.subsidiary in {None, invoice.subsidiary}
        and wanted.currency in {None, invoice.open_balance.currency}
        and (over is None or invoice.open_balance.decimal > over)
        and (wanted.days_over is None or days_past_due(invoice, today) > wanted.days_over)
        and has_custom(wanted, invoice, customer)
    )


def owner_of(invoice: Invoice | None, customer: Customer | None) -> str | None:
    """Who looks after an invoice: its customer's account manager, else its own sales rep, else its customer's."""
    manager = customer.account_manager if customer else None
    return manager or (invoice.sales_rep if invoice else None) or (customer.sales_rep if customer else None)


def customers_of_owner(owner: Any) -> ColumnElement[bool]:
    """Whether a row of `customers` is looked after by this person: its account manager's, else its sales rep's."""
    c = customers.c
    return or_(c.account_manager == owner, and_(c.account_manager.is_(None), c.sales_rep == owner))


def has_custom(wanted: InvoiceFilter, invoice: Invoice | None, customer: Customer | None) -> bool:
    """Whether one of these has the value of a custom field that is meant, if one is."""
    if wanted.custom is None:
        return True
    record = invoice if wanted.custom.kind == "invoice" else customer
    return record is not None and has_value(wanted.custom, record.custom_fields_json)


def conditions(wanted: InvoiceFilter, today: date) -> tuple[ColumnElement[bool], ...]:
    """The same of rows of the table `invoices`; () when nothing restricts."""
    c = invoices.c
    found: list[ColumnElement[bool]] = []
    if wanted.owner is not None:
        found.append(_belongs_to(wanted.owner))
    for column, value in (
        (c.customer_id, wanted.customer_id),
        (c.subsidiary, wanted.subsidiary),
        (c.currency, wanted.currency),
    ):
        found += [column == value] if value is not None else []
    if wanted.amount_over is not None:
        found.append(_is_over(wanted.amount_over))
    if wanted.days_over is not None:
        found.append(c.due_date < today - timedelta(days=wanted.days_over))
    if wanted.custom is not None:
        found.append(invoices_with(wanted.custom))
    return tuple(found)


async def owners(conn: ReadConnection) -> tuple[str, ...]:
    """Every sales rep of an open invoice or a customer, and every account manager, by name."""
    return await _names(conn, _OWNERS)


async def subsidiaries(conn: ReadConnection) -> tuple[str, ...]:
    """Every subsidiary that has open invoices, by name."""
    return await _names(conn, _SUBSIDIARIES)


async def currencies(conn: ReadConnection) -> tuple[str, ...]:
    """Every currency that something is open in."""
    return await _names(conn, _CURRENCIES)


_OWNERS = union(
    select(invoices.c.sales_rep).where(*unsettled()),
    select(customers.c.sales_rep),
    select(customers.c.account_manager),
)
_SUBSIDIARIES = select(invoices.c.subsidiary).where(*unsettled()).distinct()
_CURRENCIES = select(invoices.c.currency).where(*unsettled()).distinct()


async def _names(conn: ReadConnection, query: Select[Any] | CompoundSelect[Any]) -> tuple[str, ...]:
    return tuple(sorted(filter(None, (await conn.execute(query)).scalars())))


def _belongs_to(owner: str) -> ColumnElement[bool]:
    c = customers.c
    managed = select(c.id).where(c.account_manager == owner)
    theirs = select(c.id).where(c.sales_rep == owner, c.account_manager.is_(None))
    is_managed = exists().where(c.id == invoices.c.customer_id, c.account_manager.is_not(None))
    return or_(
        invoices.c.customer_id.in_(managed),
        and_(invoices.c.sales_rep == owner, ~is_managed),
        and_(invoices.c.sales_rep.is_(None), invoices.c.customer_id.in_(theirs)),
    )


def _is_over(amount: Decimal) -> ColumnElement[bool]:
    """In minor units, of which a currency may have another number to the unit than most."""
    c = invoices.c
    others = [(c.currency.in_(codes), c.open_balance_minor > _minor(amount, each)) for each, codes in exponents()]
    return case(*others, else_=c.open_balance_minor > _minor(amount, exponent("USD")))


def _minor(amount: Decimal, decimals: int) -> int:
    return int(amount.scaleb(decimals).to_integral_value(rounding=ROUND_FLOOR))
