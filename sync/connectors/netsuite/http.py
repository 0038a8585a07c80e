"""One HTTP exchange with NetSuite: no cookies, no credentials but the passport, bounded in time and size."""

import time
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from threading import Event
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from sync.connectors.netsuite.faults import UnreadableAnswerError
from sync.errors import RejectedError, RetryError, SourceError

_CHUNK_BYTES = 64 * 1024
# One record with 5,000 lines, NetSuite's limit, stays below; what is larger is not a record but an attack or a defect.
_RECORD_BYTES = 8 * 1024 * 1024
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
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


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
        if self._closing is not None and self._closing.is_set():
            raise SourceError("we are shutting down")
        if time.monotonic() > self._deadline:
            raise RetryError("the answer took too long")
        try:
            chunk = next(self._chunks, b"")
        except requests.RequestException as error:
            raise UnreadableAnswerError(f"the answer broke off ({_reason(error)})") from None
        self._total += len(chunk)
        if self._total > self._most_bytes:
            raise RejectedError(f"the answer is larger than {self._most_bytes} bytes; lower [netsuite] page_size")
        if self._total - self._marked > _RECORD_BYTES:
            raise RejectedError(f"one record of the answer is larger than {_RECORD_BYTES} bytes")
        return chunk

    def mark(self) -> None:
        """What was read so far has been dealt with and is out of memory."""
        self._marked = self._total


def connection_error(error: requests.RequestException, address: str) -> RetryError:
    """The error for a request that brought no answer at all."""
    return RetryError(f"no answer from {urlsplit(address).netloc} ({_reason(error)})")


def _reason(error: requests.RequestException) -> str:
    # The text of these errors repeats addresses and object ids; the kind of the innermost one says enough.
    cause: BaseException = error
    while (deeper := next((a for a in cause.args if isinstance(a, BaseException)), cause.__cause__)) is not None:
        cause = deeper
    return type(getattr(cause, "reason", None) or cause).__name__
