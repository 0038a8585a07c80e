"""«Refresh»: one record read again from the ERP, durably, and the card replaced."""

from typing import Any

import pytest

from sandbox.ledger.records import Kind
from sandbox.slack import Outcome
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, BEN
from store.work import WorkState
from tests.bot.world import SETTLED, World, elements, ended

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def refreshed(world: World, card: Message, user: str = ANA) -> Outcome:
    return await world.workspace.click(user, card, "refresh.record", waiting=SETTLED)


def provenance(card: Message) -> str:
    [block] = [block for block in card.blocks if block["block_id"] == "provenance"]
    return str(block["elements"][0]["text"])


def work_id(payload: Any) -> str:
    """The id that the click's work must have for a second delivery to find it."""
    return f"refresh-{payload['user']['id']}-{payload['channel']['id']}-{payload['actions'][0]['action_ts']}"


class TestRefresh:
    async def test_replaces_the_card_with_the_figures_of_now(self, world: World) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        world.ledger.pay_invoice(world.ledger.invoice_numbered("INV-12345").id, 1_000_00)
        outcome = await refreshed(world, card)
        [fresh] = outcome.messages
        assert fresh.ts == card.ts
        assert "Open balance: $16,250.00" in world.shown(fresh)
        assert elements(fresh, "refresh.record")
        assert await ended(world.assistant, work_id(world.last_envelope().payload)) is WorkState.DONE

    async def test_a_customer_comes_with_its_invoices(self, world: World) -> None:
        card = await world.card("/tesorio customer ABC Inc")
        world.ledger.add_invoice(world.ledger.customer_named("ABC Inc").id, total_minor=12_340_00, number="INV-77001")
        [fresh] = (await refreshed(world, card)).messages
        assert "ABC Inc owes $19,600.00" in world.shown(fresh)
        assert "INV-77001" in world.shown(fresh)

    async def test_keeps_saying_that_the_match_was_a_guess(self, world: World) -> None:
        card = await world.card("/tesorio invoice inv123")
        [fresh] = (await refreshed(world, card)).messages
        assert "Closest match for «inv123»" in world.shown(fresh)
        assert elements(fresh, "lookup.choose") == elements(card, "lookup.choose")

    async def test_brings_the_old_card_back_when_the_erp_is_down(self, world: World) -> None:
        card = await world.card("/tesorio customer sun micro")
        world.netsuite.faults.http(503, times=100)
        outcome = await world.workspace.click(ANA, card, "refresh.record")
        [same] = outcome.messages
        assert same.ts == card.ts
        assert "NetSuite did not answer just now; these are the last known figures." in world.shown(same)
        assert provenance(same).startswith(provenance(card))
        assert not world.log.errors()

    async def test_gives_a_silent_erp_up(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.root.work._REFRESH_SECONDS", 0.2)
        card = await world.card("/tesorio customer sun micro")
        world.netsuite.faults.hang()
        outcome = await world.workspace.click(ANA, card, "refresh.record")
        assert "NetSuite did not answer just now; these are the last known figures." in world.shown(outcome)

    async def test_says_when_the_erp_refuses_us(self, world: World) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        world.netsuite.faults.expired_session(times=100)
        outcome = await world.workspace.click(ANA, card, "refresh.record")
        assert "these are the last known figures" in world.shown(outcome)

    async def test_says_when_the_erp_has_the_record_no_more(self, world: World) -> None:
        invoice = world.ledger.add_invoice(
            world.ledger.customer_named("ABC Inc").id, total_minor=100, number="INV-77002"
        )
        customer = await world.card("/tesorio customer ABC Inc")
        await refreshed(world, customer)
        card = await world.card("/tesorio invoice INV-77002")
        world.ledger.delete(Kind.INVOICE, invoice.id)
        [same] = (await refreshed(world, card)).messages
        assert "NetSuite has this record no more; these are the last known figures." in world.shown(same)

    async def test_a_click_that_comes_twice_has_one_effect(self, world: World) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        await refreshed(world, card, BEN)
        click = world.last_envelope()
        before = len(world.netsuite.log)
        again = await world.workspace.hub.deliver("interactive", click.payload, retry_attempt=1)
        assert again.ack is not None
        assert await ended(world.assistant, work_id(click.payload)) is WorkState.DONE
        await world.catch_up()
        assert len(world.netsuite.log) == before

    async def test_a_worn_out_response_url_does_not_lose_the_answer(self, world: World) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        world.workspace.faults.fail("response_url", 404)
        [fresh] = (await refreshed(world, card)).messages
        assert fresh.ts == card.ts
        assert fresh.edited

    @pytest.mark.sampled(keep=2)
    @pytest.mark.parametrize(
        "value", ["", "1:invoice:netsuite:invoice:999999", "2:invoice:x", "x" * 2000, "1:note:a:b:c"]
    )
    async def test_a_value_that_stands_for_nothing_starts_nothing(self, world: World, value: str) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        await refreshed(world, card)
        forged = dict(world.last_envelope().payload) | {"trigger_id": f"forged.{value[:9]}"}
        forged["actions"] = [forged["actions"][0] | {"value": value, "action_ts": f"forged.{value[:9]}"}]
        before = len(world.netsuite.log)
        delivery = await world.workspace.hub.deliver("interactive", forged)
        await world.catch_up()
        assert delivery.ack is not None
        assert "out of date" in world.workspace.messages("#ar-team", ANA)[-1].text
        assert len(world.netsuite.log) == before
