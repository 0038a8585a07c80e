"""A leader that the system suspends for minutes: another takes over, and what the first one had in hand is refused."""

import asyncio
import os
import signal
from datetime import timedelta

import pytest

from store.db import Store
from store.runs import Outcome
from tests.sync.fake_source import FakeSource
from tests.sync.pulling import everything, known, pull, run_of
from tests.sync.replica import made_system
from tests.sync.suspended import REFUSED, leader


class TestSuspended:
    @pytest.mark.sampled
    @pytest.mark.parametrize("stream", ["customers", "invoices"])
    async def test_a_late_leader_writes_nothing(self, store: Store, store_url: str, stream: str) -> None:
        program, line = leader(store_url, stream)
        assert program.pid is not None
        await asyncio.to_thread(line.recv)
        os.kill(program.pid, signal.SIGSTOP)
        follower = FakeSource(made_system())
        follower.system.now += timedelta(minutes=5)
        await pull(follower, store, "follower")
        taken_over = await everything(store)
        os.kill(program.pid, signal.SIGCONT)
        line.send("go on")
        await asyncio.to_thread(program.join)
        assert program.exitcode == REFUSED
        assert await everything(store) == taken_over
        assert [(await run_of(store, f"follower/{stream}")).outcome for stream in follower.streams] == [Outcome.OK] * 2
        found = await known(store)
        assert (len(found["customers"]), len(found["invoices"])) == (6, 10)
