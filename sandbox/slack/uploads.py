"""The bytes of files over HTTP: where apps send them, and where people fetch them."""

from urllib.parse import quote

from aiohttp import web

from sandbox.slack.core import Core
from sandbox.slack.faults import UPLOAD_URL
from sandbox.slack.web_api.endpoint import cut, faulty

_CHUNK_BYTES = 65_536


class Uploads:
    def __init__(self, core: Core) -> None:
        self._core = core

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file, as the body of a POST; 400 when there are more or fewer than announced."""
        fault = self._core.faults.take(UPLOAD_URL, {})
        if fault is not None and fault.resets_before:
            return cut(request)
        if fault is not None and fault.status is not None:
            return faulty(fault)
        file = self._core.files.awaited(request.match_info["ticket"])
        if file is None:
            return web.Response(status=404)
        content = await _content(request, most=file.size)
        if len(content) != file.size:
            return web.Response(status=400, text="size mismatch")
        self._core.files.fill(file, content)
        return cut(request) if fault is not None and fault.resets else web.Response(text=f"OK - {file.size}")

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The file, for whoever follows the link in the page."""
        file = self._core.files.uploaded(request.match_info["file_id"])
        if file is None:
            return web.Response(status=404)
        disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        headers = {"Content-Disposition": disposition, "Content-Type": "application/octet-stream"}
        return web.Response(body=file.content, headers=headers)


async def _content(request: web.Request, *, most: int) -> bytes:
    """The body, or its beginning where it is longer than this."""
    content = bytearray()
    async for part in request.content.iter_chunked(_CHUNK_BYTES):
        content += part
        if len(content) > most:
            break
    return bytes(content)
