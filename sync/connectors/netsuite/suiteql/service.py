"""What is read by SuiteQL of one account: its streams, single records, and what the doctor sees of it."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from store.custom_fields import CustomField
from sync.connector import Finding
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.definitions import read_definitions
from sync.connectors.netsuite.mapping import Account
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.stream import Stream
from sync.connectors.netsuite.streams import STREAMS
from sync.connectors.netsuite.suiteql.client import SuiteQLClient
from sync.connectors.netsuite.suiteql.reading import Desk, SuiteQLFetcher, SuiteQLReader
from sync.connectors.netsuite.suiteql.tables import TABLES
from sync.connectors.netsuite.suiteql.tokens import Certificate
from sync.errors import NotPermittedError, ReauthoriseError, SourceError

# One run reads several streams; a field that is added meanwhile comes with the next run.
_FIELDS_HOLD = timedelta(minutes=10)
_ONE = "SELECT id FROM {} WHERE id > 0 ORDER BY id"
_LATER = "Try again in a few minutes; if it stays, look at the detail."


class SuiteQLService:
    """The streams that the settings give to SuiteQL. It shares the slots of the SuiteTalk client."""

    def __init__(
        self,
        settings: NetSuiteSettings,
        certificate: Certificate,
        soap: SuiteTalkClient,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings, self._soap, self._clock = settings, soap, clock
        self._rest = SuiteQLClient(settings, certificate, soap.slots, unix_time=lambda: clock().timestamp())
        self._streams = tuple(STREAMS[name] for name in settings.suiteql)
        self._fields: tuple[datetime, tuple[CustomField, ...]] | None = None
        self._reading_fields = asyncio.Lock()

    def serves(self, stream: Stream) -> bool:
        """Whether the stream is read by SuiteQL."""
        return stream in self._streams

    async def reader(self, stream: Stream, account: Account) -> SuiteQLReader:
        """What reads the stream. Raises SourceError."""
        desk = await self._desk(account)
        return SuiteQLReader(client=self._soap, settings=self._settings, account=account, stream=stream, desk=desk)

    async def fetcher(self, account: Account) -> SuiteQLFetcher:
        """What fetches single records, those of the streams by SuiteQL. Raises SourceError."""
        kinds = frozenset(stream.kind for stream in self._streams)
        desk = await self._desk(account)
        return SuiteQLFetcher(client=self._soap, settings=self._settings, account=account, desk=desk, kinds=kinds)

    async def findings(self) -> tuple[Finding, ...]:
        """One finding per stream: whether a token is given, and the role may read the table."""
        return tuple([await self._finding(name) for name in self._settings.suiteql])

    async def close(self) -> None:
        """Break off what is under way; free threads and connections."""
        await self._rest.close()

    async def _finding(self, name: str) -> Finding:
        check = f"{name} by SuiteQL"
        try:
            await self._rest.rows(_ONE.format(TABLES[STREAMS[name].kind].name), limit=1)
        except SourceError as error:
            return Finding(check=check, ok=False, detail=str(error), remedy=_remedy(error, STREAMS[name].permission))
        return Finding(check=check, ok=True, detail="a token is given, and its role may read the table")

    async def _desk(self, account: Account) -> Desk:
        return Desk(
            rest=self._rest,
            fields=await self._known_fields(account),
            with_lines=self._settings.invoice_lines,
            page_size=self._settings.page_size,
        )

    async def _known_fields(self, account: Account) -> tuple[CustomField, ...]:
        async with self._reading_fields:
            known, now = self._fields, self._clock()
            if known is None or now - known[0] >= _FIELDS_HOLD:
                known = self._fields = (now, await self._read_fields(account))
            return known[1]

    async def _read_fields(self, account: Account) -> tuple[CustomField, ...]:
        """The custom fields that the role may know of: SuiteQL has a column for each, and no word for all of them."""
        try:
            return (await read_definitions(self._soap, self._settings, account)).fields
        except NotPermittedError:
            return ()


def _remedy(error: SourceError, permission: str) -> str:
    if isinstance(error, ReauthoriseError):
        return (
            "Compare NETSUITE_CLIENT_ID, NETSUITE_CERTIFICATE_ID and NETSUITE_PRIVATE_KEY with Setup > Integration > "
            "OAuth 2.0 Client Credentials (M2M) Setup; is the certificate still valid?"
        )
    if isinstance(error, NotPermittedError):
        return (
            f"Give the role of the certificate {permission}, Setup > REST Web Services and Setup > Log in using "
            "OAuth 2.0 Access Tokens."
        )
    return _LATER
