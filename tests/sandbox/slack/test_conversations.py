import pytest

from sandbox.slack import SlackStandIn, app_config
from sandbox.slack.records import Channel
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, ARCHIVED, BEN, GENERAL, GUEST, NORTHWIND_SHARED, STRANGER
from tests.patient import patient
from tests.sandbox.slack.running import NO_ANSWER, Clock, web_client
from tests.sandbox.slack.test_web_api import refusal


class TestListing:
    async def test_private_channels_without_the_app_stay_unknown(self, slack: SlackStandIn) -> None:
        listed = await web_client(slack).conversations_list(types="public_channel,private_channel")
        names = {each["name"] for each in listed["channels"]}
        assert names == {"general", "ar-team", "sales", "northwind-shared", "collections-2019"}

    async def test_archived_ones_can_be_left_out(self, slack: SlackStandIn) -> None:
        listed = await web_client(slack).conversations_list(exclude_archived=True)
        assert "collections-2019" not in {each["name"] for each in listed["channels"]}

    async def test_pages_by_cursor(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        seen: list[str] = []
        cursor = ""
        while True:
            page = await client.conversations_list(limit=2, cursor=cursor)
            seen += [each["name"] for each in page["channels"]]
            cursor = page["response_metadata"]["next_cursor"]
            if not cursor:
                break
        assert len(seen) == len(set(seen)) == 5
        assert await refusal(client, "conversations.list", cursor="???") == "invalid_cursor"
        assert await refusal(client, "conversations.list", limit="many") == "invalid_limit"

    async def test_the_apps_own_channels(self, slack: SlackStandIn) -> None:
        listed = await web_client(slack).users_conversations(types="public_channel,private_channel,im")
        assert {AR_TEAM, ANA_APP_DM, NORTHWIND_SHARED} < {each["id"] for each in listed["channels"]}
        assert GENERAL not in {each["id"] for each in listed["channels"]}
        assert not any("is_member" in each for each in listed["channels"])

    async def test_a_persons_channels_are_told_but_for_private_ones_without_the_app(self, slack: SlackStandIn) -> None:
        for name, members in (("OURS", (ANA, slack.core.app.bot_user)), ("THEIRS", (ANA,)), ("OTHERS", (BEN,))):
            slack.core.state.put_channel(Channel(id=f"C0{name}", name=name.lower(), kind="private", members=members))
        listed = await web_client(slack).users_conversations(user=ANA, types="public_channel,private_channel")
        found = {each["id"] for each in listed["channels"]}
        assert {GENERAL, AR_TEAM, "C0OURS"} < found
        assert not {"C0THEIRS", "C0OTHERS"} & found

    async def test_each_kind_needs_its_own_scope(self) -> None:
        async with SlackStandIn(app=app_config(scopes=frozenset({"channels:read"})), deadlines=patient()) as slack:
            client = web_client(slack)
            assert (await client.conversations_info(channel=AR_TEAM))["ok"]
            assert await refusal(client, "conversations.info", channel=ANA_APP_DM) == "missing_scope"
            assert await refusal(client, "conversations.members", channel=ANA_APP_DM) == "missing_scope"
            types = "public_channel,private_channel"
            assert await refusal(client, "users.conversations", types=types) == "missing_scope"

    async def test_info_tells_shared_channels(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        shared = await client.conversations_info(channel=NORTHWIND_SHARED)
        assert (shared["channel"]["is_ext_shared"], shared["channel"]["is_member"]) == (True, True)
        direct = await client.conversations_info(channel=ANA_APP_DM)
        assert (direct["channel"]["is_im"], direct["channel"]["user"]) == (True, ANA)

    async def test_members(self, slack: SlackStandIn) -> None:
        listed = await web_client(slack).conversations_members(channel=NORTHWIND_SHARED)
        assert {GUEST, STRANGER} < set(listed["members"])


class TestOpening:
    async def test_conversation_with_a_person(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        known = await client.conversations_open(users=ANA)
        assert known["channel"]["id"] == ANA_APP_DM
        opened = await client.conversations_open(users=[GUEST])
        again = await client.conversations_open(users=GUEST)
        assert opened["channel"]["id"] == again["channel"]["id"]

    @pytest.mark.parametrize(
        ("users", "error"),
        [("", "users_list_not_supplied"), ("U0NOBODY01", "user_not_found"), ("U0DEACTDAN", "user_disabled")],
    )
    async def test_refusals(self, slack: SlackStandIn, users: str, error: str) -> None:
        assert await refusal(web_client(slack), "conversations.open", users=users) == error

    async def test_a_known_conversation_by_its_own_id(self, slack: SlackStandIn) -> None:
        opened = await web_client(slack).conversations_open(channel=ANA_APP_DM, return_im=True)
        assert opened["channel"]["user"] == ANA

    async def test_several_people_at_once_are_refused(self, slack: SlackStandIn) -> None:
        refused = await refusal(web_client(slack), "conversations.open", users=f"{ANA},{BEN}")
        assert refused == "method_not_supported_for_channel_type"

    async def test_what_cannot_be_joined(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        kind = await refusal(client, "conversations.join", channel=ANA_APP_DM)
        assert kind == "method_not_supported_for_channel_type"
        assert await refusal(client, "conversations.join", channel=ARCHIVED) == "is_archived"

    async def test_join_a_public_channel(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        assert await refusal(client, "chat.postMessage", channel=GENERAL, text="hi") == "not_in_channel"
        await client.conversations_join(channel=GENERAL)
        assert (await client.chat_postMessage(channel=GENERAL, text="hi"))["ok"]

    async def test_removed_from_a_channel(self, slack: SlackStandIn) -> None:
        slack.workspace.remove_app("#ar-team")
        assert await refusal(web_client(slack), "chat.postMessage", channel=AR_TEAM, text="hi") == "not_in_channel"
        slack.workspace.invite_app("#ar-team")
        assert (await web_client(slack).chat_postMessage(channel=AR_TEAM, text="hi"))["ok"]


class TestReading:
    async def test_history_is_newest_first_without_ephemerals_and_replies(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        first = await client.chat_postMessage(channel=AR_TEAM, text="first")
        await client.chat_postMessage(channel=AR_TEAM, text="reply", thread_ts=first["ts"])
        await client.chat_postEphemeral(channel=AR_TEAM, user=ANA, text="secret")
        await slack.workspace.post(BEN, AR_TEAM, "last", NO_ANSWER)
        history = await client.conversations_history(channel=AR_TEAM)
        assert [each["text"] for each in history["messages"]] == ["last", "first"]
        thread = await client.conversations_replies(channel=AR_TEAM, ts=first["ts"])
        assert [each["text"] for each in thread["messages"]] == ["first", "reply"]

    async def test_a_thread_that_is_not_there(self, slack: SlackStandIn) -> None:
        arguments = {"channel": AR_TEAM, "ts": "1.000001"}
        assert await refusal(web_client(slack), "conversations.replies", **arguments) == "thread_not_found"

    async def test_metadata_only_when_asked_for(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        metadata = {"event_type": "note", "event_payload": {"delivery": "7"}}
        await client.chat_postMessage(channel=AR_TEAM, text="one", metadata=metadata)
        plain = await client.conversations_history(channel=AR_TEAM)
        assert "metadata" not in plain["messages"][0]
        full = await client.conversations_history(channel=AR_TEAM, include_all_metadata=True)
        assert full["messages"][0]["metadata"] == metadata

    async def test_between_two_instants(self, slack: SlackStandIn, clock: Clock) -> None:
        client = web_client(slack)
        stamps = []
        for text in ("a", "b", "c"):
            stamps.append((await client.chat_postMessage(channel=AR_TEAM, text=text))["ts"])
            clock.pass_by(minutes=1)
        inner = await client.conversations_history(channel=AR_TEAM, oldest=stamps[0], latest=stamps[2])
        assert [each["text"] for each in inner["messages"]] == ["b"]
        outer = await client.conversations_history(
            channel=AR_TEAM, oldest=stamps[0], latest=stamps[2], inclusive=True, limit=2
        )
        assert [each["text"] for each in outer["messages"]] == ["c", "b"]
        assert outer["has_more"]

    async def test_only_where_the_app_is(self, slack: SlackStandIn) -> None:
        assert await refusal(web_client(slack), "conversations.history", channel=GENERAL) == "not_in_channel"

    async def test_scope_fits_the_kind_of_channel(self) -> None:
        app = app_config(scopes=frozenset({"channels:history"}))
        async with SlackStandIn(app=app, deadlines=patient()) as slack:
            assert (await web_client(slack).conversations_history(channel=AR_TEAM))["ok"]
            refused = await refusal(web_client(slack), "conversations.history", channel=ANA_APP_DM)
        assert refused == "missing_scope"
