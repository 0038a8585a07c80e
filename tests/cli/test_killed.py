"""A polite kill of a command: it closes what it opened, wherever it was."""

import asyncio
import signal

import pytest

from bot.cli.shell import run_async


class TestPoliteKill:
    def test_comes_between_two_awaits_and_lets_what_was_opened_be_closed(self) -> None:
        told: list[str] = []

        async def work() -> None:
            signal.raise_signal(signal.SIGTERM)
            told.append("kept")
            try:
                await asyncio.Event().wait()
            finally:
                await asyncio.sleep(0)
                told.append("closed")

        with pytest.raises(KeyboardInterrupt):
            run_async(work)
        assert told == ["kept", "closed"]

    def test_a_second_one_ends_it_at_once(self) -> None:
        async def work() -> object:
            signal.raise_signal(signal.SIGTERM)
            # Already now, while nobody has heard of the first one yet.
            left = signal.getsignal(signal.SIGTERM)
            with pytest.raises(asyncio.CancelledError):
                await asyncio.Event().wait()
            return left

        assert run_async(work) is signal.SIG_DFL

    def test_leaves_the_signal_as_it_was(self) -> None:
        before = signal.getsignal(signal.SIGTERM)

        async def work() -> int:
            return 1

        assert run_async(work) == 1
        assert signal.getsignal(signal.SIGTERM) is before

    def test_a_cancellation_of_its_own_is_none(self) -> None:
        async def work() -> None:
            raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            run_async(work)
