"""What must be known of an account to read its records, and what all records have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict, TypeVar
from zoneinfo import ZoneInfo

from store.records import OWN, OWN_KEY, RecordId, record_id
from sync.connector import NO_ID
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import UnreadableFieldError, instant, reference_id

_T = TypeVar("_T")

ORIGIN = "netsuite"

# Secrets and card data have no business outside NetSuite, whatever the role lets us see.
NEVER_KEPT = frozenset(
    "password password2 creditCardsList creditCard ccNumber ccSecurityCode ccExpireDate ccName ccStreet ccZipCode "
    "paymentCardCsc debitCardIssueNo validFrom ssnOrTin shopperIpAddress".split(),
)
_PUSHED = frozenset({"note", "contact", "message"})
_BOOKKEEPING = frozenset("@internalId @type #text lastModifiedDate customFieldList nullFieldList".split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The facts of one account.

    `currencies` has the ISO code of each currency's internal id; `currency` is the one meant where a record names
    none (accounts without the multi-currency feature); `seen_at` is when the records are read. `marked` are the
    internal ids of records of which a search tells what their fields do not: voided transactions, primary contacts;
    without `knows_marked` no search could tell.
    `own_prefix` is what the external ids begin with that we give. `email_fields` are the script ids of custom fields of
    which a person said that they hold e-mail addresses.
    """

    app_address: str
    zone: ZoneInfo
    currencies: Mapping[str, str]
    currency: str | None
    seen_at: datetime
    marked: frozenset[str] = frozenset()
    knows_marked: bool = True
    own_prefix: str = ""
    email_fields: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Other:
    """A record of the search that is none of ours, such as a note about a vendor."""

    source_id: str


class Provenance(TypedDict):
    """The values that every record is made with."""

    id: RecordId
    origin: str
    source_id: str
    seen_at: datetime
    source_changed_at: datetime | None


def source_id_of(tree: Tree) -> str:
    """The internal id of any record; «?» when it has none."""
    return str(tree.get("@internalId") or NO_ID)


def taken(fields: str) -> frozenset[str]:
    """The fields of a record that its mapping reads, with those that are kept of none."""
    return NEVER_KEPT | _BOOKKEEPING | frozenset(fields.split())


def provenance(tree: Tree, kind: str, account: Account) -> Provenance:
    """Where the record comes from. Raises UnreadableFieldError when it has no internal id.

    What was made here comes back with our key in its external id, and so under the id that it has here.
    """
    found: str | None = tree.get("@internalId") or None
    source_id = required(found, "internalId")
    key = _own_key(tree, account.own_prefix) if kind in _PUSHED else None
    return Provenance(
        id=record_id(ORIGIN, kind, source_id) if key is None else record_id(OWN, kind, key),
        origin=ORIGIN,
        source_id=source_id,
        seen_at=account.seen_at,
        source_changed_at=instant(tree, "lastModifiedDate"),
    )


def _own_key(tree: Tree, prefix: str) -> str | None:
    """The key in an external id of ours; a row of an advanced search has that in a field."""
    field = tree.get("externalId")
    found = str(tree.get("@externalId") or (field.get("@externalId") if isinstance(field, dict) else None) or "")
    key = found.removeprefix(prefix)
    return key if prefix and found.startswith(prefix) and OWN_KEY.fullmatch(key) else None


def required(value: _T | None, field: str) -> _T:
    """The value. Raises UnreadableFieldError when there is none."""
    if value is None:
        raise UnreadableFieldError(field, "is missing")
    return value


def reference(tree: Tree, field: str, kind: str) -> RecordId | None:
    """The store's id of what a reference points at."""
    found = reference_id(tree, field)
    return None if found is None else record_id(ORIGIN, kind, found)


def currency_code(tree: Tree, account: Account, field: str = "currency") -> str | None:
    """The ISO code of the record's currency. Raises UnreadableFieldError for one that the account does not list."""
    currency_id = reference_id(tree, field)
    if currency_id is None:
        return account.currency
    code = account.currencies.get(currency_id)
    if code is None:
        raise UnreadableFieldError(field, f"«{currency_id}» has no ISO code in this account's currency list")
    return code
