"""Socket Mode: the app's connections, envelopes to one of them, their acknowledgements.

An acknowledgement counts on whichever connection it arrives, as clients send it over their newest one.
"""

import asyncio
import json
import secrets
import time
import uuid
from collections import deque

from aiohttp import web

from sandbox.slack.connection import CLOSING_SECONDS, Connection
from sandbox.slack.deadlines import Deadlines
from sandbox.slack.envelopes import Ack, Delivery, disconnect, envelope, hello
from sandbox.slack.feed import Feed, LinkChanged
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.records import Json

MAX_CONNECTIONS = 10
KEPT_DELIVERIES = 100_000


class SocketHub:
    """All of the app's connections. `deliveries` keeps the latest envelopes, for tests to look at."""

    def __init__(self, feed: Feed, app_id: str, deadlines: Deadlines) -> None:
        self.deliveries: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)
        self.connections: list[Connection] = []
        # Where payloads go instead, when the app takes them over HTTP.
        self.http: HttpDelivery | None = None
        self._feed = feed
        self._app_id = app_id
        self._deadlines = deadlines
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
        """Serve one connection until it ends. A ticket is good for one; the eleventh connection is sent away."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(autoping=False, timeout=CLOSING_SECONDS)
        await socket.prepare(request)
        if len(self.connections) >= MAX_CONNECTIONS:
            await socket.send_json(disconnect("too_many_websockets"))
            await socket.close()
            return socket
        self._accepted += 1
        await self._serve(Connection(self._accepted, socket, request))
        return socket

    async def deliver(
        self, kind: str, payload: Json, *, accepts_response: bool = False, retry_attempt: int = 0
    ) -> Delivery:
        """Send one envelope to one connection and wait for its acknowledgement, at most the timeout."""
        delivery = Delivery(envelope_id=str(uuid.uuid4()), type=kind, payload=payload, retry_attempt=retry_attempt)
        self.deliveries.append(delivery)
        if self.http is not None:
            delivery.ack = await self.http.deliver(delivery)
            return delivery
        connection = self._next_connection()
        if connection is not None:
            delivery.connection = connection.number
            connection.send(envelope(delivery, accepts_response=accepts_response))
            delivery.ack = await self._ack_of(delivery.envelope_id)
        return delivery

    async def deliver_event(self, payload: Json) -> Delivery:
        """An Events API envelope, sent again after each retry delay while it stays unacknowledged."""
        delivery = await self.deliver("events_api", payload)
        for attempt, delay in enumerate(self._deadlines.event_retry_delays_seconds, start=1):
            if delivery.ack is not None:
                break
            await asyncio.sleep(delay)
            delivery = await self.deliver("events_api", payload, retry_attempt=attempt)
        return delivery

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every connection to go ("warning", "refresh_requested", "link_disabled")."""
        for connection in self.connections:
            connection.leaving = reason != "warning"
            connection.send(disconnect(reason))

    def send_text(self, text: str) -> None:
        """Send any frame, fit or not, over every connection."""
        for connection in self.connections:
            connection.send_text(text)

    def freeze(self) -> None:
        """Make the open connections half-dead."""
        for connection in self.connections:
            connection.frozen = True

    def drop(self) -> None:
        """Cut every connection without a closing handshake."""
        for connection in self.connections:
            connection.cut()

    async def ping(self) -> None:
        for connection in tuple(self.connections):
            await connection.ping()

    async def aclose(self) -> None:
        for connection in tuple(self.connections):
            await connection.aclose()

    async def _serve(self, connection: Connection) -> None:
        self.connections.append(connection)
        self._changed()
        connection.send(hello(self._app_id, len(self.connections)))
        try:
            await connection.serve(self._acknowledge)
        finally:
            self.connections.remove(connection)
            self._changed()

    def _changed(self) -> None:
        if self.connections:
            self._connected.set()
        else:
            self._connected.clear()
        self._feed.publish(LinkChanged(connected=self.connected))

    def _acknowledge(self, text: str) -> None:
        frame = _object_in(text)
        waiter = self._waiting.pop(str(frame.get("envelope_id")), None)
        if waiter is not None and not waiter.done():
            waiter.set_result(frame.get("payload"))

    def _next_connection(self) -> Connection | None:
        """Connections take turns; one that was told to leave is used only while there is no other."""
        staying = [each for each in self.connections if not each.leaving] or self.connections
        if not staying:
            return None
        self._turn += 1
        return staying[self._turn % len(staying)]

    async def _ack_of(self, envelope_id: str) -> Ack | None:
        waiter: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiter
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._deadlines.acknowledgement_seconds):
                payload = await waiter
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(envelope_id, None)
        return Ack(payload=payload, seconds=time.monotonic() - started)


def _object_in(text: str) -> Json:
    try:
        frame = json.loads(text)
    except ValueError:
        return {}
    return frame if isinstance(frame, dict) else {}
