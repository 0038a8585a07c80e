"""What is asked of one account: pages of records, currencies, custom fields, deletions."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog

from store.invoices import Invoice
from store.journal_entries import JournalEntry
from store.pulled import Record
from sync.connector import Broken, Gone
from sync.connectors.netsuite.mapping import Account, Other, merged
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.request import GetDeleted, Search
from sync.connectors.netsuite.stream import Stream, read_record
from sync.connectors.netsuite.suiteql.ask import Asker
from sync.connectors.netsuite.suiteql.client import MOST_MEGABYTES, LargeAnswerError, Row, Rows
from sync.connectors.netsuite.suiteql.company_tables import DELETIONS
from sync.connectors.netsuite.suiteql.company_trees import deletion_tree
from sync.connectors.netsuite.suiteql.fields import Field, columns_of
from sync.connectors.netsuite.suiteql.gather import Gathering
from sync.connectors.netsuite.suiteql.kinds import KINDS, Kind
from sync.connectors.netsuite.suiteql.related import Context, Rates
from sync.connectors.netsuite.suiteql.tables import select_for

# Nor does [netsuite] page_size go lower: records that are larger still are none that anybody reads.
_FEWEST_ROWS = 5

Found = Record | Gone | Other | Broken

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What reading needs of one account: whom to ask, custom fields by kind, rates, whether lines are wanted.

    `limits` are, by kind, how many records are asked for at a time where `page_size` of them turned out to be too much.
    """

    ask: Asker
    fields: Mapping[str, tuple[Field, ...]]
    rates: Rates
    with_lines: bool
    page_size: int
    limits: dict[str, int] = field(default_factory=dict)

    async def page(self, stream: Stream, search: Search, after: int, account: Account) -> tuple[Rows, list[Found]]:
        """The rows that a search finds after an id, and the records they are. Raises SourceError.

        They are fewer than a page where one is too large to be held: whoever goes on after the last one misses none.
        """
        while True:
            limit = self.limits.get(stream.kind, self.page_size)
            try:
                return await self._page(stream, search, after, account, limit)
            except LargeAnswerError as error:
                self.limits[stream.kind] = fewer = _fewer(limit, error)
                _log.info("netsuite.smaller", stream=stream.kind, limit=fewer, error=error.detail)

    async def _page(
        self, stream: Stream, search: Search, after: int, account: Account, limit: int
    ) -> tuple[Rows, list[Found]]:
        kind, fields = KINDS[stream.kind], self.fields.get(stream.kind, ())
        select = select_for(kind.table, search, columns_of(fields), frozenset(one.script_id for one in fields))
        found = await self.ask.page(select, {"after": after}, limit=limit)
        related = await kind.gathered(Gathering(ask=self.ask, rows=found.rows, with_lines=self.with_lines))
        known = replace(account, knows_marked=kind.marked_by not in found.lacking)
        context = Context(account=known, fields=fields, related=related, rates=self.rates)
        made = await asyncio.to_thread(_records, stream, kind, found.rows, context)
        return found, made

    async def deletions(self, stream: Stream, asked: GetDeleted, account: Account) -> tuple[Rows, list[Found]]:
        """The same for what was deleted in a span, which has no ids of its own: page by page."""
        offset = (asked.page_index - 1) * self.page_size
        values = {"since": asked.since, "until": asked.until}
        found = await self.ask.page(DELETIONS, values, limit=self.page_size, offset=offset)
        return found, [_deletion(stream, row, account) for row in found.rows]


def _fewer(limit: int, error: LargeAnswerError) -> int:
    """How many records to ask for after so many were too much. Raises LargeAnswerError where fewer are of no use."""
    if limit > _FEWEST_ROWS:
        return max(limit // 2, _FEWEST_ROWS)
    said = error.detail.partition(";")[0]
    raise LargeAnswerError(
        f"{said}, and is of {limit} records only; raise [netsuite] max_answer_megabytes where that is below "
        f"{MOST_MEGABYTES}, or take the stream out of [netsuite] suiteql"
    )


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
