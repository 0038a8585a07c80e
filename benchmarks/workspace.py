"""The least of a Slack workspace that speaks Socket Mode: types commands and times what comes back.

The stand-in of the sandbox checks, keeps and shows everything, which would be most of what is measured here.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMsgType, web

TEAM_ID = "T0BENCH"
USER_ID = "U0BENCH"
_IDENTITY = {"ok": True, "team_id": TEAM_ID, "team": "Bench", "user_id": "U0BOT", "user": "tesorio", "bot_id": "B0BOT"}
_CHANNEL = {"id": "C0BENCH", "name": "bench", "is_channel": True, "is_member": True, "is_ext_shared": False}
_MEMBER = {"id": USER_ID, "team_id": TEAM_ID, "name": "bench", "profile": {"real_name": "Bench"}}
_PATIENCE_SECONDS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """From sending the envelope to its acknowledgement, and to the first post to its response_url."""

    ack_ms: float
    answer_ms: float
    body: dict[str, Any]


@dataclass(slots=True)
class _Command:
    sent_at: float
    acked: asyncio.Future[float]
    answered: asyncio.Future[tuple[float, bytes]]


class BenchWorkspace:
    """`async with BenchWorkspace() as workspace:` serves one app on loopback until the block ends."""

    def __init__(self) -> None:
        self.api_url = ""
        self._origin = ""
        self._socket: web.WebSocketResponse | None = None
        self._connected = asyncio.Event()
        self._commands: dict[str, _Command] = {}
        self._number = 0
        application = web.Application()
        application.add_routes(
            [
                web.route("*", "/api/{method}", self._api),
                web.get("/link", self._link),
                web.post("/response/{number}", self._response),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self._origin = f"{host}:{port}"
        self.api_url = f"http://{self._origin}/api/"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    async def connected(self) -> None:
        """Wait until the app has opened its connection."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._connected.wait()

    async def command(self, text: str) -> Timing:
        """Type `/tesorio text`; returns when it was acknowledged and answered."""
        self._number += 1
        number = str(self._number)
        loop = asyncio.get_running_loop()
        frame = json.dumps(self._envelope(number, text))
        if self._socket is None:
            raise RuntimeError("the app is not connected")
        sent = _Command(sent_at=time.perf_counter(), acked=loop.create_future(), answered=loop.create_future())
        self._commands[number] = sent
        await self._socket.send_str(frame)
        async with asyncio.timeout(_PATIENCE_SECONDS):
            acked_at, (answered_at, body) = await sent.acked, await sent.answered
        del self._commands[number]
        return Timing(
            ack_ms=(acked_at - sent.sent_at) * 1000,
            answer_ms=(answered_at - sent.sent_at) * 1000,
            body=json.loads(body),
        )

    async def event(self) -> float:
        """Tell of something that happened, which the app claims before it acknowledges; how long that took, in ms."""
        self._number += 1
        number = str(self._number)
        if self._socket is None:
            raise RuntimeError("the app is not connected")
        loop = asyncio.get_running_loop()
        sent = _Command(sent_at=time.perf_counter(), acked=loop.create_future(), answered=loop.create_future())
        self._commands[number] = sent
        await self._socket.send_str(json.dumps(_event_envelope(number)))
        async with asyncio.timeout(_PATIENCE_SECONDS):
            acked_at = await sent.acked
        del self._commands[number]
        return (acked_at - sent.sent_at) * 1000

    async def one_by_one(self, texts: Sequence[str]) -> list[Timing]:
        """Each command after the one before it was answered."""
        return [await self.command(text) for text in texts]

    async def many_at_once(self, texts: Sequence[str], *, in_flight: int) -> float:
        """Commands per second with this many under way at any time."""
        waiting = iter(texts)

        async def person() -> None:
            for text in waiting:
                await self.command(text)

        started = time.perf_counter()
        await asyncio.gather(*(person() for _ in range(in_flight)))
        return len(texts) / (time.perf_counter() - started)

    def _envelope(self, number: str, text: str) -> dict[str, Any]:
        return {
            "envelope_id": number,
            "type": "slash_commands",
            "accepts_response_payload": True,
            "payload": {
                "token": "bench",
                "team_id": TEAM_ID,
                "team_domain": "bench",
                "channel_id": "C0BENCH",
                "channel_name": "bench",
                "user_id": USER_ID,
                "user_name": "bench",
                "command": "/tesorio",
                "text": text,
                "api_app_id": "A0BENCH",
                "is_enterprise_install": "false",
                "response_url": f"http://{self._origin}/response/{number}",
                "trigger_id": f"{number}.bench",
            },
        }

    async def _api(self, request: web.Request) -> web.Response:
        answers = {
            "auth.test": _IDENTITY,
            "conversations.info": {"ok": True, "channel": _CHANNEL},
            "conversations.members": {"ok": True, "members": [USER_ID]},
            "users.conversations": {"ok": True, "channels": [_CHANNEL]},
            "users.info": {"ok": True, "user": _MEMBER},
            "users.list": {"ok": True, "members": [_MEMBER]},
            "apps.connections.open": {"ok": True, "url": f"ws://{self._origin}/link"},
        }
        unknown = {"ok": False, "error": "unknown_method"}
        return web.json_response(answers.get(request.match_info["method"], unknown))

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A0BENCH"}})
        self._socket = socket
        self._connected.set()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self._acknowledge(json.loads(message.data)["envelope_id"])
        return socket

    def _acknowledge(self, number: str) -> None:
        command = self._commands.get(number)
        if command is not None and not command.acked.done():
            command.acked.set_result(time.perf_counter())

    async def _response(self, request: web.Request) -> web.Response:
        body = await request.read()
        command = self._commands.get(request.match_info["number"])
        if command is not None and not command.answered.done():
            command.answered.set_result((time.perf_counter(), body))
        return web.json_response({"ok": True})


def _event_envelope(number: str) -> dict[str, Any]:
    return {
        "envelope_id": number,
        "type": "events_api",
        "retry_attempt": 0,
        "retry_reason": "",
        "payload": {
            "type": "event_callback",
            "team_id": TEAM_ID,
            "api_app_id": "A0BENCH",
            "event_id": f"Ev{number}",
            "event_time": int(time.time()),
            "event": {"type": "emoji_changed", "event_ts": f"{number}.1"},
        },
    }
