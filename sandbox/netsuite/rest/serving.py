"""How a service beside SOAP is served: who may pass, what goes wrong on demand, and what is kept of it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, MutableSequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from sandbox.ledger import Ledger
from sandbox.netsuite.auth import Credentials
from sandbox.netsuite.delivery import Delivery
from sandbox.netsuite.faults import Fault, FaultKind, Faults
from sandbox.netsuite.logged import Logged
from sandbox.netsuite.permissions import Permissions
from sandbox.netsuite.rest.errors import RestError, RestletError
from sandbox.netsuite.running import Running

Refusal = RestletError | RestError
Work = Callable[[], Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What every door of one account shares."""

    ledger: Ledger
    credentials: Credentials
    permissions: Permissions
    now: Callable[[], datetime]
    faults: Faults
    running: Running
    log: MutableSequence[Logged]
    stopping: asyncio.Event


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How one kind of service says that there are too many requests, and that something broke inside."""

    busy: Callable[[], Refusal]
    broken: Callable[[], Refusal]


@dataclass(frozen=True, slots=True)
class Service:
    """One call: `admit` raises what refuses it before it counts as running, `work` gives its answer or raises."""

    operation: str
    manner: Manner
    admit: Callable[[], None]
    work: Work


async def served(account: Account, request: web.Request, body: bytes, service: Service) -> web.StreamResponse:
    """The answer of a service, or the fault that was queued for it; logged either way."""
    outcome = "cancelled"
    delivery = Delivery(request, version="", stopping=account.stopping)
    try:
        service.admit()
        with account.running.one_more():
            fault = account.faults.take(service.operation)
            if account.running.is_exceeded:
                raise service.manner.busy()
            outcome = fault.kind if fault else "ok"
            return await (_MISDELIVERIES[fault.kind](delivery, fault, service) if fault else _plainly(service))
    except (RestletError, RestError) as refusal:
        outcome = refusal.code
        return _json(refusal.body, refusal.status)
    finally:
        headers = dict(request.headers)
        logged = Logged(at=account.now(), operation=service.operation, headers=headers, body=body, outcome=outcome)
        account.log.append(logged)


def _json(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status)


async def _plainly(service: Service) -> web.StreamResponse:
    return _json(service.work())


async def _late(_: Delivery, fault: Fault, service: Service) -> web.StreamResponse:
    await asyncio.sleep(fault.seconds)
    return await _plainly(service)


async def _refused(_: Delivery, fault: Fault, service: Service) -> web.StreamResponse:
    is_busy = fault.soap_fault.code == "WS_REQUEST_BLOCKED"
    raise service.manner.busy() if is_busy else service.manner.broken()


async def _refused_with_200(_: Delivery, __: Fault, service: Service) -> web.StreamResponse:
    return _json(service.manner.broken().body)


async def _broken_after_work(_: Delivery, __: Fault, service: Service) -> web.StreamResponse:
    service.work()
    raise service.manner.broken()


async def _lost(delivery: Delivery, _: Fault, service: Service) -> web.StreamResponse:
    service.work()
    return await delivery.dropped()


async def _truncated(_: Delivery, __: Fault, service: Service) -> web.StreamResponse:
    document = json.dumps(service.work()).encode()
    return web.Response(body=document[: len(document) // 2], content_type="application/json")


async def _wrong_charset(_: Delivery, __: Fault, service: Service) -> web.StreamResponse:
    document = json.dumps({"é": service.work()}, ensure_ascii=False)
    return web.Response(body=document.encode("cp1252", "replace"), content_type="application/json", charset="utf-8")


async def _huge(_: Delivery, fault: Fault, service: Service) -> web.StreamResponse:
    return _json({"padding": "x" * (fault.mebibytes * 2**20), **service.work()})


async def _silent(delivery: Delivery, _: Fault, __: Service) -> web.StreamResponse:
    return await delivery.silence()


async def _html(delivery: Delivery, fault: Fault, _: Service) -> web.StreamResponse:
    return await delivery.html(fault.status)


async def _dropped(delivery: Delivery, _: Fault, __: Service) -> web.StreamResponse:
    return await delivery.dropped()


async def _stalled(delivery: Delivery, _: Fault, service: Service) -> web.StreamResponse:
    return await delivery.stalled([json.dumps(service.work())])


async def _after(_: Delivery, fault: Fault, service: Service) -> web.StreamResponse:
    fault.happen()
    return await _plainly(service)


async def _xml(delivery: Delivery, fault: Fault, _: Service) -> web.StreamResponse:
    return await delivery.hostile(['<?xml version="1.0"?>', "<platformMsgs:nsId></platformMsgs:nsId>"], fault.prolog)


_MISDELIVERIES: Mapping[FaultKind, Callable[[Delivery, Fault, Service], Awaitable[web.StreamResponse]]] = {
    FaultKind.SLOW: _late,
    FaultKind.HANG: _silent,
    FaultKind.HTTP: _html,
    FaultKind.SOAP: _refused,
    FaultKind.SOAP_WITH_200: _refused_with_200,
    FaultKind.DROP: _dropped,
    FaultKind.TRUNCATE: _truncated,
    FaultKind.WRONG_CHARSET: _wrong_charset,
    FaultKind.HUGE: _huge,
    FaultKind.LOST_ANSWER: _lost,
    FaultKind.AFTER_SUBMIT: _broken_after_work,
    FaultKind.STALL: _stalled,
    FaultKind.HOSTILE: _xml,
    FaultKind.REFUSED: _refused,
    FaultKind.MEANWHILE: _after,
}
