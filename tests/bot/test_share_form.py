"""The form of a share and its preview: what is wrong is said, what was typed is kept, what was seen is sent."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.slack.seed import (
    ANA,
    ARCHIVED,
    BEN,
    CHLOE,
    DEACTIVATED,
    FINANCE_LEADS,
    GENERAL,
    GUEST,
    NORTHWIND_SHARED,
    SALES,
    STRANGER,
)
from store.users import Role, set_role, user_by_email
from tests.bot.sharing import (
    delivery_id,
    entry,
    filled,
    modal_text,
    opened,
    opened_form,
    posts,
    went_back,
)
from tests.bot.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")
__all__ = ["opened"]
BOT = "U0TESORIO1"


class TestForm:
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


class TestPreview:
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


async def role_of(world: World, email: str, role: Role) -> None:
    async with world.store.write() as conn:
        account = await user_by_email(conn, email)
        assert account is not None
        await set_role(conn, account.id, role)
