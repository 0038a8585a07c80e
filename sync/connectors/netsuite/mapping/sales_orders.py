"""SalesOrder records."""

import re

from store.sales_orders import SalesOrder
from sync.connectors.netsuite.mapping.account import (
    Account,
    provenance,
    reference,
    required,
    taken,
)
from sync.connectors.netsuite.mapping.transactions import currency_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import calendar_date, custom_fields, money, rate, reference_name, rest, text

_TAKEN = taken(
    "tranId entity tranDate total currency exchangeRate otherRefNum terms memo subsidiary salesRep status",
)
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def sales_order(tree: Tree, account: Account) -> SalesOrder:
    """A sales order without its lines. Raises UnreadableFieldError."""
    origin = provenance(tree, "sales_order", account)
    currency = currency_of(tree, account)
    return SalesOrder(
        **origin,
        number=required(text(tree, "tranId"), "tranId"),
        total=required(money(tree, "total", currency), "total"),
        customer_id=required(reference(tree, "entity", "customer"), "entity"),
        order_date=calendar_date(tree, "tranDate", account.zone),
        status=text(tree, "status") or _words(text(tree, "orderStatus")),
        po_number=text(tree, "otherRefNum"),
        payment_terms=reference_name(tree, "terms"),
        memo=text(tree, "memo"),
        subsidiary=reference_name(tree, "subsidiary"),
        sales_rep=reference_name(tree, "salesRep"),
        exchange_rate=rate(tree, "exchangeRate"),
        url=f"{account.app_address}/app/accounting/transactions/salesord.nl?id={origin['source_id']}",
        custom_fields_json=custom_fields(tree, account.zone),
        extra_json=rest(tree, _TAKEN, with_lists=False),
    )


def _words(value: str | None) -> str | None:
    """An enumeration's value as people read it: «_pendingFulfillment» is «Pending Fulfillment»."""
    return None if value is None else _CAPITAL.sub(" ", value.removeprefix("_")).title()
