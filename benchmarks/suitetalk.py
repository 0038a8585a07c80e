"""A NetSuite account for the benchmarks: the stand-in, in a process of its own, and the real connector to read it.

Its answers can be recorded and played back: that costs next to nothing, so that what is measured is the reading and
not the stand-in's writing.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from aiohttp import ClientSession, web

from benchmarks.processes import Line, other_process
from sandbox.ledger import Ledger
from sandbox.netsuite import NetSuiteStandIn
from sync.connectors.netsuite import NetSuiteSettings, NetSuiteSource, connect

# What differs between two askings of the same: the signature is in the header, and the window ends when it was asked.
_BODY = re.compile(rb"<[\w-]+:Body.*", re.DOTALL)
_INSTANT = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.+Z-]+")

Door: TypeAlias = Callable[..., AbstractAsyncContextManager[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Book:
    """What the account holds: each customer has so many invoices."""

    customers: int
    invoices_per_customer: int


@asynccontextmanager
async def account(folder: Path, book: Book, *, recorded: bool = False) -> AsyncIterator[dict[str, str]]:
    """The settings for the running account, whose WSDL is in the folder."""
    door = (_recording,) if recorded else ()
    async with other_process(serve, book, *door) as line, settled(line, folder) as environment:
        yield environment


@asynccontextmanager
async def settled(line: Line, folder: Path) -> AsyncIterator[dict[str, str]]:
    """The settings that `serve` tells, when the WSDL is in the folder."""
    environment: dict[str, str] = await line.hear()
    await asyncio.to_thread(connect, environment, {}, folder)
    yield environment


def source_of(environment: Mapping[str, str], folder: Path, **rules: object) -> NetSuiteSource:
    """The real connector."""
    return NetSuiteSource(NetSuiteSettings.from_mapping(environment, rules), folder)


async def serve(line: Line, book: Book, door: Door | None = None, *arguments: object) -> None:
    """The stand-in in a process of its own; `door` has the address that is asked in its place."""
    today, each = datetime.now(UTC).date(), book.invoices_per_customer
    ledger = Ledger.seeded(today=today, customers=book.customers, invoices_per_customer=each)
    async with NetSuiteStandIn(ledger) as server, AsyncExitStack() as stack:
        address = server.soap_url if door is None else await stack.enter_async_context(door(server, *arguments))
        line.tell(_environment(server, address))
        await line.hear_the_end()


@asynccontextmanager
async def _recording(server: NetSuiteStandIn) -> AsyncIterator[str]:
    """An address that answers like the stand-in, asking it only what it was not asked before."""
    known: dict[bytes, bytes] = {}

    async def answer(request: web.Request) -> bytes:
        body = await request.read()
        key = _INSTANT.sub(b"", b"".join(_BODY.findall(body)))
        if key not in known:
            known[key] = await asked(server, request, body)
        return known[key]

    async with answering(answer) as address:
        yield address


async def asked(server: NetSuiteStandIn, request: web.Request, body: bytes) -> bytes:
    """What the stand-in answers when it is asked this."""
    headers = {name: request.headers[name] for name in ("Content-Type", "SOAPAction")}
    async with ClientSession() as session, session.post(server.soap_url, data=body, headers=headers) as told:
        return await told.read()


@asynccontextmanager
async def answering(answer: Callable[[web.Request], Awaitable[bytes]]) -> AsyncIterator[str]:
    """An address that answers so."""

    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=await answer(request), content_type="text/xml")

    application = web.Application(client_max_size=1024 * 1024)
    application.router.add_post("/", handle)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}/"
    finally:
        await runner.cleanup()


def _environment(server: NetSuiteStandIn, soap_url: str) -> dict[str, str]:
    known = server.credentials
    return {
        "NETSUITE_ACCOUNT_ID": known.account,
        "NETSUITE_CONSUMER_KEY": known.consumer_key,
        "NETSUITE_CONSUMER_SECRET": known.consumer_secret,
        "NETSUITE_TOKEN_ID": known.token_id,
        "NETSUITE_TOKEN_SECRET": known.token_secret,
        "NETSUITE_SOAP_URL": soap_url,
        "NETSUITE_WSDL": server.wsdl_url,
    }
