import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.models.metadata import Metadata

from sandbox.slack import SlackStandIn, app_config
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, BEN, CHLOE, DEACTIVATED, FINANCE_LEADS, GENERAL, GUEST
from tests.patient import patient
from tests.sandbox.slack.running import NO_ANSWER, web_client
from tests.sandbox.slack.test_web_api import refusal


class TestPostMessage:
    async def test_it_stands_in_the_channel_with_block_ids(self, slack: SlackStandIn) -> None:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*hi*"}}]
        posted = await web_client(slack).chat_postMessage(channel="#ar-team", text="hi", blocks=blocks)
        (message,) = slack.workspace.messages(AR_TEAM)
        assert posted["channel"] == AR_TEAM
        assert posted["ts"] == message.ts
        assert message.blocks[0]["block_id"]

    async def test_timestamps_never_repeat_though_the_clock_stands(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        stamps = [(await client.chat_postMessage(channel=AR_TEAM, text="hi"))["ts"] for _ in range(3)]
        assert len(set(stamps)) == 3
        assert stamps == sorted(stamps)

    async def test_a_person_as_channel_means_their_conversation_with_the_app(self, slack: SlackStandIn) -> None:
        posted = await web_client(slack).chat_postMessage(channel=ANA, text="hi")
        assert posted["channel"] == ANA_APP_DM

    @pytest.mark.parametrize(
        ("channel", "error"),
        [
            ("C0NOWHERE1", "channel_not_found"),
            (FINANCE_LEADS, "channel_not_found"),
            (GENERAL, "not_in_channel"),
            ("#collections-2019", "is_archived"),
            (DEACTIVATED, "user_disabled"),
            ("", "channel_not_found"),
        ],
    )
    async def test_places_where_the_app_may_not_post(self, slack: SlackStandIn, channel: str, error: str) -> None:
        assert await refusal(web_client(slack), "chat.postMessage", channel=channel, text="hi") == error

    async def test_public_channels_are_open_with_the_scope_for_it(self) -> None:
        scopes = frozenset({"chat:write", "chat:write.public"})
        async with SlackStandIn(app=app_config(scopes=scopes), deadlines=patient()) as slack:
            posted = await web_client(slack).chat_postMessage(channel=GENERAL, text="hi")
        assert posted["channel"] == GENERAL

    async def test_nothing_to_say(self, slack: SlackStandIn) -> None:
        assert await refusal(web_client(slack), "chat.postMessage", channel=AR_TEAM) == "no_text"

    async def test_text_is_cut_at_forty_thousand(self, slack: SlackStandIn) -> None:
        posted = await web_client(slack).chat_postMessage(channel=AR_TEAM, text="x" * 40_001)
        assert len(posted["message"]["text"]) == 40_000

    async def test_refused_blocks_are_explained(self, slack: SlackStandIn) -> None:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
        with pytest.raises(SlackApiError) as caught:
            await web_client(slack).chat_postMessage(channel=AR_TEAM, text="hi", blocks=blocks)
        assert caught.value.response["error"] == "invalid_blocks"
        assert caught.value.response["response_metadata"]["messages"] == [
            "[ERROR] failed to match all allowed schemas [json-pointer:/blocks/0/text]",
            "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ]
        assert slack.workspace.messages(AR_TEAM) == ()

    async def test_too_much_text_in_all_blocks(self, slack: SlackStandIn) -> None:
        section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
        arguments = {"channel": AR_TEAM, "text": "hi", "blocks": [section] * 5}
        assert await refusal(web_client(slack), "chat.postMessage", **arguments) == "msg_blocks_too_long"

    async def test_two_tables(self, slack: SlackStandIn) -> None:
        table = {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}]]}
        arguments = {"channel": AR_TEAM, "text": "hi", "blocks": [table, table]}
        assert await refusal(web_client(slack), "chat.postMessage", **arguments) == "invalid_attachments"

    async def test_blocks_that_are_no_list(self, slack: SlackStandIn) -> None:
        arguments = {"channel": AR_TEAM, "text": "hi", "blocks": "not json"}
        assert await refusal(web_client(slack), "chat.postMessage", **arguments) == "invalid_blocks_format"

    async def test_metadata_needs_type_and_payload(self, slack: SlackStandIn) -> None:
        arguments = {"channel": AR_TEAM, "text": "hi", "metadata": {"event_type": "shared"}}
        assert await refusal(web_client(slack), "chat.postMessage", **arguments) == "invalid_metadata_schema"


class TestPostEphemeral:
    async def test_only_its_person_sees_it(self, slack: SlackStandIn) -> None:
        await web_client(slack).chat_postEphemeral(channel=AR_TEAM, user=ANA, text="psst")
        assert [each.text for each in slack.workspace.messages(AR_TEAM, ANA)] == ["psst"]
        assert slack.workspace.messages(AR_TEAM, BEN) == ()

    async def test_the_person_must_be_there(self, slack: SlackStandIn) -> None:
        arguments = {"channel": AR_TEAM, "user": GUEST, "text": "psst"}
        assert await refusal(web_client(slack), "chat.postEphemeral", **arguments) == "user_not_in_channel"


class TestChanging:
    async def test_update_and_delete(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        posted = await client.chat_postMessage(
            channel=AR_TEAM, text="one", metadata=Metadata("note", {"delivery": "7"}), blocks=[{"type": "divider"}]
        )
        updated = await client.chat_update(channel=AR_TEAM, ts=posted["ts"], text="two")
        (message,) = slack.workspace.messages(AR_TEAM)
        assert (message.text, message.edited, message.blocks) == ("two", True, ())
        assert message.metadata == {"event_type": "note", "event_payload": {"delivery": "7"}}
        assert updated["text"] == "two"
        await client.chat_delete(channel=AR_TEAM, ts=posted["ts"])
        assert slack.workspace.messages(AR_TEAM) == ()
        arguments = {"channel": AR_TEAM, "ts": posted["ts"], "text": "three"}
        assert await refusal(client, "chat.update", **arguments) == "message_not_found"

    async def test_other_peoples_messages_are_theirs(self, slack: SlackStandIn) -> None:
        await slack.workspace.post(BEN, AR_TEAM, "mine", NO_ANSWER)
        ts = slack.workspace.messages(AR_TEAM)[0].ts
        client = web_client(slack)
        assert await refusal(client, "chat.update", channel=AR_TEAM, ts=ts, text="x") == "cant_update_message"
        assert await refusal(client, "chat.delete", channel=AR_TEAM, ts=ts) == "cant_delete_message"

    async def test_permalink(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        posted = await client.chat_postMessage(channel=AR_TEAM, text="one")
        link = await client.chat_getPermalink(channel=AR_TEAM, message_ts=posted["ts"])
        assert link["permalink"].endswith(f"/archives/{AR_TEAM}/p{posted['ts'].replace('.', '')}")


class TestUnfurl:
    async def test_previews_hang_below_the_message(self, slack: SlackStandIn) -> None:
        await slack.workspace.post(CHLOE, AR_TEAM, "see https://erp.example/inv/1", NO_ANSWER)
        ts = slack.workspace.messages(AR_TEAM)[0].ts
        preview = {"blocks": [{"type": "divider"}]}
        await web_client(slack).chat_unfurl(channel=AR_TEAM, ts=ts, unfurls={"https://erp.example/inv/1": preview})
        (message,) = slack.workspace.messages(AR_TEAM)
        assert message.attachments == ({"from_url": "https://erp.example/inv/1", "blocks": [{"type": "divider"}]},)
        assert await refusal(web_client(slack), "chat.unfurl", channel=AR_TEAM, ts=ts) == "missing_unfurls"

    async def test_previews_are_checked(self, slack: SlackStandIn) -> None:
        await slack.workspace.post(CHLOE, AR_TEAM, "see https://erp.example/inv/1", NO_ANSWER)
        arguments = {
            "channel": AR_TEAM,
            "ts": slack.workspace.messages(AR_TEAM)[0].ts,
            "unfurls": {"https://erp.example/inv/1": {"blocks": [{"type": "teapot"}]}},
        }
        assert await refusal(web_client(slack), "chat.unfurl", **arguments) == "invalid_blocks"
        foreign = {**arguments, "unfurls": {"https://erp.example/inv/2": {"blocks": [{"type": "divider"}]}}}
        assert await refusal(web_client(slack), "chat.unfurl", **foreign) == "cannot_unfurl_url"
        nowhere = {**arguments, "ts": "1.000001"}
        assert await refusal(web_client(slack), "chat.unfurl", **nowhere) == "cannot_find_message"


class TestReactions:
    async def test_a_reaction_counts_once(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        posted = await client.chat_postMessage(channel=AR_TEAM, text="one")
        await client.reactions_add(channel=AR_TEAM, timestamp=posted["ts"], name="eyes")
        arguments = {"channel": AR_TEAM, "timestamp": posted["ts"], "name": "eyes"}
        assert await refusal(client, "reactions.add", **arguments) == "already_reacted"
        history = await client.conversations_history(channel=AR_TEAM)
        assert [(each["name"], each["count"]) for each in history["messages"][0]["reactions"]] == [("eyes", 1)]
