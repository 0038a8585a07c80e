"""Which delivery each kind of fault means."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from aiohttp import web

from sandbox.netsuite.delivery import Delivery
from sandbox.netsuite.faults import Fault, FaultKind

Misdelivery = Callable[[Delivery, Fault, Iterable[str]], Awaitable[web.StreamResponse]]

MISDELIVERIES: Mapping[FaultKind, Misdelivery] = {
    FaultKind.SLOW: lambda delivery, fault, parts: delivery.late(parts, fault.seconds),
    FaultKind.HANG: lambda delivery, _, __: delivery.silence(),
    FaultKind.HTTP: lambda delivery, fault, _: delivery.html(fault.status),
    FaultKind.SOAP: lambda delivery, fault, _: delivery.fault(fault.soap_fault),
    FaultKind.SOAP_WITH_200: lambda delivery, fault, _: delivery.fault(fault.soap_fault, 200),
    FaultKind.DROP: lambda delivery, _, __: delivery.dropped(),
    FaultKind.TRUNCATE: lambda delivery, _, parts: delivery.truncated(parts),
    FaultKind.WRONG_CHARSET: lambda delivery, _, parts: delivery.wrong_charset(parts),
    FaultKind.HUGE: lambda delivery, fault, parts: delivery.huge(parts, fault.mebibytes),
    FaultKind.LOST_ANSWER: lambda delivery, _, parts: delivery.lost(parts),
    FaultKind.AFTER_SUBMIT: lambda delivery, _, parts: delivery.streamed(parts),
    FaultKind.STALL: lambda delivery, _, parts: delivery.stalled(parts),
    FaultKind.HOSTILE: lambda delivery, fault, parts: delivery.hostile(parts, fault.prolog),
    FaultKind.REFUSED: lambda delivery, _, parts: delivery.streamed(parts),
    FaultKind.MEANWHILE: lambda delivery, fault, parts: delivery.after(parts, fault.happen),
}
