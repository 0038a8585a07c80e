"""«Refresh» when not even the store can be read: whoever clicked hears it, and the work has not failed."""

from dataclasses import asdict, replace
from pathlib import Path

import pytest

from bot.feature import action_request
from bot.root.work import work_handlers
from sandbox.slack.seed import ANA, DEACTIVATED
from store.db import Store, sqlite_url
from tests.bot.world import SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestRefresh:
    @pytest.mark.parametrize("origin", ["netsuite", "gone"])
    async def test_a_store_that_cannot_be_read_is_told_to_the_clicker(
        self, world: World, tmp_path: Path, origin: str
    ) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        await world.workspace.click(ANA, card, "refresh.record", waiting=SETTLED)
        request = action_request(world.last_envelope().payload)
        record = world.ledger.invoice_numbered("INV-12345")
        payload = {
            "kind": "invoice",
            "record_id": "x",
            "origin": origin,
            "source_id": record.id,
            "value": request.value,
            "query": request.query,
            **{f"reply_{name}": value for name, value in asdict(request.reply).items()},
        }
        broken = Store(sqlite_url(tmp_path / "missing" / "store.sqlite"))
        deps = replace(world.assistant.deps, store=broken)
        before = len(world.workspace.messages("#ar-team", ANA))
        await work_handlers(deps, world.assistant.sources, lambda _run: None, {})["refresh"]("work", payload)
        await broken.close()
        [told] = world.workspace.messages("#ar-team", ANA)[before:]
        assert "the card stays as it was. Try again in a moment." in told.text
        assert not world.log.errors()

    async def test_who_may_see_nothing_any_more_gets_no_card(self, world: World) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        await world.workspace.click(ANA, card, "refresh.record", waiting=SETTLED)
        request = action_request(world.last_envelope().payload)
        [shown] = [each for each in world.workspace.messages("#ar-team", ANA) if each.ts == card.ts]
        payload = {
            "kind": "invoice",
            "record_id": "netsuite:invoice:1",
            "origin": "gone",
            "source_id": "1",
            "value": request.value,
            "query": request.query,
            "team_id": request.person.team_id,
            "user_id": DEACTIVATED,
            **{f"reply_{name}": value for name, value in asdict(request.reply).items()},
        }
        before = len(world.workspace.messages("#ar-team", ANA))
        handlers = work_handlers(world.assistant.deps, world.assistant.sources, lambda _run: None, {})
        await handlers["refresh"]("work", payload)
        messages = world.workspace.messages("#ar-team", ANA)
        [told] = messages[before:]
        assert "INV-12345" not in world.shown(told)
        assert [each.blocks for each in messages if each.ts == card.ts] == [shown.blocks]
        assert any(action == "refresh.record.denied" for _, action, _ in await world.audited())
