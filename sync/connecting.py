"""What a CRM's source offers besides records: to whoever sets it up, and for figures in fields of its accounts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyField:
    """A field of accounts that may hold an identifier; `label` is what people call it."""

    name: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountSample:
    """Those fields, and what some accounts have in them, by the fields' names and «id»; `is_whole`: all of them."""

    fields: tuple[KeyField, ...]
    accounts: tuple[Mapping[str, str], ...]
    is_whole: bool


@runtime_checkable
class Connectable(Protocol):
    """What a CRM's source is besides, when its settings leave something to choose."""

    @property
    def address(self) -> str:
        """The host that the settings name."""

    @property
    def way_in(self) -> str:
        """As whom we log in, without a secret."""

    async def account_sample(self) -> AccountSample:
        """Fields and accounts as they are now; one or two requests. Raises SourceError."""


@runtime_checkable
class TakesFigures(Protocol):
    """What a CRM's source is besides, when figures of customers can be written into fields of its accounts.

    `figure_fields` says into which: from «outstanding», «past_due», «open_invoices», «past_due_invoices» and
    «average_payment_delay» to the names of fields; it is empty where nobody wants any. Amounts are in
    `figure_currency` (ISO code); None for the company's base currency.
    """

    @property
    def name(self) -> str:
        """The system's short name."""

    @property
    def figure_fields(self) -> Mapping[str, str]:
        """See above."""

    @property
    def figure_currency(self) -> str | None:
        """See above."""

    async def writable_fields(self) -> frozenset[str]:
        """The fields of accounts that there are now, and that we may write to. Raises SourceError."""

    async def write_figures(self, items: Sequence[tuple[str, Mapping[str, Decimal | None]]]) -> tuple[str, ...]:
        """Write values into the fields of accounts, by their ids; why each did not take them, «» for those that did.

        An account that is no more has nothing to take. Raises SourceError when nothing more can be written now.
        """
