"""One HTTP exchange with NetSuite: no cookies, no credentials but the passport, bounded in time and size."""

import time
from collections.abc import Iterator
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from socket import SHUT_RDWR
from threading import Event
from typing import Any, TypeVar
from urllib.parse import urlsplit
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from sync.connectors.netsuite.faults import UnreadableAnswerError
from sync.errors import RejectedError, RetryError, SourceError

_CHUNK_BYTES = 64 * 1024
# One record with 5,000 lines, NetSuite's limit, stays below; what is larger is not a record but an attack or a defect.
_RECORD_BYTES = 8 * 1024 * 1024
# What goes wrong before a first byte of ours is on its way.
_NEVER_CONNECTED = frozenset(
    {"NewConnectionError", "NameResolutionError", "ConnectionRefusedError", "ConnectTimeoutError", "gaierror"}
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_Auth = TypeVar("_Auth", bound=requests.PreparedRequest)


def new_session(address: str, *, connections: int) -> requests.Session:
    """A session for one host.

    Cookies are refused and .netrc is not read: NetSuite takes a request with two identities for ambiguous. A proxy
    from the environment is used, except towards this machine.
    """
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.auth = _no_auth
    session.trust_env = urlsplit(address).hostname not in _LOOPBACK
    adapter = _Adapter(pool_connections=1, pool_maxsize=connections)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def hang_up(session: requests.Session) -> None:
    """End every connection of a session, also those on which another thread waits for an answer."""
    for adapter in session.adapters.values():
        if isinstance(adapter, _Adapter):
            adapter.hang_up()
    session.close()


class _Adapter(HTTPAdapter):
    """An adapter that knows its connections: requests itself closes only the idle ones."""

    def __init__(self, *, pool_connections: int, pool_maxsize: int) -> None:
        self._open: WeakSet[HTTPConnection] = WeakSet()
        super().__init__(pool_connections=pool_connections, pool_maxsize=pool_maxsize)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        known = self._open

        class Http(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                known.add(self)

        class Https(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                known.add(self)

        self.poolmanager.pool_classes_by_scheme = {
            "http": type("HttpPool", (HTTPConnectionPool,), {"ConnectionCls": Http}),
            "https": type("HttpsPool", (HTTPSConnectionPool,), {"ConnectionCls": Https}),
        }

    def hang_up(self) -> None:
        for connection in tuple(self._open):
            if connection.sock is not None:
                with suppress(OSError):
                    connection.sock.shutdown(SHUT_RDWR)


def _no_auth(request: _Auth) -> _Auth:
    return request


class BoundedBody:
    """The body of a response as it arrives. Raises SourceError when it is too large, too slow, or cut off."""

    def __init__(
        self, response: requests.Response, *, most_bytes: int, deadline: float, closing: Event | None = None
    ) -> None:
        self._chunks: Iterator[bytes] = response.iter_content(_CHUNK_BYTES)
        self._most_bytes = most_bytes
        self._deadline = deadline
        self._closing = closing
        self._total = 0
        self._marked = 0

    def read(self, size: int = -1) -> bytes:
        """The next chunk, however many bytes were asked for; empty at the end."""
        del size
        self._stop_if_closing()
        if time.monotonic() > self._deadline:
            raise RetryError("the answer took too long")
        try:
            chunk = next(self._chunks, b"")
        except requests.RequestException as error:
            self._stop_if_closing()
            raise UnreadableAnswerError(f"the answer broke off ({_reason(error)})") from None
        self._total += len(chunk)
        if self._total > self._most_bytes:
            raise RejectedError(f"the answer is larger than {self._most_bytes} bytes; lower [netsuite] page_size")
        if self._total - self._marked > _RECORD_BYTES:
            raise RejectedError(f"one record of the answer is larger than {_RECORD_BYTES} bytes")
        return chunk

    def _stop_if_closing(self) -> None:
        if self._closing is not None and self._closing.is_set():
            raise shutting_down()

    def mark(self) -> None:
        """What was read so far has been dealt with and is out of memory."""
        self._marked = self._total


class NotSentError(RetryError):
    """The system could not be reached, so nothing was sent."""


def shutting_down() -> SourceError:
    """The error for what was broken off because we stop; it is no RetryError, so nothing tries again."""
    return SourceError("we are shutting down")


def connection_error(error: requests.RequestException, address: str) -> RetryError:
    """The error for a request that brought no answer at all."""
    reason = _reason(error)
    kind = NotSentError if isinstance(error, requests.ConnectTimeout) or reason in _NEVER_CONNECTED else RetryError
    return kind(f"no answer from {urlsplit(address).netloc} ({reason})")


def _reason(error: requests.RequestException) -> str:
    # The text of these errors repeats addresses and object ids; the kind of the innermost one says enough.
    cause: BaseException = error
    while (deeper := next((a for a in cause.args if isinstance(a, BaseException)), cause.__cause__)) is not None:
        cause = deeper
    return type(getattr(cause, "reason", None) or cause).__name__
