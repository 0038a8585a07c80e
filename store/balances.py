"""Balances: what the source itself says a customer owes, to compare with what the store makes of its invoices."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, RowMapping, String, Table

from store.money import Money
from store.records import Pulled, RecordId
from store.rows import amounts_from, amounts_row, plain_names, plain_values
from store.schema import metadata, origin_columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance(Pulled):
    """One customer's balance in one currency, as the source computed it when it was read (`seen_at`).

    `balance` is net of unapplied payments and credits; deposits stand apart. None: the source does not tell.
    """

    customer_id: RecordId
    balance: Money
    past_due: Money | None = None
    deposits: Money | None = None
    days_past_due: int | None = None


balances = Table(
    "balances",
    metadata,
    *origin_columns(),
    Column("customer_id", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("balance_minor", BigInteger, nullable=False),
    Column("past_due_minor", BigInteger),
    Column("deposits_minor", BigInteger),
    Column("days_past_due", Integer),
    Index("ix_balances_customer_id", "customer_id"),
)

_AMOUNTS = ("balance", "past_due", "deposits")
_PLAIN = plain_names(Balance, *_AMOUNTS)


def balance_row(balance: Balance) -> dict[str, Any]:
    """The table row of a balance; the fingerprint is the upsert's to add."""
    return plain_values(balance, _PLAIN) | amounts_row(balance, _AMOUNTS, balance.balance.currency)


def balance_from_row(row: RowMapping) -> Balance:
    """The record of a table row."""
    return Balance(**amounts_from(row, _AMOUNTS), **{name: row[name] for name in _PLAIN})
