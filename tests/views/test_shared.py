"""What is posted when a record is shared: the sender's words literally, the record's summary, and nothing private."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.answers import Again, card_again, private_form, read_again
from bot.views.customer_card import CustomerCard, customer_card
from bot.views.invoice_card import InvoiceCard, invoice_card
from bot.views.own_message import query_in, record_in
from bot.views.share import Form, Preview, outdated, preview_modal, share_modal, words_in
from bot.views.shared import AnyCard, Sharing, record_name, shared_message
from bot.views.text import size
from bot.views.values import RecordRef
from sandbox.slack import blocks as rules
from store.records import RecordId
from tests.views import hostile
from tests.views.make import (
    NETSUITE,
    PLACE,
    make_aging,
    make_contact,
    make_customer,
    make_invoice,
    make_note,
)
from tests.views.shown import block, block_ids, buttons, texts
from tests.views.test_any_text import _assert_sound, _full_customer

REF = RecordRef(kind="invoice", record_id=RecordId("netsuite:invoice:1"))
CARDS = hostile.invoice_cards | hostile.customer_cards
QUICK = settings(max_examples=20)
SOAK = settings(QUICK, max_examples=10_000)
sharings = st.builds(Sharing, ref=hostile.refs, by=hostile.texts, text=hostile.texts, is_redacted=st.booleans())


def full_customer(**changes: Any) -> CustomerCard:
    known: dict[str, Any] = {
        "customer": make_customer(name="Sun Microsystems", credit_limit=None),
        "provenance": NETSUITE,
        "place": PLACE,
        "aging": (make_aging(1_000_00, 2_000_00, 0, 0, 3_000_00),),
        "oldest_open": (make_invoice(),),
        "contact": make_contact(name="Jo Bloggs", email="jo@sun.example", phone="+1 555 0100"),
        "note": make_note(text="They promised to call."),
    }
    return CustomerCard(**known | changes)


def an_invoice(**changes: Any) -> InvoiceCard:
    known: dict[str, Any] = {"invoice": make_invoice(), "provenance": NETSUITE, "place": PLACE}
    known["customer"] = make_customer(name="Sun Microsystems")
    return InvoiceCard(**known | changes)


def all_text(blocks: Any) -> str:
    return "\n".join(texts(blocks))


class TestSharedMessage:
    def test_says_who_shares_which_record_in_which_words(self) -> None:
        shown = shared_message(full_customer(), Sharing(ref=REF, by="Ana Silva", text="One\n\nTwo *bold*"))
        assert block_ids(shown)[:2] == ["shared", "message"]
        assert texts(block(shown, "shared")) == ["Shared by ", "Ana Silva"]
        assert texts(block(shown, "message")) == ["One\n\nTwo *bold*"]
        assert block(shown, "message")["elements"][0]["type"] == "rich_text_quote"
        assert shown.text.startswith("Shared by Ana Silva: One Two \u2217bold\u2217 · Sun Microsystems owes")

    def test_carries_reply_and_no_other_button(self) -> None:
        shown = shared_message(full_customer(), Sharing(ref=REF))
        assert [each["action_id"] for each in buttons(shown.blocks)] == ["reply.open"]
        assert [each["action_id"] for each in buttons(shown.simpler_blocks)] == ["reply.open"]

    def test_rows_say_what_their_buttons_said(self) -> None:
        card = full_customer(oldest_open=(make_invoice(number="INV-777"),))
        for form in (
            shared_message(card, Sharing(ref=REF)).blocks,
            shared_message(card, Sharing(ref=REF)).simpler_blocks,
        ):
            [row] = [text for text in texts(list(form)) if "INV-777" in text]
            assert row.startswith("INV-777 · $")

    def test_leaves_the_contact_out(self) -> None:
        assert "Jo Bloggs" in all_text(customer_card(full_customer()).blocks)
        shown = shared_message(full_customer(), Sharing(ref=REF))
        for form in (shown.blocks, shown.simpler_blocks, [{"text": shown.text}]):
            assert not any(secret in all_text(form) for secret in ("Jo Bloggs", "sun.example", "555"))

    def test_without_words_there_is_no_quotation(self) -> None:
        for text in ("", "  \n ", "\u200b"):
            assert "message" not in block_ids(shared_message(an_invoice(), Sharing(ref=REF, text=text)))

    def test_doubt_about_the_record_goes_along_within_the_company(self) -> None:
        sharing = Sharing(ref=REF, doubt="sun <micro>")
        assert texts(block(shared_message(an_invoice(), sharing), "doubt")) == ["⚠️ Closest match for «sun <micro>»."]
        outside = shared_message(an_invoice(), replace(sharing, is_redacted=True))
        assert "micro" not in all_text(outside.blocks) + outside.text

    def test_without_a_name_the_product_shares(self) -> None:
        assert texts(block(shared_message(an_invoice(), Sharing(ref=REF)), "shared")) == ["Shared by ", "Tesorio"]

    @pytest.mark.parametrize(
        ("card", "told"),
        [
            (an_invoice(), "Invoice INV-12345 of Sun Microsystems · "),
            (an_invoice(customer=None), "Invoice INV-12345 · "),
            (full_customer(), "Customer Sun Microsystems · Active"),
            (full_customer(customer=make_customer(name="Old Ltd", is_inactive=True)), "Customer Old Ltd · Inactive"),
        ],
    )
    def test_redacted_says_which_record_and_how_it_stands(self, card: AnyCard, told: str) -> None:
        shown = shared_message(card, Sharing(ref=REF, by="Chloé", text="See above", is_redacted=True))
        assert block_ids(shown) == ["shared", "message", "summary", "reply"]
        assert told in all_text(block(shown, "summary"))
        said = all_text(shown.blocks) + shown.text
        assert not any(secret in said for secret in ("$", "past due", "promised", "Jo Bloggs", "NetSuite", "Net 30"))

    @QUICK
    @given(CARDS, sharings)
    def test_any_text_is_shown_literally_and_fits(self, card: AnyCard, sharing: Sharing) -> None:
        shown = shared_message(card, sharing)
        _assert_sound(shown)
        if shown.simpler_blocks:
            assert rules.message_errors(list(shown.simpler_blocks)) == ()
            assert not rules.too_long(shown.simpler_blocks)

    @pytest.mark.soak
    @pytest.mark.timeout(3600)
    @SOAK
    @given(CARDS, sharings)
    def test_ten_thousand(self, card: AnyCard, sharing: Sharing) -> None:
        _assert_sound(shared_message(card, sharing))

    @pytest.mark.parametrize("text", ["x" * 3000, "&" * 3000, "😀" * 3000, "a\n" * 1500, "\u202e" + "y" * 2999])
    @pytest.mark.parametrize("card", [an_invoice(), full_customer()])
    def test_the_longest_message_fits(self, card: AnyCard, text: str) -> None:
        _assert_sound(shared_message(card, Sharing(ref=REF, by="x" * 300, text=text)))

    @pytest.mark.parametrize("letter", ["x", '"'])
    @pytest.mark.parametrize("words", ["w" * 3000, '"' * 3000, "א\n" * 1500])
    def test_the_fullest_card_gives_way_to_the_words(self, letter: str, words: str) -> None:
        shown = shared_message(_full_customer(letter * 300), Sharing(ref=REF, text=words))
        _assert_sound(shown)
        assert words[:1] in all_text(block(shown, "message"))
        # Words without end leave room for no more than which record it is and how it stands.
        assert {"headline", "summary"} & set(block_ids(shown))


class TestShareModal:
    @QUICK
    @given(CARDS, sharings, hostile.texts, hostile.texts, st.booleans())
    def test_slack_takes_any_form(
        self,
        card: AnyCard,
        sharing: Sharing,
        label: str,
        doubt: str,
        is_outside: bool,  # noqa: FBT001 - hypothesis gives it
    ) -> None:
        shown = shared_message(card, sharing)
        record = record_name(card)
        form = share_modal(Form(metadata="{}", record=record, doubt=doubt, text=sharing.text[:3000]))
        step_two = preview_modal(
            Preview(
                metadata="{}",
                shared=shown,
                label=label or "-",
                record=record,
                doubt=doubt,
                warnings=("Look again.",),
                is_outside=is_outside,
            )
        )
        for view in (form, step_two, outdated(sharing.text)):
            assert rules.view_errors(view, "modal") == ()
        pressed = [each["action_id"] for each in buttons(step_two["blocks"]) if each["type"] == "button"]
        assert pressed == ["share.back"]

    def test_the_words_of_a_preview_can_be_read_back(self) -> None:
        shown = shared_message(an_invoice(), Sharing(ref=REF, text="One <line>\nand *another*"))
        view = preview_modal(Preview(metadata="{}", shared=shown, label="#sales"))
        assert words_in(view["blocks"]) == "One <line>\nand *another*"
        assert words_in([]) == ""

    def test_without_a_record_it_is_chosen(self) -> None:
        view = share_modal(Form(metadata="{}"))
        assert rules.view_errors(view, "modal") == ()
        assert view["blocks"][0]["element"]["action_id"] == "pick.record"
        assert view["submit"]["text"] == "Preview"


class TestOwnMessage:
    @pytest.mark.parametrize(
        "draw", [lambda: invoice_card(an_invoice()), lambda: shared_message(an_invoice(), Sharing(ref=REF))]
    )
    def test_a_card_and_a_shared_message_say_their_record(self, draw: Callable[[], Any]) -> None:
        found = record_in({"blocks": list(draw().blocks)})
        assert found is not None
        assert found.kind == "invoice"
        assert record_in({"attachments": [{"blocks": list(draw().blocks)}]}) == found

    @pytest.mark.parametrize(
        "message",
        [
            {},
            {"text": "hi", "blocks": None},
            {"blocks": [{"type": "actions", "elements": [{"action_id": "reply.open", "value": "x"}]}]},
            {"blocks": [{"type": "actions", "elements": [{"action_id": "other", "value": "1:invoice:a:b:c"}]}]},
            {"blocks": ["x", {"elements": ["y"]}], "attachments": ["z"]},
        ],
    )
    def test_any_other_says_none(self, message: dict[str, Any]) -> None:
        assert record_in(message) is None
        assert query_in(message) == ""


class TestPrivateForm:
    @QUICK
    @given(CARDS, hostile.refs)
    def test_slack_takes_it(self, card: AnyCard, ref: RecordRef) -> None:
        drawn = customer_card(card) if isinstance(card, CustomerCard) else invoice_card(card)
        for reason in ("people of another company read this channel", ""):
            shown = private_form(drawn, reason=reason, again=card_again(ref, drawn))
            assert rules.message_errors(list(shown.blocks)) == ()
            assert not rules.too_long(shown.blocks)
            assert all(size(each["value"]) <= 2000 for each in buttons(shown.blocks) if "value" in each)

    def test_what_the_button_carries_is_read_back(self) -> None:
        drawn = invoice_card(an_invoice())
        shown = private_form(drawn, again=Again(kind="card", value="1:invoice:a:b:c", query="inv «1»"))
        [button] = [each for each in buttons(shown.blocks) if each["action_id"] == "answers.post"]
        assert read_again(button["value"]) == Again(kind="card", value="1:invoice:a:b:c", query="inv «1»")

    def test_a_value_that_is_too_long_leaves_no_button(self) -> None:
        shown = private_form(invoice_card(an_invoice()), again=Again(kind="card", value="x" * 2000))
        assert "audience" not in block_ids(shown)
