"""The stand-in on loopback: HTTP in front of one org."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Self

from aiohttp import web

from sandbox.ledger import Ledger, system_clock
from sandbox.salesforce.access import Access
from sandbox.salesforce.auth.credentials import Credentials, default_credentials
from sandbox.salesforce.auth.door import LoginDoor
from sandbox.salesforce.auth.grants import Grants
from sandbox.salesforce.auth.sessions import Sessions
from sandbox.salesforce.delivery import Answer
from sandbox.salesforce.errors import ApiError, not_found
from sandbox.salesforce.faults import Faults
from sandbox.salesforce.field import Row
from sandbox.salesforce.logged import Logged
from sandbox.salesforce.org import Org
from sandbox.salesforce.rest.call import Call, Handler, Site
from sandbox.salesforce.rest.cursors import Cursors
from sandbox.salesforce.rest.describing import user_info, versions
from sandbox.salesforce.rest.jobs import Jobs
from sandbox.salesforce.rest.routes import ROUTES
from sandbox.salesforce.rest.serving import Service
from sandbox.salesforce.seed import seeded_org
from sandbox.salesforce.seed.keys import accounts_of
from sandbox.salesforce.soql import Queries
from sandbox.salesforce.usage import Usage

DOMAIN = "meridian.my"
LOG_LENGTH = 5_000
DATA = "/services/data"
_LONGEST_LINE = 2**17


class SalesforceStandIn:
    """Salesforce's REST API over one org, whose accounts are the ledger's customers under other names.

        async with SalesforceStandIn(ledger) as sf: … sf.url, sf.credentials, sf.org, sf.faults

    `now` is the org's clock. `accounts` is how many accounts there are at least: prospects fill it up. `access` is what
    the API user sees, `usage` counts requests, `sessions` and `grants` rule the login, `cursors` and `jobs` the pages,
    and `log` holds the last requests. The seeding writes the Salesforce ids of some accounts into the ledger.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        now: Callable[[], datetime] = system_clock,
        port: int = 0,
        credentials: Credentials | None = None,
        accounts: int = 0,
    ) -> None:
        self.ledger = ledger
        self.credentials = credentials or default_credentials()
        self.org: Org = seeded_org(ledger, now=now, username=self.credentials.username, accounts=accounts)
        self.faults = Faults()
        self.usage = Usage(now)
        self.cursors = Cursors()
        self.jobs = Jobs()
        self.sessions = Sessions(next(iter(self.org.rows("Organization"))))
        self.grants = Grants(self.org, self.credentials, self.sessions)
        self.log: deque[Logged] = deque(maxlen=LOG_LENGTH)
        self._now = now
        self._port = port
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def domain(self) -> str:
        """My Domain, as a setting names it; the stand-in itself is reached at `url`."""
        return DOMAIN

    @property
    def access(self) -> Access:
        return self.org.access

    def accounts_of(self, customer_id: int) -> tuple[Row, ...]:
        """The accounts that are linked to the ledger's customer by a key on either side. Raises KeyError."""
        return accounts_of(self.org, self.ledger.customers[customer_id])

    async def start(self) -> None:
        """Listens on 127.0.0.1; port 0 takes a free one. Raises OSError when the port is taken."""
        app = web.Application(client_max_size=100 * 2**20)
        self._add_routes(app)
        self._runner = web.AppRunner(
            app,
            access_log=None,
            shutdown_timeout=0.1,
            handler_cancellation=True,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        try:
            await site.start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Closes every connection, also those that hang on demand."""
        self._stopping.set()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def _add_routes(self, app: web.Application) -> None:
        service = self._service()
        LoginDoor(service, self.grants, self.sessions).add_routes(app)
        app.router.add_get(DATA + "{_:/?}", partial(_open, service, "versions", versions))
        app.router.add_get("/services/oauth2/userinfo", partial(_rest, service, "user_info", user_info))
        for route in ROUTES:
            handler = partial(_rest, service, route.operation, route.handler)
            app.router.add_route(route.method, _address(route.path), handler)
        for path in dict.fromkeys(route.path for route in ROUTES):
            wrong = partial(_rest, service, "unknown", partial(_wrong_method, path))
            app.router.add_route("*", _address(path), wrong)
        app.router.add_route("*", "/services/{rest:.*}", partial(_rest, service, "unknown", _unknown))

    def _service(self) -> Service:
        site = Site(
            org=self.org,
            queries=Queries(self.org),
            cursors=self.cursors,
            jobs=self.jobs,
            usage=self.usage,
            faults=self.faults,
        )
        return Service(site=site, sessions=self.sessions, now=self._now, log=self.log, stopping=self._stopping)


def _address(path: str) -> str:
    return f"{DATA}/v{{version:\\d+\\.\\d+}}{path}{{_:/?}}"


async def _rest(service: Service, operation: str, handler: Handler, request: web.Request) -> web.StreamResponse:
    return await service.rest(request, operation, handler)


async def _open(service: Service, operation: str, handler: Handler, request: web.Request) -> web.StreamResponse:
    """What is answered without a session."""
    body = await request.read()
    call = service.call(request, body)
    return await service.served(request, body, operation, lambda: None, lambda: handler(call))


def _wrong_method(path: str, _: Call) -> Answer:
    allowed = ",".join(sorted({route.method for route in ROUTES if route.path == path}))
    raise ApiError("METHOD_NOT_ALLOWED", f"HTTP Method not allowed. Allowed are {allowed}", 405)


def _unknown(_: Call) -> Answer:
    raise not_found()
