from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.views.invoice_card import InvoiceCard, invoice_card
from bot.views.match import Candidate, Match
from bot.views.parts import Message
from bot.views.values import RecordRef
from store.installments import Installment
from store.invoices import InvoiceStatus
from store.receipts import ReceiptKind
from store.records import RecordId
from store.reversals import Reversal
from tests.views.make import NETSUITE, PLACE, SEEN, make_customer, make_invoice, make_note, make_receipt, usd
from tests.views.shown import block, block_ids, buttons, texts


def _card(**changes: Any) -> InvoiceCard:
    ordinary = InvoiceCard(invoice=make_invoice(), provenance=NETSUITE, place=PLACE, customer=make_customer())
    return replace(ordinary, **changes)


def _headline(message: Message) -> str:
    text: str = block(message, "headline")["text"]["text"]
    return text


class TestAnswer:
    def test_says_first_who_owes_what_and_how_late(self) -> None:
        message = invoice_card(_card())
        assert block_ids(message)[0] == "headline"
        assert _headline(message) == "Sun Microsystems, Inc. owes $8,000.00"
        assert texts(block(message, "summary")) == ["INV-12345", " · ", "12 days past due"]

    def test_the_text_is_the_answer_in_a_sentence(self) -> None:
        assert invoice_card(_card()).text == (
            "Sun Microsystems, Inc. owes $8,000.00 on invoice INV-12345, 12 days past due"
            " (as of 09:12 CET, 22 Nov, NetSuite)"
        )

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"status": InvoiceStatus.PAID, "open_balance": usd(0)}, "INV-12345 is paid"),
            ({"status": InvoiceStatus.VOIDED}, "INV-12345 is voided: nothing is owed"),
            ({"status": InvoiceStatus.PENDING}, "INV-12345 awaits approval: nothing is owed yet"),
            ({"open_balance": usd(0)}, "Nothing is open on INV-12345"),
            ({"open_balance": usd(-500)}, "INV-12345 has a credit of $5.00"),
            ({"deleted_at": SEEN}, "INV-12345 was deleted in NetSuite"),
        ],
    )
    def test_nothing_owed_is_never_called_late(self, changes: dict[str, Any], expected: str) -> None:
        message = invoice_card(_card(invoice=make_invoice(**changes)))
        assert _headline(message) == expected
        assert texts(block(message, "summary"))[1] == " · Sun Microsystems, Inc."
        assert message.text == f"{expected} (as of 09:12 CET, 22 Nov, NetSuite)"

    def test_without_its_customer_it_still_answers(self) -> None:
        message = invoice_card(_card(customer=None))
        assert _headline(message) == "$8,000.00 is open on INV-12345"
        assert message.text.startswith("$8,000.00 is open on INV-12345, 12 days past due (")
        assert [each["action_id"] for each in buttons(message.blocks)] == ["reply.open", "share.open", "refresh.record"]

    def test_paid_without_its_customer(self) -> None:
        paid = make_invoice(status=InvoiceStatus.PAID, open_balance=usd(0))
        assert texts(block(invoice_card(_card(invoice=paid, customer=None)), "summary")) == ["INV-12345"]

    def test_without_a_due_date(self) -> None:
        message = invoice_card(_card(invoice=make_invoice(due_date=None)))
        assert texts(block(message, "summary"))[-1] == "no due date"
        assert not any(text.startswith("*Due date*") for text in texts(message.blocks))


class TestDetails:
    def test_facts_in_plain_words(self) -> None:
        assert texts(block(invoice_card(_card(settled=(make_receipt(),))), "facts")) == [
            "*Open balance*\n$8,000.00",
            "*Total*\n$12,345.00",
            "*Due date*\n10 Nov 2026",
            "*Status*\nPartly paid",
            "*Terms*\nNet 30",
            "*PO number*\nPO_2024_117",
            "*Last payment*\n$4,345.00 on 2 Nov 2026",
            "*Sales rep*\nAnn Lee",
        ]

    def test_the_number_links_into_the_erp(self) -> None:
        (link,) = [span for span in _spans(invoice_card(_card())) if span["type"] == "link"]
        assert (link["url"], link["text"]) == (make_invoice().url, "INV-12345")

    @pytest.mark.parametrize(
        "url",
        [None, "javascript:alert(1)", "https://a b", "https://a/<x>", "https://a/" + "x" * 3000],
    )
    def test_an_address_that_is_no_link_is_not_linked(self, url: str | None) -> None:
        spans = _spans(invoice_card(_card(invoice=make_invoice(url=url))))
        assert spans[0] == {"type": "text", "text": "INV-12345", "style": {"bold": True}}

    def test_the_newest_note_is_quoted_as_it_was_written(self) -> None:
        message = invoice_card(_card(note=make_note(text="*Call* <!here>\nagain")))
        assert texts(block(message, "note")) == ["Newest note", " by Jo Park · 20 Nov 2026", "*Call* <!here> again"]

    def test_a_promise_without_words_is_no_note(self) -> None:
        promised = make_note(text="Promise to pay", title="Promise to pay", author_id="u1")
        assert "note" not in block_ids(invoice_card(_card(note=promised)))
        assert "note" in block_ids(invoice_card(_card(note=replace(promised, text="On Friday."))))
        assert "note" in block_ids(invoice_card(_card(note=replace(promised, author_id=None))))

    def test_a_note_without_author_and_no_note(self) -> None:
        message = invoice_card(_card(note=make_note(author=None)))
        assert texts(block(message, "note"))[1] == " · 20 Nov 2026"
        assert "note" not in block_ids(invoice_card(_card()))

    def test_what_can_be_done_is_one_press_away(self) -> None:
        own = "1:invoice:netsuite:invoice:123"
        message = invoice_card(_card(note=make_note()))
        assert [(each["action_id"], each["value"]) for each in buttons(message.blocks)] == [
            ("reply.open", own),
            ("share.open", own),
            ("lookup.open", "1:customer:netsuite:customer:7"),
            ("notes.open", own),
            ("refresh.record", own),
        ]

    def test_a_record_that_no_button_can_carry_has_none(self) -> None:
        overlong = make_invoice(id=RecordId("files:invoice:" + "9" * 200))
        assert "actions" not in block_ids(invoice_card(_card(invoice=overlong, customer=None)))


class TestProvenance:
    def test_source_and_time_stand_right_under_the_answer(self) -> None:
        assert block_ids(invoice_card(_card()))[:3] == ["headline", "summary", "provenance"]
        assert texts(block(invoice_card(_card()), "provenance")) == ["NetSuite · as of 09:12 CET, 22 Nov"]

    def test_stale_figures_wear_a_badge_everywhere(self) -> None:
        old = replace(NETSUITE, as_of=datetime(2026, 11, 20, 6, 0, tzinfo=UTC), is_stale=True, notice="No answer.")
        message = invoice_card(_card(provenance=old))
        assert texts(block(message, "provenance")) == ["⚠️ *Stale* · NetSuite · as of 07:00 CET, 20 Nov · No answer."]
        assert message.text.endswith("(as of 07:00 CET, 20 Nov, NetSuite, stale) No answer.")


class TestMatch:
    def test_an_exact_hit_is_shown_plainly(self) -> None:
        message = invoice_card(_card(match=Match(query="INV-12345")))
        assert message == invoice_card(_card())

    def test_a_closest_match_says_so_before_the_answer(self) -> None:
        other = Candidate(ref=RecordRef(kind="invoice", record_id=RecordId("netsuite:invoice:9")), label="INV-9123")
        match = Match(query="inv123", reason="number ends in 123", candidates=(other,))
        message = invoice_card(_card(match=match))
        assert message.blocks[0]["text"]["text"] == "Closest match for «inv123»: number ends in 123."
        assert message.blocks[0]["accessory"]["action_id"] == "lookup.choose"
        assert message.text.startswith("Closest match for «inv123»: number ends in 123. Sun Microsystems, Inc. owes")


def _spans(message: Message) -> list[dict[str, Any]]:
    spans: list[dict[str, Any]] = block(message, "summary")["elements"][0]["elements"]
    return spans


class TestSettlements:
    def test_names_the_payments_and_credits_that_were_applied(self) -> None:
        credit = make_receipt("CM-3", 2000, kind=ReceiptKind.CREDIT_MEMO, received_on=date(2026, 11, 3))
        shown = _lines(invoice_card(_card(settled=(credit, make_receipt(discount=1500)), settled_in_all=9)), "settled")
        assert shown == [
            "Applied to this invoice",
            "Credit memo CM-3 · $20.00 · 3 Nov 2026",
            "PYMT-9 · $4,345.00 and $15.00 discount · 2 Nov 2026",
            "…+7 more",
        ]

    def test_a_credit_is_no_payment(self) -> None:
        credit = make_receipt("CM-3", 2000, kind=ReceiptKind.CREDIT_MEMO)
        assert "*Last payment*" not in str(texts(block(invoice_card(_card(settled=(credit,))), "facts")))

    def test_a_voided_payment_counts_for_nothing(self) -> None:
        message = invoice_card(_card(settled=(make_receipt(is_voided=True),), settled_in_all=1))
        assert _lines(message, "settled")[1] == "PYMT-9 · 2 Nov 2026 · voided: it counts for nothing"
        assert "*Last payment*" not in str(texts(block(message, "facts")))

    def test_says_what_was_reversed(self) -> None:
        message = invoice_card(_card(reversal=Reversal(amount=usd(50000), seen_at=SEEN)))
        assert _lines(message, "summary")[1] == (
            "⚠️ Reversed: $500.00 that had been applied was taken back (seen 09:12 CET, 22 Nov)"
        )

    def test_nothing_applied_has_no_list_and_no_button(self) -> None:
        message = invoice_card(_card())
        assert "settled" not in block_ids(message)
        assert "payments.open" not in str(message.blocks)


class TestInstallments:
    def test_each_part_says_how_it_stands(self) -> None:
        parts = (
            _part(1, 400000, 0, date(2026, 10, 1)),
            _part(2, 400000, 100000, date(2026, 11, 1)),
            _part(3, 400000, 400000, date(2026, 12, 1)),
        )
        message = invoice_card(_card(invoice=make_invoice(installments=parts)))
        assert _lines(message, "installments") == [
            "Installments · 3",
            "1. $4,000.00 · due 1 Oct 2026 · paid",
            "2. $4,000.00 · due 1 Nov 2026 · $1,000.00 open · 21 days past due",
            "3. $4,000.00 · due 1 Dec 2026 · due in 9 days",
        ]

    def test_one_part_is_the_invoice_itself(self) -> None:
        one = make_invoice(installments=(_part(1, 400000, 400000, date(2026, 12, 1)),))
        assert "installments" not in block_ids(invoice_card(_card(invoice=one)))

    def test_many_parts_are_counted(self) -> None:
        many = tuple(_part(number, 1, 1, None) for number in range(1, 13))
        shown = _lines(invoice_card(_card(invoice=make_invoice(installments=many))), "installments")
        assert shown[1] == "1. $0.01 · no due date · open"
        assert shown[-1] == "…+6 more"

    def test_of_what_is_not_owed_nothing_is_late(self) -> None:
        parts = (_part(1, 1, 1, date(2020, 1, 1)), _part(2, 1, 1, date(2020, 2, 1)))
        voided = make_invoice(status=InvoiceStatus.VOIDED, installments=parts)
        assert "past due" not in str(_lines(invoice_card(_card(invoice=voided)), "installments"))


def _part(sequence: int, minor: int, open_minor: int, due_date: date | None) -> Installment:
    return Installment(sequence=sequence, amount=usd(minor), open_balance=usd(open_minor), due_date=due_date)


def _lines(message: Message, block_id: str) -> list[str]:
    return ["".join(texts(row)) for row in block(message, block_id)["elements"]]
