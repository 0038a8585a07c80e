"""One record on demand, with what its card shows: the «Refresh» button."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from store.journal_entries import JournalEntry
from store.pulled import Record
from sync.connector import Broken, Gone
from sync.connectors.netsuite.asking import marking
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.faults import GoneError
from sync.connectors.netsuite.mapping import Account, Other, merged, source_id_of
from sync.connectors.netsuite.marks import knowing_marked
from sync.connectors.netsuite.paging import answers_of
from sync.connectors.netsuite.position import BEGINNING
from sync.connectors.netsuite.request import Criterion, Get, Search, within
from sync.connectors.netsuite.role import record_types_of
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.stream import Stream, read_record
from sync.connectors.netsuite.streams import CONTACTS, INVOICES, SETTLEMENTS
from sync.errors import RejectedError, RetryError

# Somebody is waiting for this: what one customer has beyond it comes with the next pull.
_MOST_PAGES = 5
# Their clock may be ahead of ours; a change of this very minute is what was asked for.
_SKEW = timedelta(minutes=5)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetcher:
    """What fetching needs of one account at one instant."""

    client: SuiteTalkClient
    settings: NetSuiteSettings
    account: Account

    async def record(self, stream: Stream, source_id: str) -> Record | None:
        """The record with its lines; None when NetSuite says that it has it no more. Raises SourceError.

        It is searched for, as a pull does, so that it is the same however it was read.
        """
        found = await self._found(stream, (Criterion(field="internalId", values=(source_id,)),))
        if not found:
            await self._require_gone(stream, source_id)
            return None
        broken = next((one for one in found if isinstance(one, Broken)), None)
        if broken is not None:
            raise RejectedError(broken.reason)
        entries = merged(one for one in found if isinstance(one, JournalEntry))
        return next(iter(entries or _readable(found)), None)

    async def around(self, customer_id: str, since: datetime | None) -> tuple[Record, ...]:
        """What shows on a customer's card and changed since then, a little overlapping.

        Without a «since»: invoices that are open, payments and credit memos that are not used up, all contacts.
        """
        span = () if since is None else (self._since(since),)
        of_customer = Criterion(field="entity", values=(customer_id,))
        of_company = Criterion(field="company", values=(customer_id,))
        found = await asyncio.gather(
            *(self._found(stream, (of_customer, *(span or stream.open_only))) for stream in (INVOICES, SETTLEMENTS)),
            self._found(CONTACTS, (of_company, *span)),
        )
        return tuple(record for each in found for record in _readable(each))

    async def _require_gone(self, stream: Stream, source_id: str) -> None:
        """Raises NotPermittedError or RejectedError unless the record is gone: a search leaves out what is hidden."""
        for record_type in record_types_of(stream):
            try:
                await self.client.call(Get(record_type=record_type, internal_id=source_id), source_id_of)
            except GoneError:
                continue
            raise RejectedError(f"NetSuite has {stream.kind} {source_id}, but its search does not find it")

    def _since(self, since: datetime) -> Criterion:
        until = self.account.seen_at.replace(microsecond=0) + _SKEW
        return within("lastModifiedDate", max(BEGINNING, since - self.settings.overlap), until)

    async def whole(self, stream: Stream, criteria: tuple[Criterion, ...]) -> list[Record | Gone | Other | Broken]:
        """All of a stream that meets the criteria. Raises SourceError, RetryError when rows come or go meanwhile."""
        found, total = await self._read(stream, criteria, most=None)
        if len(found) != total:
            raise RetryError(f"{stream.permission}: what belongs together changes faster than it can be read")
        return found

    async def _found(self, stream: Stream, criteria: tuple[Criterion, ...]) -> list[Record | Gone | Other | Broken]:
        return (await self._read(stream, criteria, most=_MOST_PAGES))[0]

    async def _read(
        self, stream: Stream, criteria: tuple[Criterion, ...], *, most: int | None
    ) -> tuple[list[Record | Gone | Other | Broken], int]:
        """What meets the criteria, of so many pages, and how much there is."""
        search = Search(
            searched=stream.searched,
            criteria=(*stream.always, *criteria),
            page_size=self.settings.page_size,
            with_lines=stream.with_lines(self.settings),
            columns=stream.columns,
        )
        account = await knowing_marked(self.client, self.account, stream, marking(stream, criteria))
        found: list[Record | Gone | Other | Broken] = []
        total = 0
        async for answer in answers_of(self.client, search, lambda tree: read_record(stream, tree, account), most=most):
            found += answer.records
            total = answer.heading.total_records or 0
        return found, total


def _readable(found: list[Record | Gone | Other | Broken]) -> list[Record]:
    for broken in found:
        if isinstance(broken, Broken):
            _log.warning("netsuite.unreadable", source_id=broken.source_id, reason=broken.reason)
    return [record for record in found if not isinstance(record, Broken | Gone | Other)]
