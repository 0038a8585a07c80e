"""The bot's own script in the account, called over HTTP; what it is asked and answers is said in the script itself.

Requests are signed by OAuth 1.0a with HMAC-SHA256, each anew and after it got a slot: NetSuite counts them together
with those of SuiteTalk. The bot works without the script.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any, Literal, TypeAlias
from urllib.parse import urlencode

import requests
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

from sync.connectors.netsuite.faults import Complaint, complaint_error, http_error
from sync.connectors.netsuite.passport import Credentials
from sync.connectors.netsuite.settings import NetSuiteSettings
from sync.connectors.netsuite.slots import Slots
from sync.connectors.netsuite.writes import change_error
from sync.errors import BusyError, SourceError, StopError, UnreadableAnswerError
from sync.http import BoundedBody, connection_error, ended_by, hang_up, new_session, shutting_down
from sync.patience import patiently

_JSON = "application/json"
_OK = 200
_NOT_FOUND = 404
# What a script may answer is 10 MB.
_MOST_BYTES = 12 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024


_Method: TypeAlias = Literal["GET", "POST"]


def authorization(
    credentials: Credentials, method: _Method, address: str, *, timestamp: int, nonce: str | None = None
) -> str:
    """The header that signs one request, once; the address with its query. A JSON body is not signed."""
    signer = Client(
        credentials.consumer_key,
        client_secret=credentials.consumer_secret,
        resource_owner_key=credentials.token_id,
        resource_owner_secret=credentials.token_secret,
        realm=credentials.account,
        signature_method=SIGNATURE_HMAC_SHA256,
        timestamp=str(timestamp),
        nonce=nonce,
    )
    headers: Mapping[str, str] = signer.sign(address, http_method=method)[1]
    return headers["Authorization"]


class RestletClient:
    """Calls of one account's script; `slots` are those of its SuiteTalk client. All methods may raise SourceError."""

    def __init__(
        self, settings: NetSuiteSettings, address: str, slots: Slots, *, unix_time: Callable[[], float] = time.time
    ) -> None:
        self._settings, self._address, self._slots = settings, address, slots
        self._credentials = settings.credentials
        self._unix_time = unix_time
        self._session = new_session(address, connections=settings.concurrency)
        self._pool = ThreadPoolExecutor(settings.concurrency, thread_name_prefix="restlet")
        self._closing = Event()

    async def get(self, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Ask the script something, again while that may help."""
        address = f"{self._address}&{urlencode(asked)}"
        return await patiently(self._settings, lambda: self._once("GET", address, None))

    async def post(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """Have the script write something, once; the errors are those of `SuiteTalkClient.write`."""
        body = json.dumps(said, ensure_ascii=False).encode()
        try:
            return await self._once("POST", self._address, body)
        except SourceError as error:
            raise change_error(error) from None

    async def close(self) -> None:
        """Break off what is under way, then free threads and connections."""
        self._closing.set()
        hang_up(self._session)
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)
        self._session.close()

    async def _once(self, method: _Method, address: str, body: bytes | None) -> Mapping[str, Any]:
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._attempt, method, address, body)

    def _attempt(self, method: _Method, address: str, body: bytes | None) -> Mapping[str, Any]:
        with self._slots.slot():
            if self._closing.is_set():
                raise shutting_down()
            try:
                answer = self._exchange(method, address, body)
            except BusyError:
                self._slots.busy()
                raise
            self._slots.calm()
            return answer

    def _exchange(self, method: _Method, address: str, body: bytes | None) -> Mapping[str, Any]:
        deadline = time.monotonic() + self._settings.total_timeout_seconds
        with ended_by(self._session, deadline):
            return self._answered(method, address, body, deadline=deadline)

    def _answered(self, method: _Method, address: str, body: bytes | None, *, deadline: float) -> Mapping[str, Any]:
        settings = self._settings
        signed = authorization(self._credentials, method, address, timestamp=int(self._unix_time()))
        try:
            response = self._session.request(
                method,
                address,
                data=body,
                headers={"Content-Type": _JSON, "Accept": _JSON, "Authorization": signed},
                timeout=(settings.connect_timeout_seconds, settings.read_timeout_seconds),
                allow_redirects=False,
                stream=True,
            )
        except requests.RequestException as error:
            if self._closing.is_set():
                raise shutting_down() from None
            raise connection_error(error, address) from None
        with response:
            bounded = BoundedBody(response, most_bytes=_MOST_BYTES, deadline=deadline, closing=self._closing)
            return _read(response, _whole(bounded))


def _whole(body: BoundedBody) -> bytes:
    parts: list[bytes] = []
    while chunk := body.read(_CHUNK_BYTES):
        parts.append(chunk)
        body.mark()
    return b"".join(parts)


def _read(response: requests.Response, body: bytes) -> Mapping[str, Any]:
    """The answer. Raises SourceError for a refusal, which may come with HTTP 200, too."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    refused = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(refused, dict):
        code, message = str(refused.get("code") or ""), str(refused.get("message") or "")
        complaint = Complaint(code=code, message=message, fault="RESTlet")
        if response.status_code == _NOT_FOUND:
            raise StopError(f"NETSUITE_RESTLET_URL leads to no script that is deployed: {complaint}")
        raise complaint_error(complaint)
    if response.status_code != _OK:
        headers = response.headers
        location, after = headers.get("Location", ""), headers.get("Retry-After", "")
        raise http_error(response.status_code, location=location, retry_after=after)
    if not isinstance(answer, dict):
        raise UnreadableAnswerError("the script's answer is no JSON object")
    return answer
