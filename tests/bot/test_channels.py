"""What we know of channels: kept from events, asked of Slack, and who counts as an outsider."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.slack.audience import audience
from bot.slack.channels import learn_channel, recheck, reconcile
from sandbox.slack import channel_acts
from sandbox.slack.records import Channel as SandboxChannel
from sandbox.slack.records import Member
from sandbox.slack.seed import (
    ANA,
    ANA_APP_DM,
    ANA_BEN_DM,
    AR_TEAM,
    ARCHIVED,
    BEN,
    FINANCE_LEADS,
    GENERAL,
    GUEST,
    NORTHWIND_SHARED,
    SALES,
)
from store.channels import Channel, channel_by_id, destinations
from tests.bot.newcomers import newcomer
from tests.bot.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
UNLINKED = "U0UNLINKED"
SHARED = "people of another company read this channel"
GUESTS = "guests read this channel"
UNTOLD = "Slack does not tell Tesorio who else reads this conversation"


async def known(world: World, channel_id: str) -> Channel | None:
    async with world.store.read() as conn:
        return await channel_by_id(conn, channel_id)


async def settled(world: World) -> None:
    """Every event has arrived and its listener has ended."""
    await world.slack.core.background.idle()
    await world.catch_up()


async def made(world: World, name: str, *members: str, **facts: bool) -> str:
    """A channel of its own, with the app in it."""
    channel = SandboxChannel(
        id=f"C0{name.upper()}",
        name=name,
        kind="channel",
        members=(ANA, world.assistant.deps.bot_user, *members),
        **facts,
    )
    world.slack.core.state.put_channel(channel)
    return channel.id


async def calls(world: World, act: Callable[[], Awaitable[object]]) -> list[str]:
    """The Web API methods that were called meanwhile."""
    seen: list[str] = []
    original = world.workspace.faults.take

    def take(method: str, args: object) -> object:
        seen.append(method)
        return original(method, args)  # type: ignore[arg-type]

    world.workspace.faults.take = take  # type: ignore[method-assign,assignment]
    try:
        await act()
    finally:
        del world.workspace.faults.take
    return [method for method in seen if method.startswith(("conversations.", "users."))]


class TestAudience:
    @pytest.mark.parametrize(
        ("channel", "reason"),
        [
            (AR_TEAM, ""),
            (SALES, ""),
            (ANA_APP_DM, ""),
            (NORTHWIND_SHARED, SHARED),
            (GENERAL, GUESTS),
            (FINANCE_LEADS, UNTOLD),
            (ANA_BEN_DM, UNTOLD),
            ("C0NOSUCH01", UNTOLD),
            ("", UNTOLD),
        ],
    )
    async def test_says_who_reads_a_channel(self, world: World, channel: str, reason: str) -> None:
        found = await audience(world.assistant.deps, channel)
        assert (found.reason, found.is_external) == (reason, bool(reason))

    async def test_of_a_known_channel_costs_no_call(self, world: World) -> None:
        deps = world.assistant.deps
        await audience(deps, AR_TEAM)
        assert await calls(world, lambda: audience(deps, AR_TEAM)) == []
        world.clock.ahead = timedelta(hours=25)
        assert await calls(world, lambda: audience(deps, AR_TEAM)) == ["conversations.info", "conversations.members"]

    async def test_takes_the_safe_side_when_slack_is_silent(self, world: World) -> None:
        channel_id = await made(world, "silent")
        world.workspace.faults.fail("conversations.info", 503)
        found = await audience(world.assistant.deps, channel_id)
        assert found.is_external
        assert found.reason == "Slack could not say just now who reads this channel"
        assert await known(world, channel_id) is None
        assert not (await audience(world.assistant.deps, channel_id)).is_external

    async def test_waits_out_a_rate_limit(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.slack.channels._pause_seconds", lambda _: 0.0)
        channel_id = await made(world, "busy")
        world.workspace.faults.rate_limit("conversations.info", "1")
        assert not (await audience(world.assistant.deps, channel_id)).is_external

    async def test_a_pending_invitation_counts(self, world: World) -> None:
        channel_id = await made(world, "pending", is_pending_ext_shared=True)
        assert (await audience(world.assistant.deps, channel_id)).reason == SHARED


class TestBecomingAGuest:
    @pytest_asyncio.fixture(loop_scope="module")
    async def member(self, world: World) -> AsyncIterator[Member]:
        """Somebody new, a full member again afterwards."""
        found = newcomer(world)
        yield found
        world.clock.ahead = timedelta()
        world.slack.core.state.put_member(found)
        await reconcile(world.assistant.deps)

    async def test_is_noticed_at_once_in_every_channel(self, world: World, member: Member) -> None:
        deps = world.assistant.deps
        here, elsewhere = await made(world, "herebefore", member.id), await made(world, "notthere")
        await reconcile(deps)
        assert not (await audience(deps, here)).is_external
        world.workspace.change_member(member.id, is_restricted=True)
        await settled(world)
        found = await known(world, here)
        assert found is not None
        assert found.facts.has_guests
        assert (await audience(deps, here)).reason == GUESTS
        assert not (await audience(deps, elsewhere)).is_external
        world.workspace.change_member(member.id, is_restricted=False)
        await settled(world)
        assert not (await audience(deps, here)).is_external

    async def test_is_noticed_where_slack_does_not_tell_their_channels(self, world: World, member: Member) -> None:
        deps = world.assistant.deps
        channel_id = await made(world, "untold", member.id)
        await reconcile(deps)
        world.workspace.faults.fail("users.conversations", 503)
        world.workspace.change_member(member.id, is_restricted=True)
        await settled(world)
        assert (await audience(deps, channel_id)).reason == GUESTS

    async def test_that_nobody_told_is_noticed_when_what_is_known_is_old(self, world: World, member: Member) -> None:
        deps = world.assistant.deps
        channel_id = await made(world, "nottold", member.id)
        await reconcile(deps)
        world.slack.core.state.put_member(replace(member, is_restricted=True))
        assert not (await learn_channel(deps, channel_id)).has_guests
        world.clock.ahead = timedelta(hours=31)
        assert (await learn_channel(deps, channel_id)).has_guests


class TestEvents:
    async def test_who_added_the_app_is_kept(self, world: World) -> None:
        for channel, by, is_destination in ((GENERAL, ANA, True), (FINANCE_LEADS, UNLINKED, False)):
            world.workspace.invite_app(channel, by=by)
            await settled(world)
            found = await known(world, channel)
            assert found is not None
            assert (found.added_by, found.is_destination) == (by, is_destination)
            world.workspace.remove_app(channel, by=BEN)
            await settled(world)
            found = await known(world, channel)
            assert found is not None
            assert (found.added_by, found.facts.is_member, found.is_destination) == ("", False, False)
        assert not world.log.errors()

    async def test_a_channel_added_without_a_name_is_no_destination(self, world: World) -> None:
        channel_id = await made(world, "unnamed")
        world.workspace.remove_app(channel_id)
        world.workspace.invite_app(channel_id)
        await settled(world)
        found = await known(world, channel_id)
        assert found is not None
        assert not found.is_destination

    async def test_a_guest_who_joins_makes_it_a_channel_with_guests(self, world: World) -> None:
        channel_id = await made(world, "quiet")
        assert not (await audience(world.assistant.deps, channel_id)).is_external
        channel_acts.join(world.slack.core, world.workspace.channel(channel_id), BEN)
        await settled(world)
        assert not (await audience(world.assistant.deps, channel_id)).is_external
        channel_acts.join(world.slack.core, world.workspace.channel(channel_id), GUEST)
        await settled(world)
        assert (await audience(world.assistant.deps, channel_id)).reason == GUESTS

    async def test_sharing_counts_at_once_and_even_when_slack_is_silent(self, world: World) -> None:
        channel_id = await made(world, "deal")
        await audience(world.assistant.deps, channel_id)
        world.workspace.faults.fail("conversations.info", 503)
        channel_acts.share(world.slack.core, world.workspace.channel(channel_id))
        await settled(world)
        assert (await audience(world.assistant.deps, channel_id)).reason == SHARED
        channel_acts.unshare(world.slack.core, world.workspace.channel(channel_id))
        await settled(world)
        assert not (await audience(world.assistant.deps, channel_id)).is_external

    async def test_lives_of_a_channel(self, world: World) -> None:
        channel_id = await made(world, "lively")
        world.workspace.remove_app(channel_id)
        world.workspace.invite_app(channel_id, by=ANA)
        await settled(world)
        channel_acts.rename(world.slack.core, world.workspace.channel(channel_id), "livelier")
        await settled(world)
        async with world.store.read() as conn:
            assert [each.facts.id for each in await destinations(conn, "#Liveli")] == [channel_id]
        channel_acts.archive(world.slack.core, world.workspace.channel(channel_id), ANA)
        await settled(world)
        async with world.store.read() as conn:
            assert await destinations(conn, "liveli") == ()
        channel_acts.archive(world.slack.core, world.workspace.channel(channel_id), ANA, is_archived=False)
        await settled(world)
        channel_acts.change_id(world.slack.core, world.workspace.channel(channel_id), "C0LIVELY02")
        await settled(world)
        found = await known(world, "C0LIVELY02")
        assert found is not None
        assert (found.added_by, found.is_destination) == (ANA, True)
        channel_acts.remove(world.slack.core, world.workspace.channel("C0LIVELY02"))
        await settled(world)
        assert await known(world, "C0LIVELY02") is None

    async def test_an_older_answer_does_not_undo_an_event(self, world: World) -> None:
        channel_id = await made(world, "racing")
        deps = world.assistant.deps
        await audience(deps, channel_id)
        world.workspace.faults.stall("conversations.members", 0.3)
        asked = asyncio.create_task(learn_channel(deps, channel_id))
        await asyncio.sleep(0.1)
        channel_acts.archive(world.slack.core, world.workspace.channel(channel_id), ANA)
        await settled(world)
        await asked
        found = await known(world, channel_id)
        assert found is not None
        assert found.facts.is_archived

    async def test_an_event_that_comes_late_does_not_undo_a_newer_one(self, world: World) -> None:
        channel_id = await made(world, "late")
        world.workspace.remove_app(channel_id)
        world.workspace.invite_app(channel_id, by=ANA)
        await settled(world)
        left = {"type": "channel_left", "channel": channel_id, "event_ts": "1700000000.000100"}
        world.workspace.send_event(left)
        joined = {"type": "member_joined_channel", "user": world.assistant.deps.bot_user, "channel": channel_id}
        world.workspace.send_event(joined | {"inviter": UNLINKED, "event_ts": "1700000000.000050"})
        await settled(world)
        found = await known(world, channel_id)
        assert found is not None
        assert (found.added_by, found.is_destination) == (ANA, True)

    async def test_an_event_without_its_time_counts_as_of_now(self, world: World) -> None:
        channel_id = await made(world, "timeless")
        await audience(world.assistant.deps, channel_id)
        for strange in ("", "soon", "9" * 30):
            world.workspace.send_event({"type": "channel_archive", "channel": channel_id, "event_ts": strange})
        await settled(world)
        found = await known(world, channel_id)
        assert found is not None
        assert found.facts.is_archived
        assert not world.log.errors()


class TestReconcile:
    async def test_makes_good_what_was_missed(self, world: World) -> None:
        deps = world.assistant.deps
        came = await made(world, "missed")
        await reconcile(deps)
        found = await known(world, came)
        assert found is not None
        assert found.facts.is_member
        assert not found.is_destination
        state = world.slack.core.state
        state.put_channel(SandboxChannel(id=came, name="missed", kind="channel", members=(ANA,)))
        await reconcile(deps)
        found = await known(world, came)
        assert found is not None
        assert not found.facts.is_member
        archived = await known(world, ARCHIVED)
        assert archived is not None
        assert archived.facts.is_archived

    async def test_one_channel_without_an_answer_does_not_stop_it(self, world: World) -> None:
        first, second = await made(world, "aaa"), await made(world, "zzz")
        world.workspace.faults.refuse("conversations.info", "fatal_error", channel=first)
        await reconcile(world.assistant.deps)
        assert await known(world, first) is None
        assert await known(world, second) is not None

    async def test_reads_every_page(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.slack.channels._PAGE", 1)
        monkeypatch.setattr("bot.slack.channels._MEMBERS_PAGE", 1)
        channel_id = await made(world, "paged", BEN, GUEST)
        await reconcile(world.assistant.deps)
        assert (await audience(world.assistant.deps, channel_id)).reason == GUESTS

    async def test_old_facts_are_asked_for_again(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        # The stand-in may be asked about as many channels as the tests above have made, all at once.
        monkeypatch.setattr("bot.slack.channels._PACE_SECONDS", 0)
        deps = world.assistant.deps
        channel_id = await made(world, "aging")
        await audience(deps, channel_id)
        assert await calls(world, lambda: recheck(deps)) == []
        world.clock.ahead = timedelta(hours=7)
        assert "conversations.info" in await calls(world, lambda: recheck(deps))
