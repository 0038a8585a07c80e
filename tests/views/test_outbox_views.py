"""What people are told of deliveries: with any text in them Slack takes it, and nothing becomes a link or a ping."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from bot.deliver import slack_post
from bot.views.outbox import decided, question, trouble, way_out
from bot.views.parts import Message, message, paragraph
from bot.views.text import cut, escaped, literal
from sandbox.slack import blocks as rules
from store.deliveries import Delivery, DeliveryState
from tests.store.make import AT
from tests.views import hostile
from tests.views.shown import buttons, nodes, texts

REJECTED, DEAD, SENT = DeliveryState.REJECTED, DeliveryState.DEAD, DeliveryState.SENT


def a_delivery(text: str = "A word", **values: Any) -> Delivery:
    said = message(literal(text, 900), [paragraph("text", "x")])
    post = slack_post(said, id="share/1", kind="share", channel="C0ARTEAM01", author="U1", at=AT)
    return replace(post, **values)


def drawn(delivery: Delivery, text: str) -> list[Message]:
    return [question(delivery), trouble(delivery, text), decided(delivery, by="U0ANASILVA")]


class TestAnyText:
    @settings(max_examples=60)
    @given(hostile.texts)
    def test_is_shown_as_it_is(self, text: str) -> None:
        for target in ("slack", "crm"):
            for shown in drawn(a_delivery(text, reason=text, state=REJECTED, target=target), text):
                assert rules.message_errors(list(shown.blocks)) == ()
                assert "<" not in shown.text
                mrkdwn = [node["text"] for node in nodes(shown.blocks) if node.get("type") == "mrkdwn"]
                assert set(mrkdwn) <= {"<#C0ARTEAM01>", "Decided by <@U0ANASILVA>"}

    def test_an_excerpt_reads_like_the_message(self) -> None:
        said = a_delivery("Fish & <chips>")
        assert said.payload["text"] == escaped(cut("Fish & <chips>", 900))
        assert "Fish & <chips>" in texts(question(said).blocks)


class TestButtons:
    def test_stand_for_the_delivery(self) -> None:
        pressed = {(one["action_id"], one["value"]) for one in buttons(question(a_delivery()).blocks)}
        assert pressed == {("outbox.arrived", "share/1"), ("outbox.resend", "share/1")}
        assert [one["action_id"] for one in buttons(trouble(a_delivery(state=DEAD)).blocks)] == ["outbox.resend"]
        assert not buttons(decided(a_delivery(), by="U1").blocks)

    def test_an_id_that_slack_cannot_carry_has_none(self) -> None:
        assert not buttons(question(a_delivery(id="x" * 2001)).blocks)


class TestWords:
    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"state": REJECTED, "reason": "not_in_channel"}, "/invite"),
            ({"state": REJECTED, "reason": "not_set_up: gone is not set up here"}, "not connected here"),
            ({"state": REJECTED, "reason": "INVALID_FIELD"}, "The answer was: INVALID_FIELD"),
            ({"state": DEAD, "reason": "busy"}, "as long as makes sense"),
            ({"state": DEAD, "reason": "too_old: it waited 30 hours"}, "no news any more"),
        ],
    )
    def test_name_the_way_out(self, values: dict[str, Any], words: str) -> None:
        assert words in way_out(a_delivery(**values))

    def test_say_where_it_was_going(self) -> None:
        assert "in the channel" in trouble(a_delivery(state=REJECTED)).text
        direct = a_delivery(state=REJECTED, payload={"channel": "U1", "text": "x"})
        assert "as a direct message" in trouble(direct).text
        assert "to Test CRM" in trouble(a_delivery(state=REJECTED, target="crm"), "Test CRM").text

    @pytest.mark.parametrize(("state", "words"), [(SENT, "it arrived"), (DeliveryState.QUEUED, "sent again")])
    def test_say_what_was_decided(self, state: DeliveryState, words: str) -> None:
        assert words in decided(a_delivery(state=state), by="U1").text
        assert "too old" in decided(a_delivery(state=REJECTED, payload={}), by="U1").text
