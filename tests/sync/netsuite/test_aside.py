"""Answers are read in another process exactly as in this one, and its death costs no record."""

import asyncio
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from store.invoices import Invoice
from sync.connectors.netsuite import NetSuiteSource
from sync.connectors.netsuite.aside import READY, Aside, Task
from sync.connectors.netsuite.handing import hand
from sync.connectors.netsuite.mapping import source_id_of
from sync.connectors.netsuite.pages import Heading, Tree, read_answer
from sync.connectors.netsuite.stream import Taking
from sync.errors import BusyError, RejectedError, SourceError, UnreadableAnswerError
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench
from tests.sync.netsuite.wire import VERSION, customer_record, fault, page

IDS = Task(version=VERSION, take=source_id_of)
ANSWER = page(customer_record(1), customer_record(2), total=2).encode()
READ = ("1", "2")
# Nothing here is about time but what says so.
PATIENCE_SECONDS = 120


class Bytes:
    """A body in chunks; it breaks off at the end when it is told to."""

    def __init__(self, *chunks: bytes, breaks_off: bool = False) -> None:
        self._left, self._breaks_off = list(chunks), breaks_off

    def read(self, _size: int) -> bytes:
        if not self._left and self._breaks_off:
            raise UnreadableAnswerError("the answer broke off")
        return self._left.pop(0) if self._left else b""

    def mark(self) -> None:
        return


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def begun(aside: Aside) -> int:
    """Its process id, once it can read."""
    aside.begin()
    wait_for(lambda: aside.process_id is not None)
    assert aside.process_id is not None
    return aside.process_id


def ids_in(aside: Aside, body: Bytes, *, seconds: float = PATIENCE_SECONDS) -> tuple[str, ...] | None:
    found = aside.read(body, IDS, deadline=time.monotonic() + seconds)
    return None if found is None else found[1]


def refused_here(body: Bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_answer(body, VERSION, lambda _tree: None)
    return caught.value


def refused_there(aside: Aside, body: Bytes) -> SourceError:
    with pytest.raises(SourceError) as caught:
        ids_in(aside, body)
    return caught.value


@pytest.fixture(scope="module")
def aside() -> Iterator[Aside]:
    made = Aside(idle_seconds=PATIENCE_SECONDS)
    begun(made)
    yield made
    made.close()


class TestReading:
    def test_brings_the_heading_and_what_was_made_of_the_records(self, aside: Aside) -> None:
        expected: list[str] = []
        heading: Heading = read_answer(Bytes(ANSWER), VERSION, lambda tree: expected.append(source_id_of(tree)))
        halves = ANSWER[:500], ANSWER[500:]
        assert aside.read(Bytes(*halves), IDS, deadline=time.monotonic() + PATIENCE_SECONDS) == (heading, READ)
        assert tuple(expected) == READ

    @pytest.mark.parametrize(
        ("body", "kind"),
        [
            (ANSWER[:-200], UnreadableAnswerError),
            (b"no XML", UnreadableAnswerError),
            (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', RejectedError),
            (fault("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED").body, BusyError),
        ],
    )
    def test_raises_what_reading_it_here_would(self, aside: Aside, body: bytes, kind: type) -> None:
        here, there = refused_here(Bytes(body)), refused_there(aside, Bytes(body))
        assert type(there) is kind
        assert (type(here), str(here)) == (type(there), str(there))
        assert ids_in(aside, Bytes(ANSWER)) == READ

    def test_refuses_a_record_without_end(self, aside: Aside) -> None:
        start = ANSWER.index(b"<", ANSWER.index(b"companyName"))
        endless = (ANSWER[:start], *(b"x" * 1_000_000 for _ in range(9)), ANSWER[start:])
        assert "one record of the answer is larger" in str(refused_there(aside, Bytes(*endless)))
        assert ids_in(aside, Bytes(ANSWER)) == READ

    def test_reads_the_next_answer_after_one_that_broke_off(self, aside: Aside) -> None:
        assert "broke off" in str(refused_there(aside, Bytes(ANSWER[:500], breaks_off=True)))
        assert ids_in(aside, Bytes(ANSWER)) == READ


class TestLiving:
    def test_before_it_has_begun_nothing_is_taken_from_the_answer(self) -> None:
        body = Bytes(ANSWER)
        assert ids_in(Aside(), body) is None
        assert body.read(1) == ANSWER

    def test_one_that_is_killed_is_begun_anew(self) -> None:
        made = Aside()
        first = begun(made)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(UnreadableAnswerError, match="has ended"):
            ids_in(made, Bytes(ANSWER))
        assert made.process_id is None
        assert begun(made) != first
        assert ids_in(made, Bytes(ANSWER)) == READ
        made.close()
        assert ids_in(made, Bytes(ANSWER)) is None

    def test_one_that_hangs_is_ended_at_the_deadline(self) -> None:
        made = Aside()
        os.kill(begun(made), signal.SIGSTOP)
        with pytest.raises(UnreadableAnswerError, match="has ended"):
            ids_in(made, Bytes(ANSWER), seconds=0.05)
        assert made.process_id is None

    def test_one_that_nobody_needs_ends(self) -> None:
        others = set(threading.enumerate())
        made = Aside(idle_seconds=0.01)
        made.begin()
        for thread in set(threading.enumerate()) - others:
            thread.join(PATIENCE_SECONDS)
        assert made.process_id is None
        assert made._deaths == 0

    def test_it_ends_with_the_program_that_began_it(self) -> None:
        program = subprocess.Popen(
            [sys.executable, "-m", "sync.connectors.netsuite.aside_main"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        told, heard = cast("BinaryIO", program.stdin), cast("BinaryIO", program.stdout)
        assert heard.read(len(READY)) == READY
        hand(IDS, told)
        hand(ANSWER[:500], told)
        told.close()
        assert program.wait(PATIENCE_SECONDS) == 0
        assert heard.read() == b""
        heard.close()


class TestHanding:
    def test_what_arrives_equals_what_was_handed(self, tmp_path: Path) -> None:
        path = tmp_path / "handed"
        for found in (Heading(total_records=3), (IDS.version, None, 1.5), {"a": [1, b"2"]}):
            with path.open("wb") as file:
                hand(found, file)
            assert pickle.loads(path.read_bytes()) == found  # noqa: S301 - what was written just now


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path, customers=24, page_size=5, aside_records=1) as made:
        yield made


async def invoices_of(bench: NetSuiteBench) -> list[Invoice]:
    found: list[Invoice] = []
    async with aclosing(bench.source.pages("invoices", "", now=bench.now)) as pages:
        async for each in pages:
            found += [record for record in each.records if isinstance(record, Invoice)]
    return found


async def process_of(bench: NetSuiteBench) -> int:
    source = bench.source
    assert isinstance(source, NetSuiteSource)
    aside = source._client._aside
    async with asyncio.timeout(PATIENCE_SECONDS):
        while aside.process_id is None:
            aside.begin()
            await asyncio.sleep(0.01)
    assert aside.process_id is not None
    return aside.process_id


class TestPages:
    async def test_are_read_there_once_it_can_and_alike(
        self, bench: NetSuiteBench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = await invoices_of(bench)
        assert {one.source_id for one in before} == bench.ids("invoices")
        await process_of(bench)
        here: list[Tree] = []
        with monkeypatch.context() as patch:
            patch.setattr(Taking, "__call__", lambda _self, tree: here.append(tree))
            assert await invoices_of(bench) == before
        assert here == []

    async def test_none_is_lost_when_it_is_killed_meanwhile(self, bench: NetSuiteBench) -> None:
        before = await invoices_of(bench)
        os.kill(await process_of(bench), signal.SIGKILL)
        assert await invoices_of(bench) == before
