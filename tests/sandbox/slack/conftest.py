from collections.abc import AsyncIterator

import pytest

from sandbox.slack import SlackStandIn
from tests.sandbox.slack.running import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackStandIn]:
    """Impatient: half a second to acknowledge, events sent again at once."""
    async with SlackStandIn(now=clock, ack_timeout_seconds=0.5, event_retry_delays_seconds=(0, 0, 0)) as running:
        yield running
