from collections.abc import AsyncIterator

import pytest

from sandbox.slack import SlackStandIn


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(event_retry_delays_seconds=(0, 0, 0)) as running:
        yield running
