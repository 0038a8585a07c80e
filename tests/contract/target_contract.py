"""What every target must do, whatever system is behind it. A target's own tests inherit this suite."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import pytest

from sync.connector import PushItem, Target
from sync.errors import RejectedError, RetryError, SourceError, UnknownOutcomeError

ITEM = PushItem(
    key="note-1/netsuite",
    kind="customer",
    source_id="7",
    title="Called about INV-7",
    text="They pay on Friday.\n<!channel> «ünï» 🧾 & \"quotes\" 'and' \\ =1+1",
    author="Ana Silva",
    written_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
)


class TargetBench(Protocol):
    """The system behind the target, as the suite sets it up and looks at it."""

    target: Target

    def texts(self) -> list[str]:
        """The texts of all notes that the system has, oldest first."""

    def cut_off(self, *, stored: bool) -> None:
        """The next push loses its connection, after or before the note was stored."""

    def refuse(self) -> None:
        """The next push is refused for what it contains."""

    def be_busy(self) -> None:
        """The next request is told to come later; nothing is stored."""

    def stop(self) -> AbstractAsyncContextManager[None]:
        """The system cannot be reached while the block lasts."""


class TargetContract:
    """Inherit it and give a fixture `bench`."""

    @pytest.fixture
    def bench(self) -> AsyncIterator[TargetBench]:
        raise NotImplementedError

    async def test_has_names_and_a_limit(self, bench: TargetBench) -> None:
        assert bench.target.name.isidentifier()
        assert bench.target.title
        assert bench.target.at_once >= 1

    async def test_a_note_arrives_as_it_was_written_and_is_found_by_its_key(self, bench: TargetBench) -> None:
        assert await bench.target.find(ITEM) is None
        note_id = await bench.target.push(ITEM)
        assert note_id
        assert bench.texts() == [ITEM.text]
        assert await bench.target.find(ITEM) == note_id

    async def test_notes_are_told_apart_by_their_keys_alone(self, bench: TargetBench) -> None:
        twin = replace(ITEM, key="note-2/netsuite")
        first = await bench.target.push(ITEM)
        assert await bench.target.find(twin) is None
        second = await bench.target.push(twin)
        assert first != second
        assert [await bench.target.find(item) for item in (ITEM, twin)] == [first, second]

    @pytest.mark.parametrize("text", ["x", "x" * 3000, "a\n\nb\n", "   padded   "])
    async def test_any_text_of_a_note_is_taken(self, bench: TargetBench, text: str) -> None:
        await bench.target.push(replace(ITEM, text=text))
        assert [one.strip() for one in bench.texts()] == [text.strip()]

    @pytest.mark.parametrize("stored", [True, False])
    async def test_a_lost_answer_is_an_unknown_outcome_and_the_look_up_tells(
        self, bench: TargetBench, stored: object
    ) -> None:
        bench.cut_off(stored=bool(stored))
        with pytest.raises(UnknownOutcomeError):
            await bench.target.push(ITEM)
        assert (await bench.target.find(ITEM) is not None) == bool(stored)
        assert len(bench.texts()) == int(bool(stored))

    async def test_a_refusal_is_for_good(self, bench: TargetBench) -> None:
        bench.refuse()
        with pytest.raises(SourceError) as refused:
            await bench.target.push(ITEM)
        assert isinstance(refused.value, RejectedError)
        assert bench.texts() == []

    async def test_a_busy_system_is_asked_again(self, bench: TargetBench) -> None:
        bench.be_busy()
        with pytest.raises(RetryError):
            await bench.target.push(ITEM)
        assert bench.texts() == []
        await bench.target.push(ITEM)

    async def test_nothing_was_sent_to_a_system_that_cannot_be_reached(self, bench: TargetBench) -> None:
        async with bench.stop():
            with pytest.raises(RetryError):
                await bench.target.push(ITEM)
            with pytest.raises(RetryError):
                await bench.target.find(ITEM)

    async def test_many_at_once_do_not_get_in_each_others_way(self, bench: TargetBench) -> None:
        items = [replace(ITEM, key=f"note-{number}/x", text=f"note {number}") for number in range(8)]
        ids = await asyncio.gather(*(bench.target.push(item) for item in items))
        assert len(set(ids)) == len(items)
        assert [await bench.target.find(item) for item in items] == ids
