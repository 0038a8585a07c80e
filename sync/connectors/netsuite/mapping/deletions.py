"""Deleted records, which getDeleted names by their SuiteTalk type and internal id."""

from collections.abc import Mapping
from dataclasses import replace

from sync.connector import Gone
from sync.connectors.netsuite.mapping.account import Account, required
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import instant, one_of, reference_id

_KINDS: Mapping[str, str] = {
    "contact": "contact",
    "creditMemo": "credit_memo",
    "currencyRate": "exchange_rate",
    "customer": "customer",
    "customerDeposit": "payment",
    "customerPayment": "payment",
    "invoice": "invoice",
    "message": "message",
    "note": "note",
    "salesOrder": "sales_order",
}
DELETED_TYPES: tuple[str, ...] = tuple(_KINDS)
# What has no deletion of its own: a customer's balance ends with the customer.
_FOLLOWING: Mapping[str, tuple[str, ...]] = {"customer": ("balance",)}


def gone(tree: Tree, _account: Account) -> Gone:
    """What a deleted record's entry says. Raises UnreadableFieldError."""
    kind = required(one_of(_reference(tree), "@recordType", _KINDS), "record")
    source_id = required(reference_id(tree, "record"), "internalId")
    return Gone(kind=kind, source_id=source_id, at=instant(tree, "deletedDate"))


def with_followers(deleted: Gone) -> tuple[Gone, ...]:
    """The deletion with those that it entails."""
    following = _FOLLOWING.get(deleted.kind, ())
    return (deleted, *(replace(deleted, kind=kind) for kind in following))


def _reference(tree: Tree) -> Tree:
    found = tree.get("record")
    return found if isinstance(found, dict) else {}
