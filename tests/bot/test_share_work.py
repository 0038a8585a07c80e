"""What becomes of a sharing between Send and the post: looked at again, refused in words, waited with, written once."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import pytest_asyncio

from bot.shares.share_work import check, share
from sandbox.slack.seed import ANA, AR_TEAM, BEN, CHLOE, FINANCE_LEADS, NORTHWIND_SHARED, SALES, TEAM_ID
from store.channels import doubt_channels
from store.deliveries import Delivery, delivery_by_id
from store.sending import Later, Refused
from store.work import TryLaterError
from tests.bot.sharing import added, ruled, settled
from tests.bot.world import World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world")) as world:
        await added(world, SALES, AR_TEAM, NORTHWIND_SHARED)
        yield world


def payload(world: World, **changes: str) -> dict[str, str]:
    invoice = world.ledger.invoice_numbered("INV-12345")
    known = {"value": f"1:invoice:netsuite:invoice:{invoice.id}", "to": SALES, "label": "#sales", "text": "Hello"}
    return known | {"confirmed": "", "view_id": "V0GONE", "team_id": TEAM_ID, "user_id": ANA} | changes


async def kept(world: World, delivery_id: str) -> Delivery | None:
    async with world.store.read() as conn:
        return await delivery_by_id(conn, delivery_id)


async def written(world: World, work_id: str, **changes: str) -> Delivery:
    await share(world.assistant.deps, work_id, payload(world, **changes))
    found = await kept(world, work_id)
    assert found is not None
    return found


async def doubted(world: World) -> None:
    """What is known of channels has to be asked for again."""
    async with world.store.write() as conn:
        await doubt_channels(conn)


@contextmanager
def silent(world: World, method: str) -> Iterator[None]:
    """Slack does not answer this question while the block lasts."""
    world.workspace.faults.fail(method, 503, times=1_000)
    try:
        yield
    finally:
        world.workspace.faults.clear()


class TestShare:
    async def test_run_again_after_a_crash_writes_it_once(self, world: World) -> None:
        first = await written(world, "share-once")
        assert (await written(world, "share-once", text="Other words")).payload == first.payload

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"user_id": BEN}, "Your account here does not allow this any more."),
            ({"to": NORTHWIND_SHARED}, "people of another company read this channel"),
            ({"value": "1:invoice:netsuite:invoice:0"}, "This record is not known here any more."),
        ],
    )
    async def test_what_may_not_go_there_is_refused_in_words(
        self, world: World, changes: dict[str, str], reason: str
    ) -> None:
        work_id = f"share-refused-{len(reason)}"
        await share(world.assistant.deps, work_id, payload(world, **changes))
        assert await kept(world, work_id) is None
        told = await world.delivered(f"share.told/{work_id}")
        assert str(told.payload["text"]).startswith("Your message was not posted. ")
        assert reason in str(told.payload["blocks"])

    async def test_outsiders_who_came_meanwhile_are_not_confirmed(self, world: World) -> None:
        with ruled(world, external_channels="ask"):
            changes = {"to": NORTHWIND_SHARED, "user_id": CHLOE}
            await share(world.assistant.deps, "share-late", payload(world, **changes))
        assert await kept(world, "share-late") is None
        told = await world.delivered("share.told/share-late")
        assert "Meanwhile people outside the company read that channel." in str(told.payload["text"])

    async def test_a_silent_slack_is_waited_for(self, world: World) -> None:
        world.workspace.faults.fail("users.info", 503)
        with pytest.raises(TryLaterError):
            await share(world.assistant.deps, "share-silent", payload(world, to=CHLOE))
        assert (await written(world, "share-silent", to=CHLOE)).payload["channel"] == CHLOE

    async def test_also_where_it_does_not_say_who_reads_the_channel(self, world: World) -> None:
        with silent(world, "conversations.info"):
            await doubted(world)
            with pytest.raises(TryLaterError):
                await share(world.assistant.deps, "share-unread", payload(world))
        assert (await written(world, "share-unread")).payload["channel"] == SALES

    async def test_also_where_it_does_not_say_who_is_in_a_private_channel(self, world: World) -> None:
        world.workspace.invite_app(FINANCE_LEADS, by=ANA)
        await settled(world)
        with silent(world, "users.conversations"):
            world.assistant.deps.roster.drop_all()
            with pytest.raises(TryLaterError):
                await share(world.assistant.deps, "share-private", payload(world, to=FINANCE_LEADS))
        assert (await written(world, "share-private", to=FINANCE_LEADS)).payload["channel"] == FINANCE_LEADS


class TestCheck:
    async def checked(self, world: World, delivery: Delivery) -> Any:
        return await check(world.assistant.deps, delivery)

    async def test_lets_go_what_may_go(self, world: World) -> None:
        assert await self.checked(world, await written(world, "share-fine")) is None

    async def test_waits_for_a_silent_slack(self, world: World) -> None:
        delivery = await written(world, "share-person", to=CHLOE)
        world.workspace.faults.fail("users.info", 503)
        assert isinstance(await self.checked(world, delivery), Later)

    async def test_waits_where_slack_does_not_say_who_reads_the_channel(self, world: World) -> None:
        delivery = await written(world, "share-unread-late")
        with silent(world, "conversations.info"):
            await doubted(world)
            assert isinstance(await self.checked(world, delivery), Later)

    async def test_refuses_whom_nothing_is_shared_with_any_more(self, world: World) -> None:
        delivery = await written(world, "share-left", to=CHLOE)
        world.workspace.change_member(CHLOE, is_restricted=True)
        try:
            refused = await self.checked(world, delivery)
        finally:
            world.workspace.change_member(CHLOE, is_restricted=False)
        assert isinstance(refused, Refused)
        assert refused.reason.startswith("refused_here: Chloé Dubois is a guest")
