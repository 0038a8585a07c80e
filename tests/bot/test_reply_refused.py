"""Replies that are not taken: from people who may no more, in forms that Slack would not open, written twice."""

import asyncio
import copy
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from bot.replying.replies import payload_of, write_reply
from bot.replying.reply_form import About, Said
from bot.views.reply import Origin, ReplyKind
from bot.views.values import RecordRef
from sandbox.slack.seed import ANA, AR_TEAM, BEN, CHLOE, TEAM_ID
from store.changes import changes_after, last_sequence
from store.db import Store
from store.deliveries import deliveries_of_note
from store.errors import StoreError
from store.promises import Promise, promises_about, promises_of_notes
from store.users import link_slack as link_again
from store.users import linked_user, slack_link, unlink_slack
from tests.bot.mailing import change_invoice, usd
from tests.bot.replying import (
    FILLED,
    a_message,
    about_customer,
    about_invoice,
    card_of,
    form_on,
    kind,
    note_texts,
    notes_of,
    saved,
    submit,
    submitted_anew,
    words,
)
from tests.bot.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOT_LINKED = "not linked to an account"


class TestMeanwhile:
    async def test_unlinked_with_the_form_open(self, world: World) -> None:
        await form_on(world)
        async with world.store.write() as conn:
            link = await slack_link(conn, TEAM_ID, ANA)
            await unlink_slack(conn, TEAM_ID, ANA)
        assert link is not None
        try:
            outcome = await submit(world, {"reply.text": "Too late"})
        finally:
            async with world.store.write() as conn:
                await link_again(conn, link)
        assert NOT_LINKED in outcome.errors["reply.text.block"]
        assert "Too late" not in await note_texts(world)
        assert ("reply.submit.denied", f"1:invoice:{about_invoice(world)}") in [
            each[1:] for each in await world.audited()
        ]

    async def test_unlinked_with_a_button_on_the_screen(self, world: World) -> None:
        card = await card_of(world, "/tesorio invoice INV-12345")
        async with world.store.write() as conn:
            link = await slack_link(conn, TEAM_ID, ANA)
            await unlink_slack(conn, TEAM_ID, ANA)
        assert link is not None
        try:
            await world.workspace.click(ANA, card, "reply.open", waiting=FILLED)
        finally:
            async with world.store.write() as conn:
                await link_again(conn, link)
        assert NOT_LINKED in words(world)
        assert "INV-12345" not in words(world)

    async def test_deactivated_in_slack_with_the_form_open(self, world: World) -> None:
        await form_on(world, user=CHLOE)
        world.workspace.deactivate(CHLOE)
        await _cut_off(world, CHLOE)
        outcome = await submit(world, {"reply.text": "From outside"}, CHLOE)
        assert NOT_LINKED in outcome.errors["reply.text.block"]
        assert "From outside" not in await note_texts(world)


class TestOpening:
    async def test_too_late_for_slack_is_said(self, world: World) -> None:
        card = await card_of(world, "/tesorio invoice INV-12345")
        world.workspace.faults.refuse("views.open", "expired_trigger_id")
        outcome = await world.workspace.click(ANA, card, "reply.open")
        assert "Please press once more" in world.shown(outcome)

    async def test_a_form_that_cannot_be_filled_says_so_in_its_place(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        card = await card_of(world, "/tesorio invoice INV-12345")

        @asynccontextmanager
        async def away() -> AsyncIterator[None]:
            raise StoreError("the disk is gone")
            yield

        with monkeypatch.context() as broken:
            broken.setattr(Store, "read", lambda _store: away())
            await world.workspace.click(ANA, card, "reply.open", waiting=FILLED)
        assert "Something went wrong here, and it has been logged" in words(world)


class TestForgedActs:
    async def test_a_value_that_stands_for_nothing_opens_nothing(self, world: World) -> None:
        await form_on(world)
        for action in ("notes.open", "reply.open"):
            told = await _again(world, {"action_id": action, "value": "2:nothing"})
            assert "Please press once more" in told

    @pytest.mark.parametrize(
        ("action", "told"), [("notes.open", "from before an update"), ("reply.open", "out of date")]
    )
    async def test_in_a_button_that_was_really_pressed_neither(self, world: World, action: str, told: str) -> None:
        await form_on(world)
        trigger = world.workspace.core.tickets.issue_trigger(ANA)
        await _again(world, {"action_id": action, "value": "2:nothing"}, trigger=trigger)
        assert told in words(world)

    async def test_a_form_from_before_an_update_is_drawn_all_the_same(self, world: World) -> None:
        await form_on(world)
        await kind(world, "promise")
        await _again(world, {}, {"private_metadata": "old"})
        assert "Amount promised" in words(world)
        assert "Invoice INV-12345" in words(world)

    async def test_another_kind_is_not_drawn_for_whoever_may_no_more(self, world: World) -> None:
        await form_on(world)
        await kind(world, "promise")
        await _again(world, {}, user=BEN)
        assert "Your role here does not allow this" in words(world)

    async def test_a_shortcut_that_slack_refuses_is_said(self, world: World) -> None:
        world.workspace.faults.refuse("views.open", "expired_trigger_id")
        said = await a_message(world, "They pay on Friday")
        outcome = await world.workspace.shortcut(ANA, "reply_to_tesorio", said)
        assert "Please press once more" in world.shown(outcome)


class TestWriteReply:
    async def test_of_a_form_that_was_saved_before_loses_no_change(self, world: World) -> None:
        await form_on(world)
        await submit(world, {"reply.text": "They pay soon", "reply.targets": []})
        first = await saved(world)

        def change(view: dict[str, Any]) -> None:
            view["state"]["values"]["reply.text.block"]["reply.text"]["value"] = "They pay on Monday"

        again = await submitted_anew(world, change)
        assert "was saved before" in str(again)
        assert "'initial_value': 'They pay on Monday'" in str(again)
        assert json.loads(again["view"]["private_metadata"])["nonce"] not in first.source_id
        assert (await note_texts(world)).count("They pay soon") == 1

    @pytest.mark.parametrize("left", [1_000_000, 0])
    async def test_of_a_promise_of_all_that_comes_again_after_a_payment_stays_what_it_was(
        self, world: World, left: int
    ) -> None:
        known = await _promised_all(world)
        try:
            await change_invoice(world, open_balance=usd(left))
            again = await submitted_anew(world, lambda _view: None)
        finally:
            await change_invoice(world, open_balance=known.amount)
        assert "saved before" not in str(again)
        assert f"Promise to pay ${known.amount.minor / 100:,.2f} by" in str(again)
        async with world.store.read() as conn:
            assert known in await promises_about(conn, about_invoice(world), limit=9)

    async def test_of_a_promise_whose_amount_was_typed_since_is_asked_about(self, world: World) -> None:
        await _promised_all(world)

        def change(view: dict[str, Any]) -> None:
            view["state"]["values"]["reply.promised.block"]["reply.promised"]["value"] = "100"

        assert "saved before" in str(await submitted_anew(world, change))

    async def test_that_an_earlier_version_saved_is_saved_once_and_no_more(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as earlier:
            earlier.setattr("bot.commands.reply.keep_typed", _nothing_kept)
            await form_on(world)
            await submit(world, {"reply.text": "By an earlier one", "reply.targets": []})
            await saved(world)
        assert "saved before" not in str(await submitted_anew(world, lambda _view: None))
        assert (await note_texts(world)).count("By an earlier one") == 1

    async def test_twice_is_once(self, world: World) -> None:
        ref = RecordRef(kind="customer", record_id=about_customer(world)[0])
        about = About(ref=ref, label="ABC", customer_id=ref.record_id)
        async with world.store.read() as conn:
            user = await linked_user(conn, TEAM_ID, ANA)
            before = await last_sequence(conn)
        assert user is not None
        origin = Origin(nonce="0" * 32, channel="C1", thread_ts="1.2")
        said = Said(kind=ReplyKind.NOTE, about=about, text="Written twice")
        payload = payload_of(said, origin, user, ANA, targets=("netsuite",), view_id="V1", at=world.clock())
        for _ in range(2):
            async with world.store.write() as conn:
                await write_reply(conn, payload, {"netsuite": "NetSuite"}, at=world.clock())
        [note] = [each for each in await notes_of(world, ref.record_id) if each.text == "Written twice"]
        async with world.store.read() as conn:
            sent = await deliveries_of_note(conn, note.id)
            changed = await changes_after(conn, before, limit=99)
            assert await promises_of_notes(conn, (note.id,)) == {}
        assert [each.id for each in sent] == [f"{note.id}/netsuite", f"{note.id}/line"]
        assert [(each.kind, each.action) for each in changed] == [("note", "inserted")]


async def _nothing_kept(*_arguments: object) -> None:
    """An earlier version remembered nothing of what was typed."""


async def _promised_all(world: World) -> Promise:
    """The promise of a form whose amount was left empty, once it is saved."""
    await form_on(world)
    await kind(world, "promise")
    friday = (world.assistant.deps.today() + timedelta(days=4)).isoformat()
    await submit(world, {"reply.promised": "", "reply.promised_on": friday, "reply.targets": []})
    note = await saved(world)
    async with world.store.read() as conn:
        return (await promises_of_notes(conn, (note.id,)))[note.id]


async def _cut_off(world: World, user: str) -> None:
    """Wait until the news has arrived that this person was deactivated."""
    async with asyncio.timeout(60):
        while True:
            async with world.store.read() as conn:
                if await linked_user(conn, TEAM_ID, user) is None:
                    return
            await asyncio.sleep(0.02)


class TestForgedRecords:
    @pytest.mark.soak
    @pytest.mark.timeout(600)
    async def test_a_thousand_random_ids_hit_nothing(self, world: World) -> None:
        await form_on(world)
        await submit(world, {"reply.text": "Nowhere", "reply.targets": []})
        await saved(world)
        chance = random.Random(6)  # noqa: S311 - any ids will do, and the same each time
        before = len(await note_texts(world))
        for _ in range(1_000):
            kind, number = chance.choice(("invoice", "customer")), chance.randrange(10**7, 10**9)
            system = chance.choice(("netsuite", "salesforce", "tesorio", "other"))

            def forge(view: dict[str, Any], value: str = f"1:{kind}:{system}:{kind}:{number}") -> None:
                view["state"]["values"]["pick.record.block"]["pick.record"]["selected_option"]["value"] = value

            answer = await submitted_anew(world, forge)
            assert list(answer["errors"]) == ["pick.record.block"]
        assert len(await note_texts(world)) == before


async def _again(
    world: World, action: dict[str, Any], view: dict[str, Any] | None = None, user: str = ANA, trigger: str = ""
) -> str:
    """The last click, forged: as another act, and with these members changed. What its person is told by message."""
    payload = copy.deepcopy(world.last_payload("block_actions"))
    payload["trigger_id"] = trigger or f"forged.{uuid4().hex}"
    payload["user"]["id"] = user
    payload["actions"][0] |= action
    if view:
        payload["view"] |= view
    await world.workspace.hub.deliver("interactive", payload)
    await world.catch_up()
    dm, here = world.workspace.app_channel(user).id, payload.get("channel", {}).get("id", AR_TEAM)
    return " ".join(each.text for place in (dm, here) for each in world.workspace.messages(place, user)[-1:])
