"""From a batch of changes to the news in it: reads the records that the changes are about."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from bot.notify.news import News, invoice_news
from store.changes import Change, was_changed
from store.credit_limits import CreditBreak, note_all_breaks, note_breaks
from store.cursors import list_cursors, read_cursor
from store.customers import Customer, customers_by_id
from store.day_marks import mark_day
from store.db import ReadConnection, WriteConnection
from store.echoes import echoes
from store.invoices import Invoice, invoices_by_id
from store.notes import Note, notes_by_id
from store.records import RecordId
from store.runs import first_read_at
from store.subscriptions import NewsKind
from store.upsert import chunks

_R = TypeVar("_R")
_Read = Callable[[ReadConnection, Sequence[RecordId]], Awaitable[dict[RecordId, _R]]]
# What an invoice's change must name for its customer's open balance to be another one.
_BALANCE_FIELDS = frozenset({"open_balance_minor", "status", "currency", "customer_id", "deleted_at"})
# What a change must be about to be told by itself.
_NEWS_KINDS = frozenset({"invoice", "note"})
_LIMIT_FIELDS = frozenset({"credit_limit_minor", "credit_limit_currency"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Changes that are news at all, with the records that they are about as these are now."""

    changes: tuple[Change, ...]
    invoices: Mapping[RecordId, Invoice]
    customers: Mapping[RecordId, Customer]
    notes: Mapping[RecordId, Note]

    def customer_of(self, invoice: Invoice | None) -> Customer | None:
        """The customer of an invoice, if both are known."""
        return self.customers.get(invoice.customer_id) if invoice and invoice.customer_id else None


async def read_batch(conn: ReadConnection, changes: Sequence[Change]) -> Batch:
    """The changes without those of a first reading, by which nothing happened that people don't know of."""
    known = _FirstReadings(conn)
    kept = tuple([change for change in changes if await known.is_over(change)])
    notes = await _by_ids(conn, notes_by_id, _ids(kept, "note"))
    about = [note.about_id for note in notes.values()]
    invoices = await _by_ids(conn, invoices_by_id, [*_ids(kept, "invoice"), *about])
    customer_ids = [invoice.customer_id for invoice in invoices.values() if invoice.customer_id]
    customers = await _by_ids(conn, customers_by_id, [*_ids(kept, "customer"), *customer_ids, *about])
    return Batch(changes=kept, invoices=invoices, customers=customers, notes=notes)


async def news_in(conn: ReadConnection, batch: Batch) -> tuple[News, ...]:
    """What the batch tells of invoices and notes, in the order of the feed."""
    pulled = [batch.notes[change.record_id] for change in _inserted_notes(batch)]
    ours = await echoes(conn, pulled)
    found: list[News] = []
    for change in batch.changes:
        if change.kind == "invoice" and (invoice := batch.invoices.get(change.record_id)):
            found += invoice_news(change, invoice, batch.customer_of(invoice), _at(change))
        elif change.kind == "note" and change.record_id not in ours:
            found += _note_news(change, batch)
    return tuple(found)


async def has_news_before(conn: ReadConnection, change: Change, since: datetime) -> bool:
    """Whether the feed may tell of invoices or notes between that instant and this change; a first reading does not."""
    for cursor in await list_cursors(conn):
        end = await first_read_at(conn, cursor.source, cursor.stream)
        kind = cursor.stream.removesuffix("s")
        if end is None or kind not in _NEWS_KINDS:
            continue
        after = max(end, since)
        if await was_changed(conn, kind, cursor.source, after=after, before=change.sequence):
            return True
    return False


async def credit_news(conn: WriteConnection, batch: Batch, at: datetime) -> tuple[News, ...]:
    """The customers that are above their credit limit since these changes."""
    moved = [each for each in batch.changes if each.kind == "invoice" and _moves_balance(each)]
    touched = [batch.invoices[each.record_id] for each in moved if each.record_id in batch.invoices]
    owing = {invoice.customer_id for invoice in touched if invoice.customer_id}
    limited = {each.record_id for each in batch.changes if each.kind == "customer" and _moves_limit(each)}
    breaks = await note_breaks(conn, sorted(owing | limited), at=at)
    told = [each for each in breaks if each.customer_id in batch.customers]
    return tuple(_credit_news(each, batch.customers[each.customer_id], at) for each in told)


async def note_known_breaks(conn: WriteConnection, origins: Iterable[str], at: datetime) -> None:
    """Who is above a credit limit before the first look is no news; nor will be who is after a first reading."""
    for origin in origins:
        if await first_read_at(conn, origin, "invoices") is not None:
            await mark_day(conn, _compared(origin), date.min)
    await note_all_breaks(conn, at=at)


async def note_standing_breaks(conn: WriteConnection, batch: Batch, at: datetime) -> None:
    """With the first changes after a source's first reading: who is above a limit by now is no news.

    Comparing each customer while hundreds of thousands of records come in for the first time would hold everybody up.
    """
    for origin in sorted({change.record_id.partition(":")[0] for change in batch.changes}):
        if await mark_day(conn, _compared(origin), date.min):
            await note_all_breaks(conn, at=at)


def _compared(origin: str) -> str:
    """Under which name it is marked that a source's customers were compared with their limits once."""
    return f"limits/{origin}"


class _FirstReadings:
    """Until when each source's streams were being read for the first time; each is asked for once."""

    def __init__(self, conn: ReadConnection) -> None:
        self._conn = conn
        self._ends: dict[tuple[str, str], tuple[bool, datetime | None]] = {}

    async def is_over(self, change: Change) -> bool:
        """Whether the change was written after the first reading of its kind, or its kind is not read by streams."""
        source, stream = change.record_id.partition(":")[0], f"{change.kind}s"
        if (source, stream) not in self._ends:
            is_stream = await read_cursor(self._conn, source, stream) is not None
            self._ends[source, stream] = is_stream, await first_read_at(self._conn, source, stream)
        is_stream, end = self._ends[source, stream]
        return not is_stream or (end is not None and _at(change) > end)


def _at(change: Change) -> datetime:
    if change.at is None:
        raise ValueError("a change that was never written")
    return change.at


def _ids(changes: Iterable[Change], kind: str) -> list[RecordId]:
    return [change.record_id for change in changes if change.kind == kind]


async def _by_ids(conn: ReadConnection, read: _Read[_R], ids: Iterable[RecordId]) -> dict[RecordId, _R]:
    found: dict[RecordId, _R] = {}
    for chunk in chunks(sorted(set(ids))):
        found |= await read(conn, chunk)
    return found


def _inserted_notes(batch: Batch) -> list[Change]:
    return [each for each in batch.changes if each.action == "inserted" and each.record_id in batch.notes]


def _note_news(change: Change, batch: Batch) -> list[News]:
    """A note that somebody wrote in the system that it came from; what was written here has a writer's account."""
    note = batch.notes.get(change.record_id)
    if change.action != "inserted" or note is None or note.author_id is not None:
        return []
    invoice = batch.invoices.get(note.about_id)
    customer = batch.customer_of(invoice) or batch.customers.get(note.about_id)
    news = News(
        kind=NewsKind.ERP_NOTE,
        occasion=note.source_id,
        at=_at(change),
        origin=note.origin,
        invoice=invoice,
        customer=customer,
        text=note.text,
    )
    return [news] if news.about_id else []


def _moves_balance(change: Change) -> bool:
    return change.action != "changed" or not _BALANCE_FIELDS.isdisjoint(change.fields)


def _moves_limit(change: Change) -> bool:
    return change.action != "changed" or not _LIMIT_FIELDS.isdisjoint(change.fields)


def _credit_news(broken: CreditBreak, customer: Customer, at: datetime) -> News:
    return News(
        kind=NewsKind.CREDIT_LIMIT,
        occasion=at.isoformat(),
        at=at,
        origin=customer.origin,
        customer=customer,
        amount=broken.open_balance,
    )
