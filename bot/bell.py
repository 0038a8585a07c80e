"""A bell that wakes whoever waits for something new in the store."""

import asyncio
import contextlib
from collections.abc import Iterator


class Bell:
    """Rung when something was written; every listener hears every ring, at the latest when it waits next."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Wake all listeners."""
        for listener in self._listeners:
            listener.set()

    @contextlib.contextmanager
    def listen(self) -> Iterator["Listener"]:
        """A listener for as long as the block lasts."""
        event = asyncio.Event()
        self._listeners.add(event)
        try:
            yield Listener(event)
        finally:
            self._listeners.discard(event)


class Listener:
    """One who waits for the bell."""

    def __init__(self, event: asyncio.Event) -> None:
        self._event = event

    async def wait(self, seconds: float) -> bool:
        """Wait for a ring since the last wait, this long at most; whether there was one."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        rang = self._event.is_set()
        self._event.clear()
        return rang
