"""What a page is read along with: names of files, what a refund or a deposit application concerns, whole entries.

NetSuite need not count it as a change of a deposit or a credit memo that it was used up; so these are read once more
with what used them up.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from store.credit_memos import CreditMemo
from store.deposit_applications import DepositApplication
from store.journal_entries import JournalEntry
from store.payments import Payment
from store.pulled import Record
from store.records import RecordId
from store.refunds import Refund
from sync.connector import Broken, Gone
from sync.connectors.netsuite.attached import with_attachments
from sync.connectors.netsuite.mapping import Other, merged, with_known
from sync.connectors.netsuite.request import Criterion
from sync.connectors.netsuite.single import Fetcher
from sync.connectors.netsuite.stream import Stream
from sync.connectors.netsuite.streams import SETTLEMENTS

_T = TypeVar("_T")
_Found: TypeAlias = Record | Gone | Other | Broken


async def completed(fetcher: Fetcher, stream: Stream, found: Sequence[_Found], *, is_whole: bool) -> tuple[_Found, ...]:
    """The same records with what belongs to them. `is_whole` says that no other page has rows of the same records.

    Raises SourceError.
    """
    named = await with_attachments(fetcher.client, found, page_size=fetcher.settings.page_size)
    entries = [one for one in named if isinstance(one, JournalEntry)]
    if entries:
        others = [one for one in named if not isinstance(one, JournalEntry)]
        return (*others, *await _whole(fetcher, stream, entries, is_whole=is_whole))
    return await with_concerned(fetcher, named)


async def _whole(
    fetcher: Fetcher, stream: Stream, rows: Sequence[JournalEntry], *, is_whole: bool
) -> tuple[_Found, ...]:
    """The entries of these rows with all of their lines: a page may end in the middle of one."""
    if is_whole:
        return merged(rows)
    found: list[_Found] = []
    for ids in _chunks(fetcher, {row.source_id for row in rows}):
        found += await fetcher.whole(stream, (Criterion(field="internalId", values=ids),))
    entries = merged(one for one in found if isinstance(one, JournalEntry))
    return (*(one for one in found if isinstance(one, Broken)), *entries)


async def with_concerned(fetcher: Fetcher, found: Sequence[_T]) -> tuple[_T | Record, ...]:
    """The same records, with what is used up by those among them that use something up. Raises SourceError."""
    wanted = {source_id for one in found for source_id in _concerned(one)}
    held = {one.source_id for one in found if isinstance(one, Payment | CreditMemo)}
    concerned: dict[str, Record] = {}
    for ids in _chunks(fetcher, wanted - held):
        read = await fetcher.whole(SETTLEMENTS, (Criterion(field="internalId", values=ids),))
        concerned |= {one.source_id: one for one in read if not isinstance(one, Gone | Other | Broken)}
    known = {one.source_id: one.id for one in (*found, *concerned.values()) if isinstance(one, Payment | CreditMemo)}
    return (*(_naming(one, known) for one in found), *concerned.values())


def _concerned(one: object) -> tuple[str, ...]:
    """The internal ids of what was used up by this."""
    if isinstance(one, DepositApplication):
        return (_source_id(one.deposit_id),)
    if isinstance(one, Refund):
        return tuple(_source_id(each.applied_to) for each in one.applications)
    return ()


def _naming(one: _T, known: Mapping[str, RecordId]) -> _T | Record:
    return with_known(one, known) if isinstance(one, Refund) else one


def _source_id(record: RecordId) -> str:
    return record.rpartition(":")[2]


def _chunks(fetcher: Fetcher, ids: Iterable[str]) -> Iterable[tuple[str, ...]]:
    ordered, size = sorted(ids), fetcher.settings.page_size
    return (tuple(ordered[start : start + size]) for start in range(0, len(ordered), size))
