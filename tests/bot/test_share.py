"""Sharing a record: chosen, previewed, posted once, told."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

import pytest

from sandbox.slack.seed import (
    ANA,
    ANA_APP_DM,
    AR_TEAM,
    BEN,
    CHLOE,
    SALES,
)
from store.deliveries import DeliveryState
from tests.bot.outbox_bench import until
from tests.bot.sharing import (
    LOADED,
    delivery_id,
    entry,
    filled,
    modal_text,
    opened,
    opened_form,
    own,
    posts,
    sent,
    settled,
    went_back,
)
from tests.bot.world import ACKED, SETTLED, World, elements

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["opened"]


class TestPosting:
    async def test_to_a_channel(self, world: World) -> None:
        delivery = await sent(world, to=SALES, text="Who speaks to them?\nThey are *late*.")
        assert delivery.state is DeliveryState.SENT
        post = posts(world, SALES)[-1]
        shown = world.shown(post)
        assert "Shared by" in shown
        assert "ana@meridian" in shown
        assert "Who speaks to them?\n" in shown
        assert "Sun Microsystems, Inc. owes" in shown
        assert post.text.startswith("Shared by ana@meridian.example")
        assert [button["value"] for button in elements(post, "reply.open")] == [f"1:invoice:{delivery.about_id}"]
        assert not any(elements(post, action) for action in ("refresh.record", "share.open", "lookup.open"))
        assert "Posted in #sales." in modal_text(world)
        assert f"archives/{SALES}/p{post.ts.replace('.', '')}" in str(world.workspace.modal(ANA))
        assert ("share", delivery.about_id) in [event[1:] for event in await world.audited()]

    async def test_to_a_person_without_an_account(self, world: World) -> None:
        delivery = await sent(world, "/tesorio customer sun micro", person=CHLOE)
        assert delivery.state is DeliveryState.SENT
        [post] = posts(world, world.workspace.app_channel(CHLOE).id)
        assert "Sun Microsystems, Inc. owes" in world.shown(post)
        assert "Sent to Chloé Dubois. Only they can open it, in their messages with this app." in modal_text(world)

    async def test_send_posts_exactly_what_the_preview_showed(self, world: World) -> None:
        await opened_form(world)
        known_as = delivery_id(world)
        await filled(world, to=SALES, text="Have a look at this")
        seen = modal_text(world)
        await filled(world, to=SALES, text="Have a look at this")
        await world.delivered(known_as)
        post = posts(world, SALES)[-1]
        for block in post.blocks:
            if block["type"] not in {"actions", "table"}:
                assert all(line in seen for line in texts(block))
        assert "This is what #sales will see:" in seen
        assert "Below it stands the button Reply to Tesorio" in seen

    async def test_who_has_closed_the_window_is_written_to(self, world: World) -> None:
        world.workspace.faults.stall("chat.postMessage", 0.3)
        await opened_form(world)
        known_as = delivery_id(world)
        await filled(world, to=AR_TEAM)
        await filled(world, to=AR_TEAM)
        await world.workspace.close(ANA, SETTLED)
        await world.delivered(known_as)
        await world.delivered(f"share.told/{known_as}/1")
        told = world.workspace.messages(ANA_APP_DM)[-1]
        assert "Posted in #ar-team." in told.text
        assert "archives/C0ARTEAM01" in str(told.blocks)

    async def test_pressed_twice_it_is_posted_once(self, world: World) -> None:
        await opened_form(world)
        known_as = delivery_id(world)
        await filled(world, to=SALES, text="Once")
        await filled(world, to=SALES, text="Once")
        payload = dict(world.last_envelope().payload)
        again = payload | {"trigger_id": "twice"}
        assert (await world.workspace.hub.deliver("interactive", again)).ack is not None
        assert (await world.workspace.hub.deliver("interactive", payload, retry_attempt=1)).ack is not None
        await world.delivered(known_as)
        await settled(world)
        assert sum("Once" in post.text for post in posts(world, SALES)) == 1

    async def test_a_lost_answer_of_slack_is_asked_about_and_not_sent_again(self, world: World) -> None:
        world.workspace.faults.reset("chat.postMessage")
        await opened_form(world)
        known_as = delivery_id(world)
        for _ in range(2):
            await filled(world, to=SALES, text="Reset")
        await until(world, known_as, lambda one: one.state is DeliveryState.UNKNOWN)
        while not any("did not say whether this message arrived" in each.text for each in own(world)):
            world.pass_time(2)
            await asyncio.sleep(0.05)
        [question] = [each for each in own(world) if "did not say whether this message arrived" in each.text]
        await world.workspace.click(ANA, question, "outbox.arrived", waiting=SETTLED)
        assert (await world.delivered(known_as)).state is DeliveryState.SENT
        assert sum("Reset" in post.text for post in posts(world, SALES)) == 1

    async def test_a_table_that_slack_refuses_is_written_as_text(self, world: World) -> None:
        world.workspace.faults.refuse("chat.postMessage", "invalid_blocks", channel=SALES)
        await sent(world, "/tesorio customer sun micro", to=SALES)
        post = posts(world, SALES)[-1]
        assert not any(block["type"] == "table" for block in post.blocks)
        assert "Over 90 days" in world.shown(post)
        assert elements(post, "reply.open")

    async def test_from_the_command_line_while_the_bot_runs(self, world: World, tmp_path: Path) -> None:
        words = ("share", "invoice", "INV-12345", "--to", "#sales", "--as", "ana@meridian.example", "--message", "Said")
        known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        ended = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            stdout=PIPE,
            stderr=PIPE,
            cwd=tmp_path,
            env={**known, **world.settings.plain_environment(), "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        out, err = await ended.communicate()
        assert (ended.returncode, err) == (0, b"")
        assert out == b"Posted in #sales.\n"
        assert posts(world, SALES)[-1].text.startswith("Shared by ana@meridian.example: Said · ")


class TestShortcut:
    async def test_on_a_card_its_record_is_chosen(self, world: World) -> None:
        card = await world.card("/tesorio invoice inv123")
        await world.workspace.shortcut(ANA, "share_to_slack", card, LOADED)
        assert "⚠️ Closest match for «inv123». You are about to share Invoice INV-123 of ABC Inc." in modal_text(world)

    async def test_on_a_shared_message_too(self, world: World) -> None:
        await sent(world, to=SALES)
        await world.workspace.shortcut(ANA, "share_to_slack", posts(world, SALES)[-1], LOADED)
        assert "Invoice INV-12345 of Sun Microsystems, Inc." in modal_text(world)

    async def test_on_any_other_it_is_chosen_by_typing(self, world: World) -> None:
        await world.workspace.post(BEN, SALES, "What about Sun?", ACKED)
        message = world.workspace.messages(SALES)[-1]
        await world.workspace.shortcut(ANA, "share_to_slack", message, LOADED)
        outcome = await filled(world, to=SALES)
        assert outcome.errors == {"pick.record.block": "Choose what to share."} or "required" in str(outcome.errors)
        offered = await world.workspace.suggestions(ANA, None, "pick.record", "INV-12345")
        known_as = delivery_id(world)
        picked: dict[str, Any] = {"pick.record": offered["options"][0]}
        await filled(world, to=SALES, text="Picked", **picked)
        assert "Sun Microsystems, Inc. owes" in modal_text(world)
        await went_back(world)
        kept = entry(world.workspace.modal(ANA), "pick.record")
        assert kept["selected_option"]["value"] == picked["pick.record"]["value"]
        for _ in ("Preview", "Send"):
            await filled(world)
        assert (await world.delivered(known_as)).state is DeliveryState.SENT


class TestInAWindow:
    async def test_a_card_in_a_window_is_shared_from_one_above_it(self, world: World) -> None:
        await world.workspace.shortcut(ANA, "find_in_tesorio", None, LOADED)
        offered = await world.workspace.suggestions(ANA, None, "find.choose", "INV-12345")
        await world.workspace.choose(ANA, None, "find.choose", offered["options"][0], SETTLED)
        below = world.workspace.modal(ANA)
        await world.workspace.click(ANA, None, "share.open", waiting=LOADED)
        assert "Invoice INV-12345 of Sun Microsystems, Inc." in modal_text(world)
        known_as = delivery_id(world)
        for _ in range(2):
            await filled(world, to=SALES, text="From a window")
        assert (await world.delivered(known_as)).state is DeliveryState.SENT
        await world.workspace.close(ANA, SETTLED)
        now_open = world.workspace.modal(ANA)
        assert below is not None
        assert now_open is not None
        assert now_open["id"] == below["id"]


def texts(block: Any) -> list[str]:
    if isinstance(block, dict):
        own_text = [block["text"]] if isinstance(block.get("text"), str) else []
        return own_text + [each for value in block.values() for each in texts(value)]
    return [each for value in block for each in texts(value)] if isinstance(block, list) else []
