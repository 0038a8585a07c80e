"""Notes on their way to a system of record: in order per customer, once, and waited for when it is busy."""

import asyncio
from dataclasses import replace

import pytest

from sandbox.slack.seed import ANA
from store.customers import Customer, customer_by_id
from store.deliveries import Delivery, DeliveryState
from store.pushes import note_push
from store.records import RecordId, record_id
from store.refs import ExternalRef, add_refs
from tests.bot.outbox_bench import again, arrive_in_time, keeper, opened, put, told, until
from tests.bot.world import World
from tests.contract.fake_target import NoteKeeper

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["keeper", "opened"]


@pytest.fixture(autouse=True)
def calm(keeper: NoteKeeper) -> None:
    """Nothing is left over from the test before."""
    keeper.notes.clear()
    keeper.troubles.clear()
    keeper.lasting, keeper.delay_seconds, keeper.most_at_work, keeper.gathers = lambda _note: None, 0.0, 0, 0
    keeper.gathered.set()


async def a_customer(world: World, number: int = 0) -> Customer:
    """A customer that the system knows under an id of its own."""
    customer_id = record_id("netsuite", "customer", str(sorted(world.ledger.customers)[number]))
    async with world.store.write() as conn:
        ref = ExternalRef(system="crm", object="account", external_id=f"A{number}", record_id=customer_id)
        await add_refs(conn, [ref])
        found = await customer_by_id(conn, customer_id)
    assert found is not None
    return found


async def a_note(world: World, name: str, number: int = 0) -> Delivery:
    customer = await a_customer(world, number)
    now = world.clock()
    return note_push(
        id=name,
        target="crm",
        about_kind="customer",
        about_id=customer.id,
        customer_id=customer.id,
        note_id=f"note of {name}",
        text=f"Text of {name}",
        written_at=now,
        at=now,
        author_name="Ana Silva",
        author=ANA,
    )


class TestPush:
    async def test_arrives_with_all_that_it_has(self, world: World, keeper: NoteKeeper) -> None:
        note = await a_note(world, "whole")
        await put(world, note)
        delivery = await world.delivered("whole")
        assert (delivery.state, delivery.external_id) == (DeliveryState.SENT, "N1")
        assert keeper.notes["N1"] == {
            "key": "whole",
            "kind": "customer",
            "source_id": "A0",
            "title": "",
            "text": "Text of whole",
            "author": "Ana Silva",
            "written_at": note.payload["written_at"],
        }

    async def test_the_systems_own_id_is_that_of_its_origin(self, world: World) -> None:
        assert world.assistant.deps.target_titles == {"crm": "Test CRM"}
        stranger = replace(await a_note(world, "unknown there"), about_id=RecordId("nothing"))
        await put(world, stranger)
        delivery = await world.delivered("unknown there")
        assert delivery.state is DeliveryState.REJECTED
        assert "Test CRM has no such record" in delivery.reason

    async def test_notes_of_a_customer_arrive_in_order_and_others_are_not_held_up(
        self, world: World, keeper: NoteKeeper
    ) -> None:
        keeper.lasting = lambda note: "busy" if note["source_id"] == "A1" else None
        held = [await a_note(world, f"held {n}", number=1) for n in range(3)]
        free = [await a_note(world, f"free {n}", number=2) for n in range(2)]
        await put(world, *held, *free)
        await world.delivered("free 1")
        await until(world, "held 0", lambda one: one.attempts > 0 and one.not_before is not None)
        assert keeper.texts() == ["Text of free 0", "Text of free 1"]
        keeper.lasting = lambda _note: None
        world.pass_time(30)
        await world.delivered("held 2")
        assert keeper.texts()[2:] == [f"Text of held {n}" for n in range(3)]

    async def test_no_more_at_once_than_the_account_bears(self, world: World, keeper: NoteKeeper) -> None:
        keeper.delay_seconds, keeper.gathers = 0.1, 3
        keeper.gathered.clear()
        notes = [await a_note(world, f"many {n}", number=n) for n in range(8)]
        await put(world, *notes)
        await asyncio.gather(*(world.delivered(note.id) for note in notes))
        assert keeper.most_at_work == 3
        assert len(keeper.notes) == 8


class TestTrouble:
    @pytest.mark.parametrize("trouble", ["cut_before", "cut_after"])
    async def test_a_lost_answer_is_looked_up(self, world: World, keeper: NoteKeeper, trouble: str) -> None:
        keeper.troubles = [trouble]  # type: ignore[list-item]  # pytest knows no literals
        await put(world, await a_note(world, trouble))
        assert (await arrive_in_time(world, trouble)).state is DeliveryState.SENT
        assert keeper.texts() == [f"Text of {trouble}"]

    async def test_a_refusal_is_told_to_its_author_and_can_be_sent_again(
        self, world: World, keeper: NoteKeeper
    ) -> None:
        keeper.troubles = ["reject"]
        await put(world, await a_note(world, "refused"), await a_note(world, "next"))
        assert (await world.delivered("refused")).state is DeliveryState.REJECTED
        await world.delivered("next")
        bad_news = await told(world, "refused", "outbox.resend")
        assert "INVALID_FIELD" in bad_news.text
        await world.workspace.click(ANA, bad_news, "outbox.resend")
        assert (await again(world, "refused")).state is DeliveryState.SENT

    async def test_a_busy_system_is_asked_again_later_and_later(self, world: World, keeper: NoteKeeper) -> None:
        keeper.troubles = ["busy"] * 5
        await put(world, await a_note(world, "busy"))
        delivery = await arrive_in_time(world, "busy")
        assert delivery.attempts == 6
        assert keeper.texts() == ["Text of busy"]

    async def test_a_system_that_is_not_set_up_is_named(self, world: World) -> None:
        elsewhere = replace(await a_note(world, "elsewhere"), target="gone", lane="gone/7")
        await put(world, elsewhere)
        assert (await world.delivered("elsewhere")).state is DeliveryState.REJECTED
        assert "not connected here" in (await told(world, "elsewhere", "outbox.resend")).text
