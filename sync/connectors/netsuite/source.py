"""The NetSuite connector: its streams, read window by window, and single records on demand."""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime
from pathlib import Path

import structlog

from store.pulled import Record
from sync.connector import Broken, Finding, Page
from sync.connectors.netsuite.check import findings
from sync.connectors.netsuite.client import Answer, SuiteTalkClient
from sync.connectors.netsuite.currencies import Currencies, read_currencies
from sync.connectors.netsuite.faults import TooMuchError
from sync.connectors.netsuite.mapping import ORIGIN, Account
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
from sync.connectors.netsuite.request import Search, SearchMore
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.single import fetch_invoices, fetch_record
from sync.connectors.netsuite.streams import CUSTOMERS, STREAMS, Stream, read_record, stream_named, stream_of
from sync.connectors.netsuite.target import NetSuiteTarget
from sync.connectors.netsuite.wsdl import wsdl_path
from sync.errors import ExpiredPositionError

_log = structlog.get_logger(__name__)


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

    async def pages(self, stream: str, cursor: str, *, now: datetime) -> AsyncGenerator[Page, None]:
        """Read on from the cursor; a read that was broken off is finished before changes since then are read."""
        known = stream_named(stream)
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

    async def fetch(self, kind: str, source_id: str, *, since: datetime | None) -> tuple[Record, ...]:
        """The record with its lines, then a customer's invoices. Raises RejectedError when it cannot be read."""
        stream = stream_of(kind)
        account = await self._account(self._clock())
        found = await fetch_record(self._client, stream, source_id, account)
        if found is None:
            return ()
        if stream is not CUSTOMERS:
            return (found,)
        return (found, *await fetch_invoices(self._client, self._settings, source_id, account, since=since))

    async def account(self) -> str:
        """The account id, upper case with underscores: 1234567_SB1."""
        return self._settings.account_id

    async def check(self) -> tuple[Finding, ...]:
        """One finding each for the WSDL, login and clock, the currencies, and every stream."""
        types = {name: stream.record_type for name, stream in STREAMS.items()}
        return await findings(self._client, self._settings, self._wsdl, types, now=self._clock())

    def target(self) -> NetSuiteTarget:
        """What is pushed to this account, through the same client: both share what the account bears."""
        return NetSuiteTarget(self._settings, self._client)

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
        return await self._client.call(request, lambda tree: read_record(stream, tree, account))


def _request(stream: Stream, position: Position, settings: NetSuiteSettings) -> Search | SearchMore:
    if position.search_id is not None:
        return SearchMore(
            search_id=position.search_id,
            page_index=position.next_page,
            page_size=settings.page_size,
            with_lines=stream.with_lines(settings),
        )
    return Search(
        record_type=stream.record_type,
        since=position.since,
        until=position.until,
        page_size=settings.page_size,
        only=_narrowing(stream, position, settings),
        with_lines=stream.with_lines(settings),
    )


def _narrowing(stream: Stream, position: Position, settings: NetSuiteSettings) -> tuple[str, ...]:
    if stream is CUSTOMERS:
        return tuple(f"_{stage}" for stage in settings.customer_stages)
    return stream.open_statuses if position.stage is Stage.OPEN else ()


def _page(answer: Answer[Record | Broken], position: Position) -> Page:
    return Page(
        records=tuple(one for one in answer.records if not isinstance(one, Broken)),
        cursor=encode(position),
        covered_until=position.covered,
        broken=tuple(one for one in answer.records if isinstance(one, Broken)),
        expected=position.expected,
    )
