"""Enhanced notes: documents that are linked to accounts, and of whose text a query brings the beginning only."""

from collections.abc import Sequence
from datetime import datetime

from sync.connectors.salesforce.client import SalesforceClient, Tree
from sync.connectors.salesforce.soql import Condition, OfAny, Query, Where
from sync.errors import UnreadableAnswerError

# What ids of accounts begin with.
_ACCOUNT_PREFIX = "001"
# The preview of a note that is no longer than this is all of it.
_PREVIEW_CHARACTERS = 255
IDS_AT_ONCE = 200
_LINKS = ("ContentDocumentId", "LinkedEntityId")


async def on_accounts(client: SalesforceClient, rows: Sequence[Tree]) -> tuple[Tree, ...]:
    """The rows of ContentNote as if they were those of Note: with ParentId, an account's or None, Body and stamp."""
    living = [str(row.get("Id")) for row in rows if not row.get("IsDeleted")]
    accounts: dict[str, str] = {}
    for start in range(0, len(living), IDS_AT_ONCE):
        chunk = tuple(living[start : start + IDS_AT_ONCE])
        accounts |= await _accounts(client, Condition(field="ContentDocumentId", is_="IN", value=chunk))
    return tuple([await _completed(client, row, accounts.get(str(row.get("Id")))) for row in rows])


async def is_on_account(client: SalesforceClient, document_id: str) -> bool:
    """Whether the document is linked to an account, whichever. Raises SourceError."""
    return bool(await _accounts(client, Condition(field="ContentDocumentId", is_="=", value=document_id), urgent=True))


async def linked_since(client: SalesforceClient, since: datetime) -> tuple[str, ...]:
    """The ids of the documents, notes and others, that were linked to accounts since then, in order.

    That a note was put on a record changes nothing in the note. Raises SourceError.
    """
    # Links can only be asked for by what they link.
    on_any = OfAny(field="LinkedEntityId", source="Account")
    recent = Condition(field="SystemModstamp", is_=">=", value=since)
    return tuple(sorted(await _accounts(client, on_any, recent)))


async def linked_to(client: SalesforceClient, account_id: str) -> tuple[str, ...]:
    """The ids of the documents, notes and others, that are linked to an account. Raises SourceError."""
    return tuple(await _accounts(client, Condition(field="LinkedEntityId", is_="=", value=account_id)))


async def _accounts(client: SalesforceClient, *where: Where, urgent: bool = False) -> dict[str, str]:
    """The account of each document that is linked to one; the first by id where it is linked to several."""
    query = Query(fields=_LINKS, source="ContentDocumentLink", where=where)
    found = await client.query(query, urgent=urgent)
    rows = [*found.rows]
    while found.next_path:
        found = await client.more(found.next_path)
        rows += found.rows
    pairs = [(str(row.get("ContentDocumentId")), str(row.get("LinkedEntityId"))) for row in rows]
    # Later pairs overwrite earlier ones.
    return dict(sorted((pair for pair in pairs if pair[1].startswith(_ACCOUNT_PREFIX)), reverse=True))


async def _completed(client: SalesforceClient, row: Tree, account_id: str | None) -> Tree:
    row = {"SystemModstamp": row.get("LastModifiedDate"), **row}
    preview = str(row.get("TextPreview") or "")
    if account_id is None or len(preview) < _PREVIEW_CHARACTERS:
        return {**row, "ParentId": account_id, "Body": preview}
    content = (await client.text(f"sobjects/ContentNote/{row.get('Id')}/Content", params={}, accept="*/*")).body
    if not isinstance(content, str):
        raise UnreadableAnswerError("a note's content is no text")
    return {**row, "ParentId": account_id, "Body": content}
