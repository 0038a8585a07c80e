"""Deliveries that Slack refuses or puts off: told to their authors, waited for, never tried in vain."""

from datetime import timedelta

import pytest

from sandbox.slack.seed import ANA, AR_TEAM, SALES
from store.deliveries import DeliveryState
from tests.bot.outbox_bench import a_post, again, arrive_in_time, keeper, opened, posted, put, told, until
from tests.bot.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["keeper", "opened"]


class TestRefused:
    """F11: what no second try can cure is tried once, and its author hears of it with the way out."""

    @pytest.mark.parametrize(
        ("code", "advice"),
        [
            ("channel_not_found", "/invite"),
            ("no_such_reason", "no_such_reason"),
        ],
    )
    async def test_is_told_to_its_author(self, world: World, code: str, advice: str) -> None:
        world.workspace.faults.refuse("chat.postMessage", code)
        await put(world, a_post(code))
        delivery = await world.delivered(code)
        assert (delivery.state, delivery.attempts) == (DeliveryState.REJECTED, 1)
        assert delivery.reason == code
        bad_news = await told(world, code, "outbox.resend")
        assert advice in bad_news.text
        await world.workspace.click(ANA, bad_news, "outbox.resend")
        assert (await again(world, code)).state is DeliveryState.SENT
        assert len(posted(world, code)) == 1

    @pytest.mark.parametrize("code", ["message_limit_exceeded", "service_unavailable"])
    async def test_what_passes_is_waited_for(self, world: World, code: str) -> None:
        world.workspace.faults.refuse("chat.postMessage", code, times=2)
        await put(world, a_post(code))
        await arrive_in_time(world, code)
        assert len(posted(world, code)) == 1

    async def test_bad_news_that_cannot_be_told_end_there(self, world: World) -> None:
        world.workspace.faults.refuse("chat.postMessage", "token_revoked", times=2)
        await put(world, a_post("all is lost"))
        await world.delivered("all is lost")
        told_id = "outbox.trouble/all is lost/1/1"
        assert (await world.delivered(told_id)).state is DeliveryState.REJECTED


class TestRateLimit:
    """F10: Slack asks to wait, in whatever words."""

    @pytest.mark.parametrize("asked", ["0", "abc"])
    async def test_odd_words_are_waited_out_shortly(self, world: World, asked: str | None) -> None:
        name = f"odd {asked}"
        world.workspace.faults.rate_limit("chat.postMessage", asked, times=3)
        await put(world, a_post(name))
        delivery = await arrive_in_time(world, name)
        assert delivery.attempts == 4
        assert len(posted(world, name)) == 1

    async def test_a_day_is_waited_for_a_quarter_of_an_hour_and_then_parked(self, world: World) -> None:
        world.workspace.faults.rate_limit("chat.postMessage", "86400", times=2, channel=AR_TEAM)
        await put(world, a_post("parked"))
        waiting = await until(world, "parked", lambda one: one.not_before is not None)
        assert waiting.not_before is not None
        assert timedelta(minutes=14) < waiting.not_before - world.clock() <= timedelta(minutes=15)
        world.pass_time(15 * 60 + 1)
        delivery = await world.delivered("parked")
        assert (delivery.state, delivery.attempts) == (DeliveryState.DEAD, 2)
        assert "ratelimited" in (await told(world, "parked", "outbox.resend")).text

    async def test_holds_up_its_own_channel_only(self, world: World) -> None:
        world.workspace.faults.rate_limit("chat.postMessage", "30", channel=AR_TEAM)
        await put(world, a_post("held"), a_post("behind held"), a_post("free", channel=SALES))
        await world.delivered("free")
        waiting = await until(world, "held", lambda one: one.not_before is not None)
        assert waiting.not_before is not None
        assert timedelta(seconds=25) < waiting.not_before - world.clock() <= timedelta(seconds=30)
        assert not posted(world, "behind held")
        world.pass_time(31)
        await world.delivered("behind held")
        assert [len(posted(world, name)) for name in ("held", "behind held")] == [1, 1]
