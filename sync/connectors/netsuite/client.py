"""The door to SuiteTalk: each request is built and signed, posted, and its answer read in a worker thread.

A request waits for a slot first and is signed afterwards, so that a passport never grows old in a queue; every
attempt gets a passport of its own. What an answer brings is mapped in the same thread, off the event loop; where there
is much of it, a process of its own posts the signed request and reads the answer.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Generic, TypeVar

from sync.connectors.netsuite.aside import Aside
from sync.connectors.netsuite.envelopes import Envelopes, operation_of
from sync.connectors.netsuite.exchange import Answer, Post, answered
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.passport import new_passport
from sync.connectors.netsuite.request import Request
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.slots import Slots
from sync.connectors.netsuite.writes import Change, TargetRequest, change_error
from sync.errors import BusyError, SourceError
from sync.http import hang_up, new_session, shutting_down
from sync.patience import patiently

_T = TypeVar("_T")

_MEGABYTE = 1024 * 1024


class SuiteTalkClient:
    """Requests of one account. All methods may raise SourceError; `close` frees threads and connections."""

    def __init__(self, settings: NetSuiteSettings, wsdl: Path, *, unix_time: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._unix_time = unix_time
        self._envelopes = Envelopes(wsdl, settings.endpoint_version)
        self._session = new_session(
            settings.soap_address,
            connections=settings.concurrency,
            unless_set=_unless_set(settings),
        )
        self._pool = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="netsuite")
        self._closing = Event()
        self._aside = Aside()
        self.slots = Slots(settings.concurrency)

    async def call(self, request: Request, take: Callable[[Tree], _T]) -> Answer[_T]:
        """Send a request, again with growing pauses while that may help, and read its answer."""
        return await patiently(self._settings, lambda: self.once(request, take))

    async def page(self, request: Request, take: Callable[[Tree], _T]) -> Answer[_T]:
        """Likewise of one of many answers, which may be read in another process: `take` must be picklable."""
        answer = await patiently(self._settings, lambda: self._in_thread(_Asking(request, take, is_page=True)))
        least = self._settings.aside_records
        if least and (answer.heading.total_records or 0) >= least:
            self._aside.begin()
        return answer

    async def once(
        self, request: Request | TargetRequest, take: Callable[[Tree], _T], *, most_bytes: int | None = None
    ) -> Answer[_T]:
        """Send a request, whose sender has patience of their own, and read its answer, of no more bytes than these."""
        return await self._in_thread(_Asking(request, take, most_bytes=most_bytes))

    async def write(self, change: Change) -> str:
        """Send a change once; the internal id of what was written, «» when it was saved and its id is not told.

        Raises RetryError when nothing was stored, UnknownOutcomeError when it may have been, another SourceError when
        it never will be.
        """
        try:
            answer = await self.once(change, lambda tree: tree)
        except SourceError as error:
            raise change_error(error) from None
        return answer.heading.internal_id or ""

    async def close(self) -> None:
        """Break off what is under way, then free threads and connections."""
        self._closing.set()
        hang_up(self._session)
        await asyncio.to_thread(self._end_threads)
        self._session.close()

    def _end_threads(self) -> None:
        self._aside.close()
        self._pool.shutdown(wait=True, cancel_futures=True)

    async def _in_thread(self, asking: "_Asking[_T]") -> Answer[_T]:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._attempt, asking)

    def _attempt(self, asking: "_Asking[_T]") -> Answer[_T]:
        with self.slots.slot():
            if self._closing.is_set():
                raise shutting_down()
            try:
                answer = self._exchange(asking)
            except BusyError:
                self.slots.busy()
                raise
            self.slots.calm()
            return answer

    def _exchange(self, asking: "_Asking[_T]") -> Answer[_T]:
        post = self._post(asking)
        answer = self._aside.answer(post) if asking.is_page else None
        if answer is None:
            return answered(post, self._session, self._closing)
        return answer

    def _post(self, asking: "_Asking[_T]") -> Post[_T]:
        settings = self._settings
        passport = new_passport(settings.credentials, timestamp=int(self._unix_time()))
        limit = settings.max_answer_megabytes * _MEGABYTE
        return Post(
            address=settings.soap_address,
            operation=operation_of(asking.request),
            envelope=self._envelopes.build(asking.request, passport),
            version=settings.endpoint_version,
            take=asking.take,
            most_bytes=min(limit, asking.most_bytes or limit),
            connect_timeout_seconds=settings.connect_timeout_seconds,
            read_timeout_seconds=settings.read_timeout_seconds,
            total_timeout_seconds=settings.total_timeout_seconds,
            unless_set=_unless_set(settings),
        )


@dataclass(frozen=True, slots=True)
class _Asking(Generic[_T]):
    """A request, and what is to be made of its answer; `is_page` says that it may be made in another process."""

    request: Request | TargetRequest
    take: Callable[[Tree], _T]
    most_bytes: int | None = None
    is_page: bool = False


def _unless_set(settings: NetSuiteSettings) -> str:
    return "" if settings.soap_url else "NETSUITE_SOAP_URL"
