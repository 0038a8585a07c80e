from collections.abc import AsyncIterator

import pytest

from sandbox.slack import SlackStandIn
from tests.patient import patient


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(deadlines=patient()) as running:
        yield running
