"""Sharing a record: chosen, previewed, posted once, told; and refused wherever somebody may not read it."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.access import SlackPerson
from bot.commands.share import channels
from bot.notify.draft import Draft
from bot.notify.trying import refused_place
from bot.shares.sharing import NotThereError, find_destination_for
from bot.view_request import SuggestionRequest
from sandbox.slack import Waiting, channel_acts
from sandbox.slack.records import Channel, Message
from sandbox.slack.seed import (
    ANA,
    ANA_APP_DM,
    AR_TEAM,
    ARCHIVED,
    BEN,
    BEN_APP_DM,
    CHLOE,
    DEACTIVATED,
    FINANCE_LEADS,
    GENERAL,
    GUEST,
    NORTHWIND_SHARED,
    SALES,
    STRANGER,
)
from store.channels import ChannelFacts, note_added, put_channel
from store.deliveries import Delivery, DeliveryState, delivery_by_id
from store.users import Role, set_role, user_by_email
from tests.bot.sharing import (
    LOADED,
    added,
    delivery_id,
    filled,
    modal_text,
    opened_form,
    posts,
    ruled,
    sent,
    settled,
)
from tests.bot.world import ACKED, SETTLED, World, elements, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOT = "U0TESORIO1"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    async with open_world(tmp_path_factory.mktemp("world")) as world:
        world.workspace.invite_app(GENERAL, by=ANA)
        await added(world, AR_TEAM, SALES, NORTHWIND_SHARED)
        yield world


class TestPrivateChannels:
    async def test_are_offered_to_their_members_and_unnamed_to_others(self, world: World) -> None:
        channel = Channel(id="C0LAYOFFS", name="layoffs-plan", kind="private", members=(CHLOE, BOT))
        world.slack.core.state.put_channel(channel)
        deps = world.assistant.deps
        facts = ChannelFacts(id=channel.id, name=channel.name, is_private=True, is_member=True)
        async with world.store.write() as conn:
            await put_channel(conn, facts, asked_at=deps.clock())
            await note_added(conn, channel.id, by=CHLOE, was_linked=True, at=deps.clock())

        async def offered(user: str) -> list[str]:
            asked = SuggestionRequest(
                person=SlackPerson(team_id=deps.team_id, user_id=user),
                action_id="share.channel",
                typed="layoff",
                metadata="",
            )
            return [choice.value for choice in await channels(deps, asked)]

        assert (await offered(ANA), await offered(CHLOE)) == ([], [channel.id])
        with pytest.raises(NotThereError, match="not in that channel"):
            await find_destination_for(deps, ANA, channel.id, Role.ADMIN)
        assert (await find_destination_for(deps, CHLOE, channel.id, Role.ADMIN)).id == channel.id
        draft = Draft(where=channel.id, events="payment", zone="UTC")
        assert "not in this channel" in await refused_place(deps, draft, ANA)
        assert await refused_place(deps, draft, CHLOE) == ""
        world.workspace.faults.fail("users.conversations", 503)
        assert await offered(CHLOE) == []


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


class TestForm:
    async def test_back_keeps_all_that_was_typed(self, world: World) -> None:
        await opened_form(world)
        known_as = delivery_id(world)
        first = "First\n" + '"<&>"' * 500
        await filled(world, to=SALES, text=first)
        assert "This is what #sales will see:" in modal_text(world)
        await went_back(world)
        view = world.workspace.modal(ANA)
        assert entry(view, "share.text")["value"] == first
        assert entry(view, "share.channel")["selected_option"]["value"] == SALES
        assert "Invoice INV-12345 of Sun Microsystems, Inc." in modal_text(world)
        await filled(world, to=SALES, text="Second")
        assert "Second" in modal_text(world)
        await filled(world)
        await world.delivered(known_as)
        assert [post for post in posts(world, SALES) if "First" in post.text] == []
        assert posts(world, SALES)[-1].text.startswith("Shared by ana@meridian.example: Second")

    @pytest.mark.parametrize(
        ("what", "block", "words"),
        [
            ({}, "share.channel.block", "Choose a channel or a person."),
            ({"to": SALES, "person": BEN}, "share.channel.block", "not both"),
            ({"person": GUEST}, "share.person.block", "Gil Guest is a guest in this workspace."),
            ({"person": STRANGER}, "share.person.block", "Nora North belongs to another company."),
            ({"person": DEACTIVATED}, "share.person.block", "Dan Former is deactivated in Slack."),
            ({"person": BOT}, "share.person.block", "Tesorio is an app."),
            ({"to": ARCHIVED}, "share.channel.block", "#collections-2019 is archived."),
            ({"to": NORTHWIND_SHARED}, "share.channel.block", "people of another company read this channel."),
            ({"to": GENERAL}, "share.channel.block", "guests read this channel."),
            ({"to": FINANCE_LEADS}, "share.channel.block", "Type /invite @tesorio there first."),
        ],
    )
    async def test_says_what_is_wrong(self, world: World, what: dict[str, str], block: str, words: str) -> None:
        await opened_form(world)
        outcome = await filled(world, text="Kept", **what)
        assert list(outcome.errors) == [block]
        assert words in outcome.errors[block]
        assert len(outcome.errors[block]) < 200

    async def test_offers_the_channels_that_somebody_linked_added_it_to(self, world: World) -> None:
        await opened_form(world)
        offered = await world.workspace.suggestions(ANA, None, "share.channel", "")
        assert [each["text"]["text"] for each in offered["options"]] == ["#ar-team", "#sales"]
        offered = await world.workspace.suggestions(ANA, None, "share.channel", "#SAL")
        assert [each["text"]["text"] for each in offered["options"]] == ["#sales"]
        assert (await world.workspace.suggestions(ANA, None, "share.channel", "%"))["options"] == []

    async def test_slack_being_silent_keeps_what_was_typed(self, world: World) -> None:
        await opened_form(world)
        world.workspace.faults.fail("users.info", 503)
        outcome = await filled(world, person=BEN, text="Kept")
        assert "Slack did not answer just now." in outcome.errors["share.person.block"]
        assert "Send" in str((await filled(world, person=BEN, text="Kept")).view)

    async def test_a_closest_match_is_named_once_more(self, world: World) -> None:
        await opened_form(world, "/tesorio invoice inv123")
        assert "⚠️ Closest match for «inv123». You are about to share Invoice INV-123 of ABC Inc." in modal_text(world)
        await filled(world, to=SALES)
        assert "⚠️ Closest match for «inv123». You are about to share Invoice INV-123 of ABC Inc." in modal_text(world)

    async def test_too_long_a_message_is_refused_with_its_length(self, world: World) -> None:
        await opened_form(world)
        await filled(world, to=SALES, text="x" * 3000)
        payload = world.last_envelope().payload
        payload["view"]["state"]["values"]["share.text.block"]["share.text"]["value"] = "x" * 3001
        payload["trigger_id"] = "long"
        delivery = await world.workspace.hub.deliver("interactive", payload)
        assert delivery.ack is not None
        assert delivery.ack.payload is not None
        assert "these are 3,001" in delivery.ack.payload["errors"]["share.text.block"]

    @pytest.mark.parametrize(
        "metadata", ["", "{}", '{"v":0,"for":"share"}', '{"v":1,"for":"share"}', '{"v":1,"for":"x"}']
    )
    async def test_a_window_of_another_version_keeps_the_text(self, world: World, metadata: str) -> None:
        await opened_form(world)
        await filled(world, to=SALES, text="Typed for an hour")
        payload = world.last_envelope().payload
        payload["view"]["private_metadata"] = metadata
        payload["trigger_id"] = f"old.{metadata}"
        delivery = await world.workspace.hub.deliver("interactive", payload)
        assert delivery.ack is not None
        shown = str(delivery.ack.payload)
        assert "This window is out of date." in shown
        assert "Typed for an hour" in shown
        assert (await world.audited())[-1][1] == "share.submit.outdated"

    async def test_a_viewer_may_not(self, world: World) -> None:
        await opened_form(world, user=BEN)
        assert "Your role here does not allow this" in modal_text(world, BEN)

    @pytest.mark.parametrize(
        "forge",
        [
            lambda _memory: "",
            lambda memory: json.dumps(memory | {"v": 0}),
            lambda memory: json.dumps(memory | {"for": "share"}),
            lambda memory: json.dumps(memory | {"nonce": "AAAAAAAAAAAAAAAA"}),
            lambda memory: json.dumps(memory | {"nonce": "' or 1=1 --"}),
            lambda memory: json.dumps({name: value for name, value in memory.items() if name != "shown"}),
        ],
    )
    async def test_a_preview_that_is_not_ours_is_not_sent(
        self, world: World, forge: Callable[[dict[str, Any]], str]
    ) -> None:
        await opened_form(world)
        await filled(world, to=SALES, text="Typed & <previewed>")
        payload = preview_payload(world, ANA)
        payload["view"]["private_metadata"] = forge(json.loads(payload["view"]["private_metadata"]))
        shown = await delivered_payload(world, payload)
        assert "This window is out of date." in shown
        assert "Typed &amp; <previewed>" in shown or "Typed & <previewed>" in shown
        assert (await world.audited())[-1][1] == "share.send.outdated"
        assert not any("previewed" in post.text for post in posts(world, SALES))

    async def test_nobody_sends_the_preview_of_another(self, world: World) -> None:
        await opened_form(world)
        await filled(world, to=SALES, text="Only Ana's words")
        payload = preview_payload(world, ANA)
        payload["user"] = payload["user"] | {"id": CHLOE}
        payload["view"]["blocks"] = []
        shown = await delivered_payload(world, payload)
        assert "This window is out of date." in shown
        assert "Only Ana" not in shown

    async def test_a_preview_of_what_was_changed_since_is_shown_again(self, world: World) -> None:
        """Two windows on one form: what is sent is what was seen."""
        await opened_form(world)
        known_as = delivery_id(world)
        await filled(world, to=SALES, text="Seen first")
        stale = preview_payload(world, ANA)
        await went_back(world)
        await filled(world, to=SALES, text="Seen second")
        shown = await delivered_payload(world, stale)
        assert "Nothing was sent. This has changed since you looked at it: please look again." in shown
        assert "Seen second" in shown
        await filled(world)
        await world.delivered(known_as)
        seen = [post.text for post in posts(world, SALES) if "Seen" in post.text]
        assert [text.partition(": ")[2][:11] for text in seen] == ["Seen second"]

    async def test_a_day_later_the_words_are_given_back(self, world: World) -> None:
        await opened_form(world)
        await filled(world, to=SALES, text="Typed yesterday")
        world.pass_time(25 * 3600)
        await filled(world)
        assert "This window is out of date." in modal_text(world)
        assert "Typed yesterday" in modal_text(world)

    async def test_the_role_counts_when_it_is_sent(self, world: World) -> None:
        await opened_form(world)
        await filled(world, to=SALES, text="No more")
        await role_of(world, "ana@meridian.example", Role.VIEWER)
        try:
            await filled(world, to=SALES, text="No more")
            assert "Your role here does not allow this" in modal_text(world)
        finally:
            await role_of(world, "ana@meridian.example", Role.FINANCE)
        assert not any("No more" in post.text for post in posts(world, SALES))


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


class TestCheckedWhenSending:
    async def test_an_app_that_was_removed_says_the_way_out(self, world: World) -> None:
        await opened_form(world)
        await filled(world, to=SALES, text="Too late")
        world.workspace.remove_app(SALES, by=BEN)
        await settled(world)
        try:
            await filled(world)
            told_now = modal_text(world)
            assert "Nothing was sent. The app is not in #sales any more. Type /invite @tesorio there" in told_now
            assert "Too late" in told_now
        finally:
            await added(world, SALES)

    async def test_also_when_slack_told_us_too_late(self, world: World) -> None:
        """Removed without an event: Slack refuses, the window and a message say what to do."""
        await opened_form(world)
        known_as = delivery_id(world)
        await filled(world, to=SALES, text="Unheard")
        world.workspace.faults.refuse("chat.postMessage", "not_in_channel", channel=SALES)
        await filled(world, to=SALES, text="Unheard")
        assert (await world.delivered(known_as)).state is DeliveryState.REJECTED
        await settled(world)
        assert "Invite the app to the channel with /invite" in modal_text(world)
        await told(world, "Unheard")
        assert "Invite the app to the channel with /invite" in own(world)[-1].text

    async def test_a_channel_that_became_external_while_it_waited(self, world: World) -> None:
        world.workspace.faults.rate_limit("chat.postMessage", "60", channel=AR_TEAM)
        await opened_form(world)
        known_as = delivery_id(world)
        for _ in range(2):
            await filled(world, to=AR_TEAM, text="Not for Northwind")
        await until(world, known_as, lambda one: one.attempts > 0 and one.not_before is not None)
        channel_acts.share(world.slack.core, world.workspace.channel(AR_TEAM))
        await settled(world)
        try:
            world.pass_time(120)
            delivery = await world.delivered(known_as)
            assert delivery.state is DeliveryState.REJECTED
            await told(world, "Not for Northwind")
            assert "people of another company read this channel" in own(world)[-1].text
            assert not any("Not for Northwind" in post.text for post in posts(world, AR_TEAM))
        finally:
            channel_acts.unshare(world.slack.core, world.workspace.channel(AR_TEAM))
            await settled(world)

    async def test_a_person_who_left_meanwhile(self, world: World) -> None:
        await opened_form(world)
        await filled(world, person=BEN, text="Gone")
        world.workspace.change_member(BEN, deleted=True)
        try:
            await filled(world)
            assert "Nothing was sent. Ben Okafor is deactivated" in modal_text(world)
        finally:
            world.workspace.change_member(BEN, deleted=False)
        assert not any("Gone" in post.text for post in posts(world, BEN_APP_DM))


class TestOutside:
    """`external_channels = "ask"`: a redacted card, after an admin's confirmation, and nobody else's."""

    async def test_an_admin_confirms_and_a_redacted_card_is_posted(self, world: World) -> None:
        with ruled(world, external_channels="ask"):
            await opened_form(world, user=CHLOE)
            offered = await world.workspace.suggestions(CHLOE, None, "share.channel", "north")
            assert offered["options"][0]["description"]["text"] == "people of another company read it"
            known_as = delivery_id(world, CHLOE)
            await filled(world, CHLOE, to=NORTHWIND_SHARED, text="As discussed")
            outcome = await filled(world, CHLOE, to=NORTHWIND_SHARED, text="As discussed")
            assert outcome.errors == {"share.confirm.block": "Confirm this, or go back and choose somebody else."}
            confirmed: dict[str, Any] = {"share.confirm": ["yes"]}
            await filled(world, CHLOE, to=NORTHWIND_SHARED, text="As discussed", **confirmed)
            assert (await world.delivered(known_as)).state is DeliveryState.SENT
        [post] = posts(world, NORTHWIND_SHARED)
        shown = world.shown(post)
        assert "Invoice INV-12345 of Sun Microsystems, Inc. · Open" in shown or "· Partly paid" in shown
        assert "As discussed" in shown
        for secret in ("$", "Net 30", "past due", "Newest note", "NetSuite", "@sun"):
            assert secret not in shown + post.text, secret
        assert elements(post, "reply.open")

    @pytest.mark.parametrize("channel", [NORTHWIND_SHARED, GENERAL])
    async def test_others_are_refused(self, world: World, channel: str) -> None:
        with ruled(world, external_channels="ask"):
            await opened_form(world)
            outcome = await filled(world, to=channel)
            assert "Only an admin may share to" in outcome.errors["share.channel.block"]
            offered = await world.workspace.suggestions(ANA, None, "share.channel", "")
            names = {each["text"]["text"] for each in offered["options"]}
            assert names == {"#ar-team", "#sales"}

    async def test_guests_get_nothing_even_so(self, world: World) -> None:
        with ruled(world, external_channels="ask"):
            await opened_form(world, user=CHLOE)
            outcome = await filled(world, CHLOE, person=GUEST)
            assert "is a guest" in outcome.errors["share.person.block"]


def entry(view: Any, action_id: str) -> dict[str, Any]:
    """What stands in an input of a form."""
    found = {id_: state for inputs in view["state"]["values"].values() for id_, state in inputs.items()}
    return dict(found[action_id])


async def went_back(world: World) -> None:
    is_form = Waiting(until=lambda seen: seen.view is not None and seen.view["callback_id"] == "share.submit")
    await world.workspace.click(ANA, None, "share.back", waiting=is_form)


def preview_payload(world: World, user: str) -> dict[str, Any]:
    """What Slack would send if Send were pressed now."""
    view = world.workspace.modal(user)
    assert view is not None
    assert view["callback_id"] == "share.send"
    sent_last = world.last_payload("view_submission")
    return {**sent_last, "view": dict(view), "trigger_id": world.slack.core.tickets.issue_trigger(user)}


async def delivered_payload(world: World, payload: dict[str, Any]) -> str:
    """What the window shows after this submission."""
    delivery = await world.workspace.hub.deliver("interactive", payload)
    assert delivery.ack is not None
    return str(delivery.ack.payload)


def texts(block: Any) -> list[str]:
    if isinstance(block, dict):
        own_text = [block["text"]] if isinstance(block.get("text"), str) else []
        return own_text + [each for value in block.values() for each in texts(value)]
    return [each for value in block for each in texts(value)] if isinstance(block, list) else []


def own(world: World) -> list[Message]:
    """What the app wrote to Ana."""
    return list(world.workspace.messages(ANA_APP_DM))


async def told(world: World, text: str) -> None:
    """Ana has been written to about the message with this text."""
    async with asyncio.timeout(10):
        while not any(text in str(each.blocks) and "could not be delivered" in each.text for each in own(world)):
            world.pass_time(1)
            await asyncio.sleep(0.02)


async def until(world: World, known_as: str, holds: Callable[[Delivery], bool]) -> None:
    """Wait until this is true of the delivery."""
    async with asyncio.timeout(10):
        while True:
            async with world.store.read() as conn:
                found = await delivery_by_id(conn, known_as)
            if found is not None and holds(found):
                return
            await asyncio.sleep(0.02)


async def role_of(world: World, email: str, role: Role) -> None:
    async with world.store.write() as conn:
        account = await user_by_email(conn, email)
        assert account is not None
        await set_role(conn, account.id, role)
