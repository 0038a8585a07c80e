"""Fetching pages while the one before them is written."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from sync.connector import Page

# One that waits and one on its way: whoever fetches never waits for whoever writes, unless writing is the slower work.
_MOST_AHEAD = 2


async def ahead(
    pages: AsyncIterator[Page], goes_on: Callable[[Page], bool] = lambda _page: True
) -> AsyncGenerator[Page, None]:
    """The same pages, the next two being fetched while one is worked on; the last is the first to stop it.

    Must be closed before `pages` is, which cannot end while it is being asked for a page.
    """
    fetched: asyncio.Queue[Page | None] = asyncio.Queue()
    room = asyncio.Semaphore(_MOST_AHEAD)

    async def fetch() -> None:
        try:
            is_more = True
            while is_more:
                await room.acquire()
                page = await anext(pages, None)
                is_more = page is not None and goes_on(page)
                if page is not None:
                    fetched.put_nowait(page)
        finally:
            fetched.put_nowait(None)

    fetching = asyncio.create_task(fetch())
    try:
        while (page := await fetched.get()) is not None:
            room.release()
            yield page
        await fetching
    finally:
        fetching.cancel()
        await asyncio.gather(fetching, return_exceptions=True)
