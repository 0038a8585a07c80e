"""All pages of one search in a row, where no place in it is kept."""

from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.exchange import Answer
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.request import Search, SearchMore
from sync.errors import ExpiredPositionError

_T = TypeVar("_T")


async def answers_of(
    client: SuiteTalkClient, search: Search, take: Callable[[Tree], _T], *, most: int | None = None
) -> AsyncGenerator[Answer[_T], None]:
    """The search's pages, at most so many. Ends early when the later ones are gone meanwhile. Raises SourceError."""
    request: Search | SearchMore | None = search
    while request is not None:
        try:
            answer = await client.call(request, take)
        except ExpiredPositionError:
            # Records left the search while it was read, and with them its last page.
            return
        yield answer
        request = _following(search, answer, most)


def _following(search: Search, answer: Answer[_T], most: int | None) -> SearchMore | None:
    heading = answer.heading
    page, pages = heading.page_index or 1, heading.total_pages or 0
    if heading.search_id is None or page >= (pages if most is None else min(pages, most)):
        return None
    return SearchMore(
        search_id=heading.search_id,
        page_index=page + 1,
        page_size=search.page_size,
        with_lines=search.with_lines,
    )
