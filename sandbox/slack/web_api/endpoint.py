"""`/api/<method>` over HTTP: the token, the faults on demand, the method, Slack's form of answer."""

import asyncio
import contextlib

from aiohttp import web

from sandbox.slack.arguments import Arguments, read_arguments
from sandbox.slack.core import Core
from sandbox.slack.errors import ApiError
from sandbox.slack.faults import Fault
from sandbox.slack.records import Json
from sandbox.slack.web_api.methods import METHODS, Method


class WebApi:
    """`closing` ends the answers that a fault holds back."""

    def __init__(self, core: Core, closing: asyncio.Event) -> None:
        self._core = core
        self._closing = closing

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        try:
            args = await read_arguments(request)
        except ApiError as refusal:
            return self._answer(_refused(refusal))
        fault = self._core.faults.take(name, args)
        if fault is not None and fault.resets_before:
            return cut(request)
        if fault is not None and fault.status is not None:
            return faulty(fault)
        response = self._answer(self._call(name, args, _token(request, args), fault))
        return await held_back(request, response, fault, self._closing)

    def _call(self, name: str, args: Arguments, token: str, fault: Fault | None) -> Json:
        try:
            method = _authorised(self._core, name, token)
            _refuse_on_demand(fault)
            return {"ok": True, **method.handler(args, self._core)}
        except ApiError as refusal:
            return _refused(refusal)

    def _answer(self, body: Json) -> web.Response:
        scopes = ",".join(sorted(self._core.app.scopes))
        return web.json_response(body, headers={"x-oauth-scopes": scopes})


def faulty(fault: Fault) -> web.Response:
    headers = {} if fault.retry_after is None else {"Retry-After": fault.retry_after}
    content_type = "application/json" if fault.body.startswith("{") else "text/html"
    return web.Response(status=fault.status or 500, text=fault.body, headers=headers, content_type=content_type)


async def held_back(
    request: web.Request, response: web.Response, fault: Fault | None, closing: asyncio.Event
) -> web.StreamResponse:
    """The answer after work was done: late, or never, as the fault says."""
    if fault is None:
        return response
    if fault.stalls_seconds:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(fault.stalls_seconds):
                await closing.wait()
    return cut(request) if fault.resets else response


def cut(request: web.Request) -> web.Response:
    """Break the connection off; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _token(request: web.Request, args: Arguments) -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer ").strip() or args.text("token")


def _refuse_on_demand(fault: Fault | None) -> None:
    if fault is not None and fault.error is not None:
        raise ApiError(fault.error)


def _authorised(core: Core, name: str, token: str) -> Method:
    method = METHODS.get(name)
    if method is None:
        raise ApiError("unknown_method", req_method=name)
    _check_token(core, method, token)
    if method.scopes and not core.app.scopes & set(method.scopes):
        raise ApiError("missing_scope", needed=method.scopes[0], provided=",".join(sorted(core.app.scopes)))
    return method


def _check_token(core: Core, method: Method, token: str) -> None:
    if not token:
        raise ApiError("not_authed")
    if token not in (core.app.bot_token, core.app.app_token):
        raise ApiError("invalid_auth")
    kind = "app" if token == core.app.app_token else "bot"
    if kind != method.token:
        raise ApiError("not_allowed_token_type")
    if core.revoked is not None:
        raise ApiError(core.revoked)


def _refused(refusal: ApiError) -> Json:
    body: Json = {"ok": False, "error": refusal.code, **refusal.extra}
    if refusal.messages:
        body["errors"] = list(refusal.messages)
        body["response_metadata"] = {"messages": [f"[ERROR] {each}" for each in refusal.messages]}
    return body
