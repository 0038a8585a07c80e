"""The CRM that is set up, as the wizard knows it: its source, joined with the store and durable work."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from uuid import uuid4

from bot.crm.port import AccountField, AccountSample, Check, CrmError
from store.crm.rules import CrmChoices
from store.db import Store
from store.errors import StaleWriterError, StoreError
from store.work import Work
from sync import daily
from sync.connecting import Connectable
from sync.connector import Crm, Source
from sync.crm import follow_choices
from sync.errors import RetryError, SourceError
from sync.pull import Clock

Read = Callable[[Source, str], Awaitable[None]]


class SourceCrm:
    """See `bot.crm.port.CrmConnection`. `read` begins a reading of the source under the id that it is given."""

    def __init__(self, source: Source, store: Store, read: Read, *, clock: Clock) -> None:
        if not isinstance(source, Crm) or not isinstance(source, Connectable):
            raise TypeError(f"{source.name} is no CRM")
        self._source, self._of_crm, self._offers = source, source, source
        self._store, self._read, self._clock = store, read, clock

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def title(self) -> str:
        return self._source.title

    @property
    def address(self) -> str:
        return self._offers.address

    @property
    def way(self) -> str:
        return self._offers.way_in

    @property
    def settled(self) -> CrmChoices:
        return self._of_crm.choices

    async def organisation(self) -> str:
        try:
            return await self._source.account()
        except SourceError as error:
            raise _in_words(error) from error

    async def check(self) -> tuple[Check, ...]:
        try:
            found = await self._source.check()
        except SourceError as error:
            raise _in_words(error) from error
        return tuple(Check(check=one.check, ok=one.ok, detail=one.detail, remedy=one.remedy) for one in found)

    async def sample(self) -> AccountSample:
        try:
            found = await self._offers.account_sample()
        except SourceError as error:
            raise _in_words(error) from error
        fields = tuple(AccountField(name=field.name, label=field.label) for field in found.fields)
        return AccountSample(fields=fields, accounts=found.accounts, is_whole=found.is_whole)

    async def follow(self) -> None:
        try:
            await follow_choices(self._source, self._store, run_id=f"follow-{uuid4().hex}", clock=self._clock)
        except SourceError as error:
            raise _in_words(error) from error
        except (StaleWriterError, StoreError) as error:
            raise CrmError(str(error), is_passing=True) from error

    async def pull(self, work_id: str) -> None:
        await self._read(self._source, work_id)


def crm_of(sources: Sequence[Source], store: Store, work: Work, *, clock: Clock) -> SourceCrm | None:
    """The first of the sources that is a CRM; None when none is."""

    async def start(source: Source, work_id: str) -> None:
        # Other durable work may ask for it, and from inside of what it runs the engine starts nothing.
        started = daily.start_pull(work, source.name, work_id)
        await asyncio.create_task(started, context=Context())

    found = (each for each in sources if isinstance(each, Crm) and isinstance(each, Connectable))
    return next((SourceCrm(each, store, start, clock=clock) for each in found), None)


def _in_words(error: SourceError) -> CrmError:
    return CrmError(str(error), is_passing=isinstance(error, RetryError))
