"""The door to SuiteTalk: each request is built and signed, posted, and its answer read in a worker thread.

A request waits for a slot first and is signed afterwards, so that a passport never grows old in a queue; every
attempt gets a passport of its own. What an answer brings is mapped in the same thread, off the event loop; where there
is much of it, in a process of its own.
"""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Generic, TypeVar

import requests

from sync.connectors.netsuite.aside import Aside, Task
from sync.connectors.netsuite.envelopes import Envelopes, operation_of
from sync.connectors.netsuite.faults import http_error
from sync.connectors.netsuite.pages import Heading, Tree, read_answer
from sync.connectors.netsuite.passport import new_passport
from sync.connectors.netsuite.request import Request
from sync.connectors.netsuite.settings import PAGE_REMEDY, NetSuiteSettings
from sync.connectors.netsuite.slots import Slots
from sync.connectors.netsuite.writes import Change, TargetRequest, change_error
from sync.errors import BusyError, SourceError, UnreadableAnswerError
from sync.http import BoundedBody, connection_error, ended_by, hang_up, new_session, shutting_down
from sync.patience import patiently

_T = TypeVar("_T")

_MEGABYTE = 1024 * 1024
_OK = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer(Generic[_T]):
    """What a request brought: the heading, and each record as `take` made it, in order."""

    heading: Heading
    records: tuple[_T, ...]


class SuiteTalkClient:
    """Requests of one account. All methods may raise SourceError; `close` frees threads and connections."""

    def __init__(self, settings: NetSuiteSettings, wsdl: Path, *, unix_time: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._unix_time = unix_time
        self._envelopes = Envelopes(wsdl, settings.endpoint_version)
        self._session = new_session(
            settings.soap_address,
            connections=settings.concurrency,
            unless_set="" if settings.soap_url else "NETSUITE_SOAP_URL",
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
        passport = new_passport(self._settings.credentials, timestamp=int(self._unix_time()))
        envelope = self._envelopes.build(asking.request, passport)
        deadline = time.monotonic() + self._settings.total_timeout_seconds
        with ended_by(self._session, deadline), self._posted(asking, envelope) as response:
            limit = self._settings.max_answer_megabytes * _MEGABYTE
            body = BoundedBody(
                response,
                most_bytes=min(limit, asking.most_bytes or limit),
                deadline=deadline,
                closing=self._closing,
                remedy=PAGE_REMEDY,
            )
            return self._read(response, body, asking, deadline)

    def _posted(self, asking: "_Asking[_T]", envelope: bytes) -> requests.Response:
        settings = self._settings
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{operation_of(asking.request)}"'}
        try:
            return self._session.post(
                settings.soap_address,
                data=envelope,
                headers=headers,
                timeout=(settings.connect_timeout_seconds, settings.read_timeout_seconds),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            if self._closing.is_set():
                raise shutting_down() from None
            raise connection_error(error, settings.soap_address) from None

    def _read(
        self, response: requests.Response, body: BoundedBody, asking: "_Asking[_T]", deadline: float
    ) -> Answer[_T]:
        if response.status_code != _OK and "xml" not in response.headers.get("Content-Type", "").lower():
            raise _refusal(response)
        try:
            heading, records = self._taken(body, asking, deadline)
        except UnreadableAnswerError:
            if self._closing.is_set():
                raise shutting_down() from None
            if response.status_code != _OK:
                raise _refusal(response) from None
            raise
        return Answer(heading=heading, records=records)

    def _taken(self, body: BoundedBody, asking: "_Asking[_T]", deadline: float) -> tuple[Heading, tuple[_T, ...]]:
        task = Task(version=self._settings.endpoint_version, take=asking.take)
        found = self._aside.read(body, task, deadline=deadline) if asking.is_page else None
        if found is not None:
            return found
        records: list[_T] = []
        heading = read_answer(body, task.version, lambda tree: records.append(asking.take(tree)))
        return heading, tuple(records)


@dataclass(frozen=True, slots=True)
class _Asking(Generic[_T]):
    """A request, and what is to be made of its answer; `is_page` says that it may be made in another process."""

    request: Request | TargetRequest
    take: Callable[[Tree], _T]
    most_bytes: int | None = None
    is_page: bool = False


def _refusal(response: requests.Response) -> SourceError:
    headers = response.headers
    return http_error(
        response.status_code, location=headers.get("Location", ""), retry_after=headers.get("Retry-After", "")
    )
