"""What happens in the workspace, told to whoever listens: pages, `people`, tests."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from sandbox.slack.records import Json, Message


@dataclass(frozen=True, kw_only=True, slots=True)
class MessageChanged:
    op: Literal["add", "update", "delete"]
    message: Message


@dataclass(frozen=True, kw_only=True, slots=True)
class ViewChanged:
    """`view` is as Slack describes it; for "close" and "clear" the one that went. Nobody sees a covered one."""

    op: Literal["open", "update", "push", "close", "clear"]
    user: str
    view: Json
    is_covered: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class HomeChanged:
    user: str
    view: Json


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """What Slack itself tells one person: a failed command, an action that nobody acknowledged."""

    user: str
    channel: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkChanged:
    connected: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class OutsideChanged:
    """Something arrived in a system outside, which the page shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """A frame for one page alone, put into its own queue so that it keeps its place among the happenings."""

    frame: Json


Happening = MessageChanged | ViewChanged | HomeChanged | Notice | LinkChanged | OutsideChanged | Reply


class Feed:
    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Happening]] = set()

    def publish(self, happening: Happening) -> None:
        for queue in self._listeners:
            queue.put_nowait(happening)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Happening]]:
        """A queue of all that happens while the block runs."""
        queue: asyncio.Queue[Happening] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
