"""What a CRM's source offers to whoever sets it up: where it leads to, and by what its accounts could be matched."""

from collections.abc import Mapping
from dataclasses import dataclass
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
