"""The REST services' addresses: tokens, SuiteQL page by page, records' schemas, and whether a record is there."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from sandbox.netsuite.permissions import Level
from sandbox.netsuite.rest.catalog import RECORDS, schema_of
from sandbox.netsuite.rest.errors import RestError
from sandbox.netsuite.rest.oauth2 import TokenError, Tokens
from sandbox.netsuite.rest.serving import Account, Manner, Service, served
from sandbox.netsuite.suiteql import Queries, QueryError

TOKEN_PATH = "/services/rest/auth/oauth2/v1/token"  # noqa: S105 - an address
SUITEQL_PATH = "/services/rest/query/v1/suiteql"
RECORD_PATH = "/services/rest/record/v1"
SYSTEM_PATH = "/services/rest/system/v1"
SCHEMA_TYPE = "application/schema+json"
MAX_PAGE = 1_000
MAX_ROWS = 100_000


def _busy() -> RestError:
    return RestError("CONCURRENCY_LIMIT_EXCEEDED", "Concurrent request limit exceeded. Request blocked.", 429)


def _broken() -> RestError:
    return RestError("UNEXPECTED_ERROR", "An unexpected error occurred.", 500)


_MANNER = Manner(busy=_busy, broken=_broken)


class RestDoor:
    """Tokens for the client's certificate, and queries for the tokens."""

    def __init__(self, account: Account, zone: ZoneInfo, tokens: Tokens) -> None:
        self._tokens = tokens
        self._account = account
        self.queries = Queries(account.ledger, account.permissions, zone)
        self.has_feature = True
        # Only an administrator is told the limits; those of the integration itself where it has any.
        self.is_administrator = False
        self.integration_limit: int | None = None

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post(TOKEN_PATH, self._token)
        app.router.add_post(SUITEQL_PATH, self._suiteql)
        app.router.add_get(f"{RECORD_PATH}/metadata-catalog/{{record}}", self._schema)
        app.router.add_get(f"{RECORD_PATH}/{{record}}/{{id}}", self._record)
        app.router.add_get(f"{SYSTEM_PATH}/serverTime", self._server_time)
        app.router.add_get(f"{SYSTEM_PATH}/governanceLimits", self._limits)

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        audience = f"{request.scheme}://{request.host}{TOKEN_PATH}"
        try:
            return web.json_response(self._given(form, audience))
        except TokenError as refusal:
            return web.json_response({"error": refusal.error}, status=refusal.status)

    def _given(self, form: Mapping[str, str], audience: str) -> dict[str, str]:
        if not self._account.permissions.allows("oauth2", Level.VIEW):
            raise TokenError("invalid_grant")
        return self._tokens.give(form, audience, self._account.now())

    async def _suiteql(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()

        def admit() -> None:
            self._admit(request)

        def work() -> Any:
            return self._page(request, body)

        return await served(self._account, request, body, Service("suiteql", _MANNER, admit, work))

    async def _schema(self, request: web.Request) -> web.StreamResponse:
        def work() -> Any:
            if SCHEMA_TYPE not in request.headers.get("Accept", ""):
                raise RestError("INVALID_HEADER", f"Send Accept: {SCHEMA_TYPE}.", 406)
            self._check_record(request.match_info["record"])
            return schema_of(request.match_info["record"], self._account.ledger)

        return await served(self._account, request, b"", Service("schema", _MANNER, lambda: self._login(request), work))

    async def _record(self, request: web.Request) -> web.StreamResponse:
        record, found = request.match_info["record"], request.match_info["id"]

        def work() -> Any:
            self._check_record(record)
            if not found.isdecimal() or int(found) not in self._account.ledger.records(RECORDS[record]):
                raise RestError("NONEXISTENT_ID", "The record instance does not exist. Provide a valid ID.", 404)
            return {"links": [], "id": found}

        return await served(self._account, request, b"", Service("record", _MANNER, lambda: self._login(request), work))

    async def _server_time(self, request: web.Request) -> web.StreamResponse:
        def work() -> Any:
            return {"serverTime": f"{self._account.now().astimezone(UTC):%Y-%m-%dT%H:%M:%S.000Z}"}

        return await served(self._account, request, b"", Service("system", _MANNER, lambda: self._login(request), work))

    async def _limits(self, request: web.Request) -> web.StreamResponse:
        def work() -> Any:
            if not self.is_administrator:
                raise RestError("INSUFFICIENT_PERMISSION", "Only an administrator may ask for the limits.", 403)
            limit = self._account.running.limit
            told = {"accountConcurrencyLimit": limit, "accountUnallocatedConcurrencyLimit": limit}
            if self.integration_limit is None:
                return {**told, "integrationLimitType": "accountSpecific"}
            own = {"integrationConcurrencyLimit": self.integration_limit}
            return {**told, **own, "integrationLimitType": "integrationSpecific"}

        return await served(self._account, request, b"", Service("system", _MANNER, lambda: self._login(request), work))

    def _check_record(self, record: str) -> None:
        if record not in RECORDS:
            raise RestError("NONEXISTENT_RECORD_TYPE", f"Record type '{record}' does not exist.", 404)
        if not self._account.permissions.allows(record, Level.VIEW):
            raise RestError("INSUFFICIENT_PERMISSION", f"The role may not view records of the type {record}.", 403)

    def _login(self, request: web.Request) -> None:
        header = request.headers.get("Authorization", "")
        if not self._tokens.admits(header, "rest_webservices", self._account.now()):
            raise RestError("INVALID_LOGIN", "Invalid login attempt.", 401)
        if not self.has_feature:
            raise RestError("FEATURE_DISABLED", "The feature REST Web Services is not enabled.", 403)
        if not self._account.permissions.allows("rest", Level.VIEW):
            raise RestError("INSUFFICIENT_PERMISSION", "The role lacks the permission REST Web Services.", 403)

    def _admit(self, request: web.Request) -> None:
        self._login(request)
        if not self._account.permissions.allows("workbook", Level.VIEW):
            raise RestError("INSUFFICIENT_PERMISSION", "The role lacks the permission SuiteAnalytics Workbook.", 403)
        if request.content_type != "application/json":
            raise RestError("INVALID_HEADER", "Send Content-Type: application/json.", 415)
        if request.headers.get("Prefer", "").strip() != "transient":
            raise RestError("INVALID_HEADER", "The request needs the header Prefer: transient.")

    def _page(self, request: web.Request, body: bytes) -> dict[str, Any]:
        limit = _number(request, "limit", MAX_PAGE, lambda value: 1 <= value <= MAX_PAGE)
        offset = _number(request, "offset", 0, lambda value: value % limit == 0 and value + limit <= MAX_ROWS)
        try:
            found = self.queries.found(_query(body))
            total = min(len(found.rows), MAX_ROWS)
            rows = found.page(offset, min(limit, MAX_ROWS - offset))
            items = [{"links": [], **self._account.faults.damage.done_to_row(row)} for row in rows]
        except QueryError as error:
            message = f"Invalid search query. Detailed unprocessed description follows. {error}"
            raise RestError("INVALID_PARAMETER", message) from None
        address = f"{request.scheme}://{request.host}{SUITEQL_PATH}"
        return {
            "links": _links(address, limit, offset, total),
            "count": len(items),
            "hasMore": offset + limit < total,
            "items": items,
            "offset": offset,
            "totalResults": total,
        }


def _number(request: web.Request, name: str, otherwise: int, fits: Callable[[int], bool]) -> int:
    sent = request.query.get(name, str(otherwise))
    if not (sent.isascii() and sent.isdecimal() and fits(int(sent))):
        raise RestError("INVALID_PARAMETER", f"The value {sent} of the parameter {name} is not allowed.")
    return int(sent)


def _query(body: bytes) -> str:
    try:
        said = json.loads(body)
    except ValueError:
        raise RestError("INVALID_CONTENT", "The body is not JSON.") from None
    query = said.get("q") if isinstance(said, dict) else None
    if not isinstance(query, str) or said.keys() != {"q"}:
        raise RestError("INVALID_CONTENT", "The body holds the query in q, and nothing else.")
    return query


def _links(address: str, limit: int, offset: int, total: int) -> list[dict[str, str]]:
    last = max(0, (total - 1) // limit * limit)
    wanted = {"self": offset}
    if offset > 0:
        wanted |= {"first": 0, "previous": offset - limit}
    if offset + limit < total:
        wanted |= {"next": offset + limit, "last": last}
    return [{"rel": rel, "href": f"{address}?limit={limit}&offset={at}"} for rel, at in wanted.items()]
