"""One WebSocket to Slack, from its opening to its end."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
from aiohttp import ClientWSTimeout, WSMsgType
from slack_sdk.web.async_client import AsyncWebClient

_OPENING_SECONDS = 20
_CLOSING_SECONDS = 1
# Slack's payloads have a quarter of a megabyte at most.
_MAX_FRAME_BYTES = 16 * 1024 * 1024

Frame = Mapping[str, Any]


class Connection:
    """`heard_at` is when anything came last, on the clock that it was given. `over` says why it has to be replaced."""

    def __init__(
        self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse, clock: Callable[[], float]
    ) -> None:
        self._session, self._socket, self._clock = session, socket, clock
        self.opened_at = self.heard_at = clock()
        self.over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.gone = asyncio.Event()

    @property
    def is_over(self) -> bool:
        return self.over.done()

    @property
    def is_open(self) -> bool:
        return not self._socket.closed and not self.gone.is_set()

    def end(self, reason: str) -> None:
        """Say why it has to be replaced, unless that was said before."""
        if not self.over.done():
            self.over.set_result(reason)

    async def read(self, receive: Callable[["Connection", Frame], None]) -> None:
        """Hand out frames until the connection ends; what is no frame of Slack's is passed over."""
        try:
            # Pings are answered here and not by aiohttp, which would keep from us that they came.
            async for message in self._socket:
                self.heard_at = self._clock()
                if message.type is WSMsgType.PING:
                    await self._socket.pong(message.data)
                elif message.type is WSMsgType.TEXT and (frame := _frame(message.data)):
                    receive(self, frame)
        except (aiohttp.ClientError, OSError) as error:
            self.end(f"broken: {type(error).__name__}")
        finally:
            self.gone.set()
            self.end("closed by the other side")

    async def send(self, text: str) -> None:
        """Raises OSError when the connection has gone."""
        await self._socket.send_str(text)

    async def ping(self, *, timeout_seconds: float) -> None:
        """Ask for a sign of life. That it cannot be asked is no error: then there will be none."""
        with contextlib.suppress(OSError, TimeoutError, aiohttp.ClientError):
            async with asyncio.timeout(timeout_seconds):
                await self._socket.ping()

    async def close(self) -> None:
        """Hang up, with a short farewell."""
        with contextlib.suppress(OSError, aiohttp.ClientError):
            await self._socket.close()
        await self._session.close()


async def open_connection(url: str, *, slack: AsyncWebClient, clock: Callable[[], float]) -> Connection:
    """Connect, by the proxy and the certificates of the Web API. Raises aiohttp.ClientError, OSError, TimeoutError."""
    # Each has a session of its own: one that is broken or closed takes nothing else with it.
    session = aiohttp.ClientSession()
    try:
        async with asyncio.timeout(_OPENING_SECONDS):
            socket = await session.ws_connect(
                url,
                autoping=False,
                timeout=ClientWSTimeout(ws_close=_CLOSING_SECONDS),
                max_msg_size=_MAX_FRAME_BYTES,
                proxy=slack.proxy,
                ssl=slack.ssl or True,
            )
    except BaseException:  # also when it is called off: nobody else knows the session to close it
        await session.close()
        raise
    return Connection(session, socket, clock)


def _frame(text: str) -> Frame:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
