"""The door to the REST services: each request gets a bearer token, is sent in a worker thread, and its answer read.

Requests share the slots of the SuiteTalk client: NetSuite counts them together.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any, TypeVar
from urllib.parse import quote

import requests

from sync.connectors.netsuite.faults import GoneError
from sync.connectors.netsuite.settings import PAGE_REMEDY, NetSuiteSettings
from sync.connectors.netsuite.slots import Slots
from sync.connectors.netsuite.suiteql.refusals import rest_error, token_error
from sync.connectors.netsuite.suiteql.tokens import Certificate, Token, form_for, token_of
from sync.errors import BusyError, ReauthoriseError, RejectedError, SourceError, UnreadableAnswerError
from sync.http import BoundedBody, connection_error, ended_by, hang_up, new_session, shutting_down
from sync.patience import patiently

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - an address
QUERY_PATH = "/services/rest/query/v1/suiteql"
RECORD_PATH = "/services/rest/record/v1"
SYSTEM_PATH = "/services/rest/system/v1"
_SCHEMA_TYPE = "application/schema+json"
# More rows a query does not have, however many there are.
MOST_ROWS = 100_000
MOST_AT_ONCE = 1_000
_MEGABYTE = 1024 * 1024
# An answer is held as a whole, and is ten times as large once it is read; a thousand long rows are smaller.
MOST_MEGABYTES = 16
_CHUNK_BYTES = 64 * 1024
_OK = 200

Row = Mapping[str, str]
_T = TypeVar("_T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """The first rows of a query: a null is no part of its row. `total` counts them all, up to `MOST_ROWS`.

    `lacking` are the columns of the table that were not asked for, as the account was known to lack them.
    """

    rows: tuple[Row, ...]
    total: int
    has_more: bool
    lacking: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Request:
    """What is asked for; without data it is a GET."""

    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    data: bytes | None = None


class LargeAnswerError(RejectedError):
    """NetSuite's answer is larger than we hold; one with fewer records is smaller."""


class SuiteQLClient:
    """Queries of one account. All methods may raise SourceError; `close` frees threads and connections."""

    def __init__(
        self,
        settings: NetSuiteSettings,
        certificate: Certificate,
        slots: Slots,
        *,
        unix_time: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._certificate, self._slots = settings, certificate, slots
        self._unix_time = unix_time
        self._token: Token | None = None
        self._token_lock = Lock()
        is_chosen = settings.rest_url is not None or settings.soap_url is not None
        self._session = new_session(
            settings.rest_address, connections=settings.concurrency, unless_set="" if is_chosen else "NETSUITE_REST_URL"
        )
        self._pool = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="suiteql")
        self._closing = Event()

    async def rows(self, query: str, *, limit: int = MOST_AT_ONCE, offset: int = 0) -> Rows:
        """Rows of a query, asked for again with growing pauses while that may help; the offset is whole pages."""
        path = f"{QUERY_PATH}?limit={limit}&offset={offset}"
        headers = {"Content-Type": "application/json", "Prefer": "transient"}
        request = _Request(path=path, headers=headers, data=json.dumps({"q": query}).encode())
        return await self._patient(request, _rows)

    async def schema(self, record: str) -> Any:
        """What the account says of a type of records: its fields, its own ones among them."""
        path = f"{RECORD_PATH}/metadata-catalog/{record}"
        return await self._patient(_Request(path=path, headers={"Accept": _SCHEMA_TYPE}), _anything)

    async def system(self, asked: str) -> Any:
        """What the service says of itself: «serverTime», «governanceLimits». Asked once, without patience."""
        request = _Request(path=f"{SYSTEM_PATH}/{asked}")
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._attempt, request, _anything)

    async def is_there(self, record: str, source_id: str) -> bool:
        """Whether the account has the record. Raises NotPermittedError where our role may not see such records."""
        try:
            await self._patient(_Request(path=f"{RECORD_PATH}/{record}/{quote(source_id, safe='')}"), _anything)
        except GoneError:
            return False
        return True

    async def close(self) -> None:
        """Break off what is under way, then free threads and connections."""
        self._closing.set()
        hang_up(self._session)
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)
        self._session.close()

    async def _patient(self, request: "_Request", read: Callable[[Any], _T]) -> _T:
        loop = asyncio.get_running_loop()
        return await patiently(self._settings, lambda: loop.run_in_executor(self._pool, self._attempt, request, read))

    def _attempt(self, request: "_Request", read: Callable[[Any], _T]) -> _T:
        with self._slots.slot():
            if self._closing.is_set():
                raise shutting_down()
            try:
                answer = self._asked(request)
            except BusyError:
                self._slots.busy()
                raise
            self._slots.calm()
            return read(answer)

    def _asked(self, request: "_Request") -> Any:
        token = self._good_token()
        try:
            return self._answer(token, request)
        except ReauthoriseError:
            # It may have been revoked before its end; a new one tells whether we are still welcome.
            with self._token_lock:
                if self._token is token:
                    self._token = None
        return self._answer(self._good_token(), request)

    def _answer(self, token: Token, request: "_Request") -> Any:
        headers = {**request.headers, "Authorization": f"Bearer {token.value}"}
        response, body = self._send(f"{self._settings.rest_address}{request.path}", headers, request.data)
        if response.status_code != _OK:
            location, after = response.headers.get("Location", ""), response.headers.get("Retry-After", "")
            raise rest_error(response.status_code, body, location=location, retry_after=after)
        return body

    def _good_token(self) -> Token:
        with self._token_lock:
            now = self._unix_time()
            if self._token is None or not self._token.is_good_at(now):
                self._token = self._bought(now)
            return self._token

    def _bought(self, now: float) -> Token:
        address = f"{self._settings.rest_address}{TOKEN_PATH}"
        form = form_for(self._certificate, address, timestamp=int(now))
        response, body = self._send(address, {}, form)
        token = token_of(body, timestamp=now) if response.status_code == _OK and isinstance(body, dict) else None
        if token is not None:
            return token
        if response.status_code == _OK:
            raise UnreadableAnswerError("neither a token nor a refusal")
        raise token_error(response.status_code, body, retry_after=response.headers.get("Retry-After", ""))

    def _send(
        self, address: str, headers: Mapping[str, str], data: bytes | Mapping[str, str] | None
    ) -> tuple[requests.Response, Any]:
        """The response with its body as JSON; None for a body that is none."""
        deadline = time.monotonic() + self._settings.total_timeout_seconds
        with ended_by(self._session, deadline):
            return self._answered(address, headers, data, deadline=deadline)

    def _answered(
        self, address: str, headers: Mapping[str, str], data: bytes | Mapping[str, str] | None, *, deadline: float
    ) -> tuple[requests.Response, Any]:
        settings = self._settings
        try:
            response = self._session.request(
                "GET" if data is None else "POST",
                address,
                data=data,
                headers={"Accept": "application/json", **headers},
                timeout=(settings.connect_timeout_seconds, settings.read_timeout_seconds),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            if self._closing.is_set():
                raise shutting_down() from None
            raise connection_error(error, address) from None
        with response:
            limit = min(settings.max_answer_megabytes, MOST_MEGABYTES) * _MEGABYTE
            bounded = BoundedBody(
                response, most_bytes=limit, deadline=deadline, closing=self._closing, remedy=PAGE_REMEDY
            )
            return response, _json(_whole(bounded))


def _whole(body: BoundedBody) -> bytes:
    """All of it. Raises LargeAnswerError when that is too much."""
    parts: list[bytes] = []
    try:
        while chunk := body.read(_CHUNK_BYTES):
            parts.append(chunk)
            body.mark()
    except RejectedError as error:
        raise LargeAnswerError(error.detail) from None
    return b"".join(parts)


def _json(text: bytes) -> Any:
    try:
        # An amount never becomes a binary fraction.
        return json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        return None


def _anything(answer: Any) -> Any:
    """The answer. Raises UnreadableAnswerError for what is no JSON, and the error of a refusal that came with 200."""
    if not isinstance(answer, dict) or "o:errorDetails" in answer:
        raise _no_page(answer)
    return answer


def _rows(answer: Any) -> Rows:
    """The page. Raises UnreadableAnswerError for what is none, and the error of a refusal that came with HTTP 200."""
    items = answer.get("items") if isinstance(answer, dict) else None
    total, has_more = (answer.get("totalResults"), answer.get("hasMore")) if isinstance(answer, dict) else (None, None)
    if not isinstance(items, list) or not isinstance(total, int) or not isinstance(has_more, bool):
        raise _no_page(answer)
    if not all(isinstance(item, dict) for item in items):
        raise UnreadableAnswerError("a row that is no object")
    return Rows(rows=tuple(_row(item) for item in items), total=total, has_more=has_more)


def _row(item: Mapping[str, Any]) -> Row:
    # Beside its columns each row has a list of links.
    return {name: str(value) for name, value in item.items() if isinstance(value, str | int)}


def _no_page(answer: Any) -> SourceError:
    if isinstance(answer, dict) and "o:errorDetails" in answer:
        return rest_error(_OK, answer)
    return UnreadableAnswerError("the answer is not what was asked for")
