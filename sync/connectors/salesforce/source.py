"""The Salesforce connector: its streams, and single records on demand."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from decimal import Decimal

from store.crm.accounts import KIND
from store.crm.ids import crm_id18
from store.crm.rules import CrmChoices
from store.pulled import Record
from sync.connecting import AccountSample
from sync.connector import Finding, Page
from sync.connectors.salesforce.check import Checked, findings, way_finding
from sync.connectors.salesforce.client import SalesforceClient
from sync.connectors.salesforce.describe import Descriptions
from sync.connectors.salesforce.figures import write_figures
from sync.connectors.salesforce.mapping import ORIGIN
from sync.connectors.salesforce.parts import Part
from sync.connectors.salesforce.reading import Reader
from sync.connectors.salesforce.sampling import account_sample
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.connectors.salesforce.single import one_record, records_of
from sync.connectors.salesforce.soql import Query
from sync.connectors.salesforce.streams import (
    CONTACTS,
    CUSTOM_FIELDS,
    KINDS,
    NOTES,
    STREAMS,
    definition_pages,
    parts_of,
    require_stream,
)
from sync.connectors.salesforce.target import SalesforceTarget
from sync.errors import NotPermittedError, RejectedError

_ORGANISATION = Query(fields=("Id",), source="Organization", limit=1)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SalesforceSource:
    """One Salesforce organisation over its REST service."""

    name = ORIGIN
    title = "Salesforce"
    streams = STREAMS

    def __init__(self, settings: SalesforceSettings, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._settings = self._settled = settings
        self._clock = clock
        self.client = SalesforceClient(settings, unix_time=lambda: clock().timestamp())
        self._descriptions = Descriptions(self.client)
        self._organisation = ""

    @property
    def choices(self) -> CrmChoices:
        """What the settings say of how its data counts; see `sync.connector.Crm`."""
        return self._settled.choices

    def match_on(self, account_field: str) -> None:
        """Read what accounts are matched by from this field from here on."""
        self._settings = self._settled.model_copy(update={"account_field": account_field or None})

    @property
    def address(self) -> str:
        """See `sync.connecting.Connectable`."""
        return self._settled.address

    @property
    def way_in(self) -> str:
        """Likewise."""
        return way_finding(self._settled, self._clock().date()).detail

    async def account_sample(self) -> AccountSample:
        """Likewise."""
        return await account_sample(self.client, self._descriptions)

    async def pages(self, stream: str, cursor: str, *, now: datetime) -> AsyncGenerator[Page, None]:
        """Read on from the cursor; a read that was broken off is finished before changes since then are read."""
        require_stream(stream)
        if stream == CUSTOM_FIELDS:
            async for page in definition_pages(self._descriptions, self._settings, cursor, now):
                yield page
            return
        reader = Reader(
            client=self.client,
            settings=self._settings,
            parts=await self._parts(stream, now),
            described=lambda anew: self._parts(stream, now, anew=anew),
        )
        ceiling = self._descriptions.ceiling(now) - self._settings.lag
        async with aclosing(reader.pages(cursor, ceiling)) as pages:
            async for page in pages:
                yield page

    async def fetch(self, kind: str, source_id: str, *, since: datetime | None) -> tuple[Record, ...]:
        """The record; of an account all of its contacts and notes, whenever they changed. Raises SourceError."""
        del since
        if kind not in KINDS or crm_id18(source_id) != source_id:
            raise RejectedError(f"no {kind} «{source_id[:40]}» is pulled from Salesforce")
        now = self._clock()
        part = next((one for one in await self._parts(KINDS[kind], now) if source_id.startswith(one.prefix)), None)
        if part is None:
            raise RejectedError(f"«{source_id}» is the id of no {kind}")
        found = await one_record(self.client, part, source_id)
        if found is None:
            return ()
        return (found, *await self._around(source_id, now)) if kind == KIND else (found,)

    async def account(self) -> str:
        """The id of the organisation, 18 characters."""
        if not self._organisation:
            rows = (await self.client.query(_ORGANISATION, urgent=True)).rows
            found = crm_id18(str(rows[0].get("Id"))) if rows else None
            if found is None:
                raise NotPermittedError("Salesforce does not tell which organisation this is")
            self._organisation = found
        return self._organisation

    async def check(self) -> tuple[Finding, ...]:
        """One finding each for the way in, login, clock, limits, every object and its fields, and the key."""
        checked = Checked(
            client=self.client, descriptions=self._descriptions, settings=self._settings, now=self._clock()
        )
        return await findings(checked)

    @property
    def figure_fields(self) -> Mapping[str, str]:
        """Which figures go into which fields of accounts."""
        return {str(name): field for name, field in self._settings.figures.items()}

    @property
    def figure_currency(self) -> str | None:
        """The currency of the amounts, if the settings name one."""
        return self._settings.figures_currency

    async def writable_fields(self) -> frozenset[str]:
        """See `sync.connecting.TakesFigures`."""
        described = await self._descriptions.of("Account", anew=True)
        return frozenset(name for name, field in described.fields.items() if field.is_updateable)

    async def write_figures(self, items: Sequence[tuple[str, Mapping[str, Decimal | None]]]) -> tuple[str, ...]:
        """Likewise."""
        return await write_figures(self.client, self._settings, items)

    def target(self) -> SalesforceTarget:
        """What is pushed to this organisation, through the same client."""
        return SalesforceTarget(self._settings, self.client, self.account)

    async def close(self) -> None:
        """Break off what is under way; free threads and connections."""
        await self.client.close()

    async def _parts(self, stream: str, now: datetime, *, anew: bool = False) -> tuple[Part, ...]:
        return await parts_of(stream, self._descriptions, self._settings, now, anew=anew)

    async def _around(self, account_id: str, now: datetime) -> tuple[Record, ...]:
        found: tuple[Record, ...] = ()
        for stream in (CONTACTS, NOTES):
            try:
                parts = await self._parts(stream, now)
            except NotPermittedError:
                # Of what our user may not see, and nobody asked for, nothing is missed.
                continue
            for part in parts:
                found += await records_of(self.client, part, account_id)
        return found
