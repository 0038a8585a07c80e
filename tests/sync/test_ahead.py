import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from sync.ahead import ahead
from sync.connector import Page
from sync.errors import RetryError


class TestAhead:
    async def pages(self, events: list[str], *, fail_at: int = 99) -> AsyncGenerator[Page, None]:
        try:
            for number in range(3):
                if number == fail_at:
                    raise RetryError("no page")
                events.append(f"fetch {number}")
                yield Page(records=(), cursor=str(number), covered_until=None)
        finally:
            events.append("closed")

    async def test_gives_the_same_pages(self) -> None:
        events: list[str] = []
        assert [page.cursor async for page in ahead(self.pages(events))] == ["0", "1", "2"]
        assert events == ["fetch 0", "fetch 1", "fetch 2", "closed"]

    async def test_fetches_the_next_page_while_one_is_worked_on(self) -> None:
        fetched = [asyncio.Event() for _ in range(3)]

        async def slow() -> AsyncGenerator[Page, None]:
            for number, event in enumerate(fetched):
                event.set()
                yield Page(records=(), cursor=str(number), covered_until=None)

        async with aclosing(ahead(slow())) as pages:
            async for page in pages:
                number = int(page.cursor)
                if number < 2:
                    # Would wait for ever if the next page were asked for only after this one.
                    await fetched[number + 1].wait()
                    assert not any(event.is_set() for event in fetched[number + 2 :])

    async def test_asks_for_none_behind_the_last(self) -> None:
        events: list[str] = []
        read = self.pages(events)
        async with aclosing(read), aclosing(ahead(read, lambda page: page.cursor != "1")) as pages:
            assert [page.cursor async for page in pages] == ["0", "1"]
        assert events == ["fetch 0", "fetch 1", "closed"]

    async def test_an_error_comes_after_the_pages_before_it(self) -> None:
        events: list[str] = []
        pages = ahead(self.pages(events, fail_at=2))
        assert [(await anext(pages)).cursor for _ in range(2)] == ["0", "1"]
        with pytest.raises(RetryError):
            await anext(pages)

    async def test_can_be_left_at_any_page(self) -> None:
        for leave_at in range(3):
            events: list[str] = []
            read = self.pages(events)
            async with aclosing(read), aclosing(ahead(read)) as pages:
                async for page in pages:
                    if page.cursor == str(leave_at):
                        break
            assert events[-1] == "closed"
            assert events.count("closed") == 1

    async def test_can_be_left_while_a_page_is_on_its_way(self) -> None:
        is_left = asyncio.Event()

        async def stuck() -> AsyncGenerator[Page, None]:
            try:
                yield Page(records=(), cursor="0", covered_until=None)
                await asyncio.Event().wait()
            finally:
                is_left.set()

        read = stuck()
        async with aclosing(read), aclosing(ahead(read)) as pages:
            await anext(pages)
            await asyncio.sleep(0)
        assert is_left.is_set()
