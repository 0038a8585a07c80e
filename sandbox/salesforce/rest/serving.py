"""How a request is served: who may pass, what goes wrong on demand, and what is kept of it."""

import asyncio
from collections.abc import Awaitable, Callable, MutableSequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

from sandbox.salesforce.auth.sessions import Sessions
from sandbox.salesforce.delivery import Answer, Delivery
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.faults import Fault, FaultKind
from sandbox.salesforce.logged import Logged
from sandbox.salesforce.rest.call import Call, Handler, Site
from sandbox.salesforce.rest.describing import NEWEST, OLDEST

LONGEST_ADDRESS = 16_384
Work = Callable[[], Answer]


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """What every request passes through on its way to a handler."""

    site: Site
    sessions: Sessions
    now: Callable[[], datetime]
    log: MutableSequence[Logged]
    stopping: asyncio.Event

    async def rest(self, request: web.Request, operation: str, handler: Handler) -> web.StreamResponse:
        """A request of the REST API: it needs a session, and counts."""
        body = await request.read()

        def work() -> Answer:
            return handler(self.call(request, body))

        def admit() -> None:
            self.sessions.use(request.headers.get("Authorization", ""), self.now())
            if not self.site.org.access.has_api:
                message = "API is not enabled for this Organization or Partner"
                raise ApiError("API_DISABLED_FOR_ORG", message, 403)
            _check_version(request.match_info.get("version", f"{NEWEST}.0"))
            self.site.usage.count()

        return await self.served(request, body, operation, admit, work)

    async def served(
        self, request: web.Request, body: bytes, operation: str, admit: Callable[[], None], work: Work
    ) -> web.StreamResponse:
        """The answer, or the fault that was queued for it, dated by the org's clock and logged either way."""
        response = await self._answered(request, body, operation, admit, work)
        if not response.prepared:
            response.headers["Date"] = format_datetime(self.now().astimezone(UTC), usegmt=True)
        return response

    async def _answered(
        self, request: web.Request, body: bytes, operation: str, admit: Callable[[], None], work: Work
    ) -> web.StreamResponse:
        delivery = Delivery(request, self.stopping)
        outcome = "cancelled"
        try:
            if len(request.raw_path) > LONGEST_ADDRESS:
                outcome = "URI_TOO_LONG"
                return delivery.html(414)
            admit()
            fault = self.site.faults.take(operation)
            outcome = fault.kind if fault else "ok"
            return await self._delivered(delivery, fault, lambda: self._with_usage(operation, work()))
        except ApiError as error:
            outcome = error.code
            return delivery.plainly(self._with_usage(operation, Answer(body=error.body, status=error.status)))
        finally:
            self._note(request, body, operation, outcome)

    async def _delivered(self, delivery: Delivery, fault: Fault | None, work: Work) -> web.StreamResponse:
        if fault is None:
            return delivery.plainly(work())
        if fault.kind is FaultKind.EXPIRED:
            self.sessions.expire()
        if fault.error:
            raise fault.error
        return await _MISDELIVERIES[fault.kind](delivery, fault, work)

    def _with_usage(self, operation: str, answer: Answer) -> Answer:
        """The answer with the org's own time, and outside of the login with what is used of the day's requests."""
        usage = {} if operation in {"token", "soap_login"} else self.site.usage.header
        date = {"Date": format_datetime(self.now().astimezone(UTC), usegmt=True)}
        headers = {**date, **usage, **answer.headers}
        return Answer(body=answer.body, status=answer.status, headers=headers, content_type=answer.content_type)

    def call(self, request: web.Request, body: bytes) -> Call:
        """The request as a handler reads it."""
        return Call(
            site=self.site,
            match=request.match_info,
            query=request.query,
            headers=request.headers,
            body=body,
            version=request.match_info.get("version", f"{NEWEST}.0"),
            at=self.now(),
        )

    def _note(self, request: web.Request, body: bytes, operation: str, outcome: str) -> None:
        noted = Logged(
            at=self.now(),
            operation=operation,
            method=request.method,
            path=request.path_qs,
            headers=dict(request.headers),
            body=body,
            outcome=outcome,
        )
        self.log.append(noted)


def _check_version(version: str) -> None:
    if float(version) < OLDEST:
        raise ApiError("UNSUPPORTED_API_VERSION", "The requested API version is retired.", 410)
    if float(version) > NEWEST or not version.endswith(".0"):
        raise ApiError("NOT_FOUND", "The requested resource does not exist", 404)


async def _late(delivery: Delivery, fault: Fault, work: Work) -> web.StreamResponse:
    return await delivery.late(work(), fault.seconds)


async def _page(delivery: Delivery, fault: Fault, _: Work) -> web.StreamResponse:
    return delivery.html(fault.status)


async def _silent(delivery: Delivery, _: Fault, __: Work) -> web.StreamResponse:
    return await delivery.silence()


async def _dropped(delivery: Delivery, _: Fault, __: Work) -> web.StreamResponse:
    return delivery.dropped()


async def _lost(delivery: Delivery, _: Fault, work: Work) -> web.StreamResponse:
    work()
    return delivery.dropped()


async def _truncated(delivery: Delivery, _: Fault, work: Work) -> web.StreamResponse:
    return delivery.truncated(work())


async def _after(delivery: Delivery, fault: Fault, work: Work) -> web.StreamResponse:
    fault.happen()
    return delivery.plainly(work())


_MISDELIVERIES: dict[FaultKind, Callable[[Delivery, Fault, Work], Awaitable[web.StreamResponse]]] = {
    FaultKind.HTML: _page,
    FaultKind.SLOW: _late,
    FaultKind.HANG: _silent,
    FaultKind.DROP: _dropped,
    FaultKind.LOST_ANSWER: _lost,
    FaultKind.TRUNCATE: _truncated,
    FaultKind.MEANWHILE: _after,
}
