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
from sync.connectors.netsuite.suiteql.transaction_tables import INVOICES, SALES_ORDERS, SETTLEMENTS
from sync.connectors.netsuite.suiteql.transaction_trees import invoice_tree, sales_order_tree, settlement_tree


def _never(_: Row) -> bool:
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """`records` are what REST calls the types of records that it is made of; `is_marked` is as `Account.marked`."""

    table: Table
    tree: Callable[[Row, Context], Tree]
    records: tuple[str, ...]
    gathered: Callable[[Gathering], Awaitable[Related]] = gather.nothing
    is_marked: Callable[[Row], bool] = _never


# By the kind of record.
KINDS: Mapping[str, Kind] = {
    "subsidiary": Kind(table=SUBSIDIARIES, tree=subsidiary_tree, records=("subsidiary",)),
    "gl_account": Kind(table=ACCOUNTS, tree=account_tree, records=("account",)),
    "exchange_rate": Kind(table=EXCHANGE_RATES, tree=rate_tree, records=("currencyRate",)),
    "contact": Kind(table=CONTACTS, tree=contact_tree, records=("contact",), is_marked=is_primary),
    "customer": Kind(table=CUSTOMERS, tree=customer_tree, records=("customer",), gathered=gather.of_customers),
    "balance": Kind(table=BALANCES, tree=balance_tree, records=("customer",), gathered=gather.of_balances),
    "invoice": Kind(table=INVOICES, tree=invoice_tree, records=("invoice",), gathered=gather.of_invoices),
    "payment": Kind(
        table=SETTLEMENTS,
        tree=settlement_tree,
        records=("customerPayment", "customerDeposit"),
        gathered=gather.of_settlements,
    ),
    "credit_memo": Kind(
        table=SETTLEMENTS, tree=settlement_tree, records=("creditMemo",), gathered=gather.of_settlements
    ),
    "settlement": Kind(
        table=SETTLEMENTS,
        tree=settlement_tree,
        records=("customerPayment", "customerDeposit", "creditMemo"),
        gathered=gather.of_settlements,
    ),
    "sales_order": Kind(table=SALES_ORDERS, tree=sales_order_tree, records=("salesOrder",), gathered=gather.of_orders),
}
