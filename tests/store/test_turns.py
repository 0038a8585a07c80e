"""Turns: one at a time, in order, the urgent ones first, and nobody who gave up keeps the others waiting."""

import asyncio

import pytest

from store.turns import Turns


class Queue:
    """People who take a turn each and note that they had it."""

    def __init__(self) -> None:
        self.turns, self.had = Turns(), list[str]()
        self.at_once = 0

    async def take(self, name: str, *, urgent: bool = False) -> None:
        async with self.turns.turn(urgent=urgent):
            self.at_once += 1
            assert self.at_once == 1
            await asyncio.sleep(0)
            self.had.append(name)
            self.at_once -= 1

    def start(self, name: str, *, urgent: bool = False) -> asyncio.Task[None]:
        return asyncio.create_task(self.take(name, urgent=urgent))


class TestTurns:
    async def test_go_in_order_and_the_urgent_first(self) -> None:
        queue = Queue()
        names = ("a", "b", "c!", "d", "e!")
        await asyncio.gather(*(queue.start(name, urgent=name.endswith("!")) for name in names))
        assert queue.had == ["a", "c!", "e!", "b", "d"]
        await queue.take("later")

    async def test_one_who_gives_up_is_passed_over(self) -> None:
        queue = Queue()
        first, second, third = queue.start("a"), queue.start("b"), queue.start("c")
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(first, second, third, return_exceptions=True)
        assert queue.had == ["a", "c"]

    async def test_one_who_gives_up_as_it_is_their_turn_passes_it_on(self) -> None:
        queue = Queue()
        held = queue.turns.turn(urgent=False)
        await held.__aenter__()
        second, third = queue.start("b"), queue.start("c")
        await asyncio.sleep(0)
        await held.__aexit__(None, None, None)
        second.cancel()
        await asyncio.gather(second, third, return_exceptions=True)
        assert queue.had == ["c"]

    async def test_an_error_frees_it(self) -> None:
        queue = Queue()
        with pytest.raises(ValueError, match="oops"):
            async with queue.turns.turn(urgent=True):
                raise ValueError("oops")
        await queue.take("a")
        assert queue.had == ["a"]
