"""A stream that fails leaves the others going, unless nothing can be had from the source at all."""

from collections.abc import Callable

import pytest

from store.db import Store
from store.runs import Outcome
from sync.errors import NotPermittedError, ReauthoriseError, RejectedError, RetryError, SourceError, StopError
from tests.sync.fake_source import FakeSource
from tests.sync.pulling import pull, run_of


def failing(*streams: str, error: Callable[[], Exception]) -> Callable[[str, int], object]:
    """Raises before every page of these streams."""

    async def strike(stream: str, _number: int) -> None:
        if stream in streams:
            raise error()

    return strike


class TestFailing:
    @pytest.mark.sampled(keep=3)
    @pytest.mark.parametrize(
        "error",
        [NotPermittedError("Sales Order"), RejectedError("no"), StopError("look"), RetryError("slow"), KeyError("x")],
    )
    async def test_the_others_are_read(self, store: Store, source: FakeSource, error: Exception) -> None:
        source.before_page = failing("customers", error=lambda: error)  # type: ignore[assignment]
        with pytest.raises(type(error)):
            await pull(source, store)
        customers, invoices = await run_of(store, "run/customers"), await run_of(store, "run/invoices")
        assert (customers.outcome, invoices.outcome, invoices.inserted) == (Outcome.FAILED, Outcome.OK, 10)
        expected = str(error) if isinstance(error, SourceError) else "KeyError: 'x'"
        assert customers.error == expected

    async def test_only_it_is_read_again(self, store: Store, source: FakeSource) -> None:
        source.before_page = failing("customers", error=RetryError)  # type: ignore[assignment]
        with pytest.raises(RetryError):
            await pull(source, store)
        source.before_page = failing(error=RetryError)  # type: ignore[assignment]
        source.asked.clear()
        customers, _ = await pull(source, store)
        assert (customers.outcome, customers.error, source.asked) == (Outcome.OK, None, ["customers"] * 2)

    async def test_the_first_error_is_told(self, store: Store, source: FakeSource) -> None:
        errors = iter([NotPermittedError("first"), RejectedError("second")])
        source.before_page = failing("customers", "invoices", error=lambda: next(errors))  # type: ignore[assignment]
        with pytest.raises(NotPermittedError, match="first"):
            await pull(source, store)

    async def test_a_refused_login_is_tried_once(self, store: Store, source: FakeSource) -> None:
        asked: list[str] = []

        async def refuse(stream: str, _number: int) -> None:
            asked.append(stream)
            raise ReauthoriseError

        source.before_page = refuse
        with pytest.raises(ReauthoriseError):
            await pull(source, store)
        assert asked == ["customers"]

    async def test_a_source_that_answers_nothing_is_asked_for_two_streams(
        self, store: Store, source: FakeSource
    ) -> None:
        source.streams = ("customers", "invoices", "deletions")
        asked: list[str] = []

        async def be_down(stream: str, _number: int) -> None:
            asked.append(stream)
            raise RetryError

        source.before_page = be_down
        with pytest.raises(RetryError):
            await pull(source, store)
        assert asked == ["customers", "invoices"]
        assert [(await run_of(store, f"run/{stream}")).outcome for stream in asked] == [Outcome.FAILED] * 2
