from datetime import date

import pytest

from bot.lookup.invoices import nearest_invoices, ranked_invoices
from bot.lookup.match import Reason
from bot.lookup.query import invoice_query
from tests.lookup.samples import invoice_hit


def ranked(text: str, *numbers: str) -> list[str]:
    return [match.label for match in ranked_invoices(invoice_query(text), map(invoice_hit, numbers))]


class TestRankedInvoices:
    @pytest.mark.parametrize(
        ("text", "number", "reason", "why"),
        [
            ("INV-123", "INV-123", Reason.SAME_NUMBER, "same number"),
            ("inv123", "INV-123", Reason.WRITTEN_DIFFERENTLY, "same number, written differently"),
            ("INV 00123", "INV-123", Reason.WRITTEN_DIFFERENTLY, "same number, written differently"),
            ("inv 123", "123", Reason.WRITTEN_DIFFERENTLY, "same number, written differently"),
            ("12345", "INV-12345", Reason.SAME_DIGITS, "same digits"),
            ("#12345", "INV-0012345", Reason.SAME_DIGITS, "same digits"),
            ("invoice 12345", "SI-12345", Reason.SAME_DIGITS, "same digits"),
            ("INV-1243", "INV-1234", Reason.ONE_CHARACTER_DIFFERS, "one character differs"),
            ("INV-123", "INV-1234", Reason.ONE_CHARACTER_DIFFERS, "one character differs"),
            ("123", "INV-99123", Reason.ENDS_WITH, "the only number that ends in 123"),
            ("INV-12", "INV-1234", Reason.STARTS_WITH, "number starts with «INV-12»"),
            ("234", "INV-12345", Reason.CONTAINS, "number contains «234»"),
            ("invoice 234", "INV-12345", Reason.CONTAINS, "number contains «234»"),
        ],
    )
    def test_says_why(self, text: str, number: str, reason: Reason, why: str) -> None:
        (match,) = ranked_invoices(invoice_query(text), [invoice_hit(number)])
        assert (match.label, match.reason, match.why) == (number, reason, why)

    def test_only_the_same_text_is_exact(self) -> None:
        for text, is_exact in (("INV-123", True), (" INV-123\n", True), ("inv-123", False), ("INV123", False)):
            (match,) = ranked_invoices(invoice_query(text), [invoice_hit("INV-123")])
            assert match.is_exact is is_exact

    @pytest.mark.parametrize(
        ("text", "best_first"),
        [
            ("inv1234", ["INV-1234", "INV-12340", "INV-1235", "INV-123499"]),
            ("INV-1234", ["INV-1234", "inv 1234", "INV-1235"]),
            ("12345", ["12345", "INV-12345", "12346", "INV-912345"]),
            ("inv 12345", ["INV-12345", "12345", "INV-12346", "SI-12345"]),
            ("77", ["XA-77", "XA-177", "770"]),
            ("23", ["230", "A-123", "B-123", "A-1230"]),
        ],
    )
    def test_tiers_come_in_order(self, text: str, best_first: list[str]) -> None:
        assert ranked(text, *reversed(best_first)) == best_first

    def test_an_ending_that_is_not_unique_comes_after_a_beginning(self) -> None:
        assert ranked("1234", "A-91234", "12349999") == ["A-91234", "12349999"]
        assert ranked("1234", "A-91234", "B-81234", "12349999") == ["12349999", "A-91234", "B-81234"]

    def test_a_foreign_prefix_keeps_only_the_whole_number(self) -> None:
        assert ranked("SO-499", "INV-499", "INV-10499") == ["INV-499"]
        assert ranked("QX-25Z-499", "INV-499", "INV-10499") == []
        assert ranked("inv 499", "SI-10499") == ["SI-10499"]

    def test_ties_go_to_the_open_one_then_to_the_newest(self) -> None:
        hits = [
            invoice_hit("A-1239", is_open=False, invoice_date=date(2026, 11, 1)),
            invoice_hit("A-1238", invoice_date=date(2026, 1, 1)),
            invoice_hit("A-1237", invoice_date=date(2026, 2, 1)),
            invoice_hit("A-1236", invoice_date=None),
            invoice_hit("A-1235", invoice_date=date(2026, 2, 1)),
        ]
        labels = [match.label for match in ranked_invoices(invoice_query("A-1234"), hits)]
        assert labels == ["A-1235", "A-1237", "A-1238", "A-1236", "A-1239"]

    def test_leaves_out_what_does_not_match(self) -> None:
        assert ranked("INV-123", "SO-987", "---") == []
        assert ranked("---", "SO-987") == []


class TestNearestInvoices:
    def test_suggests_a_few_similar_numbers_the_most_similar_first(self) -> None:
        numbers = ["INV-12354", "INV-99999", *(f"INV-1{number}77" for number in range(250, 260))]
        near = nearest_invoices(invoice_query("IVN-12534"), map(invoice_hit, numbers))
        assert near[0].label == "INV-12354"
        assert near[0].why == "similar number"
        assert 1 < len(near) <= 5
        assert "INV-99999" not in [match.label for match in near]
