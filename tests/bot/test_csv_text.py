"""CSV that no spreadsheet takes for a program."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exporting.csv_text import csv_text
from tests.views.hostile import texts

FORMULAS = (
    '=HYPERLINK("https://evil.example","Pay")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\x00=1+1",
    "  =1+1",
    "\u200b=1+1",
    "\ufeff@x",
    "＝1+1",  # noqa: RUF001 - the wide form is what is tested
)
DANGEROUS = tuple("=+-@\t\r\n\x00＝＋－＠")  # noqa: RUF001 - likewise


def read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


class TestCsvText:
    @pytest.mark.parametrize("text", FORMULAS)
    def test_formulas_are_text(self, text: str) -> None:
        [[cell]] = read(csv_text([[text]]))
        assert cell.startswith("'")

    def test_amounts_stay_numbers_and_dates_are_iso(self) -> None:
        row = (Decimal("-12.50"), Decimal("1E+3"), -3, date(2026, 2, 3), None, "INV-1", "-5")
        assert read(csv_text([row])) == [["-12.50", "1000", "-3", "2026-02-03", "", "INV-1", "'-5"]]

    @given(rows=st.lists(st.lists(texts, min_size=3, max_size=3), min_size=1, max_size=5))
    def test_any_text_stays_in_its_cell(self, rows: list[list[str]]) -> None:
        found = read(csv_text(rows))
        assert [len(row) for row in found] == [3] * len(rows)
        assert not any(cell.lstrip().startswith(DANGEROUS) for row in found for cell in row)

    def test_lines_end_as_the_standard_says(self) -> None:
        assert csv_text([["a", 'say "b"'], ["c,d", "e\nf"]]) == 'a,"say ""b"""\r\n"c,d",e f\r\n'
