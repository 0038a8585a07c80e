"""Comparing, after each run, what the store makes of open items with the balances that the source tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from store.balances import Balance
from store.cursors import Cursor, list_cursors
from store.db import ReadConnection, Store, WriteConnection
from store.facts import keep_fact, read_fact
from store.records import RecordId
from store.runs import SyncRun
from store.tie_out import Cause, Difference, TieOut, difference_since, latest_tie_out, save_tie_out
from store.tie_out_sums import Evidence, count_compared, differences, evidence
from sync.connector import Page

# So many differences are kept with their causes; beyond that their number is what counts. Customers with several
# currencies differ for good, and one that is not kept is news whenever it is among the largest again.
MOST_KEPT = 10_000
_MOST_BROKEN = 1000
# The streams that bring what a balance is made of, by the names that every connector gives them.
_ITEM_STREAMS = frozenset({"invoices", "payments", "credit_memos"})
# Those of which few sources have any, and what a difference comes from where one was never read.
_OTHER_STREAMS: Mapping[str, Cause] = {
    "deposit_applications": Cause.DEPOSITS_UNREAD,
    "refunds": Cause.REFUNDS_UNREAD,
    "journal_entries": Cause.JOURNALS_UNREAD,
}
# One run reads them minutes apart, and leaves the last changes alone for a while.
_TOGETHER = timedelta(hours=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How far the streams are: whether all were ever read to the end, and up to when; None before.

    `unread` are the causes that hold as streams that the source has were never read to their end.
    """

    is_complete: bool
    covered_until: datetime | None
    unread: tuple[Cause, ...] = ()


async def note_balances(conn: WriteConnection, run: SyncRun, page: Page, *, now: datetime) -> None:
    """Keep when the balances on a page were told, in its transaction. `now` is when the reading began."""
    if any(isinstance(record, Balance) for record in page.records):
        await keep_fact(conn, _read_at_fact(run.source), now.isoformat())


async def tie_out(store: Store, source: str, *, now: datetime, streams: Sequence[str] = ()) -> TieOut | None:
    """Compare, and keep the result; None when the source tells no balances. `streams` are all that it has."""
    async with store.read() as conn:
        compared, differing = await count_compared(conn, source)
        if not compared:
            return None
        read_at = await _balances_read_at(conn, source)
        found = await differences(conn, source, limit=MOST_KEPT)
        reach = reach_of([one for one in await list_cursors(conn) if one.source == source], streams)
        ids = tuple({one.customer_id for one in found})
        known = await evidence(conn, source, ids, since=read_at, most_broken=_MOST_BROKEN)
        since, last = await difference_since(conn, source), await latest_tie_out(conn, source)
    begun = _begun(found, since, last, now)
    causes = (causes_of(one.customer_id, known, reach, read_at) for one in found)
    explained = tuple(replace(one, causes=why, since=at) for one, why, at in zip(found, causes, begun, strict=True))
    appeared = sum(one.since == now for one in explained)
    result = TieOut(
        source=source,
        at=now,
        compared=compared,
        differing=differing,
        appeared=appeared,
        balances_read_at=read_at,
    )
    async with store.write() as conn:
        await save_tie_out(conn, result, explained)
    return result


def reach_of(cursors: Sequence[Cursor], streams: Sequence[str] = ()) -> Reach:
    """How far the streams with open items are, of one source's cursors; `streams` are all that it has."""
    done = {one.stream for one in cursors if one.completed_at}
    items = [one for one in cursors if one.stream in _ITEM_STREAMS]
    covered = [one.covered_until for one in items if one.covered_until]
    return Reach(
        is_complete=bool(items) and all(one.completed_at for one in items),
        covered_until=min(covered) if items and len(covered) == len(items) else None,
        unread=tuple(cause for name, cause in _OTHER_STREAMS.items() if name in streams and name not in done),
    )


def causes_of(customer_id: RecordId, known: Evidence, reach: Reach, read_at: datetime | None) -> tuple[Cause, ...]:
    """What a customer's difference may come from, the surest first; transactions of other kinds when nothing else."""
    is_behind = reach.covered_until is None or (read_at is not None and read_at - reach.covered_until > _TOGETHER)
    holds = {
        Cause.QUARANTINED: customer_id in known.quarantined,
        Cause.CHANGED_SINCE: customer_id in known.changed_since,
        Cause.OTHER_CURRENCY: customer_id in known.other_currency,
        Cause.INCOMPLETE: not reach.is_complete,
        Cause.BEHIND: is_behind,
        Cause.UNPLACED: known.unplaced > 0,
    }
    found = (*(cause for cause, is_so in holds.items() if is_so), *reach.unread)
    return found or (Cause.OTHER_TRANSACTIONS,)


def _begun(
    found: Sequence[Difference],
    since: Mapping[tuple[RecordId, str], datetime],
    last: TieOut | None,
    now: datetime,
) -> tuple[datetime, ...]:
    """When each difference appeared, by what was kept `since` the last tie-out.

    Where that found more than were kept (an earlier version kept fewer), one unheard of may be as old as the oldest,
    and people may have been told of it: it is no news.
    """
    was_cut = last is not None and last.differing > len(since)
    unheard = min(since.values(), default=now) if was_cut else now
    return tuple(since.get((one.customer_id, one.balance.currency), unheard) for one in found)


async def _balances_read_at(conn: ReadConnection, source: str) -> datetime | None:
    told = await read_fact(conn, _read_at_fact(source))
    return datetime.fromisoformat(told) if told else None


def _read_at_fact(source: str) -> str:
    return f"{source}.balances_read_at"
