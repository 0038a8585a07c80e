"""What comes back from Slack forged: values of buttons and memories of forms that stand for nothing of ours."""

import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from sandbox.slack.seed import ANA
from store.audit import audit_events
from store.facts import facts
from store.inbox import inbox
from store.tables import TABLES
from tests.bot.forms import made_up, open_forms, submission, with_other_records
from tests.bot.organisation import organisation, world_with
from tests.bot.ways_in import DOORS, Json
from tests.bot.world import CHANNEL, SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

# These take down that there was a request, whatever it was.
_BOOKKEEPING = {audit_events.name, inbox.name, facts.name}
FORMS = tuple(door.name for door in DOORS if door.kind == "view")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    # Some forms are those of a CRM.
    async with organisation() as salesforce, world_with(tmp_path_factory.mktemp("world"), salesforce, {}) as world:
        yield world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def forms(opened: World) -> AsyncIterator[dict[str, Json]]:
    yield await open_forms(opened)
    await opened.catch_up()


async def sizes(world: World) -> dict[str, int]:
    """How many rows each table has."""
    counted: dict[str, int] = {}
    async with world.store.read() as conn:
        for table in TABLES:
            if table.name not in _BOOKKEEPING:
                counted[table.name] = (await conn.execute(select(func.count()).select_from(table))).scalar_one()
    return counted


async def submitted(world: World, view: Json, metadata: str) -> list[str]:
    """What is wrong with how a forged form was taken."""
    before = len(await world.audited())
    delivery = await world.workspace.hub.deliver("interactive", submission(world, view, metadata))
    await world.catch_up()
    wrong = [] if delivery.ack is not None else ["is not acknowledged"]
    if not (await world.audited())[before:]:
        wrong.append("leaves no trace")
    if delivery.ack is not None and not delivery.ack.payload:
        wrong.append("closes without a word")
    return wrong


class TestForgedMemory:
    async def test_every_form_is_tried(self, forms: dict[str, Json]) -> None:
        assert set(forms) >= set(FORMS)

    @pytest.mark.sampled(keep=4)
    @pytest.mark.parametrize("name", FORMS)
    async def test_what_is_made_up_is_refused(self, world: World, forms: dict[str, Json], name: str) -> None:
        before = await sizes(world)
        wrong = {
            metadata[:60]: found
            for metadata in made_up(forms[name])
            if (found := await submitted(world, forms[name], metadata))
        }
        assert wrong == {}
        assert await sizes(world) == before
        assert not world.log.errors()

    @pytest.mark.parametrize("count", [8, pytest.param(1_000, marks=pytest.mark.soak)])
    @pytest.mark.parametrize("name", FORMS)
    async def test_records_that_nobody_ever_saw_are_refused(
        self, world: World, forms: dict[str, Json], name: str, count: int
    ) -> None:
        before, dice = await sizes(world), random.Random(7)  # noqa: S311 - made-up ids
        view = forms[name]
        wrong = {
            metadata: found
            for metadata in with_other_records(view["private_metadata"], dice, count)
            if (found := await submitted(world, view, metadata))
        }
        assert wrong == {}
        assert await sizes(world) == before
        assert not world.log.errors()


class TestForgedValue:
    @pytest.mark.parametrize("count", [50, pytest.param(1_000, marks=pytest.mark.soak)])
    async def test_made_up_ids_hit_nothing(self, world: World, count: int) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        await world.workspace.click(ANA, card, "lookup.open", waiting=SETTLED)
        payload = world.last_payload("block_actions")
        dice = random.Random(7)  # noqa: S311 - made-up ids
        seen = {message.ts for message in world.workspace.messages(CHANNEL, ANA)}
        for number in range(count):
            kind, origin = dice.choice(("invoice", "customer")), dice.choice(("netsuite", "invoiced"))
            action = payload["actions"][0] | {"value": f"1:{kind}:{origin}:{kind}:{dice.getrandbits(40)}"}
            forged = payload | {"actions": [action], "trigger_id": f"forged.{count}.{number}", "response_url": ""}
            assert (await world.workspace.hub.deliver("interactive", forged)).ack is not None
        await world.catch_up()
        told = [message for message in world.workspace.messages(CHANNEL, ANA) if message.ts not in seen]
        assert len(told) == count
        assert {message.text for message in told} == {told[0].text}
        assert "out of date" in told[0].text
        assert [action for _, action, _ in (await world.audited())[-count:]] == ["lookup.open"] * count
