"""The NetSuite connector: its streams, read window by window, and single records on demand."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from store.pulled import Record
from sync.connector import Finding, Page
from sync.connectors.netsuite.check import Checked, findings
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.completing import with_concerned
from sync.connectors.netsuite.currencies import Currencies, read_currencies
from sync.connectors.netsuite.definitions import Definitions, definition_pages, read_definitions
from sync.connectors.netsuite.files import read_content
from sync.connectors.netsuite.limits import keep_to_limit
from sync.connectors.netsuite.mapping import ORIGIN, Account
from sync.connectors.netsuite.reading import Reader
from sync.connectors.netsuite.restlet import RestletClient
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.single import Fetcher
from sync.connectors.netsuite.stream import Stream
from sync.connectors.netsuite.streams import CUSTOM_FIELDS, CUSTOMERS, stream_named, stream_of, streams_of
from sync.connectors.netsuite.suiteql.service import SuiteQLService
from sync.connectors.netsuite.target import NetSuiteTarget
from sync.connectors.netsuite.wsdl import wsdl_path

# One run reads many streams; a currency that is added meanwhile comes with the next run.
_CURRENCIES_HOLD = timedelta(minutes=10)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class NetSuiteSource:
    """One NetSuite account over SuiteTalk. `folder` is the data folder, which holds the downloaded WSDL."""

    name = ORIGIN
    title = "NetSuite"

    def __init__(self, settings: NetSuiteSettings, folder: Path, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._settings = settings
        self.streams = tuple(streams_of(settings))
        self._wsdl = wsdl_path(settings, folder)
        self._clock = clock
        self._client = SuiteTalkClient(settings, self._wsdl, unix_time=lambda: clock().timestamp())
        address = settings.restlet_url if settings.has_tokens else None
        self._restlet = None if address is None else self._script(settings, address)
        self._suiteql = self._queries(settings) if settings.by_suiteql else None
        self._currencies: tuple[datetime, Currencies] | None = None
        self._knows_limit = False

    async def pages(self, stream: str, cursor: str, *, now: datetime) -> AsyncGenerator[Page, None]:
        """Read on from the cursor; a read that was broken off is finished before changes since then are read."""
        known = stream_named(stream)
        account = await self._account(now, known)
        ceiling = now - self._settings.lag
        if known is CUSTOM_FIELDS:
            async for page in definition_pages(lambda: self._definitions(account), self._settings, cursor, ceiling):
                yield page
            return
        reader = await self._reader(known, account)
        async with aclosing(reader.pages(cursor, ceiling)) as pages:
            async for page in pages:
                yield page

    async def fetch(self, kind: str, source_id: str, *, since: datetime | None) -> tuple[Record, ...]:
        """The record with its lines, then what a customer's card shows. Raises RejectedError when it is unreadable."""
        stream = stream_of(kind)
        account = await self._account(self._clock(), stream)
        fetcher = await self._fetcher(stream, account)
        found = await fetcher.record(stream, source_id)
        if found is None:
            return ()
        if stream is not CUSTOMERS:
            return (found,)
        return (found, *await with_concerned(fetcher, await fetcher.around(source_id, since)))

    async def content(self, file_id: str, *, most_bytes: int) -> bytes:
        """The content of a file of the cabinet; see `sync.connector.Files`."""
        return await read_content(self._client, file_id, most_bytes=most_bytes)

    async def account(self) -> str:
        """The account id, upper case with underscores: 1234567_SB1."""
        return self._settings.account_id

    async def check(self) -> tuple[Finding, ...]:
        """One finding each for Oracle's dates, login and clock, every stream, every push, and what is had besides."""
        queried = () if self._suiteql is None else await self._suiteql.findings()
        if not self._settings.has_tokens:
            return queried
        checked = Checked(
            client=self._client,
            settings=self._settings,
            wsdl=self._wsdl,
            script=self._restlet,
            now=self._clock(),
        )
        return (*await findings(checked), *queried)

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be pushed: what is written goes by SOAP, which needs a token."""
        return not self._settings.has_tokens

    def target(self) -> NetSuiteTarget:
        """What is pushed to this account, through the same client: both share what the account bears."""
        return NetSuiteTarget(self._settings, self._client, self._restlet)

    async def close(self) -> None:
        """Break off what is under way; free threads and connections."""
        if self._restlet is not None:
            await self._restlet.close()
        if self._suiteql is not None:
            await self._suiteql.close()
        await self._client.close()

    def _script(self, settings: NetSuiteSettings, address: str) -> RestletClient:
        slots = self._client.slots
        return RestletClient(settings, address, slots, unix_time=lambda: self._clock().timestamp())

    def _queries(self, settings: NetSuiteSettings) -> SuiteQLService | None:
        certificate = settings.certificate
        return None if certificate is None else SuiteQLService(settings, certificate, self._client, clock=self._clock)

    async def _reader(self, stream: Stream, account: Account) -> Reader:
        if self._suiteql is not None and self._suiteql.serves(stream):
            return await self._suiteql.reader(stream, account)
        return Reader(
            client=self._client, settings=self._settings, account=account, stream=stream, script=self._restlet
        )

    async def _fetcher(self, stream: Stream, account: Account) -> Fetcher:
        # A customer comes with what its card is made of, which may be read by either way.
        if self._suiteql is not None and (stream is CUSTOMERS or self._suiteql.serves(stream)):
            return await self._suiteql.fetcher(account)
        return Fetcher(client=self._client, settings=self._settings, account=account)

    async def _definitions(self, account: Account) -> Definitions:
        if self._suiteql is not None and self._suiteql.serves(CUSTOM_FIELDS):
            return await self._suiteql.definitions(account)
        return await read_definitions(self._client, self._settings, account)

    async def _account(self, now: datetime, stream: Stream) -> Account:
        """The account's facts, by the way by which the stream is read: each needs no login of the other one."""
        settings = self._settings
        if self._suiteql is not None and self._suiteql.serves(stream):
            currencies = await self._suiteql.currencies(now)
        else:
            self._knows_limit = self._knows_limit or await keep_to_limit(self._client)
            currencies = await self._known_currencies(now)
        return Account(
            app_address=settings.app_address,
            zone=settings.zone,
            currencies=currencies.codes,
            currency=currencies.default,
            seen_at=now,
            own_prefix=settings.external_id_prefix,
            email_fields=frozenset(settings.email_fields),
        )

    async def _known_currencies(self, now: datetime) -> Currencies:
        known = self._currencies
        if known is None or now - known[0] >= _CURRENCIES_HOLD:
            known = self._currencies = (now, await read_currencies(self._client, default=self._settings.currency))
        return known[1]
