"""The NetSuite connector: its streams, read window by window, and single records on demand."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from store.pulled import Record
from sync.connector import Broken, Finding, Page
from sync.connectors.netsuite.check import findings
from sync.connectors.netsuite.client import Answer, SuiteTalkClient
from sync.connectors.netsuite.currencies import Currencies, read_currencies
from sync.connectors.netsuite.faults import GoneError, TooMuchError
from sync.connectors.netsuite.mapping import ORIGIN, Account, customer, invoice, source_id_of
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.position import (
    Position,
    Stage,
    advanced,
    decode,
    encode,
    first_position,
    halved,
    has_shifted,
    is_divisible,
    may_restart,
    next_position,
    restarted,
)
from sync.connectors.netsuite.request import Get, Search, SearchMore
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.values import UnreadableFieldError
from sync.connectors.netsuite.wsdl import wsdl_path
from sync.errors import ExpiredPositionError, RejectedError

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """One kind of record: its SuiteTalk type, how it is mapped, and which statuses make an item an open one."""

    record_type: str
    kind: str
    mapped: Callable[[Tree, Account], Record]
    open_statuses: tuple[str, ...] = ()
    has_lines: bool = False


# In the order of pulling: an invoice is of more use when its customer is there.
STREAMS: Mapping[str, Stream] = {
    "customers": Stream(record_type="customer", kind="customer", mapped=customer),
    "invoices": Stream(
        record_type="invoice", kind="invoice", mapped=invoice, open_statuses=("_invoiceOpen",), has_lines=True
    ),
}


def _utc_now() -> datetime:
    return datetime.now(UTC)


class NetSuiteSource:
    """One NetSuite account over SuiteTalk. `folder` is the data folder, which holds the downloaded WSDL."""

    name = ORIGIN
    title = "NetSuite"
    streams = tuple(STREAMS)

    def __init__(self, settings: NetSuiteSettings, folder: Path, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._settings = settings
        self._wsdl = wsdl_path(settings, folder)
        self._clock = clock
        self._client = SuiteTalkClient(settings, self._wsdl, unix_time=lambda: clock().timestamp())
        self._currencies: Currencies | None = None

    async def pages(self, stream: str, cursor: str, *, now: datetime) -> AsyncIterator[Page]:
        """Read on from the cursor; a read that was broken off is finished before changes since then are read."""
        known = _stream(stream)
        self._currencies = None
        account = await self._account(now)
        ceiling = now - self._settings.lag
        position = decode(cursor) if cursor else first_position(ceiling, open_first=bool(known.open_statuses))
        while True:
            if position.stage is Stage.REST:
                following = next_position(position, ceiling, overlap=self._settings.overlap)
                if following is None:
                    return
                position = following
            position, page = await self._step(known, position, account)
            if page is not None:
                yield page

    async def fetch(self, kind: str, source_id: str) -> Record | None:
        """One record with its lines. Raises RejectedError when it cannot be read, naming field and value."""
        stream = next((stream for stream in STREAMS.values() if stream.kind == kind), None)
        if stream is None:
            raise RejectedError(f"no {kind} is pulled from NetSuite")
        account = await self._account(self._clock())
        get = Get(record_type=stream.record_type, internal_id=source_id)
        try:
            answer = await self._client.call(get, lambda tree: _read(stream, tree, account))
        except GoneError:
            return None
        found = answer.records[0] if answer.records else None
        if isinstance(found, Broken):
            raise RejectedError(found.reason)
        return found

    async def account(self) -> str:
        """The account id, upper case with underscores: 1234567_SB1."""
        return self._settings.account_id

    async def check(self) -> tuple[Finding, ...]:
        """One finding each for the WSDL, login and clock, the currencies, and every stream."""
        types = {name: stream.record_type for name, stream in STREAMS.items()}
        return await findings(self._client, self._settings, self._wsdl, types, now=self._clock())

    async def close(self) -> None:
        """Break off what is under way; free threads and connections."""
        await self._client.close()

    async def _account(self, now: datetime) -> Account:
        settings = self._settings
        if self._currencies is None:
            self._currencies = await read_currencies(self._client, default=settings.currency)
        return Account(
            app_address=settings.app_address,
            zone=settings.zone,
            currencies=self._currencies.codes,
            currency=self._currencies.default,
            seen_at=now,
        )

    async def _step(self, stream: Stream, position: Position, account: Account) -> tuple[Position, Page | None]:
        """Ask once; the position after it, with a page unless the window has to be asked for in another way."""
        try:
            answer = await self._ask(stream, position, account)
        except ExpiredPositionError:
            if not may_restart(position):
                raise
            return restarted(position), None
        except TooMuchError:
            if not is_divisible(position):
                raise
            return halved(position), None
        other = self._other_window(position, answer)
        if other is not None:
            _log.info("netsuite.window", stream=stream.kind, since=str(other.since), until=str(other.until))
            return other, None
        following = advanced(position, answer.heading)
        return following, _page(answer, following)

    def _other_window(self, position: Position, answer: Answer[Record | Broken]) -> Position | None:
        """The window to read instead, when this one holds too much or has shifted while it was read."""
        heading = answer.heading
        if position.search_id is None:
            is_large = (heading.total_records or 0) > self._settings.window_records
            return halved(position, heading) if is_large and is_divisible(position) else None
        if not has_shifted(position, heading):
            return None
        if is_divisible(position):
            return halved(position)
        return restarted(position) if may_restart(position) else None

    async def _ask(self, stream: Stream, position: Position, account: Account) -> Answer[Record | Broken]:
        request = _request(stream, position, self._settings)
        return await self._client.call(request, lambda tree: _read(stream, tree, account))


def _stream(name: str) -> Stream:
    if name not in STREAMS:
        raise RejectedError(f"NetSuite has no stream «{name}», only {', '.join(STREAMS)}")
    return STREAMS[name]


def _request(stream: Stream, position: Position, settings: NetSuiteSettings) -> Search | SearchMore:
    with_lines = stream.has_lines and settings.invoice_lines
    if position.search_id is not None:
        return SearchMore(
            search_id=position.search_id,
            page_index=position.next_page,
            page_size=settings.page_size,
            with_lines=with_lines,
        )
    return Search(
        record_type=stream.record_type,
        since=position.since,
        until=position.until,
        page_size=settings.page_size,
        only=_narrowing(stream, position, settings),
        with_lines=with_lines,
    )


def _narrowing(stream: Stream, position: Position, settings: NetSuiteSettings) -> tuple[str, ...]:
    if stream.kind == "customer":
        return tuple(f"_{stage}" for stage in settings.customer_stages)
    return stream.open_statuses if position.stage is Stage.OPEN else ()


def _read(stream: Stream, tree: Tree, account: Account) -> Record | Broken:
    try:
        return stream.mapped(tree, account)
    except UnreadableFieldError as error:
        return Broken(source_id=source_id_of(tree), reason=str(error))


def _page(answer: Answer[Record | Broken], position: Position) -> Page:
    return Page(
        records=tuple(one for one in answer.records if not isinstance(one, Broken)),
        cursor=encode(position),
        covered_until=position.covered,
        broken=tuple(one for one in answer.records if isinstance(one, Broken)),
        expected=position.expected,
    )
