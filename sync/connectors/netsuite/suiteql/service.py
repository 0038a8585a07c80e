"""What is read by SuiteQL of one account: its streams, single records, and what the doctor sees of it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from sync.connector import Finding
from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.currencies import Currencies
from sync.connectors.netsuite.definitions import Definitions, with_configured
from sync.connectors.netsuite.mapping import Account
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.stream import Stream
from sync.connectors.netsuite.streams import (
    CREDIT_MEMOS,
    DEPOSIT_APPLICATIONS,
    PAYMENTS,
    REFUNDS,
    SETTLEMENTS,
    STREAMS,
    streams_of,
)
from sync.connectors.netsuite.suiteql.ask import Asker
from sync.connectors.netsuite.suiteql.check import clock_finding, login_finding, soap_only_finding, stream_finding
from sync.connectors.netsuite.suiteql.client import SuiteQLClient
from sync.connectors.netsuite.suiteql.company import read_currencies, read_fields
from sync.connectors.netsuite.suiteql.desk import Desk
from sync.connectors.netsuite.suiteql.fields import Field, definition_of
from sync.connectors.netsuite.suiteql.limits import keep_to_limit
from sync.connectors.netsuite.suiteql.reading import SuiteQLFetcher, SuiteQLReader
from sync.connectors.netsuite.suiteql.related import Rates
from sync.connectors.netsuite.suiteql.tokens import Certificate

# One run reads several streams; a field or a currency that is added meanwhile comes with the next run.
_HOLDS = timedelta(minutes=10)
# Those whose custom fields have a definition here.
_DEFINED = ("customer", "invoice")
# Those whose rows may have values of custom fields.
_WITH_FIELDS = frozenset(
    {
        *("contact", "customer", "invoice", "sales_order"),
        *("credit_memo", "deposit_application", "payment", "refund", "settlement"),
    }
)
# What is searched for in one go is read by SuiteQL where each of its kinds is.
_SETTLING = frozenset({PAYMENTS.kind, DEPOSIT_APPLICATIONS.kind, CREDIT_MEMOS.kind, REFUNDS.kind})


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
        self._ask = Asker(rest=self._rest)
        self._streams = {name: one for name, one in streams_of(settings).items() if name in settings.by_suiteql}
        self._kinds = _kinds_of(self._streams.values())
        self._fields: dict[str, tuple[datetime, tuple[Field, ...]]] = {}
        self._currencies: tuple[datetime, Currencies, Rates] | None = None
        self._turn = asyncio.Lock()
        self._knows_limit = False

    def serves(self, stream: Stream) -> bool:
        """Whether the stream is read by SuiteQL."""
        return stream in self._streams.values()

    async def currencies(self, now: datetime) -> Currencies:
        """The account's currencies. Raises SourceError."""
        self._knows_limit = self._knows_limit or await keep_to_limit(self._rest, self._soap.slots)
        return (await self._known_currencies(now))[1]

    async def definitions(self, account: Account) -> Definitions:
        """The custom fields of customers and invoices. Raises SourceError."""
        read = [await read_fields(self._ask, kind) for kind in _DEFINED]
        found = [definition_of(one, account) for fields, _ in read for one in fields]
        is_whole = all(is_told for _, is_told in read)
        return Definitions(
            fields=with_configured(found, self._settings, account), broken=(), skipped=0, is_whole=is_whole
        )

    async def reader(self, stream: Stream, account: Account) -> SuiteQLReader:
        """What reads the stream. Raises SourceError."""
        desk = await self._desk(account.seen_at, _read_with(stream))
        return SuiteQLReader(
            client=self._soap,
            settings=self._settings,
            account=account,
            stream=stream,
            desk=desk,
            kinds=self._kinds,
        )

    async def fetcher(self, account: Account) -> SuiteQLFetcher:
        """What fetches single records, those of the streams by SuiteQL. Raises SourceError."""
        desk = await self._desk(account.seen_at, tuple(self._kinds))
        return SuiteQLFetcher(client=self._soap, settings=self._settings, account=account, desk=desk, kinds=self._kinds)

    async def findings(self) -> tuple[Finding, ...]:
        """Whether a token is given; then one finding per stream, and what is left to SOAP where that is not set up."""
        login = await login_finding(self._ask)
        if not login.ok:
            return (login,)
        clock = await clock_finding(self._rest, self._clock())
        found = [login, *clock, *[await stream_finding(self._ask, name, one) for name, one in self._streams.items()]]
        left = [name for name in STREAMS if name not in self._streams]
        return tuple(found) if self._settings.has_tokens else (*found, soap_only_finding(left))

    async def close(self) -> None:
        """Break off what is under way; free threads and connections."""
        await self._rest.close()

    async def _desk(self, now: datetime, kinds: tuple[str, ...]) -> Desk:
        return Desk(
            ask=self._ask,
            fields=await self._known_fields(kinds),
            rates=(await self._known_currencies(now))[2],
            with_lines=self._settings.invoice_lines,
            page_size=self._settings.page_size,
        )

    async def _known_fields(self, kinds: tuple[str, ...]) -> Mapping[str, tuple[Field, ...]]:
        async with self._turn:
            now = self._clock()
            for kind in _WITH_FIELDS & set(kinds):
                known = self._fields.get(kind)
                if known is None or now - known[0] >= _HOLDS:
                    self._fields[kind] = (now, (await read_fields(self._ask, kind))[0])
            return {kind: fields for kind, (_, fields) in self._fields.items()}

    async def _known_currencies(self, now: datetime) -> tuple[datetime, Currencies, Rates]:
        async with self._turn:
            known = self._currencies
            if known is None or now - known[0] >= _HOLDS:
                # What a run does without, the next one asks for again: a feature or a right may be there by then.
                self._ask.missing.clear()
                found = await read_currencies(self._ask, default=self._settings.currency)
                known = self._currencies = (now, *found)
            return known


def _read_with(stream: Stream) -> tuple[str, ...]:
    """The kinds of records that come with a stream: what these used up may be of any kind that settles."""
    return (stream.kind, SETTLEMENTS.kind) if stream in {DEPOSIT_APPLICATIONS, REFUNDS} else (stream.kind,)


def _kinds_of(streams: Iterable[Stream]) -> frozenset[str]:
    """The kinds of records of these streams, and that of all that settles where each of them is among them."""
    kinds = frozenset(stream.kind for stream in streams)
    return kinds | {SETTLEMENTS.kind} if kinds >= _SETTLING else kinds
