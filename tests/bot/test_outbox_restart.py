"""The outbox over stops, restarts, restored backups and slow channels: nothing is lost, doubled or sent too late."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from sqlalchemy import func, select

from bot.deliver import SlackPosts, slack_post
from bot.manifest import app_manifest
from bot.root.assistant import Assistant, open_assistant
from bot.rules import Rules
from bot.settings import Settings, settings_from
from bot.views.parts import message, paragraph
from sandbox.slack import SlackStandIn, app_config
from sandbox.slack.faults import Fault
from sandbox.slack.records import Channel, Message
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, BEN, BEN_APP_DM
from store.db import Store
from store.deliveries import Delivery, DeliveryState, add_deliveries, deliveries, delivery_by_id
from store.outbox import listed_deliveries, move_delivery, set_going
from tests.bot.world import Clock
from tests.patient import patient

_MANY = 100_000
# Counted by the database: reading a thousand rows ten times a second would slow down what is watched.
_SENT = select(func.count()).where(deliveries.c.kind == "test", deliveries.c.state == DeliveryState.SENT.value)


@pytest.fixture
async def slack() -> AsyncIterator[SlackStandIn]:
    async with SlackStandIn(app=app_config(app_manifest()), deadlines=patient()) as running:
        yield running


def settings_of(slack: SlackStandIn, folder: Path) -> Settings:
    environment = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "TESORIO_DATA_DIR": str(folder),
    }
    return settings_from(environment, Rules())


@asynccontextmanager
async def running(
    slack: SlackStandIn, folder: Path, clock: Clock, *, spacing: timedelta = timedelta()
) -> AsyncIterator[Assistant]:
    async with open_assistant(settings_of(slack, folder), clock=clock) as assistant:
        posts = assistant.senders["slack"]
        assert isinstance(posts, SlackPosts)
        posts.spacing = spacing
        yield assistant


def channels(slack: SlackStandIn, count: int) -> list[str]:
    """New channels with the app in them; their ids."""
    ids = [f"C0MANY{number:04d}" for number in range(count)]
    bot = slack.core.app.bot_user
    for each in ids:
        slack.core.state.put_channel(Channel(id=each, name=each.lower(), kind="channel", members=(ANA, bot)))
    return ids


def a_post(name: str, channel: str, at: datetime) -> Delivery:
    said = message(name, [paragraph("text", name)])
    return slack_post(said, id=name, kind="test", channel=channel, author=ANA, at=at)


async def put(assistant: Assistant, those: Sequence[Delivery]) -> None:
    async with assistant.deps.store.write() as conn:
        await add_deliveries(conn, those)
    assistant.deps.outbox.ring()


async def read(store: Store, name: str) -> Delivery:
    async with store.read() as conn:
        found = await delivery_by_id(conn, name)
    assert found is not None
    return found


async def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until this is true of the stand-in, which rings no bell."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.02)


async def tried(assistant: Assistant, name: str) -> None:
    async with asyncio.timeout(60):
        while not (await read(assistant.deps.store, name)).attempts:  # noqa: ASYNC110 - only its row tells
            await asyncio.sleep(0.02)


async def refused_at(assistant: Assistant, name: str) -> datetime:
    """When Slack's answer to the first attempt was noted."""
    async with asyncio.timeout(60):
        while True:
            found = await read(assistant.deps.store, name)
            if found.attempts and found.not_before is not None and found.updated_at is not None:
                return found.updated_at
            await asyncio.sleep(0.02)


def forget_work(folder: Path) -> None:
    """What is left when the engine's own file is lost."""
    for each in folder.glob("work.sqlite*"):
        each.unlink()


async def states(store: Store) -> dict[str, Delivery]:
    async with store.read() as conn:
        return {one.id: one for one in await listed_deliveries(conn, tuple(DeliveryState), limit=_MANY)}


async def all_sent(assistant: Assistant, count: int, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while True:
            async with assistant.deps.store.read() as conn:
                sent = await conn.scalar(_SENT)
            if sent == count:
                return
            await asyncio.sleep(0.1)


def texts(slack: SlackStandIn, channel: str) -> list[str]:
    return [each.text for each in slack.workspace.messages(channel)]


class TestStop:
    """F33: what is in flight is finished, the rest stays queued."""

    @pytest.mark.timeout(900)
    @pytest.mark.parametrize("count", [30, pytest.param(500, marks=pytest.mark.soak)])
    async def test_in_the_middle_loses_and_doubles_nothing(
        self, slack: SlackStandIn, tmp_path: Path, count: int
    ) -> None:
        clock, places = Clock(), channels(slack, 5)
        posts = [a_post(f"post {number}", places[number % 5], clock()) for number in range(count)]
        slack.core.faults.stall("chat.postMessage", 0.5, times=_MANY)
        async with running(slack, tmp_path, clock) as assistant:
            await put(assistant, posts)
            await until(lambda: any(texts(slack, place) for place in places))
        slack.core.faults.clear()
        seen = sum(len(texts(slack, place)) for place in places)
        assert 0 < seen < count
        store = Store(settings_of(slack, tmp_path).database_url)
        left = await states(store)
        await store.close()
        assert len([one for one in left.values() if one.state is DeliveryState.SENT]) == seen
        assert not [one for one in left.values() if one.in_doubt]
        async with running(slack, tmp_path, clock) as assistant:
            await all_sent(assistant, count, seconds=60 + count)
        for number, place in enumerate(places):
            assert texts(slack, place) == [post.id for post in posts[number::5]]


class TestRestoredBackup:
    """F34: yesterday's posts, which had been delivered, do not go out again unless a person says so."""

    async def test_posts_of_yesterday_are_held_back(self, slack: SlackStandIn, tmp_path: Path) -> None:
        clock, folder, backup = Clock(), tmp_path / "data", tmp_path / "backup"
        slack.core.faults.rate_limit("chat.postMessage", "60", channel=AR_TEAM)
        async with running(slack, folder, clock) as assistant:
            await put(assistant, [a_post("yesterday", AR_TEAM, clock()), a_post("behind it", AR_TEAM, clock())])
            await tried(assistant, "yesterday")
        copytree(folder, backup)
        clock.ahead += timedelta(minutes=2)
        async with running(slack, folder, clock) as assistant:
            await all_sent(assistant, 2)
        assert texts(slack, AR_TEAM) == ["yesterday", "behind it"]
        clock.ahead += timedelta(hours=25)
        async with running(slack, backup, clock) as assistant:
            await put(assistant, [a_post("today", AR_TEAM, clock())])
            await until(lambda: len(slack.workspace.messages(ANA_APP_DM)) == 2)
            await until(lambda: "today" in texts(slack, AR_TEAM))
            assert texts(slack, AR_TEAM) == ["yesterday", "behind it", "today"]
            store = assistant.deps.store
            held = [await read(store, name) for name in ("yesterday", "behind it")]
            assert [one.state for one in held] == [DeliveryState.DEAD] * 2
            assert "25 hours" in held[0].reason
            assert "no news any more" in slack.workspace.messages(ANA_APP_DM)[0].text
            async with store.write() as conn:
                await move_delivery(conn, held[1], set_going(held[1], clock(), may_double=False))
            await until(lambda: texts(slack, AR_TEAM)[-1] == "behind it")

    async def test_work_that_the_backup_lacks_is_started_again(self, slack: SlackStandIn, tmp_path: Path) -> None:
        clock = Clock()
        slack.core.faults.rate_limit("chat.postMessage", "60", channel=AR_TEAM)
        async with running(slack, tmp_path, clock) as assistant:
            await put(assistant, [a_post("kept", AR_TEAM, clock()), a_post("behind", AR_TEAM, clock())])
            await tried(assistant, "kept")
        forget_work(tmp_path)
        clock.ahead += timedelta(minutes=2)
        async with running(slack, tmp_path, clock) as assistant:
            await all_sent(assistant, 2)
        assert texts(slack, AR_TEAM) == ["kept", "behind"]


class TestSlowChannel:
    """F09: one channel is told to wait; the others go on at a message a second, and it goes on when its time is up."""

    async def test_holds_up_itself_alone(self, slack: SlackStandIn, tmp_path: Path) -> None:
        clock, ids = Clock(), channels(slack, 4)
        posts = [a_post(f"{place} {number}", place, clock()) for number in range(3) for place in ids]
        slow, *others = ids
        slack.core.faults.rate_limit("chat.postMessage", "30", channel=slow)
        async with running(slack, tmp_path, clock) as assistant:
            await put(assistant, posts)
            await until(lambda: all(len(texts(slack, place)) == 3 for place in others))
            await tried(assistant, posts[0].id)
            waiting = await read(assistant.deps.store, posts[0].id)
            assert texts(slack, slow) == []
            assert waiting.updated_at is not None
            assert waiting.not_before is not None
            assert timedelta(seconds=30) <= waiting.not_before - waiting.updated_at <= timedelta(seconds=32)
            clock.ahead += timedelta(seconds=32)
            await all_sent(assistant, len(posts))
        for place in ids:
            assert texts(slack, place) == [f"{place} {number}" for number in range(3)]

    @pytest.mark.soak
    @pytest.mark.timeout(600)
    async def test_a_thousand_over_twenty_channels(self, slack: SlackStandIn, tmp_path: Path) -> None:
        clock, ids = Clock(), channels(slack, 20)
        posts = [a_post(f"{place} {number}", place, clock()) for number in range(50) for place in ids]
        slow, *others = ids
        slack.core.faults.rate_limit("chat.postMessage", "30", channel=slow)
        async with running(slack, tmp_path, clock, spacing=timedelta(seconds=1)) as assistant:
            await put(assistant, posts)
            refused = await refused_at(assistant, posts[0].id)
            await all_sent(assistant, len(posts), seconds=500)
        for place in ids:
            assert texts(slack, place) == [f"{place} {number}" for number in range(50)]
        resumed = float(slack.workspace.messages(slow)[0].ts) - refused.timestamp()
        assert 30 <= resumed <= 32
        for place in others:
            assert rate_of(slack.workspace.messages(place)) >= 0.9


def rate_of(messages: Sequence[Message]) -> float:
    """Messages a second."""
    first, last = float(messages[0].ts), float(messages[-1].ts)
    return (len(messages) - 1) / (last - first)


class TestInDoubt:
    """F08 in its full number: connections cut before and after, server errors, and answers that come too late."""

    @pytest.mark.timeout(600)
    @pytest.mark.parametrize("trials", [4, pytest.param(200, marks=pytest.mark.soak)])
    async def test_a_person_sees_one_message(self, slack: SlackStandIn, tmp_path: Path, trials: int) -> None:
        clock, dice = Clock(), random.Random(8)  # noqa: S311 - seeded troubles
        async with running(slack, tmp_path, clock) as assistant:
            assistant.deps.slack.timeout = 1
            for number in range(trials):
                slack.core.faults.add(trouble(dice))
                await put(assistant, [a_post(f"trial {number}", BEN, clock())])
                while (found := await read(assistant.deps.store, f"trial {number}")).state is not DeliveryState.SENT:
                    if found.not_before is not None:
                        clock.ahead += max(timedelta(), found.not_before - clock())
                        assistant.deps.decisions.ring()
                    await asyncio.sleep(0.02)
                slack.core.faults.clear()
        assert texts(slack, BEN_APP_DM) == [f"trial {number}" for number in range(trials)]


def trouble(dice: random.Random) -> Fault:
    method = "chat.postMessage"
    return dice.choice(
        (
            Fault(method=method, resets=True),
            Fault(method=method, resets_before=True),
            Fault(method=method, status=502, body="<html>Bad gateway</html>"),
            Fault(method=method, status=500, body='{"ok":false,"error":"internal_error"}'),
            Fault(method=method, stalls_seconds=1.5),
            Fault(method=method, error="fatal_error"),
        )
    )
