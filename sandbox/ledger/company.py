"""The company's own records: its subsidiaries, its chart of accounts, the rates of its currencies, its staff."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

# When the books were opened: what the company is made of has been there since.
OPENED = datetime(2019, 1, 2, 9, tzinfo=UTC)


class AccountType(StrEnum):
    BANK = "bank"
    ACCOUNTS_RECEIVABLE = "accounts_receivable"
    OTHER_CURRENT_ASSET = "other_current_asset"
    FIXED_ASSET = "fixed_asset"
    ACCOUNTS_PAYABLE = "accounts_payable"
    OTHER_CURRENT_LIABILITY = "other_current_liability"
    DEFERRED_REVENUE = "deferred_revenue"
    EQUITY = "equity"
    INCOME = "income"
    COST_OF_GOODS_SOLD = "cost_of_goods_sold"
    EXPENSE = "expense"
    OTHER_EXPENSE = "other_expense"


@dataclass(frozen=True, kw_only=True, slots=True)
class Subsidiary:
    """`last_modified` is known here and to nobody who asks: the service does not say it."""

    id: int
    name: str
    currency: str
    country: str
    city: str = ""
    parent_id: int | None = None
    email: str = ""
    is_elimination: bool = False
    is_inactive: bool = False
    created_at: datetime = OPENED
    last_modified: datetime = OPENED


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """A line of the chart of accounts; only a bank account has a currency. As with subsidiaries, no change is told."""

    id: int
    number: str
    name: str
    type: AccountType
    parent_id: int | None = None
    currency: str | None = None
    description: str = ""
    eliminate: bool = False
    is_inactive: bool = False
    subsidiary_ids: tuple[int, ...] = (1,)
    created_at: datetime = OPENED
    last_modified: datetime = OPENED


@dataclass(frozen=True, kw_only=True, slots=True)
class ExchangeRate:
    """The price of one unit of `currency` in `base_currency`, from its date until the next one."""

    id: int
    base_currency: str
    currency: str
    rate: Decimal
    effective_date: date
    created_at: datetime
    last_modified: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Employee:
    id: int
    name: str
    email: str
    is_inactive: bool = False
    created_at: datetime = OPENED
    last_modified: datetime = OPENED
