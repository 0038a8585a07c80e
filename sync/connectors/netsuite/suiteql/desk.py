"""What is asked of one account: pages of records, currencies, custom fields, deletions."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from store.invoices import Invoice
from store.journal_entries import JournalEntry
from store.pulled import Record
from sync.connector import Broken, Gone
from sync.connectors.netsuite.mapping import Account, Other, merged
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.request import GetDeleted, Search
from sync.connectors.netsuite.stream import Stream, read_record
from sync.connectors.netsuite.suiteql.ask import Asker
from sync.connectors.netsuite.suiteql.client import Row, Rows
from sync.connectors.netsuite.suiteql.company_tables import DELETIONS
from sync.connectors.netsuite.suiteql.company_trees import deletion_tree
from sync.connectors.netsuite.suiteql.fields import Field, columns_of
from sync.connectors.netsuite.suiteql.gather import Gathering
from sync.connectors.netsuite.suiteql.kinds import KINDS, Kind
from sync.connectors.netsuite.suiteql.related import Context, Rates
from sync.connectors.netsuite.suiteql.tables import select_for

Found = Record | Gone | Other | Broken


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What reading needs of one account: whom to ask, custom fields by kind, rates, whether lines are wanted."""

    ask: Asker
    fields: Mapping[str, tuple[Field, ...]]
    rates: Rates
    with_lines: bool
    page_size: int

    async def page(self, stream: Stream, search: Search, after: int, account: Account) -> tuple[Rows, list[Found]]:
        """The rows that a search finds after an id, and the records they are. Raises SourceError."""
        kind, fields = KINDS[stream.kind], self.fields.get(stream.kind, ())
        select = select_for(kind.table, search, columns_of(fields), frozenset(one.script_id for one in fields))
        found = await self.ask.page(select, {"after": after}, limit=self.page_size)
        related = await kind.gathered(Gathering(ask=self.ask, rows=found.rows, with_lines=self.with_lines))
        knows_marked = kind.marked_by not in self.ask.missing.get(kind.table.name, ())
        known = replace(account, knows_marked=knows_marked)
        context = Context(account=known, fields=fields, related=related, rates=self.rates)
        made = await asyncio.to_thread(_records, stream, kind, found.rows, context)
        return found, made

    async def deletions(self, stream: Stream, asked: GetDeleted, account: Account) -> tuple[Rows, list[Found]]:
        """The same for what was deleted in a span, which has no ids of its own: page by page."""
        offset = (asked.page_index - 1) * self.page_size
        values = {"since": asked.since, "until": asked.until}
        found = await self.ask.page(DELETIONS, values, limit=self.page_size, offset=offset)
        return found, [_deletion(stream, row, account) for row in found.rows]


def _records(stream: Stream, kind: Kind, rows: Sequence[Row], context: Context) -> list[Found]:
    marked = frozenset(row["id"] for row in rows if "id" in row and kind.is_marked(row))
    account = replace(context.account, marked=marked)
    # What an advanced search makes rows of is a record here.
    plain = replace(stream, columns=())
    return [_record(plain, kind.trees(row, context), row, replace(context, account=account)) for row in rows]


def _record(stream: Stream, trees: Sequence[Tree], row: Row, context: Context) -> Found:
    """The record that is made of these parts; none of ours without any."""
    parts = [_as_told(read_record(stream, tree, context.account), context) for tree in trees]
    broken = next((one for one in parts if isinstance(one, Broken)), None)
    if broken is not None or not parts:
        return broken or Other(source_id=row.get("id", ""))
    return next(iter(merged(one for one in parts if isinstance(one, JournalEntry))), parts[0])


def _as_told(found: Found, context: Context) -> Found:
    """What was found, less what no row could tell."""
    if isinstance(found, Invoice) and context.related.installments is None:
        return replace(found, installments=None)
    return found


def _deletion(stream: Stream, row: Row, account: Account) -> Found:
    tree = deletion_tree(row)
    return Other(source_id=row.get("recordid", "")) if tree is None else read_record(stream, tree, account)
