"""A scripted Salesforce on a real socket: it lets in, and answers each request with the next reply of its script."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_plus

TOKEN = "00D000000000001!session"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer. `length` overrides Content-Length, so that a body can be cut off; `hold` keeps the client waiting."""

    body: Any = b""
    status: int = 200
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    hold: threading.Event | None = None

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Wire:
    """The server's address, its scripts, and what was asked of it so far. `logins` are the bodies of logins."""

    url: str
    script: list[Reply] = field(default_factory=list)
    login_script: list[Reply] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    login_paths: list[str] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    lock: threading.Condition = field(default_factory=threading.Condition)

    def answers(self, *replies: Reply) -> None:
        self.script += replies

    def next_reply(self, path: str, headers: dict[str, str], body: str) -> Reply:
        with self.lock:
            if path.startswith(("/services/oauth2/token", "/services/Soap/")):
                self.logins.append(body)
                self.login_paths.append(path)
                return self.login_script.pop(0) if self.login_script else self.welcome()
            self.asked.append(unquote_plus(path))
            self.headers.append(headers)
            self.arrived.set()
            self.lock.notify_all()
            return self.script.pop(0) if self.script else Reply(status=599)

    def wait_for_requests(self, count: int) -> None:
        """Until so many have come in all."""
        with self.lock:
            assert self.lock.wait_for(lambda: len(self.asked) >= count, 60)

    def welcome(self) -> Reply:
        body = {"access_token": f"{TOKEN}{len(self.logins)}", "instance_url": "https://acme.my.salesforce.com"}
        return Reply(body=body)


def rows(*found: dict[str, Any], total: int | None = None, next_path: str = "", **headers: str) -> Reply:
    """A page of a query's answer."""
    body: dict[str, Any] = {"totalSize": len(found) if total is None else total, "done": not next_path}
    more = {"nextRecordsUrl": next_path} if next_path else {}
    return Reply(body=body | more | {"records": list(found)}, headers=headers)


def refusal(status: int, code: str, message: str = "no") -> Reply:
    return Reply(status=status, body=[{"errorCode": code, "message": message}])


def page_of_html(status: int) -> Reply:
    return Reply(status=status, body=b"<html><body>Down for maintenance</body></html>", content_type="text/html")


@contextmanager
def serving() -> Iterator[Wire]:
    """The server, running until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    wire = Wire(url=f"http://127.0.0.1:{server.server_port}")
    server.wire = wire  # type: ignore[attr-defined]  # how the handler finds its script
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield wire
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._reply("")

    def do_POST(self) -> None:
        self._reply(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _reply(self, body: str) -> None:
        wire: Wire = self.server.wire  # type: ignore[attr-defined]  # see serving()
        reply = wire.next_reply(self.path, dict(self.headers), body)
        if reply.hold is not None:
            reply.hold.wait(10)
        try:
            self.send_response_only(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.content) if reply.length is None else reply.length))
            self.send_header("Connection", "close")
            for name, value in reply.headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(reply.content)
        except OSError:
            return  # the client has seen enough and left

    def log_message(self, *_: Any) -> None:
        return
