"""table, data_table and data_visualization."""

from collections.abc import Iterator
from typing import Any

from sandbox.slack.blocks.checks import Shape, at, flag, items, number, one_of, shaped, string, typed
from sandbox.slack.blocks.rich_text import rich_text_elements

MAX_CELL_CHARACTERS = 10_000
MAX_SERIES = 6
MAX_CATEGORIES = 20
_BLOCK_ID = string(most=255)
_RAW_TEXT = Shape(required={"text": string(most=MAX_CELL_CHARACTERS, least=1)})
_RICH_TEXT = Shape(required={"elements": rich_text_elements}, optional={"block_id": _BLOCK_ID})
_RAW_NUMBER = Shape(required={"value": number()}, optional={"text": string(most=MAX_CELL_CHARACTERS, least=1)})
_LABEL = string(most=20, least=1)


def _rectangular(value: Any, pointer: str) -> Iterator[str]:
    rows = value["rows"]
    for position, row in enumerate(rows):
        if len(row) != len(rows[0]):
            yield at("all rows must have the same number of cells", f"{pointer}/rows/{position}")
    if cell_characters(rows) > MAX_CELL_CHARACTERS:
        yield at(f"must be less than {MAX_CELL_CHARACTERS + 1} characters in all cells", f"{pointer}/rows")


def _headed(value: Any, pointer: str) -> Iterator[str]:
    """The header row of a data table is simple text."""
    yield from _rectangular(value, pointer)
    for position, cell in enumerate(value["rows"][0]):
        if cell["type"] == "rich_text":
            yield at("unsupported type: rich_text", f"{pointer}/rows/0/{position}/type")


def cell_characters(value: Any) -> int:
    """Characters of all text below `value`."""
    if isinstance(value, list):
        return sum(cell_characters(each) for each in value)
    if not isinstance(value, dict):
        return 0
    own = len(value["text"]) if isinstance(value.get("text"), str) else 0
    return own + sum(cell_characters(each) for each in value.values() if isinstance(each, dict | list))


TABLE = Shape(
    required={
        "rows": items(
            items(typed({"raw_text": _RAW_TEXT, "rich_text": _RICH_TEXT, "raw_number": _RAW_NUMBER}), least=1, most=20),
            least=1,
            most=100,
        )
    },
    optional={
        "block_id": _BLOCK_ID,
        "column_settings": items(
            shaped(Shape(optional={"align": one_of("left", "center", "right"), "is_wrapped": flag})), most=20
        ),
    },
    rule=_rectangular,
)
DATA_TABLE = Shape(
    required={
        "caption": string(most=MAX_CELL_CHARACTERS, least=1),
        "rows": items(
            items(typed({"raw_text": _RAW_TEXT, "rich_text": _RICH_TEXT, "raw_number": _RAW_NUMBER}), least=1, most=20),
            least=2,
            most=101,
        ),
    },
    optional={
        "block_id": _BLOCK_ID,
        "page_size": number(least=1, most=100),
        "row_header_column_index": number(least=0),
    },
    rule=_headed,
)

_POINT = shaped(Shape(required={"label": _LABEL, "value": number()}))
_SERIES = shaped(Shape(required={"name": _LABEL, "data": items(_POINT, least=1, most=MAX_CATEGORIES)}))
_AXES = shaped(
    Shape(
        required={"categories": items(_LABEL, least=1, most=MAX_CATEGORIES)},
        optional={"x_label": string(most=50), "y_label": string(most=50)},
    )
)


def _consistent_series(value: Any, pointer: str) -> Iterator[str]:
    """Series have names of their own, and one point for each category, in any order."""
    names = [series["name"] for series in value["series"]]
    if len(names) != len(set(names)):
        yield at("series names must be unique", f"{pointer}/series")
    categories = sorted(value["axis_config"]["categories"])
    for position, series in enumerate(value["series"]):
        if sorted(point["label"] for point in series["data"]) != categories:
            yield at("labels must match the categories", f"{pointer}/series/{position}/data")


_PLOT = Shape(
    required={"series": items(_SERIES, least=1, most=MAX_SERIES), "axis_config": _AXES}, rule=_consistent_series
)
_PIE = Shape(
    required={
        "segments": items(shaped(Shape(required={"label": _LABEL, "value": number(above=0)})), least=1, most=MAX_SERIES)
    }
)
DATA_VISUALIZATION = Shape(
    required={
        "title": string(most=50, least=1),
        "chart": typed({"pie": _PIE, "bar": _PLOT, "area": _PLOT, "line": _PLOT}),
    },
    optional={"block_id": _BLOCK_ID},
)
