"""The way to Slack: one WebSocket, made anew when Slack asks, when it breaks, and when it falls silent.

A new connection is opened before the old one is let go, so nothing that Slack has under way is lost. While Slack
refuses or cannot be reached it is tried again for ever, at growing and scattered intervals.

slack_sdk has a client for Socket Mode too. It closes the old connection before it asks for the new one, so what Slack
sends in between has nowhere to go. And where a connection cannot be made it tries the same address every five seconds
for ever, though an address is good for one connection only, and logs a trace each time.
"""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.doors.backoff import Backoff
from bot.doors.connection import Connection, Frame, open_connection
from bot.doors.seldom import Seldom
from bot.slack.client import retry_after, slack_reason

# What no further try cures: somebody has to do something. It is tried all the same, in case they have.
_HOPELESS = frozenset(
    "account_inactive invalid_auth missing_scope not_allowed_token_type not_authed token_expired token_revoked".split()
)
_ASKED_TO_MOVE = frozenset({"refresh_requested", "warning"})
_log = logging.getLogger(__name__)

Receive = Callable[[Connection, Frame], None]
Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """In seconds. A connection is pinged, is replaced when nothing was heard for `stale`, and counts as settled later.

    One that Slack asked us to leave is kept for `linger`. Tries wait from `first_wait` to `longest_wait`: 30 at most in
    ten minutes.
    """

    ping: float = 5.0
    stale: float = 30.0
    brief: float = 5.0
    settled: float = 60.0
    linger: float = 15.0
    first_wait: float = 1.0
    longest_wait: float = 32.0


class SocketLink:
    """Hands every frame that Slack sends to `receive`. `clock` is monotonic, in seconds."""

    def __init__(
        self,
        slack: AsyncWebClient,
        *,
        app_token: str,
        receive: Receive,
        timing: Timing | None = None,
        clock: Callable[[], float] = time.monotonic,
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._slack, self._app_token, self._receive = slack, app_token, receive
        self._timing, self._clock, self._pause = timing or Timing(), clock, pause
        self._backoff = Backoff(first=self._timing.first_wait, longest=self._timing.longest_wait)
        self._told = Seldom(_log, clock=clock)
        self._hopeless = ""
        self._trouble = "not connected yet"
        self._current: Connection | None = None
        self._connections: set[Connection] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.opened = 0

    async def open(self) -> None:
        """Connect, and stay connected. Raises SlackApiError and the like when the first try fails."""
        self._current = await self._connect()
        self._spawn(self._keep(self._current))

    async def close(self) -> None:
        """Hang up."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # One that was opened this very moment has no task of its own yet.
        await asyncio.gather(*(connection.close() for connection in tuple(self._connections)))

    def trouble(self) -> str:
        """Why nothing comes from Slack at the moment; «» when all is well."""
        current = self._current
        if current is None or not current.is_open or (current.is_over and current.over.result() not in _ASKED_TO_MOVE):
            return self._trouble
        return ""

    def silent_seconds(self) -> float:
        """How long ago Slack was heard last."""
        return self._clock() - self._current.heard_at if self._current else 0.0

    async def send(self, connection: Connection, frame: Mapping[str, Any]) -> None:
        """Send over this connection, or over the newest when it has gone. Raises OSError when that has, too."""
        newest = self._current or connection
        await (connection if connection.is_open else newest).send(json.dumps(frame))

    async def _keep(self, connection: Connection) -> None:
        while True:
            reason = await self._reason_to_replace(connection)
            self._note_end(reason, lasted=self._clock() - connection.opened_at)
            if reason not in _ASKED_TO_MOVE:
                self._spawn(connection.close())
            old, connection = connection, await self._connect_again()
            if reason in _ASKED_TO_MOVE:
                self._spawn(self._leave(old))

    async def _reason_to_replace(self, connection: Connection) -> str:
        while not connection.is_over:
            await asyncio.wait({connection.over}, timeout=self._timing.ping)
            silent = self._clock() - connection.heard_at
            if silent > self._timing.stale:
                connection.end(f"nothing heard for {silent:.0f} s")
            elif not connection.is_over:
                await connection.ping(timeout_seconds=self._timing.ping)
        return connection.over.result()

    def _note_end(self, reason: str, *, lasted: float) -> None:
        self._trouble = f"the connection ended: {reason}"
        is_asked = reason in _ASKED_TO_MOVE
        if lasted >= self._timing.settled or (is_asked and lasted >= self._timing.brief):
            self._backoff.worked()
        else:
            # One that ends as soon as it is there must not be made anew at once, again and again.
            self._backoff.failed()
        if not is_asked:
            self._told.warning("the connection to Slack ended (%s); connecting again", reason)

    async def _connect_again(self) -> Connection:
        while True:
            await self._pause(self._backoff.wait_seconds())
            try:
                connection = await self._connect()
            except Exception as error:  # noqa: BLE001 - whatever it is, giving up would leave the bot deaf
                self._note_failure(error)
                continue
            self._hopeless, self._current = "", connection
            return connection

    def _note_failure(self, error: Exception) -> None:
        reason, asked = type(error).__name__, 0.0
        if isinstance(error, SlackApiError):
            reason, asked = slack_reason(error), retry_after(error)
        self._backoff.failed(asked_seconds=asked)
        self._trouble = f"Slack gives no connection: {reason}"
        if reason not in _HOPELESS:
            self._told.warning("no connection to Slack (%s); trying again", reason)
        elif reason != self._hopeless:
            _log.error("Slack refuses the app-level token (%s): run `tesorio doctor slack`; still trying", reason)
            self._hopeless = reason

    async def _connect(self) -> Connection:
        told = await self._slack.apps_connections_open(app_token=self._app_token)
        connection = await open_connection(str(told["url"]), slack=self._slack, clock=self._clock)
        self.opened += 1
        self._connections.add(connection)
        self._spawn(self._listen(connection))
        return connection

    async def _listen(self, connection: Connection) -> None:
        try:
            await connection.read(self._on_frame)
        finally:
            await connection.close()
            self._connections.discard(connection)

    def _on_frame(self, connection: Connection, frame: Frame) -> None:
        if frame.get("type") == "disconnect":
            connection.end(str(frame.get("reason") or "asked to go"))
            return
        self._receive(connection, frame)

    async def _leave(self, old: Connection) -> None:
        """Slack may still send something over a connection that it asked us to leave."""
        try:
            async with asyncio.timeout(self._timing.linger):
                await old.gone.wait()
        except TimeoutError:
            await old.close()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
