"""What came of something a person did."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.slack.envelopes import Ack, Delivery
from sandbox.slack.feed import Happening, HomeChanged, MessageChanged, Notice, ViewChanged
from sandbox.slack.records import Json, Message
from sandbox.slack.state import State


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the acting person could see afterwards.

    `ack` is None when the app never acknowledged. `messages` are the app's messages that came or changed, and those of
    people that it put previews below, each once in its latest form; `deleted` counts those taken away. `view` is the
    modal shown last, `home` the Home tab published last. `errors` are a modal's complaints by block_id, `notices` what
    Slack itself said, such as operation_timeout.
    """

    ack: Ack | None = None
    messages: tuple[Message, ...] = ()
    view: Json | None = None
    view_op: str | None = None
    home: Json | None = None
    errors: Json = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    deleted: int = 0

    @property
    def answered(self) -> bool:
        """Whether the person saw anything at all."""
        return bool(self.messages or self.view_op or self.home or self.errors or self.notices or self.deleted)


def answered(outcome: Outcome) -> bool:
    return outcome.answered


def acknowledged(outcome: Outcome) -> bool:
    return outcome.ack is not None or outcome.answered


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How long to look: until `until` holds, then until nothing came for `quiet_seconds`, never beyond the timeout."""

    until: Callable[[Outcome], bool] = answered
    timeout_seconds: float = 30.0
    quiet_seconds: float = 0.0


_LOOKS = 10
FOR_AN_ANSWER = Waiting()


class Watch:
    """Gathers, for one person, what happens from now on."""

    def __init__(self, queue: "asyncio.Queue[Happening]", state: State, user: str, bot_user: str) -> None:
        self._queue = queue
        self._state = state
        self._user = user
        self._bot_user = bot_user
        self._messages: dict[tuple[str, str], Message] = {}
        self._notices: list[str] = []
        self._view: Json | None = None
        self._view_op: str | None = None
        self._home: Json | None = None
        self._deleted = 0

    async def outcome(self, delivery: Delivery | None, errors: Json, waiting: Waiting) -> Outcome:
        """The outcome as soon as `waiting.until` holds for it, or as it is when the time is over."""
        ack = delivery.ack if delivery is not None else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(waiting.timeout_seconds):
                self._drain()
                while not (errors or waiting.until(self._outcome(ack, errors))):
                    self._note(await self._queue.get())
                    self._drain()
                await self._settle(waiting.quiet_seconds)
        return self._outcome(ack, errors)

    def _drain(self) -> None:
        while not self._queue.empty():
            self._note(self._queue.get_nowait())

    async def _settle(self, quiet_seconds: float) -> None:
        """Go on until nothing came for so long, in many short looks: a machine that stands still is not quiet."""
        looks_left = _LOOKS if quiet_seconds else 0
        while looks_left:
            try:
                async with asyncio.timeout(quiet_seconds / _LOOKS):
                    self._note(await self._queue.get())
                looks_left = _LOOKS
            except TimeoutError:
                looks_left -= 1

    def _outcome(self, ack: Ack | None, errors: Json) -> Outcome:
        return Outcome(
            ack=ack,
            messages=tuple(self._messages.values()),
            view=self._view,
            view_op=self._view_op,
            home=self._home,
            errors=errors,
            notices=tuple(self._notices),
            deleted=self._deleted,
        )

    def _note(self, happening: Happening) -> None:
        if isinstance(happening, MessageChanged):
            self._note_message(happening)
        elif isinstance(happening, ViewChanged) and happening.user == self._user:
            if not happening.is_covered:
                self._view, self._view_op = happening.view, happening.op
        elif isinstance(happening, HomeChanged) and happening.user == self._user:
            self._home = happening.view
        elif isinstance(happening, Notice) and happening.user == self._user:
            self._notices.append(happening.text)

    def _note_message(self, change: MessageChanged) -> None:
        message = change.message
        has_previews = change.op == "update" and bool(message.attachments)
        if not (message.user == self._bot_user or has_previews) or not self._state.sees(self._user, message):
            return
        key = (message.channel, message.ts)
        if change.op == "delete":
            self._messages.pop(key, None)
            self._deleted += 1
        else:
            self._messages[key] = message
