"""What runs beside the bot: trouble does not end it, is logged once, and is told to whoever asks if all is well."""

import asyncio
from collections.abc import Sequence

import pytest
from sqlalchemy.exc import OperationalError

from bot.deliver import slack_post
from bot.services import Services, wait_after
from bot.views.parts import message, paragraph
from sandbox.slack.seed import ANA
from store.deliveries import add_deliveries
from store.errors import StoreError
from tests.bot.world import World

DISK_FULL = OperationalError("INSERT …", {}, Exception("database or disk is full"))


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services._FIRST_WAIT_SECONDS", 0.001)


async def looked(troubles: Sequence[Exception], services: Services) -> list[str]:
    """What is told of the service before each look, and once it went through all these troubles."""
    left, told, done = list(troubles), list[str](), asyncio.Event()

    async def look() -> None:
        told.append(services.trouble())
        if left:
            raise left.pop(0)

    async def rest() -> None:
        done.set()
        await asyncio.Event().wait()

    async with services.beside("counting", look, rest):
        async with asyncio.timeout(60):
            await done.wait()
        return [*told, services.trouble()]


@pytest.mark.usefixtures("no_wait")
class TestBeside:
    async def test_goes_on_after_any_trouble_and_tells_of_one_that_stays(self) -> None:
        told = await looked([DISK_FULL, KeyError("a")], Services())
        assert told == ["", "", "counting: KeyError: 'a'", ""]

    async def test_logs_the_same_trouble_once(self, caplog: pytest.LogCaptureFixture) -> None:
        await looked([StoreError("full")] * 4 + [KeyError("a")] * 3, Services())
        assert [record.message for record in caplog.records] == [
            "counting is held up and tries again: StoreError: full",
            "counting is held up and tries again: KeyError: 'a'",
            "counting goes on",
        ]
        assert [bool(record.exc_info) for record in caplog.records] == [False, True, False]

    async def test_tells_of_one_that_has_ended(self) -> None:
        services = Services()

        async def look() -> None:
            raise asyncio.CancelledError

        async with services.beside("counting", look, look):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert services.trouble() == "counting: has ended"
        assert services.trouble() == ""

    async def test_nothing_runs_after_the_block(self) -> None:
        services, looks = Services(), list[int]()

        async def look() -> None:
            looks.append(1)

        async with services.beside("counting", look, lambda: asyncio.sleep(0)):
            await asyncio.sleep(0.01)
        seen = len(looks)
        await asyncio.sleep(0.01)
        assert seen == len(looks) > 0


class TestWaitAfter:
    def test_grows_up_to_a_minute(self) -> None:
        assert [wait_after(count) for count in (1, 2, 3, 7, 5000)] == [1, 2, 4, 60, 60]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.usefixtures("no_wait")
class TestOutboxService:
    async def test_delivers_again_once_the_disk_has_room(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        work, tries = world.assistant.work, list[str]()
        start, seen_full = work.start, asyncio.Event()

        async def full(*_arguments: object, **_named: object) -> None:
            tries.append("full")
            if len(tries) > 2:
                seen_full.set()
            raise DISK_FULL

        monkeypatch.setattr(work, "start", full)
        hello = message("Hello", [paragraph("hello", "Hello")])
        async with world.store.write() as conn:
            await add_deliveries(conn, [slack_post(hello, id="d1", kind="hello", channel=ANA, at=world.clock())])
        world.assistant.deps.outbox.ring()
        async with asyncio.timeout(60):
            await seen_full.wait()
        assert world.assistant.deps.services.trouble().startswith("outbox: OperationalError: ")
        monkeypatch.setattr(work, "start", start)
        await world.delivered("d1")
