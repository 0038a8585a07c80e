"""Blocks just beyond a limit, or wrong in one member, and what Slack says of each."""

from sandbox.slack.records import Json
from tests.sandbox.slack.block_samples import (
    actions,
    button,
    cell,
    chart,
    data_table,
    labelled,
    mrkdwn,
    option,
    pie,
    plain,
    rich,
    section,
    select,
    table,
    text_input,
)

NO_SCHEMA = "failed to match all allowed schemas"
BAD: list[tuple[Json, list[str]]] = [
    ({"type": "teapot"}, ["unsupported type: teapot [json-pointer:/blocks/0/type]"]),
    ({"text": "x"}, ["missing required field: type [json-pointer:/blocks/0]"]),
    (section(), ["must define either `text` or `fields` [json-pointer:/blocks/0]"]),
    (
        section(text=mrkdwn("")),
        [
            f"{NO_SCHEMA} [json-pointer:/blocks/0/text]",
            "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
        ],
    ),
    (
        section(text=mrkdwn("x" * 3001)),
        [
            f"{NO_SCHEMA} [json-pointer:/blocks/0/text]",
            "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        ],
    ),
    (
        section(text="bare"),
        [f"{NO_SCHEMA} [json-pointer:/blocks/0/text]", "must be an object [json-pointer:/blocks/0/text]"],
    ),
    (
        section(fields=[mrkdwn("x")] * 11),
        ["no more than 10 items allowed [json-pointer:/blocks/0/fields]"],
    ),
    (
        section(text=mrkdwn("x"), fields=[mrkdwn("y"), mrkdwn("x" * 2001)]),
        [
            f"{NO_SCHEMA} [json-pointer:/blocks/0/fields/1]",
            "must be less than 2001 characters [json-pointer:/blocks/0/fields/1/text]",
        ],
    ),
    (
        section(text=mrkdwn("x"), colour="red"),
        ["invalid additional property: colour [json-pointer:/blocks/0]"],
    ),
    (
        section(text=mrkdwn("x"), accessory=text_input()),
        ["unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]"],
    ),
    (
        section(text=mrkdwn("x"), block_id="b" * 256),
        ["must be less than 256 characters [json-pointer:/blocks/0/block_id]"],
    ),
    (
        {"type": "header", "text": plain("x" * 151)},
        ["must be less than 151 characters [json-pointer:/blocks/0/text/text]"],
    ),
    ({"type": "header", "text": mrkdwn("x")}, ["unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]"]),
    ({"type": "header"}, ["missing required field: text [json-pointer:/blocks/0]"]),
    (
        {"type": "image", "alt_text": "x"},
        ["must define either `image_url` or `slack_file` [json-pointer:/blocks/0]"],
    ),
    (
        {"type": "context", "elements": [mrkdwn("x")] * 11},
        ["no more than 10 items allowed [json-pointer:/blocks/0/elements]"],
    ),
    (
        {"type": "context", "elements": []},
        ["must provide at least 1 items [json-pointer:/blocks/0/elements]"],
    ),
    (
        actions(*[button(action_id=f"go{number}") for number in range(26)]),
        ["no more than 25 items allowed [json-pointer:/blocks/0/elements]"],
    ),
    (
        actions(button(text=plain("x" * 76))),
        ["must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"],
    ),
    (
        actions(button(value="v" * 2001)),
        ["must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"],
    ),
    (
        actions(button(style="pretty")),
        ["must be one of: primary, danger [json-pointer:/blocks/0/elements/0/style]"],
    ),
    (
        actions(button(action_id="a" * 256)),
        ["must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"],
    ),
    (
        actions(button(), button()),
        ['`action_id` "go" already exists [json-pointer:/blocks/0/elements/1/action_id]'],
    ),
    (
        actions(select(options=[])),
        ["must provide at least 1 items [json-pointer:/blocks/0/elements/0/options]"],
    ),
    (
        actions(select(options=[option()] * 101)),
        ["no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]"],
    ),
    (
        actions(select(options=[option("x" * 76)])),
        ["must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]"],
    ),
    (
        actions(select(options=[option(value="v" * 151)])),
        ["must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]"],
    ),
    (
        actions(select(option_groups=[{"label": plain("All"), "options": [option()]}])),
        ["must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]"],
    ),
    (
        actions(select(initial_option=option("Paid", "paid"))),
        ["must match one of the options [json-pointer:/blocks/0/elements/0/initial_option]"],
    ),
    (
        actions(
            {
                "type": "checkboxes",
                "action_id": "c",
                "options": [option()],
                "initial_options": [option("Paid", "paid")],
            }
        ),
        ["must match one of the options [json-pointer:/blocks/0/elements/0/initial_options/0]"],
    ),
    (
        actions({"type": "radio_buttons", "action_id": "r", "options": [option()] * 11}),
        ["no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]"],
    ),
    (
        actions({"type": "overflow", "action_id": "o", "options": [option()] * 6}),
        ["no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]"],
    ),
    (
        actions({"type": "datepicker", "action_id": "d", "initial_date": "23.11.2026"}),
        ["must be a date in the format YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]"],
    ),
    (
        actions({"type": "multi_users_select", "action_id": "m"}),
        ["unsupported type: multi_users_select [json-pointer:/blocks/0/elements/0/type]"],
    ),
    (
        labelled(text_input(max_length=3001)),
        ["must be at most 3000 [json-pointer:/blocks/0/element/max_length]"],
    ),
    (
        labelled(text_input(min_length=5, max_length=4)),
        ["must be at most `max_length` [json-pointer:/blocks/0/element/min_length]"],
    ),
    (labelled(button()), ["unsupported type: button [json-pointer:/blocks/0/element/type]"]),
    (
        labelled({"type": "number_input"}),
        ["missing required field: is_decimal_allowed [json-pointer:/blocks/0/element]"],
    ),
    (
        labelled(text_input(), optional="yes"),
        ["must be a boolean [json-pointer:/blocks/0/optional]"],
    ),
    (
        {"type": "markdown", "text": "x" * 12_001},
        ["must be less than 12001 characters [json-pointer:/blocks/0/text]"],
    ),
    (
        rich({"type": "text", "text": ""}),
        ["must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]"],
    ),
    (
        rich({"type": "image"}),
        ["unsupported type: image [json-pointer:/blocks/0/elements/0/elements/0/type]"],
    ),
    (table(101), ["no more than 100 items allowed [json-pointer:/blocks/0/rows]"]),
    (
        table(1, 21),
        ["no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"],
    ),
    (
        {"type": "table", "rows": [[cell()], [cell(), cell()]]},
        ["all rows must have the same number of cells [json-pointer:/blocks/0/rows/1]"],
    ),
    (data_table(1), ["must provide at least 2 items [json-pointer:/blocks/0/rows]"]),
    (data_table(102), ["no more than 101 items allowed [json-pointer:/blocks/0/rows]"]),
    (
        {**data_table(), "caption": None},
        ["missing required field: caption [json-pointer:/blocks/0]"],
    ),
    (
        data_table(page_size=101),
        ["must be at most 100 [json-pointer:/blocks/0/page_size]"],
    ),
    (
        {**data_table(), "rows": [[rich({"type": "text", "text": "Due"})], [cell()]]},
        ["unsupported type: rich_text [json-pointer:/blocks/0/rows/0/0/type]"],
    ),
    (
        {**data_table(), "rows": [[cell()], [{"type": "raw_number", "text": "12"}]]},
        ["missing required field: value [json-pointer:/blocks/0/rows/1/0]"],
    ),
    (
        {**data_table(), "rows": [[cell("x" * 5000)], [cell("y" * 5001)]]},
        ["must be less than 10001 characters in all cells [json-pointer:/blocks/0/rows]"],
    ),
    (
        {**chart(), "title": "x" * 51},
        ["must be less than 51 characters [json-pointer:/blocks/0/title]"],
    ),
    (
        chart("donut"),
        ["unsupported type: donut [json-pointer:/blocks/0/chart/type]"],
    ),
    (
        chart(series=[{"name": "USD", "data": [{"label": "Current", "value": 1}]}]),
        ["labels must match the categories [json-pointer:/blocks/0/chart/series/0/data]"],
    ),
    (
        chart(series=[{"name": "USD", "data": chart()["chart"]["series"][0]["data"]}] * 2),
        ["series names must be unique [json-pointer:/blocks/0/chart/series]"],
    ),
    (
        pie(*[(f"bucket {number}", 1) for number in range(7)]),
        ["no more than 6 items allowed [json-pointer:/blocks/0/chart/segments]"],
    ),
    (
        pie(("Current", 0)),
        ["must be more than 0 [json-pointer:/blocks/0/chart/segments/0/value]"],
    ),
    (
        pie(("x" * 21, 1)),
        ["must be less than 21 characters [json-pointer:/blocks/0/chart/segments/0/label]"],
    ),
]
