import pytest

from sandbox.slack import Outcome, SlackStandIn
from sandbox.slack.mrkdwn import plain
from sandbox.slack.plaintext import blocks_text, message_text, outcome_text, view_text
from sandbox.slack.records import Json, Message
from sandbox.slack.seed import ANA, AR_TEAM
from tests.sandbox.slack.block_samples import (
    GOOD,
    actions,
    button,
    cell,
    chart,
    labelled,
    mrkdwn,
    option,
    pie,
    rich,
    section,
    select,
    text_input,
)
from tests.sandbox.slack.block_samples import plain as plain_object
from tests.sandbox.slack.running import web_client

NAMES = {"U1": "Ana Silva", "C1": "ar-team", "UBOT": "Tesorio"}


class TestMrkdwn:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("*bold* _and_ ~gone~", "bold and gone"),
            ("*_both_*", "both"),
            ("2 * 3 * 4 and a_b_c", "2 * 3 * 4 and a_b_c"),
            ("<https://erp.example/1|INV-1>", "INV-1 (https://erp.example/1)"),
            ("<https://erp.example/1>", "https://erp.example/1"),
            ("<@U1> in <#C1>", "@Ana Silva in #ar-team"),
            ("<@U9|nora>", "@nora"),
            ("<!channel>", "@channel"),
            ("<!date^1700000000^{date}|14 Nov>", "14 Nov"),
            ("A &amp; B &lt;!channel&gt;", "A & B <!channel>"),
        ],
    )
    def test_plain(self, text: str, expected: str) -> None:
        assert plain(text, NAMES) == expected


class TestBlocks:
    @pytest.mark.parametrize(
        ("block", "expected"),
        [
            ({"type": "header", "text": plain_object("Sun Corp")}, "Sun Corp\n════════"),
            ({"type": "divider"}, "─" * 40),
            (section(text=mrkdwn("*Open*"), accessory=button()), "Open\n[Go]"),
            (section(fields=[mrkdwn("*Open balance*\n$10"), mrkdwn("x")]), "Open balance: $10\nx"),
            ({"type": "context", "elements": [mrkdwn("NetSuite"), mrkdwn("09:00")]}, "NetSuite · 09:00"),
            (actions(button(), select(placeholder=plain_object("Which"))), "[Go] (Which ▾)"),
            (actions(select(initial_option=option())), "(Open ▾)"),
            (actions({"type": "overflow", "action_id": "o", "options": [option()]}), "[…]"),
            (labelled(text_input(initial_value="hi"), optional=True), "Label (optional): (hi ▾)"),
            ({"type": "markdown", "text": "# x\ny"}, "# x\ny"),
            (
                rich({"type": "text", "text": "see "}, {"type": "user", "user_id": "U1"}),
                "see @Ana Silva",
            ),
            (
                {
                    "type": "table",
                    "column_settings": [{}, {"align": "right"}],
                    "rows": [[cell("Invoice"), cell("Open")], [cell("INV-1"), cell("7.00")]],
                },
                "Invoice  Open\n───────  ────\nINV-1    7.00",
            ),
            (
                {
                    "type": "data_table",
                    "caption": "Open invoices",
                    "rows": [[cell("No"), cell("Days")], [cell("1"), {"type": "raw_number", "value": 3}]],
                },
                "Open invoices\nNo  Days\n──  ────\n1      3",
            ),
            (pie(("Current", 4), ("1-30", 1)), "Aging\nCurrent  ████████████████████████ 4\n1-30     ██████ 1"),
            (chart("bar"), "Aging\nCurrent  ██████████ 1\n1-30     ████████████████████████ 2.5"),
        ],
        ids=lambda value: value["type"] if isinstance(value, dict) else "",
    )
    def test_text_of_a_block(self, block: Json, expected: str) -> None:
        assert blocks_text([block], NAMES) == expected

    def test_every_block_that_the_workspace_accepts_has_a_text(self) -> None:
        for block in GOOD:
            assert blocks_text([block], NAMES).strip()


class TestMessages:
    def test_who_said_it_and_who_sees_it(self) -> None:
        message = Message(ts="1.0", channel="C1", user="UBOT", text="hi *you*", ephemeral_to="U1")
        assert message_text(message, NAMES) == "Tesorio (only visible to you):\nhi you"

    def test_blocks_win_over_text(self) -> None:
        message = Message(ts="1.0", channel="C1", user="UBOT", text="fallback", blocks=(section(text=mrkdwn("x")),))
        assert message_text(message, NAMES) == "Tesorio:\nx"

    def test_previews_come_below(self) -> None:
        preview = {"from_url": "https://erp.example/1", "blocks": [section(text=mrkdwn("INV-1"))]}
        message = Message(ts="1.0", channel="C1", user="U1", text="see", attachments=(preview,))
        assert message_text(message, NAMES) == "Ana Silva:\nsee\nINV-1"


class TestOutcome:
    def test_modal_errors_and_notices(self) -> None:
        view = {
            "type": "modal",
            "title": plain_object("Note"),
            "submit": plain_object("Save"),
            "close": None,
            "blocks": [labelled(text_input())],
        }
        outcome = Outcome(view=view, errors={"note": "say more"}, notices=("operation_timeout",))
        assert view_text(view, NAMES) == "┌ Note\nLabel: ( ▾)\n[Save]"
        assert outcome_text(outcome, NAMES) == "┌ Note\nLabel: ( ▾)\n[Save]\n\n! say more\n\n! operation_timeout"

    async def test_transcript_with_the_names_of_the_workspace(self, slack: SlackStandIn) -> None:
        await web_client(slack).chat_postMessage(channel=AR_TEAM, text=f"<@{ANA}> see <#{AR_TEAM}>")
        outcome = Outcome(messages=slack.workspace.messages(AR_TEAM))
        assert slack.workspace.transcript(outcome) == "Tesorio:\n@Ana Silva see #ar-team"
