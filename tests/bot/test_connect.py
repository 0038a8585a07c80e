"""«Connect»: who may be linked to which account, and who may not, told plainly."""

from datetime import timedelta
from typing import Any

import pytest

from sandbox.slack import Outcome
from sandbox.slack.records import Member
from sandbox.slack.seed import OTHER_TEAM_ID
from store.users import Role, SlackLink, User, add_user, deactivate_user, link_slack, linked_user, unlink_slack
from tests.bot.newcomers import CONFIRMED, SHOWN, account_for, connected, newcomer, press_connect, words
from tests.bot.world import SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def acts_as(world: World, member: Member) -> User | None:
    async with world.store.read() as conn:
        return await linked_user(conn, member.team_id, member.id)


async def again(world: World, member: Member, **changes: Any) -> Outcome:
    """The last submission once more, as somebody who kept it would send it."""
    submitted = [
        each.payload for each in world.workspace.hub.deliveries if each.payload.get("type") == "view_submission"
    ]
    mine = next(payload for payload in reversed(submitted) if payload["user"]["id"] == member.id)
    repeated = {**mine, "trigger_id": f"again.{member.id}.{len(changes)}", **changes}
    delivery = await world.workspace.hub.deliver("interactive", repeated)
    await world.catch_up()
    return Outcome(ack=delivery.ack, view=world.workspace.modal(member.id))


class TestConnect:
    async def test_the_first_command_leads_to_an_account(self, world: World) -> None:
        eva = newcomer(world)
        account = await account_for(world, eva)
        form = await press_connect(world, eva.id)
        assert eva.email in words(form)
        assert account.name in words(form)
        outcome = await world.workspace.submit(eva.id, {}, CONFIRMED)
        assert f"You are connected as {account.name} ({account.email})" in words(outcome.view)
        assert world.workspace.app_channel(eva.id).id in {message.channel for message in outcome.messages}
        assert "owes" in world.shown(await world.say("/tesorio invoice INV-12345", user=eva.id))
        assert (f"user:{account.id}", "users.link", f"user:{account.id}") in await world.audited()

    async def test_nothing_is_linked_before_it_is_confirmed(self, world: World) -> None:
        eva = newcomer(world)
        await account_for(world, eva)
        await press_connect(world, eva.id)
        await world.workspace.close(eva.id, SETTLED)
        assert await acts_as(world, eva) is None

    async def test_the_case_of_an_e_mail_does_not_matter(self, world: World) -> None:
        eva = newcomer(world, email="Eva.Lima@Meridian.example")
        account = await connected(world, eva)
        assert await acts_as(world, eva) == account

    async def test_whoever_is_connected_is_told_so(self, world: World) -> None:
        eva = newcomer(world)
        refusal = await world.card("/tesorio invoice INV-12345", user=eva.id)
        await connected(world, eva)
        outcome = await world.workspace.click(eva.id, refusal, "connect.open", waiting=SHOWN)
        assert "You are connected as" in words(outcome.view)

    async def test_a_double_click_on_submit_links_once(self, world: World) -> None:
        eva = newcomer(world)
        account = await connected(world, eva)
        before = (await world.audited()).count((f"user:{account.id}", "users.link", f"user:{account.id}"))
        assert before == 1
        async with world.store.write() as conn:
            await unlink_slack(conn, eva.team_id, eva.id)
        assert (await again(world, eva)).ack is not None
        assert await acts_as(world, eva) is None


NOT_FOR: dict[str, tuple[dict[str, Any], str]] = {
    "guest": ({"is_restricted": True}, "only its full members can be connected"),
    "guest of one channel": ({"is_ultra_restricted": True}, "only its full members can be connected"),
    "stranger": ({"team_id": OTHER_TEAM_ID}, "only members of this one can be connected"),
    "bot": ({"is_bot": True}, "not bots and workflows"),
    "deactivated": ({"deleted": True}, "This Slack user is deactivated"),
    "unconfirmed": ({"is_email_confirmed": False}, "is not confirmed"),
    "without e-mail": ({"email": ""}, "shows no e-mail"),
}


class TestNotForEverybody:
    @pytest.mark.parametrize(("changes", "reason"), NOT_FOR.values(), ids=NOT_FOR)
    async def test_what_they_are_keeps_them_out(self, world: World, changes: dict[str, Any], reason: str) -> None:
        eva = newcomer(world, **changes)
        if eva.email:
            await account_for(world, eva)
        assert reason in words(await press_connect(world, eva.id))
        assert await acts_as(world, eva) is None
        (actor, action, subject) = (await world.audited())[-1]
        assert (eva.id in actor, action, bool(subject)) == (True, "connect.open.denied", True)

    @pytest.mark.parametrize(("changes", "reason"), NOT_FOR.values(), ids=NOT_FOR)
    async def test_it_counts_what_they_are_when_they_confirm(
        self, world: World, changes: dict[str, Any], reason: str
    ) -> None:
        eva = newcomer(world)
        await account_for(world, eva)
        await press_connect(world, eva.id)
        world.workspace.change_member(eva.id, **changes)
        outcome = await world.workspace.submit(eva.id, {}, SHOWN)
        assert reason in words(outcome.view)
        assert await acts_as(world, eva) is None

    async def test_without_an_account_they_are_told_whom_to_ask(self, world: World) -> None:
        eva = newcomer(world)
        shown = words(await press_connect(world, eva.id))
        assert f"No account here has the e-mail of your Slack profile, {eva.email}" in shown
        assert "Ask chloe@meridian.example for one" in shown

    async def test_a_closed_account_is_none(self, world: World) -> None:
        eva = newcomer(world)
        account = await account_for(world, eva)
        async with world.store.write() as conn:
            await deactivate_user(conn, account.id)
        assert "No account here has the e-mail" in words(await press_connect(world, eva.id))

    async def test_an_account_has_one_slack_user_only(self, world: World) -> None:
        eva, twin = newcomer(world), newcomer(world)
        account = await connected(world, eva)
        world.workspace.change_member(twin.id, email=eva.email)
        assert "is connected to another Slack user already" in words(await press_connect(world, twin.id))
        assert (await acts_as(world, eva), await acts_as(world, twin)) == (account, None)

    async def test_a_link_in_another_workspace_does_not_take_it(self, world: World) -> None:
        eva = newcomer(world)
        account = await account_for(world, eva)
        async with world.store.write() as conn:
            link = SlackLink(
                team_id=OTHER_TEAM_ID,
                slack_user_id="U0ELSEWHER",
                user_id=account.id,
                linked_at=world.clock(),
                linked_by="test",
            )
            await link_slack(conn, link)
        await press_connect(world, eva.id)
        await world.workspace.submit(eva.id, {}, CONFIRMED)
        assert await acts_as(world, eva) == account

    async def test_slack_that_does_not_answer_is_said(self, world: World) -> None:
        eva = newcomer(world)
        await account_for(world, eva)
        refusal = await world.card("/tesorio invoice INV-12345", user=eva.id)
        world.workspace.faults.fail("users.info", 503, times=5)
        outcome = await world.workspace.click(eva.id, refusal, "connect.open", waiting=SHOWN)
        assert "Slack did not say just now who you are" in words(outcome.view)


class TestFormOfSomebodyElse:
    """A form is bound to its person, its account and its ten minutes, and is used once."""

    async def _opened(self, world: World) -> tuple[Member, User]:
        eva = newcomer(world)
        account = await account_for(world, eva)
        await press_connect(world, eva.id)
        return eva, account

    async def test_is_void_after_ten_minutes(self, world: World) -> None:
        eva, _ = await self._opened(world)
        world.clock.ahead = timedelta(minutes=10, seconds=1)
        outcome = await world.workspace.submit(eva.id, {}, SHOWN)
        assert "This form is void" in words(outcome.view)
        assert await acts_as(world, eva) is None

    async def test_is_void_for_another_slack_user(self, world: World) -> None:
        eva, _ = await self._opened(world)
        mallory = newcomer(world)
        mine = world.workspace.modal(eva.id)
        assert mine is not None
        await account_for(world, mallory)
        await press_connect(world, mallory.id)
        own = world.workspace.modal(mallory.id)
        assert own is not None
        await world.workspace.submit(mallory.id, {}, CONFIRMED)
        async with world.store.write() as conn:
            await unlink_slack(conn, mallory.team_id, mallory.id)
        await again(world, mallory, view=own | {"private_metadata": mine["private_metadata"]})
        assert (await acts_as(world, mallory), await acts_as(world, eva)) == (None, None)
        assert any(
            mallory.id in actor and action == "connect.submit.denied" for actor, action, _ in await world.audited()
        )

    async def test_is_void_when_the_e_mail_has_changed(self, world: World) -> None:
        eva, _ = await self._opened(world)
        async with world.store.write() as conn:
            await add_user(conn, email="other@meridian.example", name="Other", role=Role.ADMIN, at=world.clock())
        world.workspace.change_member(eva.id, email="other@meridian.example")
        outcome = await world.workspace.submit(eva.id, {}, SHOWN)
        assert "This form is void" in words(outcome.view)
        assert await acts_as(world, eva) is None

    async def test_is_void_when_a_newer_one_was_opened(self, world: World) -> None:
        eva, _ = await self._opened(world)
        old = world.workspace.modal(eva.id)
        await press_connect(world, eva.id)
        await world.workspace.submit(eva.id, {}, CONFIRMED)
        async with world.store.write() as conn:
            await unlink_slack(conn, eva.team_id, eva.id)
        await again(world, eva, view=old)
        assert await acts_as(world, eva) is None

    @pytest.mark.parametrize("memory", ["", "{}", '{"v": 1, "for": "connect", "request": "made-up"}', "x" * 3000])
    async def test_is_void_when_its_memory_is_made_up(self, world: World, memory: str) -> None:
        eva, _ = await self._opened(world)
        view = world.workspace.modal(eva.id)
        assert view is not None
        await world.workspace.submit(eva.id, {}, SHOWN)
        async with world.store.write() as conn:
            await unlink_slack(conn, eva.team_id, eva.id)
        outcome = await again(world, eva, view=view | {"private_metadata": memory})
        assert outcome.ack is not None
        assert await acts_as(world, eva) is None
        assert not world.log.errors()
