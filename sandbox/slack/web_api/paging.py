"""Cursor paging: a cursor is where the next page starts."""

import base64
from collections.abc import Sequence

from sandbox.slack.arguments import Arguments
from sandbox.slack.errors import ApiError
from sandbox.slack.records import Json

DEFAULT_LIMIT = 100
MAX_LIMIT = 1000


def page_of(items: Sequence[Json], args: Arguments) -> tuple[list[Json], Json]:
    """One page by `limit` and `cursor`, and its `response_metadata`. Refused: `invalid_limit`, `invalid_cursor`."""
    limit = args.count("limit", DEFAULT_LIMIT) or DEFAULT_LIMIT
    if limit < 1 or limit > MAX_LIMIT:
        raise ApiError("invalid_limit")
    start = _start(args.text("cursor"))
    end = start + limit
    return list(items[start:end]), {"next_cursor": _cursor(end) if end < len(items) else ""}


def _cursor(start: int) -> str:
    return base64.urlsafe_b64encode(f"from:{start}".encode()).decode()


def _start(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("from:"))
    except ValueError:
        raise ApiError("invalid_cursor") from None
