"""A system of record in memory, and a source that reads it page by page through the port."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

from store.customers import Customer
from store.invoices import Invoice, InvoiceStatus
from store.money import Money
from store.pulled import Record
from store.records import record_id
from sync.connector import Broken, Finding, Page
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
        invoice = self.records["invoice"][source_id]
        if not isinstance(invoice, Invoice):
            raise TypeError(source_id)
        self.records["invoice"][source_id] = replace(invoice, memo=memo, source_changed_at=self.now)


@dataclass(frozen=True, kw_only=True)
class Position:
    """Records changed in [since, until] are read in the order of change and id; `after` is the last one read."""

    since: datetime
    until: datetime
    after: tuple[str, str] | None = None
    covered: datetime | None = None
    is_at_rest: bool = False

    def encode(self) -> str:
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def decode(cls, text: str) -> "Position":
        try:
            told = json.loads(text)
            since, until = (datetime.fromisoformat(told[name]) for name in ("since", "until"))
            covered = datetime.fromisoformat(told["covered"]) if told["covered"] else None
            after = tuple(told["after"]) if told["after"] else None
        except (ValueError, KeyError, TypeError) as error:
            raise StopError("a cursor of another make") from error
        return cls(since=since, until=until, after=after, covered=covered, is_at_rest=told["is_at_rest"])


class FakeSource:
    """The port over a FakeSystem. `before_page` is called with stream and running number before a page is given."""

    name, title = "fake", "Fake"
    streams = tuple(STREAMS)

    def __init__(self, system: FakeSystem, *, page_size: int = 4, may_enter: bool = True) -> None:
        self.system, self.page_size, self._may_enter = system, page_size, may_enter
        self.before_page: Callable[[str, int], Awaitable[None]] = _nothing
        self.asked: list[str] = []
        self.closed = False

    async def pages(self, stream: str, cursor: str, *, now: datetime) -> AsyncGenerator[Page, None]:
        self._enter()
        kind = STREAMS.get(stream)
        if kind is None:
            raise StopError(f"no stream {stream}")
        position = Position.decode(cursor) if cursor else Position(since=datetime(2000, 1, 1, tzinfo=UTC), until=now)
        while not (position.is_at_rest and position.until >= now):
            if position.is_at_rest:
                position = Position(since=position.until - OVERLAP, until=now, covered=position.covered)
            await self.before_page(stream, len(self.asked))
            self.asked.append(stream)
            position, page = self._page(kind, position, now)
            yield page

    async def fetch(self, kind: str, source_id: str, *, since: datetime | None) -> tuple[Record, ...]:
        self._enter()
        del since
        if kind not in self.system.records:
            raise StopError(f"no kind {kind}")
        found = self.system.records[kind].get(source_id)
        if found is None:
            return ()
        if source_id in self.system.broken:
            raise RejectedError("cannot be read")
        own = [one for one in self.system.records["invoice"].values() if getattr(one, "customer_id", "") == found.id]
        return tuple(replace(one, seen_at=self.system.now) for one in (found, *own))

    async def account(self) -> str:
        return self.system.account

    async def check(self) -> tuple[Finding, ...]:
        return (Finding(check="login", ok=self._may_enter, detail="", remedy="" if self._may_enter else "Log in."),)

    async def close(self) -> None:
        self.closed = True

    def _enter(self) -> None:
        if not self._may_enter:
            raise ReauthoriseError

    def _page(self, kind: str, position: Position, now: datetime) -> tuple[Position, Page]:
        def key(record: Record) -> tuple[str, str]:
            return (str(record.source_changed_at), record.source_id)

        window = [
            one
            for one in self.system.records[kind].values()
            if one.source_changed_at and position.since <= one.source_changed_at <= position.until
        ]
        left = sorted((one for one in window if key(one) > (position.after or ("", ""))), key=key)
        here, is_last = left[: self.page_size], len(left) <= self.page_size
        following = replace(
            position,
            after=key(here[-1]) if here else position.after,
            covered=position.until if is_last else position.covered,
            is_at_rest=is_last,
        )
        readable = [one for one in here if one.source_id not in self.system.broken]
        return following, Page(
            records=tuple(replace(one, seen_at=now) for one in readable),
            broken=tuple(Broken(source_id=one.source_id, reason="bad date") for one in here if one not in readable),
            cursor=following.encode(),
            covered_until=following.covered,
            expected=len(window) if position.covered is None else None,
        )
