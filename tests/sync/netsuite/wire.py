"""A scripted SuiteTalk on a real socket: it serves a WSDL and answers each POST with the next reply of its script."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lxml import etree

from sandbox.netsuite.wsdl import SCHEMAS, namespace, schema_document, service_document

VERSION = "2025_2"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
CORE = namespace("core", VERSION)
MESSAGES = namespace("messages", VERSION)
FAULTS = namespace("faults", VERSION)
RELATIONSHIPS = namespace("relationships", VERSION)
ACCOUNTING = namespace("accounting", VERSION)


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer. `length` overrides Content-Length, so that a body can be cut off; `hold` keeps the client waiting."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/xml; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    hold: threading.Event | None = None


@dataclass
class Wire:
    """The server's address, its script, and what was asked of it so far."""

    url: str
    script: list[Reply] = field(default_factory=list)
    posted: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    at_once: int = 0
    most_at_once: int = 0
    document: Callable[[str], bytes | None] = lambda _path: None
    lock: Any = field(default_factory=threading.Lock)

    def answers(self, *replies: Reply | str) -> None:
        self.script += [reply if isinstance(reply, Reply) else Reply(body=reply.encode()) for reply in replies]

    @property
    def operations(self) -> list[str]:
        return [headers["SOAPAction"].strip('"') for headers in self.headers]

    def values(self, name: str) -> list[str]:
        """The text of the element with this local name in each request that has one."""
        found = [etree.fromstring(body).findtext(f".//{{*}}{name}") for body in self.posted]
        return [value for value in found if value is not None]


def own_documents(url: str) -> Callable[[str], bytes | None]:
    """The stand-in's WSDL and schemas under the addresses of the real ones."""
    documents = {
        f"/xsd/{SCHEMAS[file].area}/v{VERSION}_0/{file}.xsd": schema_document(file, VERSION, url) for file in SCHEMAS
    }
    documents[f"/wsdl/v{VERSION}_0/netsuite.wsdl"] = service_document(VERSION, url, f"{url}/services")

    def document(path: str) -> bytes | None:
        return documents[path].encode() if path in documents else None

    return document


@contextmanager
def serving() -> Iterator[Wire]:
    """The server, running until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    wire = Wire(url=f"http://127.0.0.1:{server.server_port}")
    wire.document = own_documents(wire.url)
    server.wire = wire  # type: ignore[attr-defined]  # how the handler finds its script
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield wire
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def dripping(head: bytes) -> Iterator[str]:
    """The address of a server that answers with `head`, then with a byte now and then for as long as it is heard."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def drip() -> None:
        caller, _ = listener.accept()
        with caller, suppress(OSError):
            caller.recv(65536)
            caller.sendall(head)
            while not stopped.wait(0.05):
                caller.sendall(b"x")

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopped.set()
        thread.join(5)
        listener.close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        wire: Wire = self.server.wire  # type: ignore[attr-defined]  # see serving()
        wire.fetched.append(self.path)
        body = wire.document(self.path)
        self._send(Reply(body=body) if body is not None else Reply(status=404, content_type="text/plain"))

    def do_POST(self) -> None:
        wire: Wire = self.server.wire  # type: ignore[attr-defined]  # see serving()
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with wire.lock:
            wire.posted.append(body)
            wire.headers.append(dict(self.headers))
            wire.at_once += 1
            wire.most_at_once = max(wire.most_at_once, wire.at_once)
            wire.arrived.set()
            reply = wire.script.pop(0) if wire.script else Reply(status=599, content_type="text/plain")
        if reply.hold is not None:
            reply.hold.wait(10)
        with wire.lock:
            wire.at_once -= 1
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        try:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.send_header("Connection", "close")
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)
        except OSError:
            return  # the client has seen enough and left

    def log_message(self, *_: Any) -> None:
        return


def envelope(content: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{SOAP}"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:c="{CORE}" xmlns:m="{MESSAGES}"'
        f' xmlns:r="{RELATIONSHIPS}" xmlns:a="{ACCOUNTING}"><soapenv:Body>{content}</soapenv:Body></soapenv:Envelope>'
    )


def page(*records: str, total: int | None = None, pages: int = 1, index: int = 1, search_id: str = "WS_1") -> str:
    count = len(records) if total is None else total
    return envelope(
        '<m:searchResponse><c:searchResult><c:status isSuccess="true"/>'
        f"<c:totalRecords>{count}</c:totalRecords><c:pageSize>5</c:pageSize><c:totalPages>{pages}</c:totalPages>"
        f"<c:pageIndex>{index}</c:pageIndex><c:searchId>{search_id}</c:searchId>"
        f"<c:recordList>{''.join(records)}</c:recordList></c:searchResult></m:searchResponse>"
    )


def refusal(code: str, message: str = "no") -> str:
    return envelope(
        '<m:searchResponse><c:searchResult><c:status isSuccess="false"><c:statusDetail type="ERROR">'
        f"<c:code>{code}</c:code><c:message>{message}</c:message></c:statusDetail></c:status>"
        "</c:searchResult></m:searchResponse>"
    )


def fault(name: str, code: str, message: str = "no", *, status: int = 500) -> Reply:
    body = envelope(
        "<soapenv:Fault><faultcode>soapenv:Server.userException</faultcode>"
        f'<faultstring>{message}</faultstring><detail><f:{name} xmlns:f="{FAULTS}"><f:code>{code}</f:code>'
        f"<f:message>{message}</f:message></f:{name}></detail></soapenv:Fault>"
    )
    return Reply(body=body.encode(), status=status)


def customer_record(number: int, **fields: str) -> str:
    values = {"entityId": f"C{number}", "companyName": f"Customer {number}"} | fields
    inner = "".join(f"<r:{name}>{value}</r:{name}>" for name, value in values.items())
    changed = f"<r:lastModifiedDate>2026-11-20T10:00:{number % 60:02}.000-08:00</r:lastModifiedDate>"
    return f'<c:record internalId="{number}" xsi:type="r:Customer">{inner}{changed}</c:record>'


def currency_list() -> str:
    entries = "".join(
        f'<c:record internalId="{number}" xsi:type="a:Currency"><a:name>{code}</a:name><a:symbol>{code}</a:symbol>'
        f"<a:isBaseCurrency>{'true' if number == 1 else 'false'}</a:isBaseCurrency></c:record>"
        for number, code in enumerate(("USD", "EUR", "JPY"), start=1)
    )
    return envelope(
        '<m:getAllResponse><c:getAllResult><c:status isSuccess="true"/><c:totalRecords>3</c:totalRecords>'
        f"<c:recordList>{entries}</c:recordList></c:getAllResult></m:getAllResponse>"
    )


def account_limit(limit: int | None = None, unallocated: int | None = None) -> str:
    told = {"accountConcurrencyLimit": limit, "unallocatedConcurrencyLimit": unallocated}
    return _limits("getAccountGovernanceInfo", told)


def integration_limit(limit: int | None = None, kind: str | None = None) -> str:
    return _limits("getIntegrationGovernanceInfo", {"integrationConcurrencyLimit": limit, "limitType": kind})


def _limits(operation: str, told: Mapping[str, object]) -> str:
    values = "".join(f"<c:{name}>{value}</c:{name}>" for name, value in told.items() if value is not None)
    return envelope(
        f'<m:{operation}Response><c:{operation}Result><c:status isSuccess="true"/>{values}'
        f"</c:{operation}Result></m:{operation}Response>"
    )


def account_facts() -> tuple[str, str, str]:
    """What a source asks for before it reads: limits and currencies."""
    return account_limit(), integration_limit(), currency_list()


def server_time(text: str) -> str:
    return envelope(
        '<m:getServerTimeResponse><c:getServerTimeResult><c:status isSuccess="true"/>'
        f"<c:serverTime>{text}</c:serverTime></c:getServerTimeResult></m:getServerTimeResponse>"
    )
