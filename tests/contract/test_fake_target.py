"""The fake target keeps the contract too, so what is tested with it holds for every target."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.contract.fake_target import FakeTarget, NoteKeeper, note_keeper
from tests.contract.target_contract import TargetContract

NOBODY_LISTENS = "http://127.0.0.1:1"


class FakeBench:
    """See `TargetBench`."""

    customer_id, invoice_id = "7", "8"

    def __init__(self, keeper: NoteKeeper) -> None:
        self.keeper, self.target = keeper, FakeTarget(keeper.url)

    def texts(self) -> list[str]:
        return self.keeper.texts()

    def contacts(self) -> list[tuple[str, str]]:
        return [(one["name"], one["email"]) for one in self.keeper.of_kind("contact")]

    def messages(self) -> list[tuple[str, str]]:
        return [(one["subject"], one["text"]) for one in self.keeper.of_kind("message")]

    def cut_off(self, *, stored: bool) -> None:
        self.keeper.troubles.append("cut_after" if stored else "cut_before")

    def refuse(self) -> None:
        self.keeper.troubles.append("reject")

    def forbid(self) -> None:
        self.keeper.troubles.append("forbid")

    def be_busy(self) -> None:
        self.keeper.troubles.append("busy")

    @asynccontextmanager
    async def stop(self) -> AsyncIterator[None]:
        self.target.url = NOBODY_LISTENS
        yield
        self.target.url = self.keeper.url


class TestFakeTarget(TargetContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[FakeBench]:
        async with note_keeper() as keeper:
            yield FakeBench(keeper)
