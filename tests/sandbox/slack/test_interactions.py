from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackStandIn, Waiting, acknowledged
from sandbox.slack.acting import say_message
from sandbox.slack.records import Json, Message
from sandbox.slack.seed import ANA, AR_TEAM, BEN, STRANGER
from tests.sandbox.slack.running import bolt_app, connected, web_client

ACKED = Waiting(until=acknowledged)
OPTIONS = [{"text": {"type": "plain_text", "text": name}, "value": name.lower()} for name in ("Open", "Paid")]
CONTROLS: list[Json] = [
    {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "inv-1"},
    {"type": "static_select", "action_id": "status", "options": OPTIONS},
    {"type": "overflow", "action_id": "more", "options": OPTIONS},
    {"type": "checkboxes", "action_id": "several", "options": OPTIONS},
    {"type": "radio_buttons", "action_id": "one", "options": OPTIONS},
    {"type": "datepicker", "action_id": "day"},
    {"type": "users_select", "action_id": "who"},
    {"type": "conversations_select", "action_id": "where"},
    {"type": "channels_select", "action_id": "channel"},
    {"type": "external_select", "action_id": "find"},
]
BLOCKS: list[Json] = [{"type": "actions", "block_id": "controls", "elements": CONTROLS}]


async def post_controls(slack: SlackStandIn, *, ephemeral: bool = False) -> Message:
    client = web_client(slack)
    if ephemeral:
        await client.chat_postEphemeral(channel=AR_TEAM, user=ANA, text="controls", blocks=BLOCKS)
    else:
        await client.chat_postMessage(channel=AR_TEAM, text="controls", blocks=BLOCKS)
    return slack.workspace.messages(AR_TEAM, ANA)[-1]


class TestActions:
    async def test_a_click_carries_value_message_and_a_response_url(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.action("go")
        async def go(ack: AsyncAck, action: Json, body: Json, respond: AsyncRespond) -> None:
            await ack()
            await respond(f"{action['value']} of {body['message']['text']}", replace_original=False)

        message = await post_controls(slack)
        async with connected(slack, app):
            outcome = await slack.workspace.click(ANA, message, "go")
        assert [each.text for each in outcome.messages] == ["inv-1 of controls"]

    async def test_a_click_in_a_preview_names_its_link_and_not_the_message(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)
        bodies: list[Json] = []

        @app.action("go")
        async def go(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
            await ack()
            bodies.append(body)
            await respond("opened", replace_original=False)

        url = "https://erp.example/inv/1"
        shared = say_message(slack.core, slack.core.state.members[ANA], slack.workspace.channel(AR_TEAM), url)
        await web_client(slack).chat_unfurl(channel=AR_TEAM, ts=shared.ts, unfurls={url: {"blocks": BLOCKS}})
        async with connected(slack, app):
            outcome = await slack.workspace.click(BEN, shared, "go")
        assert [each.text for each in outcome.messages] == ["opened"]
        [body] = bodies
        assert "message" not in body
        assert body["container"]["type"] == "message_attachment"
        assert (body["app_unfurl"]["app_unfurl_url"], body["app_unfurl"]["blocks"]) == (url, BLOCKS)

    @pytest.mark.parametrize(
        ("action_id", "value", "expected"),
        [
            ("status", "paid", {"selected_option": OPTIONS[1]}),
            ("more", "open", {"selected_option": OPTIONS[0]}),
            ("several", ["open", "paid"], {"selected_options": OPTIONS}),
            ("one", OPTIONS[0], {"selected_option": OPTIONS[0]}),
            ("day", "2026-12-01", {"selected_date": "2026-12-01"}),
            ("who", BEN, {"selected_user": BEN}),
            ("where", AR_TEAM, {"selected_conversation": AR_TEAM}),
            ("channel", AR_TEAM, {"selected_channel": AR_TEAM}),
        ],
    )
    async def test_a_choice_has_the_form_of_its_element(
        self, slack: SlackStandIn, action_id: str, value: Any, expected: Json
    ) -> None:
        app = bolt_app(slack)
        seen: list[Json] = []

        @app.action(action_id)
        async def chosen(ack: AsyncAck, action: Json) -> None:
            seen.append(action)
            await ack()

        message = await post_controls(slack)
        async with connected(slack, app):
            await slack.workspace.choose(ANA, message, action_id, value, ACKED)
        assert seen[0]["block_id"] == "controls"
        assert seen[0].items() >= expected.items()

    async def test_an_ephemeral_message_is_named_but_not_shown(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)
        seen: list[Json] = []

        @app.action("go")
        async def go(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
            seen.append(body)
            await ack()
            await respond(delete_original=True)

        message = await post_controls(slack, ephemeral=True)
        async with connected(slack, app):
            outcome = await slack.workspace.click(ANA, message, "go")
        assert outcome.deleted == 1
        assert seen[0]["container"]["is_ephemeral"]
        assert "message" not in seen[0]

    async def test_someone_of_another_team_is_told_apart(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)
        teams: list[str] = []

        @app.action("go")
        async def go(ack: AsyncAck, body: Json) -> None:
            teams.append(body["user"]["team_id"])
            await ack()

        message = await post_controls(slack)
        async with connected(slack, app):
            await slack.workspace.click(STRANGER, message, "go", waiting=ACKED)
        assert teams == ["T0NORTHWND"]

    async def test_without_acknowledgement_the_person_is_warned(self, slack: SlackStandIn) -> None:
        slack.deadlines.acknowledgement_seconds = 0.2
        message = await post_controls(slack)
        async with connected(slack, bolt_app(slack)):
            outcome = await slack.workspace.click(ANA, message, "go")
        assert outcome.notices == ("operation_timeout",)

    async def test_an_element_that_is_not_there(self, slack: SlackStandIn) -> None:
        message = await post_controls(slack)
        with pytest.raises(LookupError):
            await slack.workspace.click(ANA, message, "go", value="inv-2")


class TestSuggestions:
    async def test_options_of_the_app_come_back(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.options("find")
        async def find(ack: AsyncAck, body: Json) -> None:
            found = [each for each in OPTIONS if body["value"] in each["value"]]
            await ack(options=found)

        message = await post_controls(slack)
        async with connected(slack, app):
            offered = await slack.workspace.suggestions(ANA, message, "find", "pa")
        assert [each["value"] for each in offered["options"]] == ["paid"]

    async def test_groups_of_options(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)
        groups = [{"label": {"type": "plain_text", "text": "All"}, "options": OPTIONS}]

        @app.options("find")
        async def find(ack: AsyncAck) -> None:
            await ack(option_groups=groups)

        message = await post_controls(slack)
        async with connected(slack, app):
            offered = await slack.workspace.suggestions(ANA, message, "find", "x")
        assert [each["value"] for each in offered["option_groups"][0]["options"]] == ["open", "paid"]

    async def test_no_answer_offers_nothing(self, slack: SlackStandIn) -> None:
        message = await post_controls(slack)
        assert await slack.workspace.suggestions(ANA, message, "find", "x") == {"options": []}


class TestShortcuts:
    async def test_a_global_one_can_open_a_modal(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.shortcut("find_in_tesorio")
        async def find(ack: AsyncAck, body: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
            await ack()
            title = {"type": "plain_text", "text": f"Find for {context.user_id}"[:24]}
            await client.views_open(trigger_id=body["trigger_id"], view={"type": "modal", "title": title, "blocks": []})

        async with connected(slack, app):
            outcome = await slack.workspace.shortcut(ANA, "find_in_tesorio")
        assert outcome.view_op == "open"
        assert slack.workspace.modal(ANA) == outcome.view

    async def test_one_on_a_message_brings_it_along(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.shortcut("reply_to_tesorio")
        async def reply(ack: AsyncAck, body: Json, respond: AsyncRespond) -> None:
            await ack()
            await respond(f"logged: {body['message']['text']}")

        message = await post_controls(slack)
        async with connected(slack, app):
            outcome = await slack.workspace.shortcut(BEN, "reply_to_tesorio", message)
        assert [(each.text, each.ephemeral_to) for each in outcome.messages] == [("logged: controls", BEN)]
