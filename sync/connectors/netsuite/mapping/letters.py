"""Notes and messages: rows of advanced searches, which alone tell what a note or message is about."""

from store.messages import Message
from store.notes import Note
from store.records import RecordId, record_id
from sync.connectors.netsuite.mapping.account import ORIGIN, Account, Other, provenance, required, source_id_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.values import boolean, instant, reference_id, text
from sync.plain_text import plain_text

_TRANSACTION, _CUSTOMER = "transactionJoin.internalId", "customerJoin.internalId"
_TYPE = "transactionJoin.type"
_INVOICE = "_invoice"
_OWNERS = (_TRANSACTION, _TYPE, _CUSTOMER)
_NO_SUBJECT = "(no subject)"
NOTE_COLUMNS = ("internalId", "externalId", "title", "note", "noteDate", "authorJoin.entityId", *_OWNERS)
MESSAGE_COLUMNS = (
    *("internalId", "externalId", "subject", "message", "messageDate", "authorEmail", "recipientEmail", "cc", "bcc"),
    *("isIncoming", "isEmailed", "authorJoin.entityId"),
    *_OWNERS,
)


def note(tree: Tree, account: Account) -> Note | Other:
    """A note about a customer or an invoice; what is about anything else is none of ours. Raises UnreadableFieldError.

    No column tells when it was last changed.
    """
    about = _invoice_of(tree) or (None if reference_id(tree, _TRANSACTION) else _customer_of(tree))
    if about is None:
        return Other(source_id=source_id_of(tree))
    title = text(tree, "title")
    return Note(
        **provenance(tree, "note", account),
        about_id=about,
        title=title,
        text=required(plain_text(text(tree, "note") or "") or title, "note"),
        author=text(tree, "authorJoin.entityId"),
        written_at=required(instant(tree, "noteDate"), "noteDate"),
    )


def message(tree: Tree, account: Account) -> Message | Other:
    """An e-mail about an invoice, or else of a customer; any other is none of ours. Raises UnreadableFieldError."""
    about = _invoice_of(tree) or _customer_of(tree)
    if about is None:
        return Other(source_id=source_id_of(tree))
    is_incoming = boolean(tree, "isIncoming")
    return Message(
        **provenance(tree, "message", account),
        about_id=about,
        subject=text(tree, "subject") or _NO_SUBJECT,
        text=plain_text(text(tree, "message") or ""),
        sent_at=required(instant(tree, "messageDate"), "messageDate"),
        is_incoming=is_incoming,
        was_emailed=boolean(tree, "isEmailed"),
        # A customer who writes is known by a number only.
        author=None if is_incoming else text(tree, "authorJoin.entityId"),
        author_email=text(tree, "authorEmail"),
        recipients=_addresses(tree, "recipientEmail"),
        cc=_addresses(tree, "cc"),
        bcc=_addresses(tree, "bcc"),
    )


def _invoice_of(tree: Tree) -> RecordId | None:
    found = reference_id(tree, _TRANSACTION)
    is_invoice = found is not None and required(text(tree, _TYPE), _TYPE) == _INVOICE
    return record_id(ORIGIN, "invoice", found) if found and is_invoice else None


def _customer_of(tree: Tree) -> RecordId | None:
    found = reference_id(tree, _CUSTOMER)
    return None if found is None else record_id(ORIGIN, "customer", found)


def _addresses(tree: Tree, field: str) -> str:
    return " ".join((text(tree, field) or "").replace(",", " ").replace(";", " ").split())
