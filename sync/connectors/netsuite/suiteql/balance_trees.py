"""Customers' balances. Pure.

A balance that SuiteQL has a column for is in the company's own currency. Of a customer with another one it is added up
here from what is open, each item at the rate of the day, as NetSuite itself does it.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from store.money import exponent
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.suiteql.parts import Row, reference, without_nulls
from sync.connectors.netsuite.suiteql.related import Context

_DEPOSIT = "CustDep"
_INVOICE = "CustInvc"


def balance_tree(row: Row, context: Context) -> Tree:
    """A row of customers as one of an advanced search for balances."""
    items = context.related.open_items.get(row.get("id", ""), ())
    own = row.get("currency")
    is_based = own is None or own == context.rates.base
    today = context.account.seen_at.astimezone(context.account.zone).date()
    overdue = [one for one in items if _is_overdue(one, today)]
    return without_nulls(
        {
            "@internalId": row.get("id"),
            "currency": reference(row, "currency"),
            "fxBalance": row.get("balancesearch") if is_based else _owed(items, own, context),
            "overdueBalance": row.get("overduebalancesearch") if is_based else _owed(overdue, own, context),
            "depositBalance": _turned(_added((one for one in items if one.get("type") == _DEPOSIT), own, context)),
            "daysOverdue": row.get("daysoverduesearch"),
        }
    )


def _is_overdue(item: Row, today: date) -> bool:
    return item.get("type") == _INVOICE and item.get("due", today.isoformat()) < today.isoformat()


def _owed(items: Iterable[Row], own: str | None, context: Context) -> str | None:
    """What is unpaid less what is unapplied; deposits stand apart."""
    total = _added((one for one in items if one.get("type") != _DEPOSIT), own, context)
    return None if total is None else f"{total:f}"


def _turned(amount: Decimal | None) -> str | None:
    # A deposit lowers what is owed, and is told by its size.
    return None if amount is None else f"{0 - amount:f}"


def _added(items: Iterable[Row], own: str | None, context: Context) -> Decimal | None:
    """The sum in the customer's currency; None when one of them has no rate."""
    amounts = [_converted(item, own, context) for item in items]
    known = [each for each in amounts if each is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None


def _converted(item: Row, own: str | None, context: Context) -> Decimal | None:
    unpaid, unused = _number(item.get("foreignamountunpaid")), _number(item.get("foreignpaymentamountunused"))
    if unpaid is None or unused is None:
        return None
    amount, currency, prices = unpaid - unused, item.get("currency"), context.rates.prices
    if currency == own:
        return amount
    if currency is None or own is None or not {currency, own} <= prices.keys():
        return None
    code = context.account.currencies.get(own, "")
    return (amount * prices[currency] / prices[own]).quantize(Decimal(1).scaleb(-exponent(code)), ROUND_HALF_UP)


def _number(text: str | None) -> Decimal | None:
    try:
        return Decimal(text or "0")
    except InvalidOperation:
        return None
