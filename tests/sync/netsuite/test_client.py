import asyncio
import gzip
import threading
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from lxml import etree

from sync.connectors.netsuite.client import SuiteTalkClient
from sync.connectors.netsuite.pages import Tree
from sync.connectors.netsuite.request import GetServerTime, Search, within
from sync.errors import BusyError, NotPermittedError, ReauthoriseError, RejectedError, RetryError, SourceError
from sync.http import new_session
from tests.sync.netsuite.wire import Reply, Wire, customer_record, dripping, envelope, fault, page, refusal, server_time

MakeClient = Callable[..., SuiteTalkClient]
TIME = server_time("2026-11-22T00:00:00Z")
BUSY = fault("exceededConcurrentRequestLimitFault", "WS_REQUEST_BLOCKED")
CRASH = fault("unexpectedErrorFault", "UNEXPECTED_ERROR")


def same(tree: Tree) -> Tree:
    return tree


async def ask(client: SuiteTalkClient) -> tuple[Tree, ...]:
    return (await client.call(GetServerTime(), same)).records


async def refused(client: SuiteTalkClient) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await ask(client)
    return caught.value


class TestRequests:
    async def test_carry_a_signed_passport_and_nothing_else_that_identifies(
        self, wire: Wire, make_client: MakeClient, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: Any
    ) -> None:
        netrc = tmp_path_factory.mktemp("home") / "netrc"
        netrc.write_text("machine 127.0.0.1 login me password hunter2\n")
        monkeypatch.setenv("NETRC", str(netrc))
        wire.answers(Reply(body=TIME.encode(), headers={"Set-Cookie": "JSESSIONID=x; Path=/"}), TIME)
        client = make_client()
        await ask(client)
        await ask(client)
        assert [set(headers) & {"Cookie", "Authorization"} for headers in wire.headers] == [set(), set()]
        assert wire.operations == ["getServerTime"] * 2
        assert wire.values("account") == ["TSTDRV1"] * 2
        assert wire.values("timestamp") == ["1800000000"] * 2
        signature = etree.fromstring(wire.posted[0]).find(".//{*}signature")
        assert signature is not None
        assert signature.get("algorithm") == "HMAC-SHA256"

    async def test_send_no_secret(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(TIME)
        await ask(make_client())
        assert b"cs-secret" not in wire.posted[0]
        assert b"ts-secret" not in wire.posted[0]

    async def test_are_signed_anew_on_every_attempt(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(BUSY, CRASH, TIME)
        await ask(make_client())
        assert len(set(wire.values("nonce"))) == len(set(wire.values("signature"))) == 3

    async def test_are_signed_only_when_a_slot_is_free(self, wire: Wire, schemas: Path, make_settings: Any) -> None:
        instants = iter(range(100))
        client = SuiteTalkClient(
            make_settings(concurrency=1),
            schemas,
            unix_time=lambda: next(instants),
        )
        release = threading.Event()
        wire.answers(Reply(body=TIME.encode(), hold=release), TIME)
        tasks = [asyncio.create_task(ask(client)) for _ in range(2)]
        await asyncio.to_thread(wire.arrived.wait, 60)
        assert next(instants) == 1  # the second request has not looked at the clock yet
        release.set()
        await asyncio.gather(*tasks)
        await client.close()
        assert wire.values("timestamp") == ["0", "2"]


class TestRetries:
    async def test_a_busy_account_is_waited_for_longer_than_a_failing_one(
        self, wire: Wire, make_client: MakeClient
    ) -> None:
        wire.answers(*[BUSY] * 8, CRASH, TIME)
        client = make_client(retry_attempts=3, busy_attempts=15)
        await ask(client)
        assert len(wire.posted) == 10

    async def test_end_with_the_last_error(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(*[CRASH] * 9)
        error = await refused(make_client(retry_attempts=3))
        assert type(error) is RetryError
        assert len(wire.posted) == 3

    async def test_busy_answers_end_too(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(*[BUSY] * 99)
        error = await refused(make_client(retry_attempts=2, busy_attempts=4))
        assert type(error) is BusyError
        assert len(wire.posted) == 6

    @pytest.mark.parametrize(
        ("reply", "expected"),
        [
            (fault("invalidCredentialsFault", "INVALID_LOGIN_CREDENTIALS"), ReauthoriseError),
            (fault("insufficientPermissionFault", "INSUFFICIENT_PERMISSION"), NotPermittedError),
            (Reply(body=refusal("USER_ERROR").encode()), RejectedError),
            (Reply(status=401, content_type="text/html", body=b"<html>"), ReauthoriseError),
            (Reply(status=302, headers={"Location": "https://elsewhere.example/"}), RejectedError),
        ],
    )
    async def test_are_not_spent_on_what_will_not_change(
        self, reply: Reply, expected: type[SourceError], wire: Wire, make_client: MakeClient
    ) -> None:
        wire.answers(reply)
        error = await refused(make_client())
        assert type(error) is expected
        assert len(wire.posted) == 1
        assert "-secret" not in str(error)

    async def test_a_busy_account_shrinks_concurrency_to_one_and_calm_lets_it_grow(
        self, wire: Wire, make_client: MakeClient
    ) -> None:
        client = make_client(concurrency=4)
        wire.answers(BUSY, BUSY, BUSY, *[TIME] * 40)
        await ask(client)
        assert client.slots.allowed == 1
        for _ in range(39):
            await ask(client)
        assert client.slots.allowed == 4

    async def test_never_have_more_under_way_than_allowed(self, wire: Wire, make_client: MakeClient) -> None:
        client = make_client(concurrency=2)
        replies: list[Reply | str] = [BUSY, TIME]
        wire.answers(*replies * 12)
        await asyncio.gather(*(ask(client) for _ in range(12)))
        assert wire.most_at_once <= 2
        assert len(wire.posted) == 24


class TestAnswersThatFail:
    @pytest.mark.parametrize(
        "reply",
        [
            Reply(body=TIME[:120].encode()),
            Reply(body=TIME[:120].encode(), length=len(TIME)),
            Reply(status=503, content_type="text/html", body=b"<html>down</html>"),
            Reply(status=500, body=b"<html>not soap</html>"),
            Reply(status=429, content_type="text/plain", headers={"Retry-After": "0"}),
            Reply(body=TIME.encode(), headers={"Content-Encoding": "gzip"}),
        ],
        ids=["cut off", "connection lost", "maintenance page", "500 without fault", "429", "broken gzip"],
    )
    async def test_are_asked_for_again(self, reply: Reply, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(reply, TIME)
        await ask(make_client())
        assert len(wire.posted) == 2

    async def test_a_page_that_breaks_off_brings_no_record_twice(self, wire: Wire, make_client: MakeClient) -> None:
        whole = page(*(customer_record(n) for n in range(50)))
        wire.answers(Reply(body=whole[:-400].encode(), length=len(whole)), whole)
        answer = await make_client().call(GetServerTime(), same)
        assert [record["@internalId"] for record in answer.records] == [str(n) for n in range(50)]

    async def test_a_server_that_falls_silent_is_given_up(self, wire: Wire, make_client: MakeClient) -> None:
        release = threading.Event()
        wire.answers(Reply(body=TIME.encode(), hold=release))
        error = await refused(make_client(read_timeout_seconds=0.1, retry_attempts=1))
        release.set()
        assert isinstance(error, RetryError)

    async def test_a_server_that_stops_after_the_headers_is_given_up(self, wire: Wire, make_client: MakeClient) -> None:
        # The connection ends early, as when a peer goes away in the middle.
        wire.answers(Reply(body=b"<", length=1000))
        assert isinstance(await refused(make_client(retry_attempts=1)), RetryError)

    async def test_an_answer_that_drips_is_given_up(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(TIME)
        error = await refused(make_client(total_timeout_seconds=0.000_001, retry_attempts=1))
        assert isinstance(error, RetryError)
        assert "took too long" in error.detail

    @pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 99\r\n\r\n"])
    async def test_a_server_that_drips_is_given_up_in_time(
        self, wire: Wire, schemas: Path, make_settings: Any, head: bytes
    ) -> None:
        assert wire.url
        with dripping(head) as url:
            settings = make_settings(retry_attempts=1, total_timeout_seconds=0.3)
            client = SuiteTalkClient(settings.model_copy(update={"soap_url": url}), schemas)
            error = await refused(client)
            await client.close()
        assert isinstance(error, RetryError)
        assert "took too long" in error.detail

    async def test_an_unreachable_server_names_its_host(self, wire: Wire, schemas: Path, make_settings: Any) -> None:
        settings = make_settings(retry_attempts=2).model_copy(update={"soap_url": "http://127.0.0.1:1/x"})
        client = SuiteTalkClient(settings, schemas)
        error = await refused(client)
        await client.close()
        assert isinstance(error, RetryError)
        assert "127.0.0.1:1" in error.detail
        assert wire.posted == []

    async def test_a_huge_body_is_refused_within_bounded_memory(self, wire: Wire, make_client: MakeClient) -> None:
        filler = " " * 3_000_000
        wire.answers(envelope(f"<m:searchResponse>{filler}</m:searchResponse>"))
        error = await refused(make_client(max_answer_megabytes=1))
        assert isinstance(error, RejectedError)
        assert len(wire.posted) == 1

    async def test_a_body_that_unpacks_without_end_is_refused(self, wire: Wire, make_client: MakeClient) -> None:
        packed = gzip.compress(envelope("<m:x>" + " " * 60_000_000 + "</m:x>").encode())
        wire.answers(Reply(body=packed, headers={"Content-Encoding": "gzip"}))
        tracemalloc.start()
        error = await refused(make_client())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert isinstance(error, RejectedError)
        assert peak < 30_000_000

    async def test_a_record_without_end_is_refused(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(page(customer_record(1), f'<c:record internalId="2">{"<r:x>y</r:x>" * 800_000}</c:record>'))
        error = await refused(make_client())
        assert isinstance(error, RejectedError)
        assert "one record" in error.detail


class TestEventLoop:
    async def test_stays_free_while_a_large_page_is_read(self, wire: Wire, make_client: MakeClient) -> None:
        wire.answers(page(*(customer_record(n, comments="c" * 500) for n in range(1000))))
        loop, turned = asyncio.get_running_loop(), threading.Event()

        def take(tree: Tree) -> bool:
            # A loop that waits for the page can't do what it is asked to meanwhile.
            loop.call_soon_threadsafe(turned.set)
            return turned.wait(60) and bool(tree)

        answer = await make_client().call(_search(), take)
        assert answer.records == (True,) * 1000


class TestSession:
    def test_never_takes_a_login_from_netrc(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
    ) -> None:
        netrc = tmp_path_factory.mktemp("home") / "netrc"
        netrc.write_text("machine 1.suitetalk.api.netsuite.com login me password hunter2\n")
        monkeypatch.setenv("NETRC", str(netrc))
        address = "https://1.suitetalk.api.netsuite.com/services"
        with new_session(address, connections=1) as session:
            prepared = session.prepare_request(requests.Request("POST", address, data=b"x"))
            assert session.trust_env
        assert "Authorization" not in prepared.headers

    def test_reaches_this_machine_without_a_proxy(self) -> None:
        with new_session("http://127.0.0.1:9/", connections=1) as session:
            assert not session.trust_env


class TestClose:
    async def test_does_not_wait_for_a_server_that_thinks(self, wire: Wire, schemas: Path, make_settings: Any) -> None:
        client = SuiteTalkClient(make_settings(), schemas)
        release = threading.Event()
        wire.answers(Reply(body=TIME.encode(), hold=release))
        task = asyncio.create_task(ask(client))
        await asyncio.to_thread(wire.arrived.wait, 60)
        try:
            async with asyncio.timeout(60):
                await client.close()
            with pytest.raises(SourceError, match="shutting down"):
                await task
        finally:
            release.set()
        assert len(wire.posted) == 1

    async def test_breaks_off_what_is_under_way(self, wire: Wire, schemas: Path, make_settings: Any) -> None:
        client = SuiteTalkClient(make_settings(), schemas)
        release = threading.Event()
        wire.answers(Reply(body=page(*(customer_record(n) for n in range(9))).encode(), hold=release))
        task = asyncio.create_task(client.call(_search(), same))
        await asyncio.to_thread(wire.arrived.wait, 60)
        closing = asyncio.create_task(client.close())
        await asyncio.sleep(0)
        release.set()
        await closing
        with pytest.raises(SourceError, match="shutting down"):
            await task
        assert len(wire.posted) == 1


def _search() -> Search:
    window = within("lastModifiedDate", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC))
    return Search(searched="Customer", criteria=(window,), page_size=1000)
