"""Builders of blocks, and one of each kind at the very limit of what Slack accepts."""

from typing import Any

from sandbox.slack.records import Json


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**members: Any) -> Json:
    return {"type": "section", **members}


def button(**members: Any) -> Json:
    return {"type": "button", "action_id": "go", "text": plain("Go"), **members}


def option(text: str = "Open", value: str = "open") -> Json:
    return {"text": plain(text), "value": value}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def select(**members: Any) -> Json:
    return {"type": "static_select", "action_id": "pick", "options": [option()], **members}


def text_input(**members: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "text", **members}


def labelled(element: Json, **members: Any) -> Json:
    return {"type": "input", "label": plain("Label"), "element": element, **members}


def cell(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def table(rows: int = 2, columns: int = 2, **members: Any) -> Json:
    return {"type": "table", "rows": [[cell()] * columns] * rows, **members}


def data_table(rows: int = 2, columns: int = 2, **members: Any) -> Json:
    return {"type": "data_table", "caption": "Open invoices", "rows": [[cell()] * columns] * rows, **members}


def chart(kind: str = "bar", **members: Any) -> Json:
    points = [{"label": "Current", "value": 1}, {"label": "1-30", "value": 2.5}]
    plot: Json = {
        "type": kind,
        "series": [{"name": "USD", "data": points}],
        "axis_config": {"categories": ["Current", "1-30"]},
    }
    return {"type": "data_visualization", "title": "Aging", "chart": {**plot, **members}}


def pie(*segments: tuple[str, float]) -> Json:
    listed = [{"label": label, "value": value} for label, value in segments]
    return {"type": "data_visualization", "title": "Aging", "chart": {"type": "pie", "segments": listed}}


GOOD: list[Json] = [
    section(text=mrkdwn("*x* " * 750), accessory=button(style="primary", url="https://erp.example")),
    section(fields=[mrkdwn("x" * 2000)] * 10, block_id="fields", expand=True),
    {"type": "header", "text": plain("x" * 150)},
    {"type": "divider"},
    {"type": "image", "image_url": "https://erp.example/logo.png", "alt_text": "logo", "title": plain("Logo")},
    {"type": "context", "elements": [mrkdwn("x"), plain("y"), {"type": "image", "image_url": "u", "alt_text": "a"}]},
    actions(*[button(action_id=f"go{number}", value="v" * 2000) for number in range(25)]),
    actions(select(options=[option("x" * 75, f"{'v' * 147}{number:03d}") for number in range(100)])),
    actions(select(options=[option()], initial_option=option(), placeholder=plain("Choose"))),
    actions(
        {
            "type": "static_select",
            "action_id": "grouped",
            "option_groups": [{"label": plain("All"), "options": [option()]}],
            "initial_option": option(),
        }
    ),
    actions({"type": "overflow", "action_id": "more", "options": [{**option(), "url": "https://erp.example"}]}),
    actions({"type": "checkboxes", "action_id": "c", "options": [{"text": mrkdwn("*x*"), "value": "x"}]}),
    actions({"type": "radio_buttons", "action_id": "r", "options": [option()], "initial_option": option()}),
    actions({"type": "datepicker", "action_id": "d", "initial_date": "2026-11-23", "placeholder": plain("When")}),
    actions({"type": "external_select", "action_id": "e", "min_query_length": 2}),
    actions({"type": "users_select", "action_id": "u", "initial_user": "U1"}),
    actions(
        {
            "type": "conversations_select",
            "action_id": "w",
            "default_to_current_conversation": True,
            "filter": {"include": ["public", "private"], "exclude_bot_users": True},
        }
    ),
    actions(
        button(
            confirm={"title": plain("Sure?"), "text": mrkdwn("really"), "confirm": plain("Yes"), "deny": plain("No")}
        )
    ),
    labelled(text_input(multiline=True, min_length=1, max_length=3000, initial_value="x"), hint=plain("h")),
    labelled({"type": "number_input", "is_decimal_allowed": True, "min_value": "0"}, optional=True),
    labelled({"type": "multi_users_select", "action_id": "m", "max_selected_items": 3}, dispatch_action=True),
    {"type": "markdown", "text": "x" * 12_000},
    rich(
        {"type": "text", "text": "due ", "style": {"bold": True}},
        {"type": "link", "url": "https://erp.example", "text": "INV-1"},
        {"type": "user", "user_id": "U1"},
        {"type": "emoji", "name": "tada"},
    ),
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
            }
        ],
    },
    table(100, 20, column_settings=[{"align": "right", "is_wrapped": True}]),
    data_table(101, 20, page_size=100, row_header_column_index=1),
    {**data_table(), "rows": [[cell("Due")], [{"type": "raw_number", "value": 12.5, "text": "12.50"}]]},
    chart("bar"),
    chart("line"),
    chart("area"),
    pie(("Current", 3), ("1-30", 1)),
]
