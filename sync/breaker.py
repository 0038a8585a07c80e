"""Leaving a source alone that does not answer: after a few failures in a row it is asked once a minute, if at all.

Purgatory keeps the circuits, one of each source, in this process: only one pulls, and a circuit that is forgotten costs
a few requests.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import HALF_OPENED, OpenedState

from sync.errors import ReauthoriseError, RestingError, RetryError, TakenError

FAILURES = 5
PROBE_SECONDS = 60.0


class Breakers:
    """A circuit for each source, by its name."""

    def __init__(self, *, failures: int = FAILURES, probe_seconds: float = PROBE_SECONDS) -> None:
        self._probe_seconds = probe_seconds
        # It takes what is excluded for an answer.
        self._circuits = AsyncCircuitBreakerFactory(
            default_threshold=failures,
            default_ttl=probe_seconds,
            exclude=[(BaseException, lambda error: not is_outage(error))],
        )
        # Half-open, a circuit lets everybody through.
        self._probing: set[str] = set()

    @asynccontextmanager
    async def through(self, source: str) -> AsyncIterator[None]:
        """Ask the source for something in this block. Raises RestingError instead while it is left alone."""
        circuit = await self._circuits.get_breaker(source)
        if source in self._probing:
            raise RestingError(source, after_seconds=self._probe_seconds)
        is_probe = False
        try:
            async with circuit:
                is_probe = circuit.context.state == HALF_OPENED
                self._probing |= {source} if is_probe else set()
                yield
        except OpenedState:
            raise RestingError(source, after_seconds=self._probe_seconds) from None
        finally:
            self._probing -= {source} if is_probe else set()


def is_outage(error: BaseException) -> bool:
    """Whether an error says that the source is not there, or does not let us in; of others the next may work."""
    if isinstance(error, TakenError):
        return False
    return isinstance(error, RetryError | ReauthoriseError | TimeoutError | asyncio.CancelledError)
