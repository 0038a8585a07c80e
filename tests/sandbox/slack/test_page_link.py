import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackStandIn
from sandbox.slack.outside import Act, Outside
from sandbox.slack.records import Json
from sandbox.slack.seed import ANA, ANA_APP_DM, AR_TEAM, ARCHIVED, BEN, FINANCE_LEADS, GENERAL, GUEST
from tests.patient import patient
from tests.sandbox.slack.running import bolt_app, connected, web_client
from tests.sandbox.slack.test_modals import note_view

GO = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "7"}


class Page:
    """What a browser would do with the live link."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, kind: str, **members: object) -> None:
        await self._socket.send_json({"type": kind, **members})

    async def next(self, kind: str) -> Json:
        """The next frame of this kind; others before it are passed over."""
        while True:
            frame: Json = await self._socket.receive_json(timeout=60)
            if frame["type"] == kind:
                return frame


@asynccontextmanager
async def page_of(slack: SlackStandIn, user: str | None = ANA) -> AsyncIterator[Page]:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{slack.page_url.replace('http', 'ws')}page/ws") as socket,
    ):
        page = Page(socket)
        await page.send("hello", user=user)
        yield page


def tesorio(slack: SlackStandIn) -> AsyncApp:
    """A small app: a command that answers with a button, which opens a modal."""
    app = bolt_app(slack)

    @app.command("/tesorio")
    async def answer(ack: AsyncAck, respond: AsyncRespond, command: Json) -> None:
        await ack()
        await respond(text=command["text"], blocks=[{"type": "actions", "block_id": "b", "elements": [GO]}])

    @app.action("go")
    async def go(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=note_view())

    @app.view("note.submit")
    async def submitted(ack: AsyncAck, view: Json) -> None:
        text = view["state"]["values"]["note"]["text"]["value"]
        if text == "wrong":
            await ack(response_action="errors", errors={"note": "no"})
        else:
            await ack()

    @app.options("find")
    async def find(ack: AsyncAck) -> None:
        await ack(options=[{"text": {"type": "plain_text", "text": "Sun"}, "value": "sun"}])

    return app


class TestState:
    async def test_hello_is_answered_with_the_workspace_as_one_sees_it(self, slack: SlackStandIn) -> None:
        async with page_of(slack) as page:
            state = await page.next("state")
        assert (state["workspace"]["name"], state["me"]) == ("Meridian Supply", ANA)
        assert state["app"]["commands"][0]["command"] == "/tesorio"
        assert not state["app"]["connected"]
        channels = {each["id"]: each for each in state["channels"]}
        assert channels[FINANCE_LEADS]["kind"] == "private"
        assert channels[ANA_APP_DM] | {"members": []} == {
            "id": ANA_APP_DM,
            "name": "Tesorio",
            "kind": "app_dm",
            "members": [],
            "is_ext_shared": False,
            "with": "U0TESORIO1",
        }
        assert ARCHIVED not in channels

    async def test_acting_as_another_person(self, slack: SlackStandIn) -> None:
        async with page_of(slack, None) as page:
            assert (await page.next("state"))["me"] == ANA
            await page.send("hello", user=GUEST)
            state = await page.next("state")
        assert state["me"] == GUEST
        assert {each["name"] for each in state["channels"]} == {"general", "northwind-shared"}

    async def test_the_apps_socket_comes_and_goes(self, slack: SlackStandIn) -> None:
        async with page_of(slack) as page:
            await page.next("state")
            async with connected(slack, bolt_app(slack)):
                assert (await page.next("connected"))["connected"]
            assert not (await page.next("connected"))["connected"]

    async def test_a_new_conversation_brings_a_new_state(self, slack: SlackStandIn) -> None:
        async with page_of(slack, GUEST) as page:
            await page.next("state")
            await web_client(slack).chat_postMessage(channel=GUEST, text="welcome")
            state = await page.next("state")
            message = await page.next("message")
        assert message["channel"] in {each["id"] for each in state["channels"]}


class TestConversation:
    async def test_command_button_modal_submission(self, slack: SlackStandIn) -> None:
        async with connected(slack, tesorio(slack)), page_of(slack) as page:
            await page.send("say", channel=AR_TEAM, text="/tesorio customer sun", thread_ts=None)
            added = (await page.next("message"))["message"]
            assert (added["text"], added["ephemeral"]) == ("customer sun", True)
            assert added["command"] == "/tesorio customer sun"
            container = {"kind": "message", "channel": AR_TEAM, "ts": added["ts"], "ephemeral": True}
            await page.send("action", container=container, block_id="b", action_id="go", element=GO, value=None)
            opened = await page.next("view")
            assert opened["op"] == "open"
            view_id = opened["view"]["id"]
            wrong = {"note": {"text": {"type": "plain_text_input", "value": "wrong"}}}
            await page.send("submit", view_id=view_id, values=wrong)
            assert (await page.next("submit_result"))["errors"] == {"note": "no"}
            right = {"note": {"text": {"type": "plain_text_input", "value": "right"}}}
            await page.send("submit", view_id=view_id, values=right)
            assert (await page.next("view"))["op"] == "close"
            assert (await page.next("submit_result"))["errors"] is None

    async def test_an_act_in_a_view_tells_what_its_inputs_hold(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)
        seen: asyncio.Queue[Json] = asyncio.Queue()

        @app.shortcut("reply_to_tesorio")
        async def opens(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
            await ack()
            view = note_view()
            view["blocks"] = [*view["blocks"], {"type": "actions", "block_id": "b", "elements": [GO]}]
            await client.views_open(trigger_id=body["trigger_id"], view=view)

        @app.action("go")
        async def acts(ack: AsyncAck, body: Json) -> None:
            await ack()
            seen.put_nowait(body["view"]["state"]["values"])

        posted = await web_client(slack).chat_postMessage(channel=AR_TEAM, text="one")
        async with connected(slack, app), page_of(slack) as page:
            await page.send("shortcut", callback_id="reply_to_tesorio", channel=AR_TEAM, ts=posted["ts"])
            container = {"kind": "view", "view_id": (await page.next("view"))["view"]["id"]}
            typed = {"note": {"text": {"type": "plain_text_input", "value": "half a"}}}
            acted = {"block_id": "b", "action_id": "go", "element": GO, "value": None}
            await page.send("action", container=container, values=typed, **acted)
            async with asyncio.timeout(60):
                assert (await seen.get())["note"] == typed["note"]

    async def test_history_shows_my_ephemerals_only(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        await client.chat_postMessage(channel=AR_TEAM, text="for all")
        await client.chat_postEphemeral(channel=AR_TEAM, user=BEN, text="for Ben")
        async with page_of(slack) as page:
            await page.send("open", channel=AR_TEAM)
            mine = await page.next("history")
        async with page_of(slack, BEN) as page:
            await page.send("open", channel=AR_TEAM)
            his = await page.next("history")
        assert [each["text"] for each in mine["messages"]] == ["for all"]
        assert [each["text"] for each in his["messages"]] == ["for all", "for Ben"]

    async def test_messages_updates_and_deletions_arrive_live(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        async with page_of(slack) as page:
            await page.next("state")
            posted = await client.chat_postMessage(channel=AR_TEAM, text="one")
            await client.chat_update(channel=AR_TEAM, ts=posted["ts"], text="two")
            await client.chat_delete(channel=AR_TEAM, ts=posted["ts"])
            frames = [await page.next("message") for _ in range(3)]
        assert [(each["op"], each["message"]["text"]) for each in frames] == [
            ("add", "one"),
            ("update", "two"),
            ("delete", "two"),
        ]

    async def test_opening_the_apps_conversation_and_home_tells_the_app(self, slack: SlackStandIn) -> None:
        app = bolt_app(slack)

        @app.event("app_home_opened")
        async def publish(event: Json) -> None:
            text = {"type": "mrkdwn", "text": event["tab"]}
            view = {"type": "home", "blocks": [{"type": "section", "text": text}]}
            await web_client(slack).views_publish(user_id=event["user"], view=view)

        async with connected(slack, app), page_of(slack) as page:
            await page.send("open", channel=ANA_APP_DM)
            assert (await page.next("home_view"))["view"]["blocks"][0]["text"]["text"] == "messages"
            await page.send("home")
            assert (await page.next("home_view"))["view"]["blocks"][0]["text"]["text"] == "messages"
            assert (await page.next("home_view"))["view"]["blocks"][0]["text"]["text"] == "home"

    async def test_suggestions_while_typing(self, slack: SlackStandIn) -> None:
        select = {"type": "external_select", "action_id": "find"}
        blocks = [{"type": "actions", "block_id": "b", "elements": [select]}]
        posted = await web_client(slack).chat_postMessage(channel=AR_TEAM, text="x", blocks=blocks)
        container = {"kind": "message", "channel": AR_TEAM, "ts": posted["ts"], "ephemeral": False}
        async with connected(slack, tesorio(slack)), page_of(slack) as page:
            await page.send("suggest", request="r1", container=container, block_id="b", action_id="find", query="su")
            suggestions = await page.next("suggestions")
        assert (suggestions["request"], suggestions["options"][0]["value"]) == ("r1", "sun")

    async def test_shortcut_and_closing_a_modal(self, slack: SlackStandIn) -> None:
        app = tesorio(slack)

        @app.shortcut("reply_to_tesorio")
        async def reply(ack: AsyncAck, body: Json, client: AsyncWebClient) -> None:
            await ack()
            await client.views_open(trigger_id=body["trigger_id"], view=note_view())

        posted = await web_client(slack).chat_postMessage(channel=AR_TEAM, text="x")
        async with connected(slack, app), page_of(slack) as page:
            await page.send("shortcut", callback_id="reply_to_tesorio", channel=AR_TEAM, ts=posted["ts"])
            opened = await page.next("view")
            await page.send("close", view_id=opened["view"]["id"])
            assert (await page.next("view"))["op"] == "close"

    async def test_a_message_from_the_composer_is_a_message(self, slack: SlackStandIn) -> None:
        async with page_of(slack) as page:
            await page.send("say", channel=GENERAL, text="hello", thread_ts=None)
            message = (await page.next("message"))["message"]
        assert (message["text"], message["user"], message["username"]) == ("hello", ANA, "Ana Silva")

    async def test_actions_inside_a_view(self, slack: SlackStandIn) -> None:
        app = tesorio(slack)
        blocks = [{"type": "actions", "block_id": "b", "elements": [GO]}]
        await web_client(slack).views_publish(user_id=ANA, view={"type": "home", "blocks": blocks})
        home = slack.workspace.home(ANA)
        assert home is not None
        async with connected(slack, app), page_of(slack) as page:
            container = {"kind": "view", "view_id": home["id"]}
            await page.send("action", container=container, block_id="b", action_id="go", element=GO, value=None)
            assert (await page.next("view"))["op"] == "open"

    async def test_nobody_can_use_what_they_do_not_see(self, slack: SlackStandIn) -> None:
        client = web_client(slack)
        answer = await client.chat_postEphemeral(channel=AR_TEAM, user=BEN, text="for Ben")
        container = {"kind": "message", "channel": AR_TEAM, "ts": answer["message_ts"], "ephemeral": True}
        async with page_of(slack) as page:
            await page.send("action", container=container, block_id="b", action_id="go", element=GO, value=None)
            assert "no longer there" in (await page.next("error"))["text"]
        assert not slack.workspace.hub.deliveries

    async def test_closing_the_workspace_closes_open_pages(self) -> None:
        async with aiohttp.ClientSession() as session:
            async with SlackStandIn(deadlines=patient()) as running:
                socket = await session.ws_connect(f"{running.page_url.replace('http', 'ws')}page/ws")
                await socket.send_json({"type": "hello", "user": None})
                await socket.receive_json(timeout=60)
            assert (await socket.receive(timeout=60)).type is aiohttp.WSMsgType.CLOSE
            await socket.close()


class TestTrouble:
    async def test_a_command_in_a_thread(self, slack: SlackStandIn) -> None:
        async with page_of(slack) as page:
            await page.send("say", channel=AR_TEAM, text="/tesorio help", thread_ts="1.000001")
            error = await page.next("error")
        assert error == {
            "type": "error",
            "channel": AR_TEAM,
            "text": "/tesorio is not supported in threads. Sorry!",
        }

    async def test_a_command_of_no_app(self, slack: SlackStandIn) -> None:
        async with page_of(slack) as page:
            await page.send("say", channel=GENERAL, text="/foo", thread_ts=None)
            assert (await page.next("error"))["text"] == "/foo is not a valid command."

    async def test_what_cannot_be_read_or_is_gone(self, slack: SlackStandIn) -> None:
        async with page_of(slack) as page:
            gone: tuple[tuple[str, Json], ...] = (
                ("dance", {}),
                ("open", {"channel": "C0"}),
                ("close", {"view_id": "V0"}),
            )
            for kind, members in gone:
                await page.send(kind, **members)
                assert "could not do that" in (await page.next("error"))["text"]


class TestStaticFiles:
    async def test_the_page_is_served(self, slack: SlackStandIn) -> None:
        async with aiohttp.ClientSession() as session, session.get(slack.page_url) as answer:
            assert answer.status == 200
            assert answer.content_type == "text/html"


class TestOutside:
    async def test_without_it_the_page_has_no_box(self, slack: SlackStandIn) -> None:
        async with page_of(slack) as page:
            assert (await page.next("state"))["outside"] == []
            await page.send("happen", box="netsuite", act="payment")
            assert "nothing is called netsuite outside" in (await page.next("error"))["text"]

    async def test_an_act_happens_and_says_so(self, slack: SlackStandIn) -> None:
        acts = (Act(id="pay", label="Pay", happen=lambda: "Paid."),)
        slack.core.outside = (
            Outside(id="erp", title="In NetSuite", acts=acts),
            Outside(id="crm", title="In Salesforce"),
        )
        async with page_of(slack) as page:
            assert (await page.next("state"))["outside"] == [
                {"id": "erp", "title": "In NetSuite", "acts": [{"id": "pay", "label": "Pay"}], "letters": None},
                {"id": "crm", "title": "In Salesforce", "acts": [], "letters": None},
            ]
            await page.send("happen", box="crm", act="pay")
            assert "nothing is called pay outside" in (await page.next("error"))["text"]
            await page.send("happen", box="erp", act="pay")
            assert (await page.next("happened"))["text"] == "Paid."
            await page.send("happen", box="erp", act="rob")
            assert "nothing is called rob outside" in (await page.next("error"))["text"]
