"""The SuiteTalk stand-in on loopback: HTTP in front of the operations, and the state of one account."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Self
from zoneinfo import ZoneInfo

from aiohttp import web

from sandbox.ledger import Ledger, system_clock
from sandbox.netsuite.auth import Credentials, Gate
from sandbox.netsuite.delivery import Delivery
from sandbox.netsuite.desk import Desk
from sandbox.netsuite.envelope import Request, check_schema, envelope, parsed_request, passport
from sandbox.netsuite.errors import SoapFaultError, request_blocked, unexpected, wrong_version
from sandbox.netsuite.faults import Fault, FaultKind, Faults
from sandbox.netsuite.handlers import HANDLERS, answer, refused
from sandbox.netsuite.jobs import Jobs
from sandbox.netsuite.logged import Logged
from sandbox.netsuite.misbehaviour import MISDELIVERIES
from sandbox.netsuite.permissions import Permissions
from sandbox.netsuite.records.writer import Writer
from sandbox.netsuite.rest.door import DEPLOYMENT, RESTLET_PATH, SCRIPT, RestletDoor
from sandbox.netsuite.rest.oauth2 import MachineClient, Tokens
from sandbox.netsuite.rest.serving import Account
from sandbox.netsuite.rest.suiteql_door import SUITEQL_PATH, TOKEN_PATH, RestDoor
from sandbox.netsuite.running import Running
from sandbox.netsuite.texts import PACIFIC, Calendar
from sandbox.netsuite.wsdl import SCHEMAS, schema_document, service_document

DEFAULT_VERSION = "2025_2"
DEFAULT_CONCURRENCY = 5
LOG_LENGTH = 5_000
DEFAULT_CREDENTIALS = Credentials(
    account="1234567_SB1",
    consumer_key="sandbox-consumer-key",
    consumer_secret="sandbox-consumer-secret",  # noqa: S106 -- opens nothing but this stand-in
    token_id="sandbox-token-id",  # noqa: S106 -- likewise
    token_secret="sandbox-token-secret",  # noqa: S106 -- likewise
)
_NEEDS_NO_LOGIN = frozenset({"getDataCenterUrls"})


class NetSuiteStandIn:
    """A SuiteTalk SOAP service over one ledger, for one endpoint version, with the bot's RESTlet beside it.

        async with NetSuiteStandIn(ledger) as ns: … ns.wsdl_url, ns.soap_url, ns.credentials

    `now` is the account's clock, `user_zone` the time zone of the token's user, in which dates without a time are
    meant. `faults` misbehaves on demand, `permissions` are those of the token's role, `log` holds the last requests,
    and `running` counts them. `client` is whom the certificate of OAuth 2.0 was mapped to, `tokens` what it was given,
    and `rest` is the door of the REST services, with what of SuiteQL the account lacks.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        now: Callable[[], datetime] = system_clock,
        port: int = 0,
        version: str = DEFAULT_VERSION,
        credentials: Credentials = DEFAULT_CREDENTIALS,
        user_zone: ZoneInfo = PACIFIC,
        concurrency_limit: int = DEFAULT_CONCURRENCY,
        lacks: Iterable[str] = (),
        client: MachineClient | None = None,
    ) -> None:
        self.ledger = ledger
        self.version = version
        self.credentials = credentials
        self.client = client or MachineClient.made()
        self.tokens = Tokens(self.client)
        self.integration_limit: int | None = None
        self.faults = Faults()
        self.permissions = Permissions()
        self.permissions.lack(*lacks)
        self.running = Running(concurrency_limit)
        self.log: deque[Logged] = deque(maxlen=LOG_LENGTH)
        self._now = now
        self._port = port
        self._numbers = count(1)
        self._gate = Gate(credentials)
        self._writer = Writer(ledger, Calendar(user_zone), version)
        self._jobs = Jobs(credentials.account, ledger)
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()
        self.rest = RestDoor(self._account(), user_zone, self.tokens)

    @property
    def account_id(self) -> str:
        return self.credentials.account

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def soap_url(self) -> str:
        return f"{self.base_url}/services/NetSuitePort_{self.version}"

    @property
    def restlet_url(self) -> str:
        """The address of the bot's own script, with its script and deployment."""
        return f"{self.base_url}{RESTLET_PATH}?script={SCRIPT}&deploy={DEPLOYMENT}"

    @property
    def token_url(self) -> str:
        return f"{self.base_url}{TOKEN_PATH}"

    @property
    def suiteql_url(self) -> str:
        return f"{self.base_url}{SUITEQL_PATH}"

    @property
    def wsdl_url(self) -> str:
        return f"{self.base_url}/wsdl/v{self.version}_0/netsuite.wsdl"

    async def start(self) -> None:
        """Listens on 127.0.0.1; port 0 takes a free one. Raises OSError when the port is taken."""
        app = web.Application(client_max_size=100 * 2**20)
        app.router.add_get("/wsdl/v{version}_0/netsuite.wsdl", self._wsdl)
        app.router.add_get("/xsd/{area}/v{version}_0/{file}.xsd", self._schema)
        app.router.add_post("/services/NetSuitePort_{version}", self._soap)
        account = self._account()
        RestletDoor(account, self._writer.calendar.user_zone).add_routes(app)
        self.rest.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
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

    async def _wsdl(self, request: web.Request) -> web.Response:
        if request.match_info["version"] != self.version:
            raise web.HTTPNotFound
        document = service_document(self.version, self.faults.schema_host or self.base_url, self.soap_url)
        return web.Response(text=document, content_type="text/xml")

    async def _schema(self, request: web.Request) -> web.Response:
        asked = request.match_info
        schema = SCHEMAS.get(asked["file"])
        if schema is None or asked["version"] != self.version or asked["area"] != schema.area:
            raise web.HTTPNotFound
        return web.Response(text=schema_document(schema.file, self.version, self.base_url), content_type="text/xml")

    async def _soap(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        at, call = self._now(), _Call()
        delivery = Delivery(request, version=self.version, stopping=self._stopping)
        try:
            return await self._served(request, body, at, call, delivery)
        except SoapFaultError as fault:
            call.outcome = fault.code
            return await delivery.fault(fault)
        finally:
            headers = dict(request.headers)
            self.log.append(Logged(at=at, operation=call.operation, headers=headers, body=body, outcome=call.outcome))

    async def _served(
        self, request: web.Request, body: bytes, at: datetime, call: "_Call", delivery: Delivery
    ) -> web.StreamResponse:
        soap = self._accepted(request, body, at)
        call.operation = soap.operation
        with self.running.one_more():
            fault = self.faults.take(soap.operation, body)
            if fault:
                call.outcome = fault.kind
            if self.running.is_exceeded:
                raise request_blocked()
            check_schema(soap, self.version)
            response = await self._delivered(soap, at, fault, delivery)
        call.outcome = fault.kind if fault else "ok"
        return response

    def _accepted(self, request: web.Request, body: bytes, at: datetime) -> Request:
        if request.match_info["version"] != self.version:
            raise wrong_version(f"Endpoint {request.match_info['version']} is not supported.")
        soap = parsed_request(body, self.version)
        if soap.operation not in HANDLERS:
            raise unexpected(f"The service cannot find an operation named {soap.operation}.")
        if request.headers.get("SOAPAction", "").strip('"') != soap.operation:
            raise unexpected(f"The SOAPAction does not name the operation {soap.operation}.")
        if soap.operation not in _NEEDS_NO_LOGIN:
            self._gate.check(passport(soap, cookie=request.headers.get("Cookie")), at)
            self.permissions.check_login()
        return soap

    async def _delivered(
        self, soap: Request, at: datetime, fault: Fault | None, delivery: Delivery
    ) -> web.StreamResponse:
        desk = self._desk(fault)
        number = f"{self.account_id}_{next(self._numbers):08}"
        refusal = fault.refusal if fault else None
        answered = refused(soap.operation, refusal) if refusal else answer(soap, desk, at)
        parts = envelope(soap.operation, answered, version=self.version, request_id=number)
        return await (MISDELIVERIES[fault.kind](delivery, fault, parts) if fault else delivery.streamed(parts))

    def _account(self) -> Account:
        return Account(
            ledger=self.ledger,
            credentials=self.credentials,
            permissions=self.permissions,
            now=self._now,
            faults=self.faults,
            running=self.running,
            log=self.log,
            stopping=self._stopping,
        )

    def _desk(self, fault: Fault | None) -> Desk:
        return Desk(
            account=self.account_id,
            host=self.base_url,
            ledger=self.ledger,
            writer=self._writer,
            jobs=self._jobs,
            permissions=self.permissions,
            damaged=self.faults.damage.done_to,
            fails_after_submit=fault is not None and fault.kind is FaultKind.AFTER_SUBMIT,
            concurrency_limit=self.running.limit,
            integration_limit=self.integration_limit,
        )


@dataclass(kw_only=True, slots=True)
class _Call:
    """What becomes known of a request while it is served; «cancelled» stands when its client left."""

    operation: str = "(none)"
    outcome: str = "cancelled"
