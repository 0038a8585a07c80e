"""A system of record in memory, and a source that reads it page by page through the port."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from store.customers import Customer
from store.invoices import Invoice, InvoiceStatus
from store.money import Money
from store.pulled import Record
from store.records import record_id
from sync.connector import Broken, Finding, Gone, Listing, Page
from sync.errors import ReauthoriseError, RejectedError, StopError

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
OVERLAP = timedelta(minutes=10)
STREAMS = {"customers": "customer", "invoices": "invoice"}


async def _nothing(_stream: str, _number: int) -> None:
    return None


@dataclass
class FakeSystem:
    """Its records by kind and id, and the clock that stamps them."""

    now: datetime = START
    account: str = "FAKE_1"
    records: dict[str, dict[str, Record]] = field(default_factory=lambda: {kind: {} for kind in STREAMS.values()})
    broken: set[str] = field(default_factory=set)
    deleted: list[Gone] = field(default_factory=list)

    def add_customer(self) -> str:
        source_id = str(len(self.records["customer"]) + 1)
        self.records["customer"][source_id] = Customer(
            id=record_id("fake", "customer", source_id),
            origin="fake",
            source_id=source_id,
            name=f"Customer {source_id}",
            seen_at=self.now,
            source_changed_at=self.now,
        )
        return source_id

    def add_invoice(self, customer: str = "1") -> str:
        source_id = str(1000 + len(self.records["invoice"]))
        self.records["invoice"][source_id] = Invoice(
            id=record_id("fake", "invoice", source_id),
            origin="fake",
            source_id=source_id,
            number=f"INV-{source_id}",
            status=InvoiceStatus.OPEN,
            total=Money(currency="USD", minor=100),
            open_balance=Money(currency="USD", minor=100),
            customer_id=record_id("fake", "customer", customer),
            seen_at=self.now,
            source_changed_at=self.now,
        )
        return source_id

    def edit(self, source_id: str, memo: str) -> None:
        self.records["invoice"][source_id] = replace(self._invoice(source_id), memo=memo, source_changed_at=self.now)

    def pay(self, source_id: str) -> None:
        invoice = self._invoice(source_id)
        paid = {"status": InvoiceStatus.PAID, "open_balance": replace(invoice.open_balance, minor=0)}
        self.records["invoice"][source_id] = replace(invoice, source_changed_at=self.now, **paid)  # type: ignore[arg-type]

    def delete(self, kind: str, source_id: str) -> None:
        del self.records[kind][source_id]
        self.deleted.append(Gone(kind=kind, source_id=source_id, at=self.now))

    def _invoice(self, source_id: str) -> Invoice:
        invoice = self.records["invoice"][source_id]
        if not isinstance(invoice, Invoice):
            raise TypeError(source_id)
        return invoice


class Stage(StrEnum):
    """What the next page of a stream is of."""

    OPEN = "open"  # open items, whenever they changed
    CHANGED = "changed"
    GONE = "gone"
    LIST = "list"
    REST = "rest"


@dataclass(frozen=True, kw_only=True)
class Position:
    """What changed in [since, until] is read in the order of change and id; `after` is the last one read."""

    since: datetime
    until: datetime
    stage: Stage
    after: tuple[str, str] | None = None
    covered: datetime | None = None

    def encode(self) -> str:
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def decode(cls, text: str) -> "Position":
        try:
            told = json.loads(text)
            since, until = (datetime.fromisoformat(told[name]) for name in ("since", "until"))
            covered = datetime.fromisoformat(told["covered"]) if told["covered"] else None
            after = tuple(told["after"]) if told["after"] else None
            return cls(since=since, until=until, after=after, covered=covered, stage=Stage(told["stage"]))
        except (ValueError, KeyError, TypeError) as error:
            raise StopError("a cursor of another make") from error


BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class FakeSource:
    """The port over a FakeSystem. `before_page` is called with stream and running number before a page is given.

    With `open_first` a first read of invoices begins with the open ones. Invoices may then be `listed`: all of
    them, or the open ones. The stream «deletions» reports what was deleted.
    """

    name, title = "fake", "Fake"

    def __init__(
        self,
        system: FakeSystem,
        *,
        page_size: int = 4,
        may_enter: bool = True,
        open_first: bool = False,
        listed: Literal["", "all", "open"] = "",
        reports_deletions: bool = False,
    ) -> None:
        self.system, self.page_size, self._may_enter = system, page_size, may_enter
        self.open_first, self.listed = open_first, listed
        self.streams = (*STREAMS, "deletions") if reports_deletions else tuple(STREAMS)
        self.before_page: Callable[[str, int], Awaitable[None]] = _nothing
        self.asked: list[str] = []
        self.fetched: list[str] = []
        self.closed = False

    async def pages(self, stream: str, cursor: str, *, now: datetime) -> AsyncGenerator[Page, None]:
        self._enter()
        if stream not in self.streams:
            raise StopError(f"no stream {stream}")
        stages = self._stages(stream)
        position = Position.decode(cursor) if cursor else Position(since=BEGINNING, until=now, stage=stages[0])
        while not (position.stage is Stage.REST and position.until >= now):
            if position.stage is Stage.REST:
                again = stages[1:] if stages[0] is Stage.OPEN else stages
                since = position.until - OVERLAP
                position = Position(since=since, until=now, covered=position.covered, stage=again[0])
            await self.before_page(stream, len(self.asked))
            self.asked.append(stream)
            position, page = self._page(stream, position, now)
            yield page

    async def fetch(self, kind: str, source_id: str, *, since: datetime | None) -> tuple[Record, ...]:
        self._enter()
        if kind not in self.system.records:
            raise StopError(f"no kind {kind}")
        self.fetched.append(source_id)
        found = self.system.records[kind].get(source_id)
        if found is None:
            return ()
        if source_id in self.system.broken:
            raise RejectedError("cannot be read")
        own = [one for one in self.system.records["invoice"].values() if getattr(one, "customer_id", "") == found.id]
        changed = [one for one in own if since is None or (one.source_changed_at and one.source_changed_at >= since)]
        return tuple(replace(one, seen_at=self.system.now) for one in (found, *changed))

    async def account(self) -> str:
        return self.system.account

    async def check(self) -> tuple[Finding, ...]:
        return (Finding(check="login", ok=self._may_enter, detail="", remedy="" if self._may_enter else "Log in."),)

    async def close(self) -> None:
        self.closed = True

    def _enter(self) -> None:
        if not self._may_enter:
            raise ReauthoriseError

    def _stages(self, stream: str) -> tuple[Stage, ...]:
        if stream == "deletions":
            return (Stage.GONE, Stage.REST)
        if stream == "customers":
            return (Stage.CHANGED, Stage.REST)
        first = (Stage.OPEN,) if self.open_first else ()
        return (*first, Stage.CHANGED, *((Stage.LIST,) if self.listed else ()), Stage.REST)

    def _page(self, stream: str, position: Position, now: datetime) -> tuple[Position, Page]:
        rows = self._rows(stream, position)
        left = sorted(key for key in rows if key > (position.after or ("", "")))
        here, is_last = left[: self.page_size], len(left) <= self.page_size
        following = replace(position, after=here[-1] if here else position.after)
        if is_last:
            stages = self._stages(stream)
            stage = stages[stages.index(position.stage) + 1]
            covered = position.until if stage in {Stage.REST, Stage.CHANGED} else position.covered
            following = replace(position, after=None, stage=stage, covered=covered)
        read = _parted([rows[key] for key in here], self.system.broken, STREAMS.get(stream, ""), now)
        if position.stage is Stage.LIST:
            first, ids = position.after is None, tuple(key[1] for key in here)
            only_open = self.listed == "open"
            listing = Listing(kind="invoice", source_ids=ids, is_first=first, is_last=is_last, only_open=only_open)
            read = {"records": (), "listing": listing}
        expected = len(rows) if position.covered is None and position.stage is Stage.CHANGED else None
        page = Page(**read, cursor=following.encode(), covered_until=following.covered, expected=expected)
        return following, page

    def _rows(self, stream: str, position: Position) -> dict[tuple[str, str], Record | Gone]:
        if position.stage is Stage.GONE:
            gone = [one for one in self.system.deleted if one.at and position.since <= one.at <= position.until]
            return {(one.kind, one.source_id): one for one in gone}
        records = self.system.records[STREAMS[stream]].values()
        if position.stage is Stage.OPEN:
            return {_key(one): one for one in records if is_open(one)}
        if position.stage is Stage.LIST:
            return {("", one.source_id): one for one in records if self.listed == "all" or is_open(one)}
        changed = [one for one in records if one.source_changed_at]
        return {_key(one): one for one in changed if position.since <= instant(one) <= position.until}


def is_open(record: Record) -> bool:
    return isinstance(record, Invoice) and record.status is InvoiceStatus.OPEN


def instant(record: Record) -> datetime:
    return record.source_changed_at or BEGINNING


def _key(record: Record) -> tuple[str, str]:
    return str(record.source_changed_at), record.source_id


def _parted(rows: list[Record | Gone], broken: set[str], kind: str, now: datetime) -> dict[str, Any]:
    """What a page brings of these rows."""
    gone = [one for one in rows if isinstance(one, Gone)]
    records = [one for one in rows if not isinstance(one, Gone)]
    return {
        "records": tuple(replace(one, seen_at=now) for one in records if one.source_id not in broken),
        "gone": tuple(gone),
        "broken": tuple(
            Broken(source_id=one.source_id, reason="bad date", kind=kind, payload_hash=f"hash of {one.source_id}")
            for one in records
            if one.source_id in broken
        ),
    }
