"""A contact's e-mail and telephone on a card: only where nobody else reads them."""

import pytest
import pytest_asyncio

from sandbox.slack.seed import ANA, ANA_APP_DM, ANA_BEN_DM, AR_TEAM
from store.contacts import Contact
from store.pulled import upsert_records
from store.records import record_id
from tests.bot.replying import A_CARD, about_customer, card_of
from tests.bot.world import SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def contact(opened: World) -> None:
    maria = Contact(
        id=record_id("netsuite", "contact", "m1"),
        origin="netsuite",
        source_id="m1",
        seen_at=opened.clock(),
        name="Aaa Diaz",
        customer_id=about_customer(opened)[0],
        email="maria@sun.example",
        phone="+1 555 0100",
        is_primary=True,
    )
    async with opened.store.write() as conn:
        await upsert_records(conn, [maria], at=opened.clock())


def line(world: World) -> str:
    return f"/tesorio customer {about_customer(world)[1]}"


class TestContact:
    @pytest.mark.parametrize("channel", [AR_TEAM, ANA_BEN_DM])
    async def test_is_masked_where_others_read(self, world: World, channel: str) -> None:
        shown = world.shown(await card_of(world, line(world), channel=channel))
        assert "Aaa Diaz · m…@sun.example" in shown
        assert "555" not in shown

    async def test_is_whole_in_the_conversation_with_the_app(self, world: World) -> None:
        card = await card_of(world, line(world), channel=ANA_APP_DM)
        assert "Aaa Diaz · maria@sun.example · +1 555 0100" in world.shown(card)
        fresh = await world.workspace.click(ANA, card, "refresh.record", waiting=SETTLED)
        assert "maria@sun.example" in world.shown(fresh)

    async def test_is_whole_for_what_is_typed_to_the_app(self, world: World) -> None:
        seen = await world.workspace.say(ANA, ANA_APP_DM, line(world).removeprefix("/tesorio "), A_CARD)
        assert "maria@sun.example" in world.shown(seen)

    async def test_is_whole_for_an_address_there_and_masked_below_one_in_a_channel(self, world: World) -> None:
        source_id = about_customer(world)[0].rpartition(":")[2]
        address = f"https://1234567-sb1.app.netsuite.com/app/common/entity/custjob.nl?id={source_id}"
        seen = await world.workspace.say(ANA, ANA_APP_DM, address, A_CARD)
        assert "maria@sun.example" in world.shown(seen)
        [shared] = (await world.workspace.say(ANA, AR_TEAM, address)).messages
        assert "Aaa Diaz · m…@sun.example" in world.shown(shared)
