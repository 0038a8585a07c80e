"""The stand-in as a whole: one HTTP server on loopback for the Web API, Socket Mode, response URLs and the page."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from sandbox.slack.background import Background
from sandbox.slack.config import AppConfig, app_config
from sandbox.slack.core import Core
from sandbox.slack.deadlines import Deadlines
from sandbox.slack.faults import Faults
from sandbox.slack.feed import Feed
from sandbox.slack.files import Files
from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.page_link import PageLinks
from sandbox.slack.people import Workspace
from sandbox.slack.response_url import ResponseUrls
from sandbox.slack.seed import TEAM_ID, seed
from sandbox.slack.socket_mode import SocketHub
from sandbox.slack.state import State
from sandbox.slack.tickets import Tickets
from sandbox.slack.uploads import Uploads
from sandbox.slack.views import Views
from sandbox.slack.web_api.endpoint import WebApi

HOST = "127.0.0.1"
MAX_BODY_BYTES = 4 * 1024 * 1024
PAGE = Path(__file__).parent / "page"


def utc_now() -> datetime:
    return datetime.now(UTC)


class SlackStandIn:
    """`async with SlackStandIn() as slack:` listens on a free port (or on `port`) until the block ends.

    `now` dates messages and ends triggers and response URLs; acknowledgements and retries are waited for in real time,
    as long as `deadlines` say.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = utc_now,
        port: int = 0,
        app: AppConfig | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        config = app or app_config()
        feed = Feed()
        self.deadlines = deadlines or Deadlines()
        hub = SocketHub(feed, config.app_token_of or config.app_id, self.deadlines)
        self.core = Core(
            app=config,
            feed=feed,
            state=State(seed(config), feed, now),
            hub=hub,
            tickets=Tickets(now, self.deadlines),
            views=Views(feed, config.app_id, config.bot_id, TEAM_ID),
            faults=Faults(),
            files=Files(lambda: self.base_url),
            background=Background(),
            now=now,
        )
        self.workspace = Workspace(self.core)
        self._port = port
        self._closing = asyncio.Event()
        self._pages = PageLinks(self.core)
        self._runner: web.AppRunner | None = None

    @property
    def base_url(self) -> str:
        return self.core.base_url

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/api/"

    @property
    def page_url(self) -> str:
        return f"{self.base_url}/"

    @property
    def bot_token(self) -> str:
        return self.core.app.bot_token

    @property
    def app_token(self) -> str:
        return self.core.app.app_token

    @property
    def signing_secret(self) -> str:
        return self.core.app.signing_secret

    async def deliver_to(self, url: str) -> HttpDelivery:
        """From now on post payloads to this request URL, as the app's manifest may say. Raises RefusedUrlError."""
        http = HttpDelivery(url, secret=self.signing_secret, deadlines=self.deadlines, now=self.core.now)
        await http.verify()
        self.core.hub.http = http
        return http

    async def __aenter__(self) -> Self:
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1.0)
        self._runner = runner
        await runner.setup()
        await web.TCPSite(runner, HOST, self._port).start()
        host, port = runner.addresses[0][:2]
        self.core.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self.core.hub.aclose()
        await self._pages.aclose()
        await self.core.background.aclose()
        if self._runner is not None:
            await self._runner.cleanup()

    def _application(self) -> web.Application:
        uploads = Uploads(self.core)
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        application.add_routes(
            [
                web.route("*", "/api/{method}", WebApi(self.core, self._closing).handle),
                web.post("/response/{token}", ResponseUrls(self.core, self._closing).handle),
                web.post("/upload/v1/{ticket}", uploads.receive),
                web.get("/files/{file_id}/{name}", uploads.serve),
                web.get("/link/", self.core.hub.accept),
                web.get("/page/ws", self._pages.handle),
                web.get("/", _index),
                web.static("/page", PAGE),
            ]
        )
        return application


async def _index(_: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html")
