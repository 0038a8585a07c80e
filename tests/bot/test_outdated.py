"""Cards, forms and shortcuts of another version: they still answer, and say what became of them."""

from typing import Any

import pytest

from sandbox.slack.seed import ANA, ANA_APP_DM, TEAM_ID
from tests.bot.world import CHANNEL, SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestOldCard:
    async def test_a_button_that_nobody_knows_says_that_the_card_is_out_of_date(self, world: World) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        await world.workspace.click(ANA, card, "lookup.open", waiting=SETTLED)
        payload = dict(world.last_envelope().payload)
        payload["actions"] = [payload["actions"][0] | {"action_id": "share.of_version_9"}]
        payload["trigger_id"] = "another"
        assert (await world.workspace.hub.deliver("interactive", payload)).ack is not None
        await world.catch_up()
        told = world.workspace.messages(CHANNEL, ANA)[-1]
        assert told.ephemeral_to == ANA
        assert "This card is out of date" in told.text


class TestOldForm:
    """A modal that was opened before an update, under a name that is gone."""

    def _open(self, world: World, callback_id: str) -> None:
        def label(text: str) -> dict[str, str]:
            return {"type": "plain_text", "text": text}

        options = [{"text": label(text), "value": text} for text in ("A promise", "A dispute")]
        inputs: dict[str, dict[str, Any]] = {
            "Your note": {"type": "plain_text_input", "action_id": "text", "multiline": True},
            "What it is": {"type": "static_select", "action_id": "kind", "options": options},
            "When": {"type": "datepicker", "action_id": "on"},
        }
        blocks = [
            {"type": "input", "block_id": f"{name}.block", "label": label(name), "element": element, "optional": True}
            for name, element in inputs.items()
        ]
        body = {"type": "modal", "callback_id": callback_id, "title": label("Reply"), "submit": label("Save")}
        world.slack.core.views.open(ANA, {**body, "blocks": blocks})

    async def test_says_so_and_shows_what_was_typed(self, world: World) -> None:
        self._open(world, "reply.of_version_9")
        note = "They pay on <!channel> *Friday*"
        await world.workspace.submit(ANA, {"text": note, "kind": "A promise", "on": "2026-12-01"}, SETTLED)
        view = world.workspace.modal(ANA)
        assert view is not None
        shown = [block["text"]["text"] for block in view["blocks"]]
        assert "can no longer be sent" in shown[0]
        assert shown[1:] == [f"Your note: {note}", "What it is: A promise", "When: 2026-12-01"]
        assert {block["text"]["type"] for block in view["blocks"]} == {"plain_text"}
        assert "submit" not in view or view["submit"] is None
        assert not world.log.errors()
        assert any(action == "view.expired" for _, action, _ in await world.audited())

    async def test_with_nothing_in_it_says_so_too(self, world: World) -> None:
        self._open(world, "reply.of_version_9")
        await world.workspace.submit(ANA, {}, SETTLED)
        view = world.workspace.modal(ANA)
        assert view is not None
        assert len(view["blocks"]) == 1

    async def test_that_is_closed_is_no_trouble(self, world: World) -> None:
        payload = {"type": "view_closed", "view": {"type": "modal", "id": "V1", "callback_id": "reply.of_version_9"}}
        assert (await world.workspace.hub.deliver("interactive", payload)).ack is not None
        await world.catch_up()
        assert not world.log.errors()

    async def test_a_search_in_one_finds_nothing(self, world: World) -> None:
        payload = {"type": "block_suggestion", "action_id": "of.another_version", "block_id": "b", "value": "x"}
        ack = (await world.workspace.hub.deliver("interactive", payload)).ack
        assert ack is not None
        assert ack.payload == {"options": []}


class TestOldShortcut:
    async def test_is_answered_privately(self, world: World) -> None:
        user = {"id": ANA, "team_id": TEAM_ID}
        payload = {"type": "shortcut", "callback_id": "of_another_version", "user": user, "trigger_id": "old.1"}
        assert (await world.workspace.hub.deliver("interactive", payload)).ack is not None
        await world.catch_up()
        assert "does nothing here" in world.workspace.messages(ANA_APP_DM, ANA)[-1].text
