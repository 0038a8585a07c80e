"""One record on demand; an account with its contacts and notes."""

from collections.abc import Sequence

import structlog

from store.pulled import Record
from sync.connector import Broken, Gone
from sync.connectors.salesforce.client import SalesforceClient, Tree
from sync.connectors.salesforce.content_notes import IDS_AT_ONCE, linked_to
from sync.connectors.salesforce.faults import GoneError
from sync.connectors.salesforce.parts import Part
from sync.connectors.salesforce.soql import Condition, Query
from sync.errors import NotPermittedError, RejectedError

# Somebody is waiting for this: what one account has beyond it comes with the next pull.
_MOST_ROWS, _MOST_LINKED = 2000, 2000
_log = structlog.get_logger(__name__)


async def one_record(client: SalesforceClient, part: Part, source_id: str) -> Record | None:
    """The record as it is now; None when Salesforce says that it was deleted. Raises SourceError."""
    query = Query(
        fields=part.fields, source=part.source, where=(Condition(field="Id", is_="=", value=source_id),), limit=1
    )
    try:
        rows = (await client.query(query, deleted=True, urgent=True)).rows
        if not rows:
            # A query leaves out what is hidden from us; this tells at least what was deleted.
            await client.get(f"sobjects/{part.source}/{source_id}", params={"fields": "Id"}, urgent=True)
    except GoneError as error:
        _require_deleted(error)
        return None
    if not rows:
        raise NotPermittedError(f"Salesforce has {part.source} {source_id}, but a query does not find it")
    (row,) = await part.completed(client, rows)
    found = part.read(row)
    if isinstance(found, Broken):
        raise RejectedError(found.reason)
    return None if isinstance(found, Gone) else found


async def records_of(client: SalesforceClient, part: Part, account_id: str) -> tuple[Record, ...]:
    """The part's living records that belong to the account. Raises SourceError."""
    if part.account_field:
        own: tuple[Condition, ...] = (Condition(field=part.account_field, is_="=", value=account_id),)
    else:
        # Files are linked like notes, and there may be many more of them.
        linked = sorted(each for each in await linked_to(client, account_id) if each.startswith(part.prefix))
        chunks = (linked[start : start + IDS_AT_ONCE] for start in range(0, len(linked[:_MOST_LINKED]), IDS_AT_ONCE))
        own = tuple(Condition(field="Id", is_="IN", value=chunk) for chunk in chunks)
    rows = [row for condition in own for row in await _rows(client, part, condition)]
    return _readable([part.read(row) for row in await part.completed(client, rows)])


async def _rows(client: SalesforceClient, part: Part, condition: Condition) -> Sequence[Tree]:
    where = (*part.always, *part.living, condition)
    query = Query(fields=part.fields, source=part.source, where=where, order=("Id",), limit=_MOST_ROWS)
    found = await client.query(query, urgent=True)
    rows = [*found.rows]
    while found.next_path:
        found = await client.more(found.next_path)
        rows += found.rows
    return rows


def _require_deleted(error: GoneError) -> None:
    if error.detail.startswith("ENTITY_IS_DELETED"):
        return
    raise NotPermittedError(f"it was deleted long ago, or is not shared with us ({error.detail})") from None


def _readable(found: Sequence[Record | Gone | Broken]) -> tuple[Record, ...]:
    for broken in found:
        if isinstance(broken, Broken):
            _log.warning("salesforce.unreadable", source_id=broken.source_id, reason=broken.reason)
    return tuple(one for one in found if not isinstance(one, Broken | Gone))
