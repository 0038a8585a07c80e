"""The RESTlet's address: who may call the script, and in which form."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from sandbox.netsuite.rest.errors import RestletError, invalid_login, too_many_requests
from sandbox.netsuite.rest.oauth1 import OAuth1Gate
from sandbox.netsuite.rest.restlet import Run, got, posted
from sandbox.netsuite.rest.serving import Account, Manner, Service, served

RESTLET_PATH = "/app/site/hosting/restlet.nl"
# What the account gave the bot's script and its deployment when it was installed.
SCRIPT, DEPLOYMENT = "1", "1"
MAX_TEXT_BYTES = 10 * 2**20


def _broken_script() -> RestletError:
    return RestletError("UNEXPECTED_ERROR", "An unexpected SuiteScript error has occurred")


RESTLET_MANNER = Manner(busy=too_many_requests, broken=_broken_script)


class RestletDoor:
    """The RESTlet's address; `zone` is the one of the token's user."""

    def __init__(self, account: Account, zone: ZoneInfo) -> None:
        self._account = account
        self._zone = zone
        self._gate = OAuth1Gate(account.credentials)

    def add_routes(self, app: web.Application) -> None:
        app.router.add_route("*", RESTLET_PATH, self._restlet)

    async def _restlet(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()

        def admit() -> None:
            self._admit(request, body)

        def work() -> Any:
            return self._run(request, body)

        return await served(self._account, request, body, Service("restlet", RESTLET_MANNER, admit, work))

    def _admit(self, request: web.Request, body: bytes) -> None:
        account = self._account
        url = f"{request.scheme}://{request.host}{request.path}"
        query = list(request.query.items())
        header = request.headers.get("Authorization", "")
        if not self._gate.admits(header, request.method, url, query, account.now()):
            raise invalid_login()
        if (request.query.get("script"), request.query.get("deploy")) != (SCRIPT, DEPLOYMENT):
            message = "That Suitelet is invalid, disabled, or no longer exists."
            raise RestletError("SSS_INVALID_SCRIPTLET_ID", message, 404)
        if len(body) > MAX_TEXT_BYTES:
            raise RestletError("SSS_FILE_SIZE_EXCEEDED", "A request has at most 10 MB.")

    def _run(self, request: web.Request, body: bytes) -> Any:
        account = self._account
        run = Run(
            ledger=account.ledger,
            account=account.credentials.account,
            at=account.now().replace(microsecond=0),
            zone=self._zone,
            permissions=account.permissions,
        )
        is_json = request.content_type == "application/json"
        match request.method:
            case "GET" if is_json:
                return _within_limit(got({**request.query}, run))
            case "GET":
                raise RestletError("INVALID_RETURN_DATA_FORMAT", "Invalid data format. You should return TEXT.")
            case "POST" if is_json:
                return _within_limit(posted(_parsed(body), run))
            case "POST":
                raise RestletError("UNSUPPORTED_MEDIA_TYPE", "Send application/json.", 415)
        raise RestletError("SSS_METHOD_NOT_IMPLEMENTED", f"The script has no {request.method.lower()}.", 405)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        raise RestletError("INVALID_JSON", "The body is not JSON.") from None


def _within_limit(answer: Any) -> Any:
    if len(json.dumps(answer)) > MAX_TEXT_BYTES:
        raise RestletError("SSS_FILE_SIZE_EXCEEDED", "An answer has at most 10 MB.")
    return answer
