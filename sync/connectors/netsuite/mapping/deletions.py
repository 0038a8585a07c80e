"""Deleted records, which getDeleted names by their SuiteTalk type and internal id."""

from collections.abc import Mapping

from sync.connector import NO_ID, Gone
from sync.connectors.netsuite.mapping.account import Account, required, source_id_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import instant, one_of, reference_id

_KINDS: Mapping[str, str] = {
    "contact": "contact",
    "creditMemo": "credit_memo",
    "currencyRate": "exchange_rate",
    "customer": "customer",
    "customerDeposit": "payment",
    "customerPayment": "payment",
    "customerRefund": "refund",
    "depositApplication": "deposit_application",
    "invoice": "invoice",
    "journalEntry": "journal_entry",
    "message": "message",
    "note": "note",
    "salesOrder": "sales_order",
}
DELETED_TYPES: tuple[str, ...] = tuple(_KINDS)


def gone(tree: Tree, _account: Account) -> Gone:
    """What a deleted record's entry says. Raises UnreadableFieldError."""
    kind = required(one_of(_reference(tree), "@recordType", _KINDS), "record")
    source_id = required(reference_id(tree, "record"), "internalId")
    return Gone(kind=kind, source_id=source_id, at=instant(tree, "deletedDate"))


def named_in(tree: Tree) -> tuple[str, str]:
    """Kind and id of the record that an unreadable entry is about; «» and NO_ID where it does not tell both."""
    found = _reference(tree)
    kind, source_id = _KINDS.get(str(found.get("@recordType")), ""), source_id_of(found)
    return (kind, source_id) if kind and source_id != NO_ID else ("", NO_ID)


def _reference(tree: Tree) -> Tree:
    found = tree.get("record")
    return found if isinstance(found, dict) else {}
