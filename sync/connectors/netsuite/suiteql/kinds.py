"""Which kinds of records SuiteQL brings: where each is read from, and how its rows become records."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.suiteql import gather
from sync.connectors.netsuite.suiteql.balance_trees import balance_tree
from sync.connectors.netsuite.suiteql.client import Row
from sync.connectors.netsuite.suiteql.company_tables import ACCOUNTS, EXCHANGE_RATES, SUBSIDIARIES
from sync.connectors.netsuite.suiteql.company_trees import account_tree, rate_tree, subsidiary_tree
from sync.connectors.netsuite.suiteql.entity_tables import BALANCES, CONTACTS, CUSTOMERS
from sync.connectors.netsuite.suiteql.entity_trees import contact_tree, customer_tree, is_primary
from sync.connectors.netsuite.suiteql.gather import Gathering
from sync.connectors.netsuite.suiteql.related import Context, Related
from sync.connectors.netsuite.suiteql.tables import Table
from sync.connectors.netsuite.suiteql.transaction_tables import INVOICES, JOURNAL_ENTRIES, SALES_ORDERS, SETTLEMENTS
from sync.connectors.netsuite.suiteql.transaction_trees import (
    entry_trees,
    invoice_tree,
    is_voided,
    sales_order_tree,
    settlement_tree,
)


def _one(tree: Callable[[Row, Context], Tree]) -> Callable[[Row, Context], list[Tree]]:
    return lambda row, context: [tree(row, context)]


def _never(_: Row) -> bool:
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """`trees` are the parts of one record, of which most have one.

    `records` are what REST calls the types of records that it is made of; `is_marked` is as `Account.marked`, and not
    known where the column `marked_by` is lacking.
    """

    table: Table
    trees: Callable[[Row, Context], list[Tree]]
    records: tuple[str, ...]
    gathered: Callable[[Gathering], Awaitable[Related]] = gather.nothing
    is_marked: Callable[[Row], bool] = _never
    marked_by: str = ""


# What a customer's invoices may be settled with, and what may be paid back of it.
SETTLING = ("customerPayment", "customerDeposit", "creditMemo", "depositApplication", "customerRefund")
# By the kind of record.
KINDS: Mapping[str, Kind] = {
    "subsidiary": Kind(table=SUBSIDIARIES, trees=_one(subsidiary_tree), records=("subsidiary",)),
    "gl_account": Kind(table=ACCOUNTS, trees=_one(account_tree), records=("account",)),
    "exchange_rate": Kind(table=EXCHANGE_RATES, trees=_one(rate_tree), records=("currencyRate",)),
    "contact": Kind(
        table=CONTACTS, trees=_one(contact_tree), records=("contact",), is_marked=is_primary, marked_by="contactrole"
    ),
    "customer": Kind(table=CUSTOMERS, trees=_one(customer_tree), records=("customer",), gathered=gather.of_customers),
    "balance": Kind(table=BALANCES, trees=_one(balance_tree), records=("customer",), gathered=gather.of_balances),
    "invoice": Kind(table=INVOICES, trees=_one(invoice_tree), records=("invoice",), gathered=gather.of_invoices),
    "payment": Kind(
        table=SETTLEMENTS,
        trees=_one(settlement_tree),
        records=("customerPayment", "customerDeposit"),
        gathered=gather.of_settlements,
    ),
    "credit_memo": Kind(
        table=SETTLEMENTS, trees=_one(settlement_tree), records=("creditMemo",), gathered=gather.of_settlements
    ),
    "deposit_application": Kind(
        table=SETTLEMENTS,
        trees=_one(settlement_tree),
        records=("depositApplication",),
        gathered=gather.of_settlements,
    ),
    "refund": Kind(
        table=SETTLEMENTS,
        trees=_one(settlement_tree),
        records=("customerRefund",),
        gathered=gather.of_settlements,
    ),
    "journal_entry": Kind(
        table=JOURNAL_ENTRIES,
        trees=entry_trees,
        records=("journalEntry",),
        gathered=gather.of_entries,
        is_marked=is_voided,
    ),
    "settlement": Kind(
        table=SETTLEMENTS,
        trees=_one(settlement_tree),
        records=SETTLING,
        gathered=gather.of_settlements,
    ),
    "sales_order": Kind(
        table=SALES_ORDERS, trees=_one(sales_order_tree), records=("salesOrder",), gathered=gather.of_orders
    ),
}
