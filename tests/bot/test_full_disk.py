"""A full disk: what is stored is still answered, what cannot be stored is said, and freed space is used again."""

import pytest
from sqlalchemy import text

from sandbox.slack.seed import ANA
from store.db import Store
from tests.bot.world import SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def limit_pages(store: Store, most: int | None) -> None:
    """Let the database file grow no further than this; by default, than it is."""
    async with store.write() as conn:
        now = (await conn.execute(text("PRAGMA page_count"))).scalar_one()
        await conn.execute(text(f"PRAGMA max_page_count = {most or now}"))


class TestFullDisk:
    async def test_answers_come_and_a_refresh_says_that_it_was_not_kept(self, world: World) -> None:
        store, invoice = world.assistant.deps.store, world.ledger.invoice_numbered("INV-12345")
        card = await world.card("/tesorio invoice INV-12345")
        await limit_pages(store, None)
        world.ledger.edit_invoice(invoice.id, memo="m" * 400_000)
        world.ledger.pay_invoice(invoice.id, 1_000_00)
        [same] = (await world.workspace.click(ANA, card, "refresh.record", waiting=SETTLED)).messages
        assert "could not be stored" in world.shown(same)
        assert "Open balance: $17,250.00" in world.shown(same)
        assert "Open balance: $17,250.00" in world.shown(await world.card("/tesorio invoice INV-12345"))
        await limit_pages(store, 1_000_000)
        [fresh] = (await world.workspace.click(ANA, same, "refresh.record", waiting=SETTLED)).messages
        assert "Open balance: $16,250.00" in world.shown(fresh)
