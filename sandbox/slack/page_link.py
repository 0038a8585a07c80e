"""The web page's live link: what its user does goes to `acting`, what happens comes back as frames."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable

from aiohttp import WSMsgType, web

from sandbox.slack.acting import (
    close_modal,
    open_home_tab,
    run_command,
    say_message,
    submit_modal,
    suggested_options,
    use_element,
    use_shortcut,
)
from sandbox.slack.core import Core
from sandbox.slack.feed import Happening, MessageChanged, Notice, Reply
from sandbox.slack.outside import happen
from sandbox.slack.page_frames import frame_of, history_frame, state_frame
from sandbox.slack.records import Json, Member, Message, View
from sandbox.slack.seed import ANA


class PageLinks:
    """All open pages."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._sockets: set[web.WebSocketResponse] = set()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            with self._core.feed.listen() as queue:
                await PageLink(self._core, socket, queue).run()
        finally:
            self._sockets.discard(socket)
        return socket

    async def aclose(self) -> None:
        for socket in tuple(self._sockets):
            await socket.close()


class PageLink:
    """One page, acting as one person at a time."""

    def __init__(self, core: Core, socket: web.WebSocketResponse, queue: asyncio.Queue[Happening]) -> None:
        self._core = core
        self._socket = socket
        self._queue = queue
        self._me = ANA
        self._known: set[str] = set()
        self._doing: dict[str, Callable[[Json], Awaitable[None]]] = {
            "hello": self._hello,
            "open": self._open,
            "home": self._home,
            "say": self._say,
            "action": self._action,
            "suggest": self._suggest,
            "shortcut": self._shortcut,
            "submit": self._submit,
            "close": self._close,
            "happen": self._happen,
        }

    async def run(self) -> None:
        forwarding = asyncio.create_task(self._forward())
        try:
            async for message in self._socket:
                if message.type is WSMsgType.TEXT:
                    self._core.background.start(self._handle(message.data))
        finally:
            forwarding.cancel()
            await asyncio.gather(forwarding, return_exceptions=True)

    async def _handle(self, text: str) -> None:
        """A frame that cannot be read, or that names what is gone, is told to the page as an error."""
        try:
            frame = json.loads(text)
            await self._doing[frame["type"]](frame)
        except (LookupError, TypeError, ValueError) as trouble:
            self._reply({"type": "error", "channel": "", "text": f"Slack could not do that: {trouble}"})

    async def _forward(self) -> None:
        """Ends when the page is gone."""
        with contextlib.suppress(ConnectionError):
            while True:
                for frame in self._frames_of(await self._queue.get()):
                    await self._socket.send_json(frame)

    def _frames_of(self, happening: Happening) -> list[Json]:
        """A message in a conversation that the page does not know yet brings the new state along."""
        frame = frame_of(self._core, self._me, happening)
        if frame is None:
            return []
        if isinstance(happening, MessageChanged) and happening.message.channel not in self._known:
            return [self._state(), frame]
        return [frame]

    def _reply(self, frame: Json) -> None:
        self._queue.put_nowait(Reply(frame=frame))

    def _state(self) -> Json:
        frame = state_frame(self._core, self._me)
        self._known = {each["id"] for each in frame["channels"]}
        return frame

    def _actor(self) -> Member:
        return self._core.state.members[self._me]

    async def _hello(self, frame: Json) -> None:
        user = frame.get("user") or ANA
        self._me = self._core.state.members[user].id
        self._reply(self._state())

    async def _open(self, frame: Json) -> None:
        channel = self._core.state.channels[frame["channel"]]
        self._reply(history_frame(self._core, self._me, channel.id))
        if self._core.app.bot_user in channel.members and channel.kind == "im":
            open_home_tab(self._core, self._actor(), "messages")

    async def _home(self, _: Json) -> None:
        home = self._core.views.home(self._me)
        described = None if home is None else self._core.views.described(home)
        self._reply({"type": "home_view", "view": described})
        open_home_tab(self._core, self._actor())

    async def _say(self, frame: Json) -> None:
        channel = self._core.state.channels[frame["channel"]]
        text, thread_ts = str(frame["text"]), frame.get("thread_ts")
        if not text.startswith("/"):
            say_message(self._core, self._actor(), channel, text, thread_ts)
        elif thread_ts:
            refusal = f"{text.split(maxsplit=1)[0]} is not supported in threads. Sorry!"
            self._core.feed.publish(Notice(user=self._me, channel=channel.id, text=refusal))
        else:
            await run_command(self._core, self._actor(), channel, text)

    async def _action(self, frame: Json) -> None:
        place = self._place(frame["container"])
        if isinstance(place, View) and frame.get("values"):
            # Slack tells with every act what all of the view's inputs hold.
            place = self._core.views.choose(place, frame["values"])
        element = {**frame["element"], "action_id": frame["action_id"]}
        await use_element(
            self._core,
            self._actor(),
            place,
            block_id=frame["block_id"],
            element=element,
            value=frame.get("value"),
        )

    async def _suggest(self, frame: Json) -> None:
        place = self._place(frame["container"])
        offered = await suggested_options(
            self._core,
            self._actor(),
            place,
            block_id=frame["block_id"],
            action_id=frame["action_id"],
            query=frame["query"],
        )
        self._reply({"type": "suggestions", "request": frame["request"], **offered})

    async def _shortcut(self, frame: Json) -> None:
        message = None
        if frame.get("channel") and frame.get("ts"):
            message = self._message(frame["channel"], frame["ts"])
        await use_shortcut(self._core, self._actor(), frame["callback_id"], message)

    async def _submit(self, frame: Json) -> None:
        view = self._view(frame["view_id"])
        submitted = await submit_modal(self._core, self._actor(), view, frame["values"])
        result = {"type": "submit_result", "view_id": view.id, "errors": submitted.errors or None}
        self._reply(result)

    async def _close(self, frame: Json) -> None:
        await close_modal(self._core, self._actor(), self._view(frame["view_id"]))

    async def _happen(self, frame: Json) -> None:
        self._reply({"type": "happened", "text": happen(self._core.outside, frame["box"], frame["act"])})

    def _place(self, container: Json) -> Message | View:
        if container["kind"] == "view":
            return self._view(container["view_id"])
        return self._message(container["channel"], container["ts"])

    def _message(self, channel: str, ts: str) -> Message:
        message = self._core.state.message(channel, ts)
        if message is None or not self._core.state.sees(self._me, message):
            raise LookupError("this message is no longer there")
        return message

    def _view(self, view_id: str) -> View:
        view = self._core.views.get(view_id)
        if view is None or view.user != self._me:
            raise LookupError("this view is no longer open")
        return view
