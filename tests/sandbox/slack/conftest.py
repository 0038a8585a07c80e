from collections.abc import AsyncIterator

import pytest

from sandbox.slack import Deadlines, SlackStandIn
from tests.patient import patient
from tests.sandbox.slack.running import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[SlackStandIn]:
    """Patient with acknowledgements, events sent again at once; triggers end by the clock, as soon as Slack's do."""
    async with SlackStandIn(now=clock, deadlines=patient()) as running:
        running.deadlines.trigger_lifetime = Deadlines().trigger_lifetime
        yield running
