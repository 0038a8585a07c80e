"""A small Bolt app that shows every way a card and a modal can answer."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackStandIn
from tests.sandbox.slack.running import bolt_app

Json = dict[str, Any]
CUSTOMERS = {
    "sun": "Sun Microsystems",
    "sunrise": "Sunrise Micro Devices",
    "evil": "<!channel> & Co <img src=x onerror=alert(1)>",
}
SHORTEST_NOTE = 5


def ledger_app(slack: SlackStandIn) -> AsyncApp:
    app = bolt_app(slack)
    _commands(app)
    _card(app)
    _note(app)
    _home(app)
    return app


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def customer_card(key: str) -> list[Json]:
    name = CUSTOMERS[key]
    others = [{"text": plain(each), "value": other} for other, each in CUSTOMERS.items() if other != key]
    return [
        {"type": "header", "block_id": "name", "text": plain(name)},
        {"type": "section", "block_id": "balance", "text": mrkdwn(f"*{escaped(name)}* owes `USD 10.00`")},
        {
            "type": "actions",
            "block_id": "actions",
            "elements": [
                {
                    "type": "static_select",
                    "action_id": "lookup.choose",
                    "placeholder": plain("Other matches"),
                    "options": others,
                },
                {"type": "button", "action_id": "note.open", "text": plain("Add note"), "style": "primary"},
                _dispute_button(),
                {
                    "type": "external_select",
                    "action_id": "rep.choose",
                    "placeholder": plain("Sales rep"),
                    "min_query_length": 1,
                },
            ],
        },
    ]


def note_modal(channel: str) -> Json:
    return {
        "type": "modal",
        "callback_id": "note.submit",
        "private_metadata": channel,
        "title": plain("Add a note"),
        "submit": plain("Save"),
        "close": plain("Cancel"),
        "blocks": [
            {
                "type": "input",
                "block_id": "text",
                "label": plain("Note"),
                "element": {"type": "plain_text_input", "action_id": "value", "multiline": True, "max_length": 100},
            },
            {
                "type": "input",
                "block_id": "due",
                "optional": True,
                "label": plain("Follow up"),
                "element": {"type": "datepicker", "action_id": "value", "initial_date": "2026-11-20"},
            },
        ],
    }


def _dispute_button() -> Json:
    confirm = {
        "title": plain("Open a dispute?"),
        "text": mrkdwn("*Sure?*"),
        "confirm": plain("Dispute"),
        "deny": plain("No"),
    }
    return {"type": "button", "action_id": "dispute", "text": plain("Dispute"), "style": "danger", "confirm": confirm}


def _commands(app: AsyncApp) -> None:
    @app.command("/tesorio")
    async def look_up(ack: AsyncAck, respond: AsyncRespond, command: Json) -> None:
        await ack()
        key = command["text"].removeprefix("customer ")
        if key in CUSTOMERS:
            await respond(text=escaped(CUSTOMERS[key]), blocks=customer_card(key), response_type="in_channel")
        else:
            await respond(text=f"No match for {escaped(key)}", response_type="ephemeral")


def _card(app: AsyncApp) -> None:
    @app.action("lookup.choose")
    async def replace(ack: AsyncAck, respond: AsyncRespond, action: Json) -> None:
        await ack()
        chosen = action["selected_option"]["value"]
        await respond(text=escaped(CUSTOMERS[chosen]), blocks=customer_card(chosen), replace_original=True)

    @app.action("dispute")
    async def dispute(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond(text="Disputed", replace_original=False)

    @app.options("rep.choose")
    async def offer(ack: AsyncAck, payload: Json) -> None:
        names = ("Ben Okafor", "Bea Lund", "Ana Silva")
        found = [each for each in names if each.lower().startswith(payload["value"].lower())]
        await ack(options=[{"text": plain(each), "value": each} for each in found])

    @app.action("rep.choose")
    async def chosen(ack: AsyncAck, respond: AsyncRespond, action: Json) -> None:
        await ack()
        await respond(text=f"Sales rep: {action['selected_option']['value']}", replace_original=False)


def _note(app: AsyncApp) -> None:
    @app.action("note.open")
    async def from_card(ack: AsyncAck, client: AsyncWebClient, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=note_modal(body["channel"]["id"]))

    @app.shortcut("reply_to_tesorio")
    async def from_message(ack: AsyncAck, client: AsyncWebClient, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=note_modal(body["channel"]["id"]))

    @app.shortcut("find_in_tesorio")
    async def find(ack: AsyncAck, client: AsyncWebClient, body: Json) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view={**note_modal(""), "title": plain("Find")})

    @app.view("note.submit")
    async def save(ack: AsyncAck, client: AsyncWebClient, view: Json) -> None:
        values = view["state"]["values"]
        if len(values["text"]["value"]["value"]) < SHORTEST_NOTE:
            await ack(response_action="errors", errors={"text": "Say a little more."})
            return
        await ack()
        text = f"Note: {escaped(values['text']['value']['value'])}, follow up {values['due']['value']['selected_date']}"
        await client.chat_postMessage(channel=view["private_metadata"], text=text)


def _home(app: AsyncApp) -> None:
    @app.event("app_home_opened")
    async def publish(client: AsyncWebClient, event: Json) -> None:
        if event["tab"] == "home":
            blocks = [{"type": "header", "block_id": "hello", "text": plain("Your customers")}]
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})
