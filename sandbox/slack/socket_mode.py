"""Socket Mode: connections of the app, envelopes to one of them, their acknowledgements.

An acknowledgement counts on whichever connection it arrives, as clients send it over their newest one.
"""

import asyncio
import contextlib
import json
import secrets
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import WSMessage, WSMsgType, web

from sandbox.slack.feed import Feed, LinkChanged
from sandbox.slack.records import Json

ACK_TIMEOUT_SECONDS = 3.0
EVENT_RETRY_DELAYS_SECONDS = (0.0, 60.0, 300.0)
MAX_CONNECTIONS = 10
KEPT_DELIVERIES = 100_000
CONNECTION_SECONDS = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Ack:
    payload: Json | None
    seconds: float


@dataclass(kw_only=True, slots=True)
class Delivery:
    """One envelope's journey. `connection` is None when no connection was open; `ack` None when none came in time."""

    envelope_id: str
    type: str
    payload: Json
    retry_attempt: int
    connection: int | None = None
    ack: Ack | None = None


@dataclass(eq=False, kw_only=True, slots=True)
class Connection:
    number: int
    socket: web.WebSocketResponse
    request: web.Request
    leaving: bool = False
    frozen: bool = False


class SocketHub:
    """All of the app's connections. `deliveries` keeps the latest envelopes, for tests to look at."""

    def __init__(
        self,
        feed: Feed,
        app_id: str,
        *,
        ack_timeout_seconds: float = ACK_TIMEOUT_SECONDS,
        event_retry_delays_seconds: Sequence[float] = EVENT_RETRY_DELAYS_SECONDS,
    ) -> None:
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)
        self.connections: list[Connection] = []
        self._feed = feed
        self._app_id = app_id
        self._ack_timeout_seconds = ack_timeout_seconds
        self._retry_delays = tuple(event_retry_delays_seconds)
        self._tickets: set[str] = set()
        self._waiting: dict[str, asyncio.Future[Json | None]] = {}
        self._connected = asyncio.Event()
        self._accepted = 0
        self._turn = 0

    @property
    def connected(self) -> bool:
        return bool(self.connections)

    async def wait_connected(self) -> None:
        await self._connected.wait()

    def issue_ticket(self) -> str:
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return ticket

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if len(self.connections) >= MAX_CONNECTIONS:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        await self._serve(socket, request)
        return socket

    async def deliver(
        self, kind: str, payload: Json, *, accepts_response: bool = False, retry_attempt: int = 0
    ) -> Delivery:
        """Send one envelope to one connection and wait for its acknowledgement, at most the timeout."""
        delivery = Delivery(envelope_id=str(uuid.uuid4()), type=kind, payload=payload, retry_attempt=retry_attempt)
        self.deliveries.append(delivery)
        connection = self._next_connection()
        if connection is None:
            return delivery
        delivery.connection = connection.number
        await self._send_and_wait(delivery, connection, accepts_response=accepts_response)
        return delivery

    async def deliver_event(self, payload: Json) -> Delivery:
        """An Events API envelope, sent again after each retry delay while it stays unacknowledged."""
        delivery = await self.deliver("events_api", payload)
        for attempt, delay in enumerate(self._retry_delays, start=1):
            if delivery.ack is not None:
                break
            await asyncio.sleep(delay)
            delivery = await self.deliver("events_api", payload, retry_attempt=attempt)
        return delivery

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to go ("warning", "refresh_requested", "link_disabled")."""
        for connection in tuple(self.connections):
            connection.leaving = reason != "warning"
            if not connection.frozen:
                with contextlib.suppress(ConnectionError):
                    await connection.socket.send_json(_disconnect(reason))

    def freeze(self) -> None:
        """Make the open connections half-dead: they stay open, but nothing is read, answered or sent any more."""
        for connection in self.connections:
            connection.frozen = True

    def drop(self) -> None:
        """Cut every connection without a closing handshake."""
        for connection in tuple(self.connections):
            if connection.request.transport is not None:
                connection.request.transport.abort()

    async def ping(self) -> None:
        for connection in tuple(self.connections):
            if not connection.frozen:
                await connection.socket.ping(b"Ping from the stand-in")

    async def aclose(self) -> None:
        for connection in tuple(self.connections):
            await connection.socket.close()

    async def _serve(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self._accepted += 1
        connection = Connection(number=self._accepted, socket=socket, request=request)
        self._arrived(connection)
        try:
            await socket.send_json(_hello(self._app_id, len(self.connections)))
            async for message in socket:
                if not connection.frozen:
                    await self._received(connection, message)
        except ConnectionError:
            pass  # the client went away in the middle of a frame: the same as any other end
        finally:
            self._left(connection)

    def _arrived(self, connection: Connection) -> None:
        self.connections.append(connection)
        self._connected.set()
        self._feed.publish(LinkChanged(connected=self.connected))

    def _left(self, connection: Connection) -> None:
        self.connections.remove(connection)
        if not self.connections:
            self._connected.clear()
        self._feed.publish(LinkChanged(connected=self.connected))

    async def _received(self, connection: Connection, message: WSMessage) -> None:
        if message.type is WSMsgType.PING:
            await connection.socket.pong(message.data)
        elif message.type is WSMsgType.TEXT:
            self._acknowledge(message.data)

    def _acknowledge(self, text: str) -> None:
        frame = _object_in(text)
        waiter = self._waiting.pop(frame.get("envelope_id", ""), None)
        if waiter is not None and not waiter.done():
            waiter.set_result(frame.get("payload"))

    def _next_connection(self) -> Connection | None:
        """Connections take turns; one that was told to leave is used only while there is no other."""
        staying = [each for each in self.connections if not each.leaving] or self.connections
        if not staying:
            return None
        self._turn += 1
        return staying[self._turn % len(staying)]

    async def _send_and_wait(self, delivery: Delivery, connection: Connection, *, accepts_response: bool) -> None:
        waiter: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._waiting[delivery.envelope_id] = waiter
        started = time.monotonic()
        try:
            if not connection.frozen:
                await connection.socket.send_json(_envelope(delivery, accepts_response=accepts_response))
            payload = await asyncio.wait_for(waiter, self._ack_timeout_seconds)
        except (TimeoutError, ConnectionError):
            return
        finally:
            self._waiting.pop(delivery.envelope_id, None)
        delivery.ack = Ack(payload=payload, seconds=time.monotonic() - started)


def _object_in(text: str) -> Json:
    try:
        frame = json.loads(text)
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}


def _envelope(delivery: Delivery, *, accepts_response: bool) -> Json:
    frame: Json = {
        "envelope_id": delivery.envelope_id,
        "type": delivery.type,
        "payload": delivery.payload,
        "accepts_response_payload": accepts_response,
    }
    if delivery.type == "events_api":
        frame["retry_attempt"] = delivery.retry_attempt
        frame["retry_reason"] = "timeout" if delivery.retry_attempt else ""
    return frame


def _hello(app_id: str, connections: int) -> Json:
    return {
        "type": "hello",
        "num_connections": connections,
        "debug_info": {"host": "applink-sandbox", "approximate_connection_time": CONNECTION_SECONDS},
        "connection_info": {"app_id": app_id},
    }


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-sandbox"}}
