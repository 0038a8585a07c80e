"""Customers' balances. Pure.

A balance that SuiteQL has a column for is in the company's own currency. Of a customer with another one it is added up
here from the items that are open, each at the rate of the day, as NetSuite itself does it; what the books alone moved
is not in it then.
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
            "depositBalance": _added([(one, 1) for one in items if one.get("type") == _DEPOSIT], own, context),
            "daysOverdue": row.get("daysoverduesearch"),
        }
    )


def _is_overdue(item: Row, today: date) -> bool:
    return item.get("type") == _INVOICE and item.get("due", today.isoformat()) < today.isoformat()


def _owed(items: Iterable[Row], own: str | None, context: Context) -> str | None:
    """What is unpaid less what is unapplied; deposits stand apart."""
    signed = [(one, 1 if one.get("type") == _INVOICE else -1) for one in items if one.get("type") != _DEPOSIT]
    return _added(signed, own, context)


def _added(items: Iterable[tuple[Row, int]], own: str | None, context: Context) -> str | None:
    """The sum in the customer's currency; None when one of them has no rate."""
    total = Decimal(0)
    for item, sign in items:
        amount = _converted(item, own, context)
        if amount is None:
            return None
        total += sign * amount
    return f"{total:f}"


def _converted(item: Row, own: str | None, context: Context) -> Decimal | None:
    amount = _number(item.get("foreignamountunpaid" if item.get("type") == _INVOICE else "foreignpaymentamountunused"))
    currency, prices = item.get("currency"), context.rates.prices
    if amount is None or currency == own:
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
