"""How an answer leaves: as it should, or in one of the ways in which the network and its proxies fail."""

import asyncio
from collections.abc import Callable, Iterable
from itertools import islice

from aiohttp import web

from sandbox.netsuite.envelope import fault_document
from sandbox.netsuite.errors import SoapFaultError
from sandbox.netsuite.hostile import Prolog

_CHUNK_CHARACTERS = 128 * 1024
_XML = {"Content-Type": "text/xml; charset=utf-8"}


class Delivery:
    """Sends one answer on one request; each method says what the client sees."""

    def __init__(self, request: web.Request, *, version: str, stopping: asyncio.Event) -> None:
        self._request = request
        self._version = version
        self._stopping = stopping

    async def streamed(self, parts: Iterable[str]) -> web.StreamResponse:
        """The whole answer, in chunks as it is written, so that a page never lies in memory at once."""
        coming = iter(parts)
        # The envelope and the operation's first part: a fault that they raise can still be answered as one.
        waiting = list(islice(coming, 2))
        size = sum(map(len, waiting))
        response = web.StreamResponse(headers=_XML)
        await response.prepare(self._request)
        for part in coming:
            waiting.append(part)
            size += len(part)
            if size > _CHUNK_CHARACTERS:
                await response.write("".join(waiting).encode())
                # The loop may be shared with the client: it gets its turn between two chunks.
                await asyncio.sleep(0)
                waiting, size = [], 0
        await response.write_eof("".join(waiting).encode())
        return response

    async def late(self, parts: Iterable[str], seconds: float) -> web.StreamResponse:
        """The whole answer after `seconds`."""
        await asyncio.sleep(seconds)
        return await self.streamed(parts)

    async def fault(self, fault: SoapFaultError, status: int = 500) -> web.StreamResponse:
        """A SOAP fault."""
        document = fault_document(fault, self._version)
        return web.Response(body=document.encode(), status=status, headers=_XML)

    async def html(self, status: int) -> web.StreamResponse:
        """A page for human eyes, as a proxy sends it."""
        page = (
            f"<!DOCTYPE html><html><head><title>{status}</title></head><body><h1>Service notice</h1><hr></body></html>"
        )
        return web.Response(text=page, status=status, content_type="text/html")

    async def silence(self) -> web.StreamResponse:
        """Headers, then nothing until the stand-in stops or the client leaves (which cancels this)."""
        response = web.StreamResponse(headers=_XML)
        await response.prepare(self._request)
        await self._stopping.wait()
        return response

    async def dropped(self) -> web.StreamResponse:
        """A connection that closes without a byte."""
        if self._request.transport:
            self._request.transport.abort()
        return web.Response()

    async def lost(self, parts: Iterable[str]) -> web.StreamResponse:
        """All is done that was asked for, and the connection closes without a byte."""
        for _ in parts:
            pass
        return await self.dropped()

    async def after(self, parts: Iterable[str], happen: Callable[[], object]) -> web.StreamResponse:
        """The whole answer, of which nothing was computed before this happened."""
        happen()
        return await self.streamed(parts)

    async def stalled(self, parts: Iterable[str]) -> web.StreamResponse:
        """The first half of the document, then nothing until the stand-in stops or the client leaves."""
        document = "".join(parts).encode()
        response = web.StreamResponse(headers=_XML)
        await response.prepare(self._request)
        await response.write(document[: len(document) // 2])
        await self._stopping.wait()
        return response

    async def hostile(self, parts: Iterable[str], prolog: Prolog) -> web.StreamResponse:
        """The whole answer under a document type, and in its header what that declares."""
        declaration, _, document = "".join(parts).partition("?>")
        document = document.replace("</platformMsgs:nsId>", f"{prolog.reference}</platformMsgs:nsId>", 1)
        return web.Response(body=f"{declaration}?>{prolog.doctype}{document}".encode(), headers=_XML)

    async def truncated(self, parts: Iterable[str]) -> web.StreamResponse:
        """The first half of the document, with the Content-Length of that half."""
        document = "".join(parts).encode()
        return web.Response(body=document[: len(document) // 2], headers=_XML)

    async def wrong_charset(self, parts: Iterable[str]) -> web.StreamResponse:
        """Windows-1252 under a declaration of UTF-8."""
        document = "".join(parts) + "<!-- é -->"
        return web.Response(body=document.encode("cp1252", "xmlcharrefreplace"), headers=_XML)

    async def huge(self, parts: Iterable[str], mebibytes: int) -> web.StreamResponse:
        """The answer with one more element, of this size, before its end."""
        document = "".join(parts)
        end = document.rindex("</")
        response = web.StreamResponse(headers=_XML)
        await response.prepare(self._request)
        await response.write(f"{document[:end]}<padding>".encode())
        for _ in range(mebibytes):
            await response.write(b"x" * 2**20)
        await response.write_eof(f"</padding>{document[end:]}".encode())
        return response
