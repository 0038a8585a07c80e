"""Payments as a table: what people read of them, and any of them within Slack's limits."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views.parts import Message
from bot.views.payment_table import PaymentTable, payment_table
from bot.views.table_ref import InvalidTableError, TableRef, decode_table, encode_table
from store.applications import Application
from store.receipts import Receipt, ReceiptKind, Unapplied
from store.records import RecordId
from tests.views import hostile
from tests.views.make import NETSUITE, PLACE, make_receipt, usd
from tests.views.shown import block
from tests.views.test_tables import assert_sound

CUSTOMER, INVOICE = RecordId("netsuite:customer:7"), RecordId("netsuite:invoice:123")
OF_CUSTOMER = TableRef(kind="payments", customer_id=CUSTOMER)
OF_INVOICE = TableRef(kind="payments", invoice_id=INVOICE)


def table(*rows: Receipt, **changes: Any) -> Message:
    known: dict[str, Any] = {
        "ref": OF_CUSTOMER,
        "place": PLACE,
        "provenance": NETSUITE,
        "about": "Sun Microsystems",
        "rows": rows,
        "total": len(rows),
    }
    return payment_table(PaymentTable(**known | changes))


def cells(message: Message) -> list[list[str]]:
    return [[_text(cell) for cell in row] for row in block(message, "payments")["rows"]]


def _text(cell: dict[str, Any]) -> str:
    return str(cell["text"] if "text" in cell else cell["elements"][0]["elements"][0]["text"])


def applied(*numbers: str) -> tuple[Application, ...]:
    return tuple(
        Application(line_number=line, applied_to=INVOICE, amount=usd(100), number=number)
        for line, number in enumerate(numbers, start=1)
    )


class TestRows:
    def test_say_what_is_unapplied_and_what_was_paid(self) -> None:
        several = make_receipt("PYMT-8", applications=applied("INV-1", "INV-2", "INV-3", "INV-4", "INV-5"))
        partly = make_receipt(
            "CM-3", kind=ReceiptKind.CREDIT_MEMO, unapplied=usd(434400), applications=applied("INV-1")
        )
        voided = make_receipt("P-1", is_voided=True, unapplied=usd(5), applications=(), received_on=None)
        deposit = make_receipt("D-1", kind=ReceiptKind.DEPOSIT)
        assert cells(table(several, partly, voided, deposit)) == [
            ["Number", "Kind", "Date", "Amount", "Unapplied", "Applied to"],
            ["PYMT-8", "Payment", "2 Nov 2026", "$4,345.00", "-", "INV-1, INV-2, INV-3 and 2 more"],
            ["CM-3", "Credit memo", "2 Nov 2026", "$4,345.00", "$4,344.00", "INV-1 ($1.00)"],
            ["P-1", "Payment, voided", "-", "$4,345.00", "-", "-"],
            ["D-1", "Deposit", "2 Nov 2026", "$4,345.00", "-", "INV-12345"],
        ]

    def test_of_an_invoice_say_what_it_got(self) -> None:
        message = table(make_receipt("P-1", applications=applied("INV-12345", "INV-12345")), ref=OF_INVOICE)
        assert cells(message)[0][4] == "Applied here"
        assert cells(message)[1][4] == "$2.00"

    def test_without_a_table_are_lines(self) -> None:
        [listed] = [
            each for each in table(make_receipt(unapplied=usd(7))).simpler_blocks if each["block_id"] == "payments"
        ]
        assert "Payment PYMT-9 · 2 Nov 2026 · $4,345.00 · $0.07 unapplied · paid INV-12345" in str(listed)

    def test_nothing_is_a_sentence(self) -> None:
        message = table()
        assert "Nothing was paid or credited." in str(message.blocks)
        assert message.text.startswith("Sun Microsystems: no payments or credits")
        assert "No payment on this page any more." in str(table(total=3).blocks)


class TestAround:
    def test_sums_what_is_unapplied(self) -> None:
        spare = Unapplied(payments=usd(20000), credits=usd(0), deposits=usd(500))
        shown = block(table(make_receipt(), unapplied=(spare,)), "spare")
        assert shown["elements"][0]["text"] == "Unapplied: $200.00 payments, $5.00 deposits"

    def test_pages_lead_on_and_back(self) -> None:
        page = [make_receipt(f"P-{number}") for number in range(10)]
        first = table(*page, total=23)
        assert _values(first, "payments.next") == [11]
        assert _values(first, "payments.previous") == []
        second = table(*page, total=23, ref=TableRef(kind="payments", customer_id=CUSTOMER, first=11))
        assert (_values(second, "payments.next"), _values(second, "payments.previous")) == ([21], [1])
        last = table(*page[:3], total=23, ref=TableRef(kind="payments", customer_id=CUSTOMER, first=21))
        assert _values(last, "payments.next") == []

    def test_invoices_that_are_known_can_be_opened(self) -> None:
        assert "lookup.open" not in str(table(make_receipt()).blocks)
        assert "lookup.open" in str(table(make_receipt(), known=frozenset({INVOICE})).blocks)


def _values(message: Message, action_id: str) -> list[int]:
    [row] = [each for each in message.blocks if each["block_id"].startswith("payments.")]
    found = [each["value"] for each in row["elements"] if each["action_id"] == action_id]
    return [decode_table(value).first for value in found]


class TestRef:
    @pytest.mark.parametrize("ref", [OF_CUSTOMER, OF_INVOICE])
    def test_comes_back(self, ref: TableRef) -> None:
        assert decode_table(encode_table(ref)) == ref

    @pytest.mark.parametrize(
        "ref", [TableRef(kind="payments"), TableRef(kind="payments", customer_id=CUSTOMER, invoice_id=INVOICE)]
    )
    def test_of_nobody_or_of_both_is_refused(self, ref: TableRef) -> None:
        with pytest.raises(InvalidTableError):
            decode_table(encode_table(ref))


class TestAnyPayments:
    @given(
        shown=st.builds(
            PaymentTable,
            ref=st.sampled_from((OF_CUSTOMER, OF_INVOICE)),
            place=hostile.places,
            provenance=hostile.provenances,
            about=st.sampled_from(("ABC", "x" * 80)),
            rows=st.lists(hostile.receipts, max_size=10).map(tuple),
            total=st.integers(0, 10**7),
            known=st.just(frozenset({INVOICE})),
        )
    )
    @settings(max_examples=20)
    def test_are_taken_by_slack(self, shown: PaymentTable) -> None:
        assert_sound(payment_table(shown))
