from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncRespond, AsyncSay

from sandbox.slack import SlackStandIn, Waiting, acknowledged
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, BEN, FINANCE_LEADS
from tests.sandbox.slack.running import FOR_A_MESSAGE, bolt_app, connected


class TestSlashCommand:
    async def test_answer_by_response_url_comes_back_to_the_person(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.command("/tesorio")
        async def answer(ack: AsyncAck, respond: AsyncRespond, command: dict[str, Any]) -> None:
            await ack()
            await respond(f"heard {command['text']}")

        async with connected(slack, app):
            outcome = await slack.workspace.command(ANA, "#ar-team", "/tesorio customer sun > &amp; <b>", FOR_A_MESSAGE)
        (message,) = outcome.messages
        assert message.text == "heard customer sun &gt; &amp;amp; &lt;b&gt;"
        assert message.ephemeral_to == ANA
        assert message.command == "/tesorio customer sun > &amp; <b>"
        assert outcome.ack is not None
        assert outcome.ack.seconds >= 0
        assert slack.workspace.messages("#ar-team", BEN) == ()

    async def test_answer_to_the_channel_is_seen_by_all(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.command("/tesorio")
        async def answer(ack: AsyncAck, say: AsyncSay) -> None:
            await ack()
            await say("to everyone")

        async with connected(slack, app):
            outcome = await slack.workspace.command(ANA, AR_TEAM, "/tesorio status")
        assert [each.text for each in outcome.messages] == ["to everyone"]
        assert slack.workspace.messages("ar-team", BEN) == outcome.messages

    async def test_text_of_the_acknowledgement_is_shown(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.command("/tesorio")
        async def answer(ack: AsyncAck) -> None:
            await ack("one moment")

        async with connected(slack, app):
            outcome = await slack.workspace.command(ANA, ANA_APP_DM, "/tesorio help")
        assert [(each.text, each.ephemeral_to) for each in outcome.messages] == [("one moment", ANA)]

    async def test_payload_names_person_place_and_text(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)
        seen: list[dict[str, Any]] = []

        @app.command("/tesorio")
        async def answer(ack: AsyncAck, body: dict[str, Any]) -> None:
            seen.append(body)
            await ack()

        async with connected(slack, app):
            await slack.workspace.command(ANA, FINANCE_LEADS, "/tesorio  invoice 7 ", Waiting(until=acknowledged))
        (payload,) = seen
        assert payload["user_id"] == ANA
        assert payload["channel_name"] == "privategroup"
        assert payload["text"] == "invoice 7"
        assert payload["response_url"].startswith(slack.base_url)

    async def test_acknowledgement_that_slack_refuses_is_told_to_the_person(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.command("/tesorio")
        async def answer(ack: AsyncAck) -> None:
            await ack(text="x", blocks=[{"type": "teapot"}])

        async with connected(slack, app):
            outcome = await slack.workspace.command(ANA, AR_TEAM, "/tesorio help")
        assert outcome.notices == ("The app's answer was refused: invalid_blocks",)
        assert outcome.messages == ()

    async def test_waiting_until_nothing_more_comes(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.command("/tesorio")
        async def answer(ack: AsyncAck, respond: AsyncRespond) -> None:
            await ack("one")
            await respond("two")
            await respond("three")

        async with connected(slack, app):
            outcome = await slack.workspace.say(ANA, AR_TEAM, "/tesorio help", Waiting(quiet_seconds=0.2))
        assert {each.text for each in outcome.messages} == {"one", "two", "three"}

    async def test_without_acknowledgement_the_person_sees_a_timeout(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.command("/tesorio")
        async def silent() -> None:
            return

        slack.deadlines.acknowledgement_seconds = 0.2
        async with connected(slack, app):
            outcome = await slack.workspace.command(ANA, AR_TEAM, "/tesorio status")
        assert outcome.ack is None
        assert outcome.notices == ("/tesorio failed with the error “operation_timeout”",)

    async def test_without_a_connected_app_dispatching_fails(self, slack: SlackStandIn) -> None:
        outcome = await slack.workspace.command(ANA, AR_TEAM, "/tesorio status")
        assert outcome.notices == ("/tesorio failed with the error “dispatch_failed”",)

    async def test_unknown_command_never_reaches_the_app(self, slack: SlackStandIn) -> None:
        outcome = await slack.workspace.command(ANA, AR_TEAM, "/frobnicate now")
        assert outcome.notices == ("/frobnicate is not a valid command.",)
        assert not slack.workspace.hub.deliveries
