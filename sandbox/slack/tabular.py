"""Tables and charts as lines of text. Pure."""

from collections.abc import Sequence

BAR = 24


def table_lines(rows: Sequence[Sequence[str]], right: frozenset[int]) -> list[str]:
    """Columns padded to their widest cell, those in `right` aligned to the right, a rule below the first row."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = [_row(row, widths, right) for row in rows]
    return [lines[0], "  ".join("─" * width for width in widths), *lines[1:]]


def bar_lines(points: Sequence[tuple[str, float]]) -> list[str]:
    """One bar for each label, the longest for the largest value."""
    largest = max((abs(value) for _, value in points), default=0) or 1
    width = max((len(label) for label, _ in points), default=0)
    return [f"{label:<{width}}  {'█' * round(BAR * abs(value) / largest)} {_figure(value)}" for label, value in points]


def _row(row: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> str:
    cells = [
        cell.rjust(width) if position in right else cell.ljust(width)
        for position, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def _figure(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")
