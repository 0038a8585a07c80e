"""The door: every envelope is acknowledged at once, served once, and survives whatever is inside or behind it."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from bot.doors.inbox import Recent, request_key
from bot.doors.intake import Way, way_of
from sandbox.slack.envelopes import Delivery
from sandbox.slack.seed import ANA
from tests.bot.world import ACKED, CHANNEL, SETTLED, World, elements

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOON_SECONDS = 0.5
MALFORMED: tuple[dict[str, Any], ...] = (
    {},
    {"text": None},
    {"type": "block_actions"},
    {"type": "block_actions", "actions": []},
    {"type": "block_actions", "actions": "none", "user": None},
    {"type": "block_actions", "actions": [{"action_id": "lookup.open"}]},
    {"type": "block_actions", "actions": [{"action_id": "refresh.record", "value": 7}], "channel": None},
    {"type": "shortcut", "callback_id": "of_another_version"},
    {"type": "message_action", "callback_id": "of_another_version", "message": {}},
    {"type": "view_submission", "view": {"callback_id": "of_another_version"}},
    {"type": "view_closed", "view": {"callback_id": "of_another_version"}},
    {"type": "block_suggestion", "action_id": "of_another_version", "value": "x"},
    {"command": "/other", "text": "x"},
    {"command": "/tesorio", "text": "invoice INV-12345"},
    {"command": "/tesorio", "text": ["invoice"], "user_id": 7, "team_id": None},
    {"type": "event_callback", "event": None},
    {"text": "x" * 256_000},
)


@asynccontextmanager
async def readers_taken(world: World) -> AsyncIterator[None]:
    """A store that answers nobody: all its connections for reading are held by someone."""
    async with AsyncExitStack() as stack:
        misses = 0
        while misses < 3:
            try:
                async with asyncio.timeout(0.05):
                    await stack.enter_async_context(world.store.read())
            except TimeoutError:
                misses += 1
        yield


@asynccontextmanager
async def broken_store(world: World) -> AsyncIterator[None]:
    """A store in which every look at who may fails with an error that nobody foresaw."""
    async with world.store.write() as conn:
        await conn.execute(text("ALTER TABLE slack_links RENAME TO slack_links_gone"))
    try:
        yield
    finally:
        async with world.store.write() as conn:
            await conn.execute(text("ALTER TABLE slack_links_gone RENAME TO slack_links"))


async def deliver(world: World, kind: str, payload: Any) -> Delivery:
    return await world.workspace.hub.deliver(kind, payload)


class TestAck:
    async def test_comes_while_the_store_is_silent_and_the_answer_follows(self, world: World) -> None:
        async with readers_taken(world):
            outcome = await world.say("/tesorio invoice INV-12345", waiting=ACKED)
            assert outcome.ack is not None
            assert not outcome.messages
            seen = len(world.workspace.messages(CHANNEL))
        await world.catch_up()
        [answer] = world.workspace.messages(CHANNEL)[seen:]
        assert "Open balance: $17,250.00" in world.shown(answer)

    async def test_comes_while_the_store_writes_something_long(self, world: World) -> None:
        async with world.store.write():
            answer = await world.say("/tesorio invoice INV-12345")
            assert answer.messages
            assert answer.ack is not None

    async def test_comes_for_events_that_nobody_listens_to(
        self, world: World, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.INFO, logger="bot")
        for nth in range(3):
            for kind in ("an_event_of_next_year", "another"):
                payload = {"type": "event_callback", "event_id": f"Ev{nth}{kind}", "event": {"type": kind}}
                assert (await deliver(world, "events_api", payload)).ack is not None
        await world.catch_up()
        assert not world.log.errors()
        assert world.log.text().count("events of type another, to which nothing listens here") == 1

    async def test_comes_for_events_with_nothing_in_them(self, world: World) -> None:
        for kind in ("app_home_opened", "link_shared", "message"):
            payload = {"type": "event_callback", "event_id": f"Ev{kind}", "event": {"type": kind}}
            assert (await deliver(world, "events_api", payload)).ack is not None
        await world.catch_up()
        assert not world.log.errors()

    @pytest.mark.parametrize("number", range(len(MALFORMED)))
    async def test_comes_for_payloads_that_make_no_sense(self, world: World, number: int) -> None:
        delivery = await deliver(world, "interactive", MALFORMED[number])
        assert delivery.ack is not None
        await world.catch_up()
        assert not [line for line in world.log.errors() if "slack_sdk" in line]

    async def test_comes_for_a_payload_of_the_wrong_kind(self, world: World) -> None:
        assert (await deliver(world, "interactive", "text")).ack is not None

    async def test_frames_that_are_no_envelopes_do_no_harm(self, world: World) -> None:
        for frame in ("", "hello", "{", "[]", "null", json.dumps({"type": "hello"}), json.dumps({"envelope_id": 1})):
            world.workspace.hub.send_text(frame)
        assert "owes" in world.shown(await world.card("/tesorio invoice INV-12345"))


class TestFailure:
    @pytest.mark.parametrize("word", ["invoice INV-12345", "customer sun micro"])
    async def test_of_a_command_is_acked_told_and_logged_once(self, world: World, word: str) -> None:
        async with broken_store(world):
            answer = await world.card(f"/tesorio {word}")
        await self._told_and_logged_once(world, answer)

    @pytest.mark.parametrize("action_id", ["lookup.choose", "lookup.open", "refresh.record"])
    async def test_of_a_button_is_acked_told_and_logged_once(self, world: World, action_id: str) -> None:
        card = await world.card("/tesorio invoice inv123")
        async with broken_store(world):
            if action_id == "lookup.choose":
                [menu] = elements(card, action_id)
                outcome = await world.workspace.choose(ANA, card, action_id, menu["options"][0]["value"], SETTLED)
            else:
                outcome = await world.workspace.click(ANA, card, action_id, waiting=SETTLED)
        assert outcome.ack is not None
        [answer] = outcome.messages
        await self._told_and_logged_once(world, answer)

    async def test_of_the_answer_too_leaves_the_envelope_acked_and_a_log_line(self, world: World) -> None:
        for method in ("response_url", "chat.postMessage", "chat.postEphemeral"):
            world.workspace.faults.fail(method, 500, times=9)
        outcome = await world.say("/tesorio invoice INV-12345", waiting=ACKED)
        assert outcome.ack is not None
        await world.catch_up()
        [line] = world.log.errors()
        assert "an answer reached nobody" in line

    async def _told_and_logged_once(self, world: World, answer: Any) -> None:
        assert answer.ephemeral_to == ANA
        assert "Something went wrong here" in answer.text
        [line] = world.log.errors()
        assert answer.text.rpartition(" ")[2] in line


class TestTwice:
    async def test_a_command_that_comes_again_is_answered_once(self, world: World) -> None:
        await world.card("/tesorio invoice INV-12345")
        envelope = world.last_envelope()
        seen = len(world.workspace.messages(CHANNEL))
        again = await world.workspace.hub.deliver("slash_commands", envelope.payload, retry_attempt=1)
        assert again.ack is not None
        await world.catch_up()
        assert len(world.workspace.messages(CHANNEL)) == seen

    async def test_what_is_asked_twice_is_answered_twice(self, world: World) -> None:
        seen = len(world.workspace.messages(CHANNEL))
        await world.card("/tesorio invoice INV-12345")
        await world.card("/tesorio invoice INV-12345")
        assert len(world.workspace.messages(CHANNEL)) == seen + 2


class TestConnection:
    @pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
    async def test_is_made_anew_when_slack_asks_and_nothing_is_lost(self, world: World, reason: str) -> None:
        hub, seen = world.workspace.hub, len(world.workspace.messages(CHANNEL))
        line = "/tesorio invoice INV-12345"
        asked = [asyncio.create_task(world.say(line, waiting=ACKED)) for _ in range(10)]
        await asyncio.sleep(0)
        hub.disconnect(reason)
        asked += [asyncio.create_task(world.say(line, waiting=ACKED)) for _ in range(10)]
        async with asyncio.timeout(60):
            outcomes = await asyncio.gather(*asked)
        await world.catch_up()
        assert all(outcome.ack is not None for outcome in outcomes)
        assert len(world.workspace.messages(CHANNEL)) == seen + len(asked)

    async def test_comes_back_after_it_was_cut(self, world: World) -> None:
        hub = world.workspace.hub
        before = {connection.number for connection in hub.connections}
        hub.drop()
        async with asyncio.timeout(60):
            while not {connection.number for connection in hub.connections} - before:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)
        assert "INV-12345" in world.shown(await world.card("/tesorio invoice INV-12345"))


class TestWayOf:
    async def test_acks_first_what_only_reads_and_claims_what_changes_something(self) -> None:
        effects = frozenset({"refresh.record"})
        reading, effect = Way(acks_first=True, is_claimed=False), Way(acks_first=False, is_claimed=True)
        assert way_of({"command": "/tesorio"}, effects) == reading
        assert way_of({"type": "block_actions", "actions": [{"action_id": "lookup.open"}]}, effects) == reading
        assert way_of({"actions": [None, "x"]}, effects) == reading
        assert way_of({"type": "block_actions", "actions": [{"action_id": "refresh.record"}]}, effects) == effect
        # What a form starts has an id of its own, and a claim without that start would lose the form.
        assert way_of({"type": "view_submission"}, effects) == Way(acks_first=False, is_claimed=False)
        assert way_of({"type": "event_callback"}, effects) == Way(acks_first=True, is_claimed=True)
        assert not way_of({"type": "block_suggestion"}, effects).is_remembered


class TestRecent:
    async def test_knows_the_last_keys_and_forgets_older_ones(self) -> None:
        recent = Recent(2)
        assert [recent.add(key) for key in ("a", "b", "a", "c", "a")] == [True, True, False, True, True]
        assert recent.add("")
        assert recent.add("")


class TestRequestKey:
    @pytest.mark.parametrize(
        ("payload", "key"),
        [
            ({"event_id": "Ev1", "trigger_id": "1.2"}, "event:Ev1"),
            ({"trigger_id": "1.2", "view": {"id": "V1"}}, "trigger:1.2"),
            ({"type": "view_closed", "view": {"id": "V1", "hash": "h"}}, "view:view_closed:V1:h"),
            ({"user": {"id": "U1"}, "actions": [{"action_ts": "1.5"}]}, "action:U1:1.5"),
            ({"user": {"id": "U1"}, "action_ts": "1.5"}, "action:U1:1.5"),
            ({}, ""),
            ({"actions": "none", "view": [], "user": "x"}, ""),
        ],
    )
    async def test_is_what_stays_the_same(self, payload: dict[str, Any], key: str) -> None:
        assert request_key(payload) == key
