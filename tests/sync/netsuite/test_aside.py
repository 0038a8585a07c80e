"""Answers are fetched by another process exactly as by this one, and its death costs no record."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest

from store.invoices import Invoice
from sync.connectors.netsuite import NetSuiteSource
from sync.connectors.netsuite.aside import READY, Aside
from sync.connectors.netsuite.exchange import Answer, Post, answered
from sync.connectors.netsuite.handing import hand, handed
from sync.connectors.netsuite.mapping import source_id_of
from sync.connectors.netsuite.pages import Heading, Tree
from sync.connectors.netsuite.stream import Taking
from sync.errors import BusyError, RejectedError, RetryError, SourceError, UnreadableAnswerError
from sync.http import NotSentError, new_session
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench
from tests.sync.netsuite.wire import VERSION, Reply, Wire, customer_record, dripping, fault, page

ANSWER = page(customer_record(1), customer_record(2), total=2)
CUT = len(ANSWER) // 2
READ = ("1", "2")
# Nothing here is about time but what says so.
PATIENCE_SECONDS = 120


def post_to(address: str, *, seconds: float = PATIENCE_SECONDS, most_bytes: int = 50_000_000) -> Post[str]:
    return Post(
        address=address,
        operation="search",
        envelope=b"<signed/>",
        version=VERSION,
        take=source_id_of,
        most_bytes=most_bytes,
        connect_timeout_seconds=PATIENCE_SECONDS,
        read_timeout_seconds=PATIENCE_SECONDS,
        total_timeout_seconds=seconds,
    )


def answered_here(post: Post[str]) -> Answer[str]:
    with new_session(post.address, connections=1) as session:
        return answered(post, session, threading.Event())


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


def ids_in(aside: Aside, wire: Wire, *replies: Reply | str) -> tuple[str, ...] | None:
    wire.answers(*(replies or (ANSWER,)))
    found = aside.answer(post_to(wire.url))
    return None if found is None else found.records


def refused(ask: Callable[[], Any]) -> SourceError:
    with pytest.raises(SourceError) as caught:
        ask()
    return caught.value


@pytest.fixture(scope="module")
def aside() -> Iterator[Aside]:
    made = Aside(idle_seconds=PATIENCE_SECONDS, grace_seconds=PATIENCE_SECONDS)
    begun(made)
    yield made
    made.close()


class TestAnswer:
    def test_has_the_heading_and_what_was_made_of_the_records(self, aside: Aside, wire: Wire) -> None:
        wire.answers(ANSWER, ANSWER)
        post = post_to(wire.url)
        assert aside.answer(post) == answered_here(post)
        assert wire.posted == [b"<signed/>"] * 2
        assert wire.operations == ["search"] * 2
        names = {"Host", "Content-Type", "SOAPAction", "Content-Length", "User-Agent", "Accept", "Accept-Encoding"}
        assert [set(headers) - {"Connection"} for headers in wire.headers] == [names] * 2

    @pytest.mark.parametrize("count", [99, 100, 250])
    def test_of_many_records_has_them_all_in_their_order(self, aside: Aside, wire: Wire, count: int) -> None:
        answer = page(*map(customer_record, range(1, count + 1)))
        assert ids_in(aside, wire, answer) == tuple(str(number) for number in range(1, count + 1))
        cut = Reply(body=answer[:-200].encode())
        assert isinstance(refused(lambda: ids_in(aside, wire, cut)), UnreadableAnswerError)
        assert ids_in(aside, wire) == READ

    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            (Reply(body=ANSWER[:-200].encode()), UnreadableAnswerError),
            (Reply(body=ANSWER[:CUT].encode(), length=len(ANSWER)), UnreadableAnswerError),
            (Reply(body=b"no XML"), UnreadableAnswerError),
            (Reply(body=b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), RejectedError),
            (fault("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED"), BusyError),
            (Reply(status=503, content_type="text/html", headers={"Retry-After": "7"}), RetryError),
            (Reply(status=302, headers={"Location": "https://elsewhere.example/"}), SourceError),
        ],
    )
    def test_or_error_is_what_it_would_be_here(self, aside: Aside, wire: Wire, reply: Reply, kind: type) -> None:
        wire.answers(reply, reply)
        post = post_to(wire.url)
        here, there = refused(lambda: answered_here(post)), refused(lambda: aside.answer(post))
        assert isinstance(there, kind)
        assert (type(here), str(here), vars(here)) == (type(there), str(there), vars(there))
        assert ids_in(aside, wire) == READ

    def test_of_one_record_without_end_is_refused(self, aside: Aside, wire: Wire) -> None:
        start = ANSWER.index("<", ANSWER.index("companyName"))
        endless = ANSWER[:start] + "x" * 9_000_000 + ANSWER[start:]
        assert "one record of the answer is larger" in str(refused(lambda: ids_in(aside, wire, endless)))
        assert ids_in(aside, wire) == READ

    def test_that_is_too_large_is_refused(self, aside: Aside, wire: Wire) -> None:
        wire.answers(ANSWER)
        assert "lower [netsuite] page_size" in str(refused(lambda: aside.answer(post_to(wire.url, most_bytes=99))))

    def test_that_drips_takes_too_long(self, aside: Aside, wire: Wire) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 99999\r\n\r\n"
        with dripping(head) as address:
            assert "too long" in str(refused(lambda: aside.answer(post_to(address, seconds=0.2))))
        assert ids_in(aside, wire) == READ

    def test_of_a_server_that_is_gone_says_that_nothing_was_sent(self, aside: Aside, wire: Wire) -> None:
        assert isinstance(refused(lambda: aside.answer(post_to("http://127.0.0.1:1/"))), NotSentError)
        assert ids_in(aside, wire) == READ


class TestLiving:
    def test_before_it_has_begun_nothing_is_sent(self, wire: Wire) -> None:
        assert ids_in(Aside(), wire) is None
        assert wire.posted == []

    def test_one_that_is_killed_is_begun_anew(self, wire: Wire) -> None:
        made = Aside()
        first = begun(made)
        os.kill(first, signal.SIGKILL)
        assert "has ended" in str(refused(lambda: ids_in(made, wire)))
        assert made.process_id is None
        assert begun(made) != first
        assert ids_in(made, wire) == READ
        made.close()
        assert "shutting down" in str(refused(lambda: ids_in(made, wire)))

    def test_one_that_is_killed_while_the_server_thinks_is_told(self, wire: Wire) -> None:
        made, release = Aside(), threading.Event()
        wire.answers(Reply(body=ANSWER.encode(), hold=release))
        process_id = begun(made)

        def kill() -> None:
            wire.arrived.wait(PATIENCE_SECONDS)
            os.kill(process_id, signal.SIGKILL)

        killing = threading.Thread(target=kill)
        killing.start()
        assert "has ended" in str(refused(lambda: made.answer(post_to(wire.url))))
        release.set()
        killing.join()

    @pytest.mark.parametrize("trouble", [None, MemoryError])
    def test_one_that_is_lost_in_the_middle_leaves_nothing_for_the_next_answer(
        self, wire: Wire, monkeypatch: pytest.MonkeyPatch, trouble: type[Exception] | None
    ) -> None:
        made = Aside()
        first = begun(made)

        def takes_over_some(pipe: BinaryIO) -> Any:
            found = handed(pipe)
            if trouble is not None:
                raise trouble
            os.kill(first, signal.SIGKILL)
            return found

        with monkeypatch.context() as patch:
            patch.setattr("sync.connectors.netsuite.aside.handed", takes_over_some)
            wire.answers(*[page(*map(customer_record, range(1, 2001)))])
            with pytest.raises(trouble or UnreadableAnswerError):
                made.answer(post_to(wire.url))
        begun(made)
        assert ids_in(made, wire) == READ
        made.close()

    def test_one_that_is_closed_meanwhile_says_so(self, wire: Wire) -> None:
        made, release = Aside(), threading.Event()
        wire.answers(Reply(body=ANSWER.encode(), hold=release))
        begun(made)

        def close() -> None:
            wire.arrived.wait(PATIENCE_SECONDS)
            made.close()

        closing = threading.Thread(target=close)
        closing.start()
        assert "shutting down" in str(refused(lambda: made.answer(post_to(wire.url))))
        release.set()
        closing.join()

    def test_one_that_hangs_is_ended(self, wire: Wire) -> None:
        made = Aside(grace_seconds=0)
        os.kill(begun(made), signal.SIGSTOP)
        assert "has ended" in str(refused(lambda: made.answer(post_to(wire.url, seconds=0.05))))
        assert made.process_id is None

    def test_one_that_nobody_needs_ends(self) -> None:
        others = set(threading.enumerate())
        made = Aside(idle_seconds=0.01)
        made.begin()
        for thread in set(threading.enumerate()) - others:
            thread.join(PATIENCE_SECONDS)
        assert made.process_id is None
        assert made._deaths == 0

    def test_it_is_given_no_secrets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("NETSUITE_TOKEN_SECRET", "hunter2")
        monkeypatch.setenv("https_proxy", "http://proxy.example:8080")
        made = Aside()
        told = Path(f"/proc/{begun(made)}/environ")
        if told.exists():
            assert b"hunter2" not in told.read_bytes()
            assert b"proxy.example" in told.read_bytes()
        made.close()

    def test_it_ends_with_the_program_that_began_it_even_while_a_server_thinks(self, wire: Wire) -> None:
        release = threading.Event()
        wire.answers(Reply(body=ANSWER.encode(), hold=release))
        with subprocess.Popen(
            [sys.executable, "-m", "sync.connectors.netsuite.aside_main"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as program:
            told, heard = cast("BinaryIO", program.stdin), cast("BinaryIO", program.stdout)
            assert heard.read(len(READY)) == READY
            hand(post_to(wire.url), told)
            wire.arrived.wait(PATIENCE_SECONDS)
            told.close()
            assert program.wait(PATIENCE_SECONDS) == 0
            assert cast("BinaryIO", program.stderr).read() == b""
        release.set()

    def test_it_ends_with_the_program_that_began_it(self) -> None:
        program = subprocess.Popen(
            [sys.executable, "-m", "sync.connectors.netsuite.aside_main"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        told, heard = cast("BinaryIO", program.stdin), cast("BinaryIO", program.stdout)
        assert heard.read(len(READY)) == READY
        told.write(b"half a length"[:5])
        told.close()
        assert program.wait(PATIENCE_SECONDS) == 0
        assert heard.read() == b""
        heard.close()


class TestHanding:
    def test_what_arrives_equals_what_was_handed(self, tmp_path: Path) -> None:
        path, sent = tmp_path / "handed", (Heading(total_records=3), (VERSION, None, 1.5), {"a": [1, b"2"]})
        with path.open("wb") as file:
            for found in sent:
                hand(found, file)
        with path.open("rb") as file:
            assert tuple(handed(file) for _ in sent) == sent
            with pytest.raises(EOFError):
                handed(file)

    def test_what_broke_off_is_told(self, tmp_path: Path) -> None:
        path = tmp_path / "handed"
        with path.open("wb") as file:
            hand("x" * 1000, file)
        os.truncate(path, 900)
        with path.open("rb") as file, pytest.raises(EOFError):
            handed(file)


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
