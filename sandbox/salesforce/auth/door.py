"""The addresses where a session is opened."""

from aiohttp import web

from sandbox.salesforce.auth.assertion import GrantError
from sandbox.salesforce.auth.grants import Grants
from sandbox.salesforce.auth.sessions import Sessions
from sandbox.salesforce.auth.soap_login import LoginFaultError, check_login, login_document
from sandbox.salesforce.delivery import Answer
from sandbox.salesforce.rest.serving import Service

TOKEN_PATH = "/services/oauth2/token"  # noqa: S105 - an address
LOGIN_PATH = "/services/Soap/u/{version:\\d+\\.\\d+}"


class LoginDoor:
    """OAuth 2.0's token endpoint, and login() of SOAP."""

    def __init__(self, service: Service, grants: Grants, sessions: Sessions) -> None:
        self._service = service
        self._grants = grants
        self._sessions = sessions

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post(TOKEN_PATH, self._token)
        app.router.add_post(LOGIN_PATH, self._login)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        form = {name: str(value) for name, value in (await request.post()).items()}
        authorization = request.headers.get("Authorization", "")

        def work() -> Answer:
            try:
                given = self._grants.give(form, authorization, _address(request), self._service.now())
            except GrantError as refusal:
                said = {"error": refusal.error, "error_description": refusal.description}
                return Answer(body=said, status=refusal.status)
            return Answer(body=given)

        return await self._service.served(request, body, "token", lambda: None, work)

    async def _login(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()

        def work() -> Answer:
            try:
                return self._logged_in(request, body)
            except LoginFaultError as refusal:
                return Answer(body=refusal.document, status=500, content_type="text/xml")

        return await self._service.served(request, body, "soap_login", lambda: None, work)

    def _logged_in(self, request: web.Request, body: bytes) -> Answer:
        version, org = request.match_info["version"], self._service.site.org
        check_login(body, version, self._grants)
        if org.users[org.acting_user].get("IsActive") is False:
            raise LoginFaultError("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.")
        session = self._sessions.open(self._service.now())
        [organization] = org.rows("Organization")
        document = login_document(session, _address(request), version, org.acting_user, organization)
        return Answer(body=document, content_type="text/xml")


def _address(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"
