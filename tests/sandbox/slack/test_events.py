from typing import Any

from slack_bolt.async_app import AsyncSay

from sandbox.slack import SlackStandIn, app_config
from sandbox.slack.config import DEFAULT_MANIFEST
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, BEN, GENERAL, NORTHWIND_SHARED, OTHER_TEAM_ID, STRANGER
from tests.patient import patient
from tests.sandbox.slack.running import NO_ANSWER, bolt_app, connected, web_client


def sent_events(slack: SlackStandIn) -> list[dict[str, Any]]:
    return [each.payload["event"] for each in slack.workspace.hub.deliveries if each.type == "events_api"]


class TestMessages:
    async def test_a_direct_message_reaches_the_app_and_its_answer_the_person(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.event("message")
        async def answer(event: dict[str, Any], say: AsyncSay) -> None:
            await say(f"you said {event['text']}")

        async with connected(slack, app):
            outcome = await slack.workspace.say(ANA, ANA_APP_DM, "hello")
        assert [each.text for each in outcome.messages] == ["you said hello"]
        assert sent_events(slack)[0]["channel_type"] == "im"

    async def test_a_mention_reaches_the_app_where_it_is_a_member(self, slack: SlackStandIn) -> None:
        await slack.workspace.post(ANA, AR_TEAM, "what about @tesorio, mail@tesorio.example", NO_ANSWER)
        await slack.workspace.post(ANA, GENERAL, "and @tesorio here", NO_ANSWER)
        await slack.core.background.idle()
        event, *retries = sent_events(slack)
        assert all(each == event for each in retries)
        assert (event["type"], event["channel"]) == ("app_mention", AR_TEAM)
        assert event["text"] == "what about <@U0TESORIO1>, mail@tesorio.example"

    async def test_only_what_the_app_subscribed_to_is_sent(self) -> None:
        events = frozenset({"message.channels"})
        async with SlackStandIn(app=app_config(events=events), deadlines=patient(())) as slack:
            await slack.workspace.post(ANA, ANA_APP_DM, "direct", NO_ANSWER)
            await slack.workspace.post(BEN, AR_TEAM, "public", NO_ANSWER)
            await slack.core.background.idle()
            assert [each["text"] for each in sent_events(slack)] == ["public"]

    async def test_the_apps_own_posts_are_events_too(self) -> None:
        async with SlackStandIn(app=app_config(), deadlines=patient(())) as slack:
            await web_client(slack).chat_postMessage(channel=ANA, text="note")
            await slack.core.background.idle()
            (event,) = sent_events(slack)
        assert event["bot_id"] == "B0TESORIO1"

    async def test_shared_channels_are_marked(self, slack: SlackStandIn) -> None:
        await slack.workspace.post(ANA, NORTHWIND_SHARED, "@tesorio", NO_ANSWER)
        await slack.core.background.idle()
        assert slack.workspace.hub.deliveries[0].payload["is_ext_shared_channel"]

    async def test_people_of_another_workspace_are_named_as_such(self, slack: SlackStandIn) -> None:
        await slack.workspace.post(STRANGER, NORTHWIND_SHARED, "@tesorio", NO_ANSWER)
        await slack.core.background.idle()
        event = sent_events(slack)[0]
        assert (event["team"], event["user_team"]) == (OTHER_TEAM_ID, OTHER_TEAM_ID)

    async def test_addresses_are_marked(self, slack: SlackStandIn) -> None:
        await slack.workspace.post(ANA, ANA_APP_DM, "see https://erp.example/1?a=1&b=2, please", NO_ANSWER)
        await slack.core.background.idle()
        assert sent_events(slack)[0]["text"] == "see <https://erp.example/1?a=1&amp;b=2>, please"


class TestOthers:
    async def test_links_to_the_apps_domains_are_shared_with_it(self) -> None:
        manifest = {**DEFAULT_MANIFEST, "features": {"unfurl_domains": ["erp.example"]}}
        async with SlackStandIn(app=app_config(manifest), deadlines=patient(())) as slack:
            text = "https://erp.example/1 and https://other.example/2 and https://notmyerp.example/3"
            await slack.workspace.post(ANA, AR_TEAM, text, NO_ANSWER)
            await slack.core.background.idle()
            (event,) = sent_events(slack)
        assert event["type"] == "link_shared"
        assert [each["url"] for each in event["links"]] == ["https://erp.example/1"]
        assert event["is_bot_user_member"]

    async def test_also_where_the_app_is_no_member_and_in_threads(self) -> None:
        manifest = {**DEFAULT_MANIFEST, "features": {"unfurl_domains": ["erp.example"]}}
        async with SlackStandIn(app=app_config(manifest), deadlines=patient(())) as slack:
            await slack.workspace.post(ANA, GENERAL, "https://erp.example/1", NO_ANSWER, thread_ts="1.000001")
            await slack.core.background.idle()
            (event,) = sent_events(slack)
        assert (event["is_bot_user_member"], event["thread_ts"]) == (False, "1.000001")

    async def test_deactivation_and_removal_are_told(self) -> None:
        async with SlackStandIn(deadlines=patient(())) as slack:
            slack.workspace.deactivate(BEN)
            slack.workspace.uninstall()
            await slack.core.background.idle()
            changed, removed = sent_events(slack)
        assert (changed["type"], changed["user"]["id"], changed["user"]["deleted"]) == ("user_change", BEN, True)
        assert removed["type"] == "app_uninstalled"
