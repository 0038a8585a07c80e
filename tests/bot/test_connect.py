"""«Connect»: who may be linked to which account, at once or by an admin's approval, and who may not."""

import pytest

from tests.bot.newcomers import account_for, newcomer, press_connect, words
from tests.bot.world import SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


class TestConnect:
    async def test_the_first_command_leads_to_an_account(self, world: World) -> None:
        eva = newcomer(world)
        account = await account_for(world, eva)
        form = await press_connect(world, eva.id)
        assert eva.email in words(form)
        assert account.name in words(form)
        outcome = await world.workspace.submit(eva.id, {}, SETTLED)
        assert f"You are connected as {account.name} ({account.email})" in words(outcome.view)
        assert "owes" in world.shown(await world.say("/tesorio invoice INV-12345", user=eva.id))
        assert (f"user:{account.id}", "users.link", f"user:{account.id}") in await world.audited()
