"""How an answer leaves: as it should, or in one of the ways in which the network and its proxies fail."""

import asyncio
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

_GZIP_FROM = 4_096


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """`body` is written as JSON unless it is text already; None is no body."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"

    @property
    def document(self) -> bytes:
        if self.body is None:
            return b""
        if isinstance(self.body, str):
            return self.body.encode()
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


class Delivery:
    """Sends one answer on one request; each method says what the client sees."""

    def __init__(self, request: web.Request, stopping: asyncio.Event) -> None:
        self._request = request
        self._stopping = stopping

    def plainly(self, answer: Answer) -> web.StreamResponse:
        """The whole answer, compressed for whom takes that."""
        document, headers = answer.document, dict(answer.headers)
        if len(document) > _GZIP_FROM and "gzip" in self._request.headers.get("Accept-Encoding", ""):
            document, headers = gzip.compress(document, 1), headers | {"Content-Encoding": "gzip"}
        if document:
            headers["Content-Type"] = f"{answer.content_type};charset=UTF-8"
        return web.Response(body=document, status=answer.status, headers=headers)

    async def late(self, answer: Answer, seconds: float) -> web.StreamResponse:
        """The whole answer after `seconds`."""
        await asyncio.sleep(seconds)
        return self.plainly(answer)

    def html(self, status: int) -> web.StreamResponse:
        """A page for human eyes."""
        page = f"<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>We are down for maintenance.</h1>"
        return web.Response(text=f"{page}</body></html>", status=status, content_type="text/html")

    def dropped(self) -> web.StreamResponse:
        """A connection that closes without a byte."""
        if self._request.transport:
            self._request.transport.abort()
        return web.Response()

    def truncated(self, answer: Answer) -> web.StreamResponse:
        """The first half of the document, with the Content-Length of that half."""
        document = answer.document
        return web.Response(body=document[: len(document) // 2], headers={"Content-Type": answer.content_type})

    async def silence(self) -> web.StreamResponse:
        """Headers, then nothing until the stand-in stops or the client leaves (which cancels this)."""
        response = web.StreamResponse(headers={"Content-Type": "application/json;charset=UTF-8"})
        await response.prepare(self._request)
        await self._stopping.wait()
        return response
