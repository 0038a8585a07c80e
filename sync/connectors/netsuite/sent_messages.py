"""Looking for a message that may have been recorded: without an upsert, none is sent again blindly."""

from datetime import timedelta

from sync.connector import MessagePush
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.drafts import external_id, subject_of
from sync.connectors.netsuite.mapping import source_id_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.request import Criterion, Search, within
from sync.connectors.netsuite.values import reference_id, row_fields, text
from sync.plain_text import plain_text

# An account may put the instant of recording in the place of ours, and a delivery may have waited for days.
_BEFORE, _AFTER = timedelta(minutes=5), timedelta(days=30)
_PAGE = 100
_TRANSACTION = "transactionJoin.internalId"
_COLUMNS = ("internalId", "externalId", "message", _TRANSACTION)


async def find_message(client: SuiteTalkClient, item: MessagePush, prefix: str) -> str | None:
    """The internal id of the recorded e-mail; None when there is none. Raises SourceError.

    Of messages with its recipient, subject and date it is the one with our external id; else one without any, with the
    very words and about the same record.
    """
    answer = await client.once(search_for(item), row_fields)
    rows = answer.records
    ours = external_id(item.key, prefix)
    by_key = [row for row in rows if _key(row) == ours]
    by_words = [row for row in rows if not _key(row) and _is_alike(row, item)]
    found = next(iter(by_key or by_words), None)
    return None if found is None else source_id_of(found)


def search_for(item: MessagePush) -> Search:
    """The search for messages that may be the recorded e-mail."""
    criteria = [
        Criterion(field="subject", operator="is", values=(subject_of(item),)),
        within("messageDate", item.sent_at - _BEFORE, item.sent_at + _AFTER),
    ]
    if item.recipients:
        criteria.append(Criterion(field="recipientEmail", operator="is", values=item.recipients[:1]))
    return Search(searched="Message", criteria=tuple(criteria), page_size=_PAGE, columns=_COLUMNS)


def _key(row: Tree) -> str:
    value = row.get("externalId")
    return str(value.get("@externalId") or value.get("@internalId") or "") if isinstance(value, dict) else ""


def _is_alike(row: Tree, item: MessagePush) -> bool:
    about = item.about_source_id if item.about_kind == "invoice" else None
    if reference_id(row, _TRANSACTION) != about:
        return False
    kept = text(row, "message") or ""
    # Some accounts keep it as it was sent, others as HTML.
    return item.text.split() in (kept.split(), plain_text(kept).split())
