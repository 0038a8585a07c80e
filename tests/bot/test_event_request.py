"""Which messages ask us something, and what the words of those are."""

from dataclasses import dataclass
from typing import Any

import pytest

from bot.commands.typed import command_in, likelier
from bot.lookup.match import Found, Match, Reason
from bot.slack.event_request import message_request, spoken
from store.records import RecordId

BOT = "U0TESORIO1"


@dataclass
class Said:
    """An event as Slack sends it, with something changed."""

    event: dict[str, Any]

    def asks(self) -> bool:
        return message_request({"event": self.event, "team_id": "T1"}, bot_user=BOT) is not None


def direct(**changes: object) -> Said:
    plain = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "text": "INV-1", "ts": "1.2"}
    return Said({name: value for name, value in (plain | changes).items() if value is not None})


class TestMessageRequest:
    def test_an_ordinary_message_asks(self) -> None:
        assert direct().asks()
        assert direct(type="app_mention", channel="C1", channel_type=None).asks()

    @pytest.mark.parametrize(
        "said",
        [
            direct(bot_id="B0OTHER"),
            direct(user=BOT),
            direct(user=None),
            direct(subtype="message_changed"),
            direct(subtype="bot_message", user=None),
            direct(subtype="message_deleted"),
            direct(edited={"user": "U1", "ts": "1.3"}),
            direct(hidden=True),
            direct(channel="C1", channel_type="channel"),
            direct(type="app_mention"),
            direct(ts=None),
            Said({}),
            Said("message"),  # type: ignore[arg-type]  # what Slack never sends
        ],
    )
    def test_everything_else_does_not(self, said: Said) -> None:
        assert not said.asks()


class TestSpoken:
    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            ("<@U0TESORIO1> invoice inv123", "invoice inv123"),
            ("hey <@U0TESORIO1>, *customer Sun*", "customer Sun"),
            ("customer Sun <@U0TESORIO1>", "customer Sun"),
            ("customer Sun <@U0TESORIO1> ?", "customer Sun"),
            ("customer <http://acme.com|acme.com>", "customer acme.com"),
            ("customer AT&amp;T &lt;NY&gt;", "customer AT&T <NY>"),
            ("<mailto:a@b.example|a@b.example>", "a@b.example"),
            ("<mailto:a@b.example>", "a@b.example"),
            ("<!here> <@U0BENOKAFR|ben> customer Sun in <#C1|sales>", "customer Sun in sales"),
            ("", ""),
        ],
    )
    def test_are_the_words_without_markup(self, sent: str, words: str) -> None:
        assert spoken(sent, bot_user=BOT) == words


class TestCommandIn:
    @pytest.mark.parametrize(
        ("text", "asked"),
        [
            ("invoice inv123", ("invoice", "inv123")),
            ("/tesorio Invoice: inv123", ("invoice", "inv123")),
            ("Invoice", ("invoice", "")),
            ("tesorio inv123", ("", "inv123")),
            ("invoices inv123", ("", "invoices inv123")),
            ("", ("help", "")),
            ("/tesorio", ("help", "")),
        ],
    )
    def test_is_the_first_word_if_it_is_one(self, text: str, asked: tuple[str, str]) -> None:
        assert command_in(text, frozenset({"invoice", "customer", "help"})) == asked


def match(kind: Any, reason: Reason) -> Match:
    return Match(kind=kind, record_id=RecordId(f"x:{kind}:1"), label="x", reason=reason, why="x")


class TestLikelier:
    def test_is_the_surer_match(self) -> None:
        sure, vague = match("customer", Reason.SAME_NAME), match("invoice", Reason.CONTAINS)
        assert likelier([Found(answer=vague), Found(answer=sure)], "12") == sure

    def test_is_the_number_when_both_are_as_sure_and_there_are_digits(self) -> None:
        invoice, customer = match("invoice", Reason.STARTS_WITH), match("customer", Reason.STARTS_WITH)
        assert likelier([Found(answer=customer), Found(answer=invoice)], "sun 1") == invoice
        assert likelier([Found(answer=invoice), Found(answer=customer)], "sun") == customer

    def test_is_nothing_when_there_is_neither(self) -> None:
        assert likelier([Found(), Found(nearest=(match("invoice", Reason.SIMILAR),))], "x") is None
