"""Balances: rows of an advanced search for customers, which alone tells them."""

from store.balances import Balance
from store.records import record_id
from sync.connectors.netsuite.mapping.account import ORIGIN, Account, provenance, required
from sync.connectors.netsuite.mapping.transactions import currency_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import UnreadableFieldError, money, text

_DIGITS = 9


def balance(tree: Tree, account: Account) -> Balance:
    """What NetSuite says that a customer owes, in the customer's own currency. Raises UnreadableFieldError."""
    origin = provenance(tree, "balance", account)
    currency = currency_of(tree, account)
    return Balance(
        **origin,
        customer_id=record_id(ORIGIN, "customer", origin["source_id"]),
        # Where an account has several currencies, the plain balance may be in the company's own.
        balance=required(money(tree, "fxBalance", currency) or money(tree, "balance", currency), "balance"),
        past_due=money(tree, "overdueBalance", currency),
        deposits=money(tree, "depositBalance", currency),
        days_past_due=_days(tree, "daysOverdue"),
    )


def _days(tree: Tree, field: str) -> int | None:
    value = text(tree, field)
    if value is None:
        return None
    if not value.removeprefix("-").isdecimal() or len(value) > _DIGITS:
        raise UnreadableFieldError(field, f"«{value[:40]}» is no number of days")
    return max(0, int(value))
