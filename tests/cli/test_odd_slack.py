"""What stands between us and Slack may answer in its place: a proxy's page, a text, half a document."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.cli.console import Console

ODD = [
    pytest.param(502, "text/plain", b"Bad gateway", id="text"),
    pytest.param(503, "text/html", b"<html>Busy</html>", id="page"),
    pytest.param(200, "application/json", b"[1, 2", id="half"),
    pytest.param(200, "application/json", b'["ok"]', id="list"),
    pytest.param(200, "application/json", b"null", id="null"),
    pytest.param(200, "application/gzip", b"\x00\x01", id="bytes"),
]


@contextmanager
def answering(status: int, content_type: str, body: bytes) -> Iterator[str]:
    """A server that answers everything so; the root of its «Web API»."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_what: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "content_type", "body"), ODD)
class TestOddAnswers:
    @pytest.mark.sampled(keep=2)
    def test_are_said_by_every_command_that_asks_slack(
        self, filled: Console, status: int, content_type: str, body: bytes
    ) -> None:
        assert filled("users", "add", "ana@meridian.example").code == 0
        with answering(status, content_type, body) as url:
            for arguments in (("run",), ("users", "link", "ana@meridian.example")):
                ended = filled(*arguments, SLACK_API_URL=url)
                assert ended.code == 1
                assert f"Slack refused: an answer that nobody understands (HTTP {status})." in ended.err
            rows = filled("doctor", "slack", "--json", SLACK_API_URL=url).json
        assert [(row["ok"], f"HTTP {status}" in row["detail"]) for row in rows] == [("NO", True), ("NO", True)]
