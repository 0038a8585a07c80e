"""CSV that a spreadsheet opens as it is meant: text stays text, amounts are numbers, dates are ISO. Pure.

The form is RFC 4180 in UTF-8 with a byte order mark, without which Excel takes it for an older encoding. A text that a
spreadsheet would take for a formula gets an apostrophe in front (OWASP ASVS 1.2.10); a negative amount does not.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from bot.views.text import clean

CsvValue = str | int | Decimal | date | None

BYTE_ORDER_MARK = "\ufeff"
_FORMULA_STARTS = frozenset("=+-@\t\r\n\x00＝＋－＠")  # noqa: RUF001 - spreadsheets read the wide forms likewise


def csv_text(rows: Iterable[Sequence[CsvValue]]) -> str:
    """The lines of these rows, each with its line end."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue()


def _cell(value: CsvValue) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _safe(value)
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _safe(text: str) -> str:
    """On one line, without invisible characters, and no formula."""
    shown = clean(text)
    return f"'{shown}" if text[:1] in _FORMULA_STARTS or shown[:1] in _FORMULA_STARTS else shown
