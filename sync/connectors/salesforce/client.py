"""The door to Salesforce's REST service: simple-salesforce in a few worker threads, over a session of our own.

The library is given a session id and no credentials, so that it never logs in again by itself: it would without end.
Here a request whose session is over is tried once more with a new one, and no more.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from threading import Event, local
from typing import Any, TypeAlias, TypeVar

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError

from sync.connectors.salesforce.exact_json import json_text
from sync.connectors.salesforce.faults import SessionEndedError, refusal, status_error
from sync.connectors.salesforce.login import Logins, log_in
from sync.connectors.salesforce.settings import SalesforceSettings
from sync.connectors.salesforce.soql import Query
from sync.connectors.salesforce.usage import Allowance
from sync.connectors.salesforce.wire import new_session
from sync.errors import ReauthoriseError, SourceError, UnreadableAnswerError, UsedUpError
from sync.http import connection_error, ended_by, hang_up, shutting_down
from sync.patience import patiently

Tree: TypeAlias = Mapping[str, Any]
_T = TypeVar("_T")
_NOT_MODIFIED = 304
_REFUSED = 300
_SHOWN = "***"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a request brought: its JSON, or text; and the headers, by their names in small letters.

    `body` is None for what has not changed, or says nothing.
    """

    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def at(self) -> datetime | None:
        """When it was given, by Salesforce's clock."""
        try:
            return parsedate_to_datetime(self.headers.get("date", "")).astimezone(UTC)
        except ValueError:
            return None


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """A page of a query's answer. `next_path` leads to the next one, «» when there is none. `at` as in `Answer`."""

    rows: tuple[Tree, ...]
    total: int
    next_path: str
    at: datetime | None


_Ask: TypeAlias = Callable[[Salesforce], Any]


class SalesforceClient:
    """Requests of one organisation. All methods may raise SourceError; `close` frees threads and connections.

    What is `urgent` is asked for even when our share of the day's requests is used up.
    """

    def __init__(self, settings: SalesforceSettings, *, unix_time: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._closing = Event()
        self._session = new_session(settings, self._closing)
        self._session.hooks["response"].append(self._seen)
        self._logins = Logins(lambda: log_in(settings, self._session), unix_time)
        self._pool = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="salesforce")
        self._last = local()
        self.allowance = Allowance(settings.api_share, unix_time)

    async def query(self, query: Query, *, deleted: bool = False, urgent: bool = False) -> Rows:
        """The first page of what a query finds; with `deleted` also what is in the recycle bin."""
        text = str(query)
        answer = await self._patiently(lambda sf: sf.query(text, include_deleted=deleted), urgent=urgent)
        return _rows(answer)

    async def more(self, next_path: str) -> Rows:
        """A further page. Raises ExpiredPositionError when Salesforce keeps it no more."""
        if not next_path.startswith("/services/data/"):
            raise UnreadableAnswerError("the next page is nowhere")
        return _rows(await self._patiently(lambda sf: sf.query_more(next_path, identifier_is_url=True)))

    async def count(self, query: Query, *, urgent: bool = False) -> int:
        """How many rows a query would find."""
        return (await self.query(query.counting(), urgent=urgent)).total

    async def get(
        self, path: str, *, params: Tree | None = None, headers: Mapping[str, str] | None = None, urgent: bool = False
    ) -> Answer:
        """A resource of the REST service, by its path behind the version. The body is None when it is unmodified."""
        return await self._patiently(
            lambda sf: sf.restful(path, dict(params or {}), headers=dict(headers or {})), urgent=urgent
        )

    async def text(self, path: str, *, params: Tree, accept: str) -> Answer:
        """A resource that is no JSON, as it comes; `accept` is the type that is asked for."""
        return await self._patiently(lambda sf: self._text(sf, path, params, accept))

    async def send(
        self, method: str, path: str, body: Any, *, headers: Mapping[str, str] | None = None, urgent: bool = True
    ) -> Answer:
        """Send something once, a change by default even when our share is used up: people wait for it."""
        data = json_text(body).encode()
        return await self._once(
            lambda sf: sf.restful(path, method=method, data=data, headers=dict(headers or {})), urgent=urgent
        )

    async def close(self) -> None:
        """Break off what is under way, then free threads and connections."""
        self._closing.set()
        hang_up(self._session)
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)
        self._session.close()

    async def _patiently(self, ask: _Ask, *, urgent: bool = False) -> Answer:
        return await patiently(self._settings, lambda: self._once(ask, urgent=urgent))

    async def _once(self, ask: _Ask, *, urgent: bool) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._attempt, ask, urgent)

    def _attempt(self, ask: _Ask, urgent: bool) -> Answer:  # noqa: FBT001 - executors take no keywords
        if self._closing.is_set():
            raise shutting_down()
        if not urgent:
            self.allowance.require_room()
        with ended_by(self._session, time.monotonic() + self._settings.total_timeout_seconds):
            session = self._asked(self._logins.current)
            try:
                return self._answer(session, ask)
            except SessionEndedError:
                session = self._asked(lambda: self._logins.renewed(session))
            try:
                return self._answer(session, ask)
            except SessionEndedError as error:
                raise ReauthoriseError(f"a session that was just begun is refused: {error.detail}") from None

    def _answer(self, session: Salesforce, ask: _Ask) -> Answer:
        try:
            body = self._asked(lambda: ask(session))
        except UsedUpError:
            self.allowance.answered(is_refused=True)
            raise
        self.allowance.answered(is_refused=False)
        return Answer(body=body, headers=self._headers())

    def _asked(self, ask: Callable[[], _T]) -> _T:
        """What it brings, with every trouble as an error of ours; none of them holds a secret."""
        try:
            return ask()
        except SalesforceError as error:
            if error.status == _NOT_MODIFIED:
                return None  # type: ignore[return-value]
            raise self._discreet(refusal(error.status, error.content)) from None
        except SourceError as error:
            raise self._discreet(error) from None
        except requests.exceptions.JSONDecodeError:
            raise UnreadableAnswerError("the answer is no JSON") from None
        except requests.TooManyRedirects as error:
            location = "" if error.response is None else error.response.headers.get("Location", "")
            raise status_error(_REFUSED, location) from None
        except requests.RequestException as error:
            if self._closing.is_set():
                raise shutting_down() from None
            raise connection_error(error, self._settings.address) from None

    def _discreet(self, error: SourceError) -> SourceError:
        for secret in self._settings.secrets:
            error.detail = error.detail.replace(secret, _SHOWN)
        error.args = (error.detail,)
        return error

    def _text(self, session: Salesforce, path: str, params: Tree, accept: str) -> str:
        address, headers = f"{session.base_url}{path}", {"Authorization": session.headers["Authorization"]}
        response = self._session.get(address, params=dict(params), headers=headers | {"Accept": accept})
        if response.status_code >= _REFUSED:
            raise refusal(response.status_code, _json_of(response))
        response.encoding = "utf-8"
        return response.text

    def _seen(self, response: requests.Response, **_how: Any) -> None:
        self._last.headers = {name.lower(): value for name, value in response.headers.items()}
        self.allowance.note(response.headers.get("Sforce-Limit-Info", ""))

    def _headers(self) -> Mapping[str, str]:
        found: Mapping[str, str] = getattr(self._last, "headers", {})
        return found


def _json_of(response: requests.Response) -> Any:
    try:
        return response.json()
    except requests.exceptions.JSONDecodeError:
        return ""


def _rows(answer: Answer) -> Rows:
    body = answer.body
    if not isinstance(body, dict) or not isinstance(body.get("records"), list):
        raise UnreadableAnswerError("the answer to a query is no page of rows")
    if not all(isinstance(row, dict) for row in body["records"]):
        raise UnreadableAnswerError("a row that is no object")
    total, next_path = body.get("totalSize"), body.get("nextRecordsUrl") or ""
    if not body.get("done", True) and not next_path:
        raise UnreadableAnswerError("there are more rows, and no way to them")
    return Rows(
        rows=tuple(body["records"]),
        total=total if isinstance(total, int) else 0,
        next_path=str(next_path),
        at=answer.at,
    )
