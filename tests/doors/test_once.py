"""At least once in, once out: copies are acknowledged and have no effect."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp

from bot.slack.client import SlackClient
from sandbox.slack import SlackStandIn
from sandbox.slack.envelopes import Delivery
from sandbox.slack.seed import AR_TEAM
from store.db import Store
from store.errors import StoreBusyError
from tests.cli.console import BARE
from tests.doors.rig import (
    bare_app,
    client_of,
    copies,
    effects,
    event,
    open_socket,
    posting_app,
    quiet,
    rows,
)

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def other_program(slack: SlackStandIn, store_url: str) -> AsyncIterator[Process]:
    """A second program behind the same workspace and store, connected."""
    module = ("-m", "tests.doors.other_door", store_url, slack.api_url, slack.bot_token)
    program = await asyncio.create_subprocess_exec(
        sys.executable, *module, stdin=PIPE, stdout=PIPE, cwd=ROOT, env={**BARE, "PYTHONPATH": str(ROOT)}
    )
    assert program.stdout is not None
    assert program.stdin is not None
    try:
        assert await program.stdout.readline() == b"ready\n"
        yield program
    finally:
        program.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            await program.wait()


def answer(delivery: Delivery) -> Any:
    """What the acknowledgement said."""
    assert delivery.ack is not None
    return delivery.ack.payload


class TestCopies:
    async def test_of_one_event_have_one_effect_and_are_all_acked(self, slack: SlackStandIn, store: Store) -> None:
        client = client_of(slack)
        async with open_socket(posting_app(client), client, store) as door:
            acks = await copies(slack, range(5))
            await quiet(door)
        assert len(acks) == 20
        assert all(acks)
        assert effects(slack) == ["0", "1", "2", "3", "4"]
        assert await rows(store) == [(f"event:Ev{number}", True, False) for number in range(5)]

    @pytest.mark.parametrize("count", [12, pytest.param(250, marks=pytest.mark.soak)])
    async def test_across_two_programs_likewise(
        self, slack: SlackStandIn, store: Store, store_url: str, count: int
    ) -> None:
        client = client_of(slack)
        async with other_program(slack, store_url), open_socket(posting_app(client), client, store) as door:
            acks = await copies(slack, range(count))
            await quiet(door)
            used = {delivery.connection for delivery in slack.workspace.hub.deliveries}
        assert all(acks)
        assert len(used) == 2
        assert effects(slack) == sorted(map(str, range(count)))

    async def test_that_come_after_a_restart_have_none(self, slack: SlackStandIn, store: Store) -> None:
        client = client_of(slack)
        for _ in range(2):
            async with open_socket(posting_app(client), client, store) as door:
                assert all(await copies(slack, range(1)))
                await quiet(door)
        assert effects(slack) == ["0"]

    async def test_of_a_button_with_an_effect_reach_its_listener_once(self, slack: SlackStandIn, store: Store) -> None:
        client, saved = client_of(slack), []
        app = bare_app(client.base_url)

        async def save(ack: Any, body: dict[str, Any]) -> None:
            saved.append(body["trigger_id"])
            await ack()

        app.action("note.save")(save)
        payload = {"type": "block_actions", "trigger_id": "1.2", "actions": [{"action_id": "note.save"}]}
        async with open_socket(app, client, store), open_socket(app, client, store, holder="two"):
            sent = [slack.workspace.hub.deliver("interactive", payload) for _ in range(4)]
            acks = [delivery.ack for delivery in await asyncio.gather(*sent)]
        assert all(acks)
        assert saved == ["1.2"]


class TestMoving:
    @pytest.mark.parametrize("count", [40, pytest.param(600, marks=pytest.mark.soak)])
    async def test_under_load_loses_nothing_and_doubles_nothing(
        self, slack: SlackStandIn, store: Store, count: int
    ) -> None:
        client = client_of(slack)
        async with open_socket(posting_app(client), client, store) as door:
            sent = []
            for number in range(count):
                sent.append(asyncio.create_task(slack.workspace.hub.deliver_event(dict(event(f"{number:03}")))))
                if number % 10 == 5:
                    slack.workspace.hub.disconnect("warning" if number % 20 == 5 else "refresh_requested")
                await asyncio.sleep(0.005)
            acks = [delivery.ack for delivery in await asyncio.gather(*sent)]
            await quiet(door)
        assert all(acks)
        assert effects(slack) == [f"{number:03}" for number in range(count)]


class TestStoreInTrouble:
    """An event whose listener cannot use the store: it is served again here, and after the next start."""

    @staticmethod
    def _app(client: SlackClient, times: int) -> AsyncApp:
        """It posts, once the store could be used so often not."""
        app, left = bare_app(client.base_url), [times]

        async def post(event: dict[str, Any]) -> None:
            left[0] -= 1
            if left[0] >= 0:
                raise StoreBusyError
            await client.chat_postMessage(channel=AR_TEAM, text=f"effect {event['number']}")

        async def on_error(error: Exception) -> None:
            raise error

        app.event("member_joined_channel")(post)
        app.error(on_error)
        return app

    async def test_an_event_is_served_again_and_has_one_effect(
        self, slack: SlackStandIn, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.doors.intake._AGAIN_SECONDS", (0.01, 0.02))
        client = client_of(slack)
        async with open_socket(self._app(client, 2), client, store):
            assert all(await copies(slack, range(1)))
            async with asyncio.timeout(60):
                while await rows(store) != [("event:Ev0", True, False)]:  # noqa: ASYNC110 - it tells nobody
                    await asyncio.sleep(0.01)
        assert effects(slack) == ["0"]

    async def test_what_cannot_be_served_for_long_is_left_for_the_next_start(
        self, slack: SlackStandIn, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.doors.intake._AGAIN_SECONDS", ())
        client = client_of(slack)
        async with open_socket(self._app(client, 1), client, store) as door:
            assert all(await copies(slack, range(1)))
            await quiet(door)
        assert await rows(store) == [("event:Ev0", False, True)]
        async with open_socket(self._app(client, 0), client, store) as door:
            await quiet(door)
        assert effects(slack) == ["0"]
        assert await rows(store) == [("event:Ev0", True, False)]


class TestForm:
    """A form that comes again, after a kill or because its answer was lost."""

    PAYLOAD = MappingProxyType(
        {
            "type": "view_submission",
            "trigger_id": "1.2",
            "user": {"id": "U1"},
            "view": {
                "type": "modal",
                "id": "V1",
                "callback_id": "note.submit",
                "blocks": [{"type": "input", "block_id": "text"}],
            },
        }
    )

    async def test_is_served_when_the_program_that_had_it_was_killed(self, slack: SlackStandIn, store: Store) -> None:
        client, saved = client_of(slack), []
        app = bare_app(client.base_url)

        async def save(ack: Any, body: dict[str, Any]) -> None:
            saved.append(body["trigger_id"])
            await ack(response_action="clear")

        app.view("note.submit")(save)
        for holder in ("killed", "started again"):
            async with open_socket(app, client, store, holder=holder):
                delivery = await slack.workspace.hub.deliver("interactive", dict(self.PAYLOAD))
                assert answer(delivery) == {"response_action": "clear"}
        assert saved == ["1.2", "1.2"]

    async def test_stays_open_when_it_comes_to_the_same_program_again(self, slack: SlackStandIn, store: Store) -> None:
        client = client_of(slack)
        app = bare_app(client.base_url)

        async def save(ack: Any) -> None:
            await ack(response_action="clear")

        app.view("note.submit")(save)
        async with open_socket(app, client, store):
            sent = [await slack.workspace.hub.deliver("interactive", dict(self.PAYLOAD)) for _ in range(2)]
        assert answer(sent[0]) == {"response_action": "clear"}
        assert "press the button again" in answer(sent[1])["errors"]["text"]


class TestCutOff:
    async def test_a_form_that_was_not_served_in_time_is_not_acked(
        self, slack: SlackStandIn, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.doors.intake._DRAIN_SECONDS", 0.05)
        slack.deadlines.acknowledgement_seconds = 0.5
        client, never = client_of(slack), asyncio.Event()
        app = bare_app(client.base_url)
        app.view("note.submit")(never.wait)
        view = {"type": "modal", "id": "V1", "callback_id": "note.submit", "blocks": []}
        payload = {"type": "view_submission", "trigger_id": "1.2", "user": {"id": "U1"}, "view": view}
        async with open_socket(app, client, store) as door:
            sent = asyncio.create_task(slack.workspace.hub.deliver("interactive", payload))
            while not door.at_work:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
        assert (await sent).ack is None
