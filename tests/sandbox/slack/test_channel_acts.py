"""What the app hears of the lives of channels."""

from collections.abc import Callable

import pytest

from sandbox.slack import SlackStandIn, app_config, channel_acts
from sandbox.slack.core import Core
from sandbox.slack.records import Channel
from sandbox.slack.seed import ANA, AR_TEAM, BEN, FINANCE_LEADS, GENERAL, GUEST
from tests.patient import patient
from tests.sandbox.slack.test_events import sent_events

BOT = "U0TESORIO1"
EVENTS = frozenset(
    f"{of}_{what}"
    for of in ("channel", "group")
    for what in "left archive unarchive rename deleted shared unshared id_changed".split()
) | {"member_joined_channel"}

ACTS: dict[str, Callable[[Core, Channel], object]] = {
    "archive": lambda core, channel: channel_acts.archive(core, channel, ANA),
    "unarchive": lambda core, channel: channel_acts.archive(core, channel, ANA, is_archived=False),
    "rename": lambda core, channel: channel_acts.rename(core, channel, "renamed"),
    "deleted": channel_acts.remove,
}


def listening() -> SlackStandIn:
    return SlackStandIn(app=app_config(events=EVENTS), deadlines=patient(()))


class TestMembers:
    async def test_an_invitation_names_the_inviter(self) -> None:
        async with listening() as slack:
            slack.workspace.invite_app(GENERAL, by=ANA)
            slack.workspace.invite_app(GENERAL, by=BEN)
            await slack.core.background.idle()
            (event,) = sent_events(slack)
        assert (event["type"], event["user"], event["inviter"]) == ("member_joined_channel", BOT, ANA)
        assert (event["channel"], event["channel_type"]) == (GENERAL, "C")

    async def test_others_join_by_themselves(self) -> None:
        async with listening() as slack:
            channel_acts.join(slack.core, slack.workspace.channel(AR_TEAM), GUEST)
            await slack.core.background.idle()
            (event,) = sent_events(slack)
        assert event["user"] == GUEST
        assert "inviter" not in event

    @pytest.mark.parametrize(("channel", "kind"), [(AR_TEAM, "channel_left"), (FINANCE_LEADS, "group_left")])
    async def test_the_app_hears_that_it_was_removed(self, channel: str, kind: str) -> None:
        async with listening() as slack:
            slack.workspace.invite_app(channel, by=ANA)
            slack.workspace.remove_app(channel, by=BEN)
            await slack.core.background.idle()
            event = sent_events(slack)[-1]
            assert (event["type"], event["channel"], event["actor_id"]) == (kind, channel, BEN)
            assert BOT not in slack.workspace.channel(channel).members


class TestInvite:
    @pytest.mark.parametrize(
        ("channel", "line", "told"),
        [
            (GENERAL, "/invite @tesorio", "You have added Tesorio to this channel."),
            (AR_TEAM, "/invite @tesorio", "Tesorio is already in this channel."),
            (AR_TEAM, "/invite @nobody", "We could not find anybody called “nobody” to invite here."),
        ],
    )
    async def test_is_slacks_own_command(self, channel: str, line: str, told: str) -> None:
        async with listening() as slack:
            outcome = await slack.workspace.command(ANA, channel, line)
            await slack.core.background.idle()
            assert outcome.notices == (told,)
            assert [event["inviter"] for event in sent_events(slack)] == ([ANA] if channel == GENERAL else [])


class TestLives:
    @pytest.mark.parametrize("act", sorted(ACTS))
    @pytest.mark.parametrize(("channel", "prefix"), [(AR_TEAM, "channel"), (FINANCE_LEADS, "group")])
    async def test_are_told_by_kind(self, act: str, channel: str, prefix: str) -> None:
        async with listening() as slack:
            slack.workspace.invite_app(FINANCE_LEADS)
            await slack.core.background.idle()
            ACTS[act](slack.core, slack.workspace.channel(channel))
            await slack.core.background.idle()
            event = sent_events(slack)[-1]
        assert event["type"] == f"{prefix}_{act}"
        told = event["channel"]
        assert channel == (told["id"] if isinstance(told, dict) else told)

    async def test_private_channels_without_the_app_are_not_told(self) -> None:
        async with listening() as slack:
            channel_acts.rename(slack.core, slack.workspace.channel(FINANCE_LEADS), "leads")
            await slack.core.background.idle()
            assert sent_events(slack) == []

    async def test_sharing_with_another_company(self) -> None:
        async with listening() as slack:
            channel_acts.share(slack.core, slack.workspace.channel(AR_TEAM))
            assert slack.workspace.channel(AR_TEAM).is_ext_shared
            channel_acts.unshare(slack.core, slack.workspace.channel(AR_TEAM))
            assert not slack.workspace.channel(AR_TEAM).is_ext_shared
            channel_acts.change_id(slack.core, slack.workspace.channel(AR_TEAM), "C0OTHERID1")
            await slack.core.background.idle()
            shared, unshared, changed = sent_events(slack)
        assert (shared["type"], shared["channel"]) == ("channel_shared", AR_TEAM)
        assert (unshared["type"], unshared["is_ext_shared"]) == ("channel_unshared", False)
        assert (changed["old_channel_id"], changed["new_channel_id"]) == (AR_TEAM, "C0OTHERID1")
