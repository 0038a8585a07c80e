"""One HTTP exchange with a system of record: no cookies, no credentials but our own, bounded in time and size."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import SHUT_RDWR, socket
from threading import Event, Lock, Timer, get_ident
from typing import Any, TypeVar
from urllib.parse import urlsplit
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from sync.errors import RejectedError, RetryError, SourceError, UnreadableAnswerError

_CHUNK_BYTES = 64 * 1024
# One record with 5,000 lines, NetSuite's limit, stays below; what is larger is not a record but an attack or a defect.
_RECORD_BYTES = 8 * 1024 * 1024
# What goes wrong before a first byte of ours is on its way.
_NEVER_CONNECTED = frozenset(
    {"NewConnectionError", "NameResolutionError", "ConnectionRefusedError", "ConnectTimeoutError", "gaierror"}
)
# NAT64's, those of translators, and the old IPv4-compatible ones: their last 32 bits are an IPv4 address.
_EMBEDDING = tuple(map(IPv6Network, ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96")))
# RFC 8215: for translators within one network.
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")
_IPV4_MASK = 0xFFFF_FFFF
# Where clouds tell a machine its keys, beside the link-local addresses: AWS over IPv6, Alibaba, Oracle.
_METADATA = frozenset(map(ip_address, ("fd00:ec2::254", "100.100.100.200", "192.0.0.192")))
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_Auth = TypeVar("_Auth", bound=requests.PreparedRequest)


def new_session(address: str, *, connections: int, unless_set: str = "") -> requests.Session:
    """A session for one host.

    Cookies are refused and .netrc is not read: a request with two identities is ambiguous. A proxy from the environment
    is used, except towards this machine. Where nobody chose the address on purpose, `unless_set` names the setting that
    would have: a host whose name leads into a private network is then refused before a byte is sent.
    """
    session = requests.Session()
    use_adapter(session, Adapter(connections=connections, unless_set=unless_set), address)
    return session


def use_adapter(session: requests.Session, adapter: "Adapter", address: str) -> None:
    """Let the session send by this adapter alone, as `new_session` does."""
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.auth = _no_auth
    session.trust_env = urlsplit(address).hostname not in _LOOPBACK
    session.mount("http://", adapter)
    session.mount("https://", adapter)


def hang_up(session: requests.Session) -> None:
    """End every connection of a session, also those on which another thread waits for an answer."""
    for adapter in session.adapters.values():
        if isinstance(adapter, Adapter):
            adapter.hang_up()
    session.close()


@contextmanager
def ended_by(session: requests.Session, deadline: float) -> Iterator[None]:
    """Hang up at the deadline, by `time.monotonic`, on what this thread asks for in the block.

    A timeout of a socket begins anew with each byte, so what drips would go on. Raises RetryError then.
    """
    adapters = {adapter for adapter in session.adapters.values() if isinstance(adapter, Adapter)}
    thread, turn, ended, done = get_ident(), Lock(), Event(), Event()

    def end() -> None:
        with turn:
            if not done.is_set() and any(adapter.end(thread) for adapter in adapters):
                ended.set()

    timer = Timer(max(0, deadline - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except RetryError:
        with turn:
            is_ended = ended.is_set()
        if is_ended:
            raise RetryError("the answer took too long") from None
        raise
    finally:
        with turn:
            done.set()
        timer.cancel()
        for adapter in adapters:
            adapter.sockets.pop(thread, None)


class Adapter(HTTPAdapter):
    """An adapter that knows its connections: requests itself closes only the idle ones."""

    def __init__(self, *, connections: int, unless_set: str = "") -> None:
        self._open: WeakSet[HTTPConnection] = WeakSet()
        # What each thread has sent its last request on.
        self.sockets: dict[int, socket] = {}
        self._unless_set = unless_set
        super().__init__(pool_connections=1, pool_maxsize=connections)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        known, sockets, unless_set = self._open, self.sockets, self._unless_set

        class Http(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                known.add(self)

            def request(self, *args: Any, **kwargs: Any) -> None:
                super().request(*args, **kwargs)
                if self.sock is not None:
                    sockets[get_ident()] = self.sock

            def _new_conn(self) -> socket:
                return _admitted(super()._new_conn(), self, unless_set)

        class Https(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                known.add(self)

            def request(self, *args: Any, **kwargs: Any) -> None:
                super().request(*args, **kwargs)
                if self.sock is not None:
                    sockets[get_ident()] = self.sock

            def _new_conn(self) -> socket:
                return _admitted(super()._new_conn(), self, unless_set)

        self.poolmanager.pool_classes_by_scheme = {
            "http": type("HttpPool", (HTTPConnectionPool,), {"ConnectionCls": Http}),
            "https": type("HttpsPool", (HTTPSConnectionPool,), {"ConnectionCls": Https}),
        }

    def end(self, thread: int) -> bool:
        """Hang up on what this thread waits for; whether there is such a thing."""
        waiting = self.sockets.get(thread)
        if waiting is not None:
            with suppress(OSError):
                waiting.shutdown(SHUT_RDWR)
        return waiting is not None

    def hang_up(self) -> None:
        for connection in tuple(self._open):
            if connection.sock is not None:
                with suppress(OSError):
                    connection.sock.shutdown(SHUT_RDWR)


def _admitted(opened: socket, connection: HTTPConnection, unless_set: str) -> socket:
    """The connection's socket, unless it leads where it must not. A proxy of our own network is where it should."""
    peer = opened.getpeername()[0]
    if connection.proxy is not None:
        return opened
    if not may_be_chosen(peer):
        opened.close()
        raise RejectedError(f"«{connection.host}» is at {peer}, where a machine's own keeper answers, and no system")
    if unless_set and not is_public(peer):
        opened.close()
        raise RejectedError(f"«{connection.host}» is at {peer}, which is no public address; set {unless_set}")
    return opened


def may_be_chosen(address: str) -> bool:
    """Whether somebody may set this IP address on purpose: not that of a cloud's metadata service, which tells keys."""
    found = ip_address(address.partition("%")[0])
    reached = (_embedded(found) if isinstance(found, IPv6Address) else None) or found
    return not (reached.is_link_local or reached.is_multicast or reached in _METADATA)


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet's, and not of this machine or of a network of ours."""
    found = ip_address(address.partition("%")[0])
    if found in _LOCAL_NAT64:
        return False
    reached = (_embedded(found) if isinstance(found, IPv6Address) else None) or found
    return reached.is_global and not reached.is_multicast


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address to which a gateway, or this machine, takes what is sent to this one; None for any other."""
    if any(address in network for network in _EMBEDDING):
        return IPv4Address(int(address) & _IPV4_MASK)
    return address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]


def _no_auth(request: _Auth) -> _Auth:
    return request


class BoundedBody:
    """The body of a response as it arrives. Raises SourceError when it is too large, too slow, or cut off."""

    def __init__(
        self,
        response: requests.Response,
        *,
        most_bytes: int,
        deadline: float,
        closing: Event | None = None,
        remedy: str = "",
    ) -> None:
        self._chunks: Iterator[bytes] = response.iter_content(_CHUNK_BYTES)
        self._most_bytes = most_bytes
        self._deadline = deadline
        self._closing = closing
        self._remedy = f"; {remedy}" if remedy else ""
        self._total = 0
        # What has come since something was complete: never more than a record may be.
        self._pending = 0

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
            raise RejectedError(f"the answer is larger than {self._most_bytes} bytes{self._remedy}")
        self._pending += len(chunk)
        if self._pending > _RECORD_BYTES:
            raise RejectedError(f"one record of the answer is larger than {_RECORD_BYTES} bytes")
        return chunk

    def _stop_if_closing(self) -> None:
        if self._closing is not None and self._closing.is_set():
            raise shutting_down()

    def mark(self) -> None:
        """What was read so far has been dealt with and is out of memory."""
        self._pending = 0


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
