"""Access that goes while a form is open or a button is on the screen: it is refused when it is used."""

import asyncio
from dataclasses import replace

import pytest

from bot.access import Capability, SlackPerson
from bot.commands.departures import check_everybody
from bot.commands.guard import admitted
from bot.slack.answering import ReplyTo
from sandbox.slack import Outcome
from sandbox.slack.records import Member
from sandbox.slack.seed import ANA, BEN, GUEST, TEAM_ID
from store.users import Role, User, deactivate_user, linked_user, set_role, unlink_slack, user_by_email
from tests.bot.newcomers import SEEN_HOME, SHOWN, connected, newcomer, press_connect, words
from tests.bot.strangers import data_of
from tests.bot.world import CHANNEL, SETTLED, World

pytestmark = pytest.mark.asyncio(loop_scope="module")


def shows_data(world: World, outcome: Outcome) -> bool:
    told = f"{world.shown(outcome)} {outcome.messages} {outcome.view} {outcome.home}"
    return any(word in told for word in data_of(world))


async def acts_as(world: World, member: Member) -> User | None:
    async with world.store.read() as conn:
        return await linked_user(conn, member.team_id, member.id)


async def cut(world: World, member: Member, account: User, how: str) -> None:
    """Take somebody's access away in one of the ways in which that happens."""
    if how == "deactivated in Slack":
        world.workspace.deactivate(member.id)
        await world.slack.core.background.idle()
        await world.catch_up()
        return
    async with world.store.write() as conn:
        if how == "account closed":
            await deactivate_user(conn, account.id)
        else:
            await unlink_slack(conn, member.team_id, member.id)


WAYS = ("account closed", "unlinked", "deactivated in Slack")


@pytest.mark.parametrize("how", WAYS)
class TestCutAccess:
    @pytest.mark.sampled
    @pytest.mark.parametrize("action_id", ["lookup.open", "refresh.record"])
    async def test_a_button_on_the_screen_works_no_more(self, world: World, how: str, action_id: str) -> None:
        eva = newcomer(world)
        account = await connected(world, eva)
        card = await world.card("/tesorio invoice INV-12345", user=eva.id)
        assert shows_data(world, await world.workspace.click(eva.id, card, action_id, waiting=SETTLED))
        await cut(world, eva, account, how)
        outcome = await world.workspace.click(eva.id, card, action_id, waiting=SETTLED)
        assert not shows_data(world, outcome)
        assert "not linked to an account" in world.shown(outcome)

    async def test_a_search_that_is_open_finds_nothing(self, world: World, how: str) -> None:
        eva = newcomer(world)
        account = await connected(world, eva)
        await world.workspace.shortcut(eva.id, "find_in_tesorio", waiting=SHOWN)
        found = await world.workspace.suggestions(eva.id, None, "find.choose", "sun micro")
        assert found["options"]
        await cut(world, eva, account, how)
        assert not (await world.workspace.suggestions(eva.id, None, "find.choose", "sun micro"))["options"]
        outcome = await world.workspace.choose(eva.id, None, "find.choose", found["options"][0], SETTLED)
        assert not shows_data(world, outcome)

    async def test_home_shows_nothing_any_more(self, world: World, how: str) -> None:
        eva = newcomer(world)
        account = await connected(world, eva)
        assert account.email in words((await world.workspace.open_home(eva.id, waiting=SEEN_HOME)).home)
        await cut(world, eva, account, how)
        outcome = await world.workspace.open_home(eva.id, waiting=SEEN_HOME)
        assert account.email not in words(outcome.home)
        assert "not linked to an account" in words(outcome.home)


class TestSlackSaysSo:
    @pytest.mark.parametrize("change", [{"deleted": True}, {"is_restricted": True}, {"is_ultra_restricted": True}])
    async def test_whoever_leaves_or_becomes_a_guest_is_cut_off(self, world: World, change: dict[str, bool]) -> None:
        eva = newcomer(world)
        account = await connected(world, eva)
        assert await acts_as(world, eva) is not None
        world.workspace.change_member(eva.id, **change)
        await world.slack.core.background.idle()
        await world.catch_up()
        assert await acts_as(world, eva) is None
        assert ("system", "users.unlink", f"user:{account.id}") in await world.audited()

    async def test_whoever_changes_their_title_is_not(self, world: World) -> None:
        eva = newcomer(world)
        await connected(world, eva)
        world.workspace.change_member(eva.id, title="Head of receivables")
        await world.slack.core.background.idle()
        await world.catch_up()
        assert await acts_as(world, eva) is not None


class TestMissed:
    async def test_what_slack_told_nobody_is_asked(self, world: World) -> None:
        gone, still = newcomer(world), newcomer(world)
        await connected(world, gone)
        await connected(world, still)
        # Without the event, as while the program was not running.
        world.slack.core.state.put_member(replace(gone, deleted=True))
        await check_everybody(world.assistant.deps, pace_seconds=0)
        assert await acts_as(world, gone) is None
        assert await acts_as(world, still) is not None

    async def test_whom_slack_says_nothing_of_stays(self, world: World) -> None:
        eva = newcomer(world)
        await connected(world, eva)
        world.slack.core.state.put_member(replace(eva, deleted=True))
        world.workspace.faults.fail("users.info", 503, times=1000)
        await check_everybody(world.assistant.deps, pace_seconds=0)
        assert await acts_as(world, eva) is not None


class TestRoles:
    async def test_a_known_account_without_the_role_is_told_so(self, world: World) -> None:
        person = SlackPerson(team_id=TEAM_ID, user_id=BEN)
        reply = ReplyTo(url="", channel_id=world.workspace.channel(CHANNEL).id, user_id=BEN)
        deps = world.assistant.deps
        refused = await admitted(deps, person, Capability.ACT, action="note", subject="", reply=reply)
        assert refused is None
        assert "Your role here does not allow this" in world.workspace.messages(CHANNEL, BEN)[-1].text
        async with world.store.write() as conn:
            account = await user_by_email(conn, "ben@meridian.example")
            assert account is not None
            await set_role(conn, account.id, Role.FINANCE)
        allowed = await admitted(deps, person, Capability.ACT, action="note", subject="", reply=reply)
        assert allowed is not None
        assert allowed.user is not None
        assert allowed.user.id == account.id

    async def test_a_refused_refresh_asks_the_erp_nothing(self, world: World) -> None:
        card = await world.card("/tesorio invoice INV-12345")
        await world.workspace.click(ANA, card, "refresh.record", waiting=SETTLED)
        before = len(world.netsuite.log)
        await world.workspace.click(GUEST, card, "refresh.record", waiting=SETTLED)
        assert len(world.netsuite.log) == before


class TestOpenForm:
    async def test_connecting_waits_for_nobody_who_was_closed_meanwhile(self, world: World) -> None:
        eva = newcomer(world)
        account = await connected(world, eva)
        async with world.store.write() as conn:
            await unlink_slack(conn, eva.team_id, eva.id)
        await press_connect(world, eva.id)
        async with world.store.write() as conn:
            await deactivate_user(conn, account.id)
        outcome = await world.workspace.submit(eva.id, {}, SHOWN)
        assert "No account here has the e-mail" in words(outcome.view)
        assert await acts_as(world, eva) is None

    async def test_two_who_claim_one_account_at_once_get_it_once(self, world: World) -> None:
        """As after an administrator moved an e-mail from one Slack user to another."""
        eva = newcomer(world)
        twin = newcomer(world, email=eva.email)
        account = await connected(world, eva)
        async with world.store.write() as conn:
            await unlink_slack(conn, eva.team_id, eva.id)
        await asyncio.gather(press_connect(world, eva.id), press_connect(world, twin.id))
        await asyncio.gather(world.workspace.submit(eva.id, {}, SHOWN), world.workspace.submit(twin.id, {}, SHOWN))
        holders = [member for member in (eva, twin) if await acts_as(world, member) is not None]
        assert len(holders) == 1
        assert (await acts_as(world, holders[0])) == account
        other = twin if holders == [eva] else eva
        assert "connected to another Slack user" in words(world.workspace.modal(other.id))
