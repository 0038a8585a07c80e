from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.slack.blocks import message_errors, only_one_table, too_long, view_errors
from sandbox.slack.records import Json
from tests.sandbox.slack.block_samples import (
    GOOD,
    actions,
    button,
    cell,
    chart,
    data_table,
    labelled,
    mrkdwn,
    plain,
    section,
    table,
    text_input,
)
from tests.sandbox.slack.refused_blocks import BAD


class TestMessageErrors:
    @pytest.mark.parametrize("block", GOOD, ids=lambda block: block["type"])
    def test_what_slack_accepts(self, block: Json) -> None:
        assert message_errors([block]) == ()

    @pytest.mark.parametrize(("block", "expected"), BAD, ids=lambda value: str(value)[:60])
    def test_what_slack_refuses(self, block: Json, expected: list[str]) -> None:
        assert list(message_errors([block])) == expected

    def test_fifty_blocks_at_most(self) -> None:
        assert message_errors([{"type": "divider"}] * 50) == ()
        (error,) = message_errors([{"type": "divider"}] * 51)
        assert error == "no more than 50 items allowed [json-pointer:/blocks]"

    def test_block_ids_are_unique_action_ids_only_within_their_block(self) -> None:
        assert message_errors([actions(button()), actions(button())]) == ()
        (error,) = message_errors([{"type": "divider", "block_id": "b"}, {"type": "divider", "block_id": "b"}])
        assert error == '`block_id` "b" already exists [json-pointer:/blocks/1/block_id]'

    def test_two_charts_at_most(self) -> None:
        assert message_errors([chart(), chart()]) == ()
        (error,) = message_errors([chart(), chart(), chart()])
        assert error == "no more than 2 data_visualization blocks allowed [json-pointer:/blocks]"

    def test_markdown_and_table_cells_are_counted_over_all_blocks(self) -> None:
        (markdown,) = message_errors([{"type": "markdown", "text": "x" * 6001}] * 2)
        assert markdown == "must be less than 12001 characters in all markdown blocks [json-pointer:/blocks]"
        cells: Json = {"type": "table", "rows": [[cell("x" * 5001)]]}
        (tables,) = message_errors([cells, cells])
        assert tables == "must be less than 10001 characters in all tables [json-pointer:/blocks]"

    @pytest.mark.parametrize("junk", [None, 7, "text", [], {"type": 7}, {"type": ["section"]}, {"type": None}])
    def test_junk_is_refused_without_a_crash(self, junk: Any) -> None:
        assert message_errors([junk])

    def test_junk_in_every_member_is_refused_without_a_crash(self) -> None:
        for block in GOOD:
            for junk in mutilated(block):
                message_errors([junk])
                view_errors({"type": "modal", "title": plain("T"), "submit": plain("S"), "blocks": [junk]}, "modal")


def mutilated(value: Any) -> Iterator[Any]:
    """The value with one part after the other replaced by something of another kind."""
    yield from (7, "x", [], {}, None, [7], {"type": "x"})
    if isinstance(value, dict):
        for name, member in value.items():
            yield from ({**value, name: each} for each in mutilated(member))
    elif isinstance(value, list):
        for each in mutilated(value[0]) if value else ():
            yield [each, *value[1:3]]


class TestMessageAsAWhole:
    def test_text_of_all_blocks(self) -> None:
        assert not too_long([section(text=mrkdwn("x" * 2640))] * 5)
        assert too_long([section(text=mrkdwn("x" * 2640))] * 5 + [section(text=mrkdwn("x"))])

    def test_one_table(self) -> None:
        assert only_one_table([table(), {"type": "divider"}])
        assert not only_one_table([table(), data_table()])


class TestViewErrors:
    def modal(self, **members: Any) -> Json:
        return {"type": "modal", "title": plain("T"), "blocks": [], **members}

    def test_a_full_modal(self) -> None:
        full = self.modal(
            title=plain("x" * 24),
            submit=plain("x" * 24),
            close=plain("x" * 24),
            private_metadata="x" * 3000,
            callback_id="x" * 255,
            external_id="x" * 255,
            notify_on_close=True,
            clear_on_close=False,
            blocks=[labelled(text_input())] + [{"type": "divider"}] * 99,
        )
        assert view_errors(full, "modal") == ()

    def test_a_home_tab(self) -> None:
        home = {"type": "home", "callback_id": "home", "private_metadata": "", "blocks": [actions(button())]}
        assert view_errors(home, "home") == ()

    @pytest.mark.parametrize(
        ("members", "expected"),
        [
            ({"title": plain("x" * 25)}, "must be less than 25 characters [json-pointer:/view/title/text]"),
            ({"title": None}, "missing required field: title [json-pointer:/view]"),
            ({"close": plain("x" * 25)}, "must be less than 25 characters [json-pointer:/view/close/text]"),
            (
                {"private_metadata": "x" * 3001},
                "must be less than 3001 characters [json-pointer:/view/private_metadata]",
            ),
            ({"callback_id": "x" * 256}, "must be less than 256 characters [json-pointer:/view/callback_id]"),
            ({"blocks": None}, "missing required field: blocks [json-pointer:/view]"),
            ({"blocks": [{"type": "divider"}] * 101}, "no more than 100 items allowed [json-pointer:/view/blocks]"),
            ({"blocks": [chart()]}, "unsupported type: data_visualization [json-pointer:/view/blocks/0/type]"),
            ({"blocks": [table()]}, "unsupported type: table [json-pointer:/view/blocks/0/type]"),
            (
                {"blocks": [labelled(text_input())]},
                "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/0/input]",
            ),
        ],
    )
    def test_unfit_modals(self, members: Json, expected: str) -> None:
        assert view_errors(self.modal(**members), "modal") == (expected,)

    def test_of_the_other_kind(self) -> None:
        assert view_errors(self.modal(), "home") == ("must be home [json-pointer:/view/type]",)
        titled = {"type": "home", "title": plain("T"), "blocks": []}
        assert view_errors(titled, "home") == ("invalid additional property: title [json-pointer:/view]",)
