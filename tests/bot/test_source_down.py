"""While a system is down for days people get their answers from the store, quickly and marked as stale."""

import time
from datetime import timedelta
from statistics import quantiles

import pytest

from tests.bot.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
_ASKED = ("invoice INV-12345", "invoice inv123", "customer ABC Inc", "customer sun micro")
_P95_SECONDS = 0.8


class TestDown:
    @pytest.mark.soak
    async def test_answers_are_quick_and_say_how_old_they_are(self, world: World) -> None:
        world.clock.ahead = timedelta(hours=72)
        took = []
        for number in range(20):
            began = time.perf_counter()
            card = await world.card(f"/tesorio {_ASKED[number % len(_ASKED)]}")
            took.append(time.perf_counter() - began)
            assert "⚠️ Stale · NetSuite · as of" in world.shown(card).replace("*", "")
        assert quantiles(took, n=20)[-1] < _P95_SECONDS
