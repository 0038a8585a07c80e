"""The program's own small web server: whether it lives, whether it can answer, what it counts, and Slack by HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager

from aiohttp import web

from bot.doors.http_door import MAX_BODY_BYTES

_CHECK_SECONDS = 2.0
_CLOSING_SECONDS = 1.0
_UNAVAILABLE = 503

# Says what is wrong; «» when all is well.
Check = Callable[[], Awaitable[str]]
Counted = Callable[[], str]


@asynccontextmanager
async def web_server(
    address: tuple[str, int],
    *,
    checks: Mapping[str, Check],
    metrics: Counted,
    routes: Sequence[web.RouteDef] = (),
) -> AsyncIterator[int]:
    """Listens until the block ends; gives the port. Raises OSError when the address cannot be had."""
    application = web.Application(client_max_size=MAX_BODY_BYTES)
    application.add_routes([web.get("/healthz", _alive), web.get("/readyz", _ready(checks)), *routes])
    application.add_routes([web.get("/metrics", _counted(metrics))])
    # Without its log: request lines are of use to nobody, and may carry what people typed.
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_CLOSING_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, *address).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="ok\n")


def _ready(checks: Mapping[str, Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def ready(_request: web.Request) -> web.Response:
        found = await asyncio.gather(*(_checked(check) for check in checks.values()))
        told = {name: trouble or "ok" for name, trouble in zip(checks, found, strict=True)}
        return web.json_response(told, status=_UNAVAILABLE if any(found) else 200)

    return ready


async def _checked(check: Check) -> str:
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            return await check()
    except TimeoutError:
        return f"no answer within {_CHECK_SECONDS:.0f} s"


def _counted(metrics: Counted) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def counted(_request: web.Request) -> web.Response:
        return web.Response(text=metrics(), content_type="text/plain", charset="utf-8")

    return counted
