"""One Socket Mode connection: reads what the app sends, writes what it is given, in order and at the app's pace."""

import asyncio
import contextlib
import json
from collections.abc import Callable

from aiohttp import WSMsgType, web

from sandbox.slack.records import Json

CLOSING_SECONDS = 1.0


class Connection:
    """`leaving` was told to go; `frozen` is half-dead: open, but it neither reads nor answers nor writes any more."""

    def __init__(self, number: int, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.number = number
        self.leaving = False
        self.frozen = False
        self._socket = socket
        self._request = request
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()

    def send(self, frame: Json) -> None:
        self.send_text(json.dumps(frame))

    def send_text(self, text: str) -> None:
        self._outgoing.put_nowait(text)

    async def serve(self, receive: Callable[[str], None]) -> None:
        """Until the connection ends; every text frame goes to `receive`, every ping is answered."""
        writing = asyncio.create_task(self._write())
        try:
            await self._read(receive)
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)

    async def ping(self) -> None:
        if not self.frozen:
            await self._socket.ping(b"Ping from the stand-in")

    def cut(self) -> None:
        """End it without a closing handshake."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def aclose(self) -> None:
        await self._socket.close()

    async def _read(self, receive: Callable[[str], None]) -> None:
        async for message in self._socket:
            if self.frozen:
                continue
            if message.type is WSMsgType.PING:
                with contextlib.suppress(ConnectionError):
                    await self._socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                receive(message.data)

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                text = await self._outgoing.get()
                if not self.frozen:
                    await self._socket.send_str(text)
