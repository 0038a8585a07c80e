"""Tables that can be sorted, and bar charts, within Slack's limits.

A data table takes 100 rows below its header, 20 columns and 10,000 characters in all; a chart a title of 50 characters,
20 categories of 20 characters.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from bot.views.amounts import Place, money
from bot.views.block_json import as_json
from bot.views.parts import Span
from bot.views.text import cut
from store.money import Money

MAX_ROWS = 100
_MAX_TITLE = 50
_MAX_LABEL = 20
_MAX_CAPTION = 200

# The SDK knows neither of these blocks yet, so they are written as Slack reads them.
Cell = dict[str, Any]


def data_table(block_id: str, caption: str, titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Any:
    """A table of at least one row, all of which are in sight at once; the first column names the row."""
    shown = [list(row) for row in rows][:MAX_ROWS]
    return {
        "type": "data_table",
        "block_id": block_id,
        "caption": cut(caption, _MAX_CAPTION),
        "rows": [[text_cell(title) for title in titles], *shown],
        "page_size": len(shown),
    }


def text_cell(text: str) -> Cell:
    """A cell of plain text, in which Slack formats nothing."""
    return {"type": "raw_text", "text": text}


def rich_cell(span: Span) -> Cell:
    """A cell with a link or bold text."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [as_json(span)]}]}


def amount_cell(amount: Money, place: Place) -> Cell:
    """An amount as people write it, which sorts by its size."""
    return {"type": "raw_number", "value": _number(amount.decimal), "text": money(amount, place)}


def count_cell(number: int) -> Cell:
    """A whole number, which sorts by its size."""
    return {"type": "raw_number", "value": number, "text": f"{number:,}"}


def bar_chart(block_id: str, title: str, series: str, bars: Sequence[tuple[str, Money]]) -> Any:
    """One bar for each label and amount, all of one currency."""
    labels = [cut(label, _MAX_LABEL) for label, _ in bars]
    points = [
        {"label": label, "value": _number(amount.decimal)} for label, (_, amount) in zip(labels, bars, strict=True)
    ]
    return {
        "type": "data_visualization",
        "block_id": block_id,
        "title": cut(title, _MAX_TITLE),
        "chart": {
            "type": "bar",
            "series": [{"name": cut(series, _MAX_LABEL), "data": points}],
            "axis_config": {"categories": labels},
        },
    }


def _number(amount: Decimal) -> int | float:
    """What JSON can carry of an amount: it places a bar or a row, and is never what people read."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
