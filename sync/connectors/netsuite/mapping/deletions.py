"""Deleted records, which getDeleted names by their SuiteTalk type and internal id."""

from collections.abc import Mapping

from sync.connector import Gone
from sync.connectors.netsuite.mapping.account import Account, required
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import one_of

_KINDS: Mapping[str, str] = {
    "contact": "contact",
    "creditMemo": "credit_memo",
    "currencyRate": "exchange_rate",
    "customer": "customer",
    "customerDeposit": "payment",
    "customerPayment": "payment",
    "invoice": "invoice",
    "salesOrder": "sales_order",
}
DELETED_TYPES: tuple[str, ...] = tuple(_KINDS)
# What has no deletion of its own: a customer's balance ends with the customer.
_FOLLOWING: Mapping[str, tuple[str, ...]] = {"customer": ("balance",)}


def gone(tree: Tree, _account: Account) -> Gone:
    """What a reference to a deleted record says. Raises UnreadableFieldError."""
    kind = required(one_of(tree, "@recordType", _KINDS), "type")
    source_id: str | None = tree.get("@internalId") or None
    return Gone(kind=kind, source_id=required(source_id, "internalId"))


def with_followers(deleted: Gone) -> tuple[Gone, ...]:
    """The deletion with those that it entails."""
    following = _FOLLOWING.get(deleted.kind, ())
    return (deleted, *(Gone(kind=kind, source_id=deleted.source_id) for kind in following))
