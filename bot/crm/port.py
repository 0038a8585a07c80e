"""What the wizard needs of a CRM: given by the composition root, since the bot knows no connector."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from store.crm.rules import CrmChoices


class CrmError(Exception):
    """The CRM did not do what it was asked; the message says why, in words for people and without any secret.

    With `is_passing` the same may work in a minute.
    """

    def __init__(self, reason: str, *, is_passing: bool = False) -> None:
        super().__init__(reason)
        self.is_passing = is_passing


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was looked at; `remedy` says what to do when it is not ok."""

    check: str
    ok: bool
    detail: str
    remedy: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountField:
    """A field of the CRM's accounts that may hold what they are matched by; `label` is what people call it."""

    name: str
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountSample:
    """The fields that may hold the key, and what some accounts have in them, by the fields' names and «id».

    `is_whole`: these are all of the accounts.
    """

    fields: tuple[AccountField, ...]
    accounts: tuple[Mapping[str, str], ...]
    is_whole: bool


class CrmConnection(Protocol):
    """A CRM that is set up. What is no property asks it, or the engine, and may raise CrmError."""

    @property
    def name(self) -> str:
        """The system's short name: «salesforce»."""

    @property
    def title(self) -> str:
        """What people call the system: «Salesforce»."""

    @property
    def address(self) -> str:
        """The organisation's address, as the settings name it."""

    @property
    def way(self) -> str:
        """As whom we log in there, in words without a secret."""

    @property
    def settled(self) -> CrmChoices:
        """What the settings say of how its data counts; nobody else may choose that."""

    async def organisation(self) -> str:
        """Log in; the system's own id of the organisation."""

    async def check(self) -> tuple[Check, ...]:
        """Look at the login and all that is needed, one check each."""

    async def sample(self) -> AccountSample:
        """The fields as they are now, and some accounts."""

    async def follow(self) -> None:
        """Follow the choices that the store has, which takes nothing of the CRM."""

    async def pull(self, work_id: str) -> None:
        """Start a reading that survives a crash."""
