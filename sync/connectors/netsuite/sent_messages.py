"""Looking for a message that may have been recorded: without an upsert, none is sent again blindly."""

from datetime import datetime, timedelta

from sync.connector import MessagePush
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.drafts import external_id, subject_of
from sync.connectors.netsuite.mapping import source_id_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.request import Criterion, Search, within
from sync.connectors.netsuite.values import instant, reference_id, row_fields, text
from sync.plain_text import plain_text

# An account may put the instant of recording in the place of ours, and a delivery may have waited for days.
_BEFORE, _AFTER = timedelta(minutes=5), timedelta(days=30)
# Of the instant that we give no more than the seconds can get lost. A push may wait for its turn, and clocks differ.
_EXACT, _CLOCKS, _TURN = timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1)
_PAGE = 100
_TRANSACTION = "transactionJoin.internalId"
_COLUMNS = ("internalId", "externalId", "message", "messageDate", "recipient", _TRANSACTION)


async def find_message(client: SuiteTalkClient, item: MessagePush, prefix: str) -> str | None:
    """The internal id of the recorded e-mail; None when there is none. Raises SourceError.

    Of messages with its recipient, subject and date it is the one with our external id; else one without any, with the
    very words, to the same customer and about the same record, of about the instant at which it was sent or last tried,
    and none of our other e-mails.
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
        within(
            "messageDate", item.sent_at - _BEFORE, max(item.sent_at + _AFTER, (item.tried_at or item.sent_at) + _TURN)
        ),
    ]
    if item.recipients:
        criteria.append(Criterion(field="recipientEmail", operator="is", values=item.recipients[:1]))
    return Search(searched="Message", criteria=tuple(criteria), page_size=_PAGE, columns=_COLUMNS)


def _key(row: Tree) -> str:
    value = row.get("externalId")
    return str(value.get("@externalId") or value.get("@internalId") or "") if isinstance(value, dict) else ""


def _is_alike(row: Tree, item: MessagePush) -> bool:
    about = item.about_source_id if item.about_kind == "invoice" else None
    # A row need not say whom it was sent to: its address was asked for already.
    is_elsewhere = (reference_id(row, "recipient") or item.customer_source_id) != item.customer_source_id
    if is_elsewhere or reference_id(row, _TRANSACTION) != about or source_id_of(row) in item.others:
        return False
    if not _is_of_its_time(instant(row, "messageDate"), item):
        return False
    kept = text(row, "message") or ""
    # Some accounts keep it as it was sent, others as HTML.
    return item.text.split() in (kept.split(), plain_text(kept).split())


def _is_of_its_time(recorded: datetime | None, item: MessagePush) -> bool:
    if recorded is None:
        return False
    tried_at = item.tried_at
    is_of_the_try = tried_at is not None and tried_at - _CLOCKS <= recorded <= tried_at + _TURN
    return is_of_the_try or abs(recorded - item.sent_at) <= _EXACT
