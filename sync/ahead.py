"""Fetching a page while the one before it is written."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from sync.connector import Page


async def ahead(
    pages: AsyncIterator[Page], goes_on: Callable[[Page], bool] = lambda _page: True
) -> AsyncGenerator[Page, None]:
    """The same pages, each being fetched while the one before it is worked on; the last is the first to stop it.

    Must be closed before `pages` is, which cannot end while it is being asked for a page.
    """
    coming = asyncio.ensure_future(_next(pages))
    try:
        while (page := await coming) is not None:
            if not goes_on(page):
                yield page
                return
            coming = asyncio.ensure_future(_next(pages))
            yield page
    finally:
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)


async def _next(pages: AsyncIterator[Page]) -> Page | None:
    return await anext(pages, None)
