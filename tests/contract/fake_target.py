"""A system of record that takes notes, contacts and messages over a real socket, and the target that pushes to it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

import aiohttp
from aiohttp import web

from sync.connector import ContactPush, NotePush, PushItem
from sync.errors import NotPermittedError, RejectedError, RetryError, UnknownOutcomeError

# What the next request runs into: cut off before or after it did its work, refused for good or for want of a
# permission, told to come later.
Trouble = Literal["cut_before", "cut_after", "reject", "forbid", "busy"]
_REJECTED, _FORBIDDEN, _BUSY, _OK = 422, 403, 503, 200


@dataclass
class NoteKeeper:
    """The system: its notes by its own ids, in the order in which they came, and the troubles that are to come."""

    notes: dict[str, dict[str, Any]] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    # A trouble that lasts, for the notes that it is true of.
    lasting: Callable[[dict[str, Any]], Trouble | None] = lambda _note: None
    delay_seconds: float = 0.0
    # Nobody is answered before so many were at work at once.
    gathers: int = 0
    gathered: asyncio.Event = field(default_factory=asyncio.Event)
    pushes: int = 0
    finds: int = 0
    at_work: int = 0
    most_at_work: int = 0
    url: str = ""

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self.notes.values() if one.get("push", "note") == kind]

    def texts(self) -> list[str]:
        return [note["text"] for note in self.of_kind("note")]

    def known(self, pushed: dict[str, Any]) -> str | None:
        """The id of the contact that this one is a new version of."""
        if pushed.get("push") != "contact":
            return None
        same = (found for found, one in self.notes.items() if one["key"] == pushed["key"])
        return pushed["source_id"] or next(same, None)

    async def push(self, request: web.Request) -> web.StreamResponse:
        self.pushes += 1
        note = await request.json()
        trouble = self.lasting(note) or (self.troubles.pop(0) if self.troubles else None)
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        if self.most_at_work >= self.gathers:
            self.gathered.set()
        try:
            await self.gathered.wait()
            await asyncio.sleep(self.delay_seconds)
        finally:
            self.at_work -= 1
        if trouble == "reject":
            return web.json_response({"error": "INVALID_FIELD"}, status=_REJECTED)
        if trouble == "forbid":
            return web.json_response({"error": "Lists > Notes"}, status=_FORBIDDEN)
        if trouble == "busy":
            return web.json_response({"error": "BUSY"}, status=_BUSY)
        if trouble == "cut_before":
            return _cut(request)
        note_id = self.known(note) or f"N{len(self.notes) + 1}"
        self.notes[note_id] = note
        return _cut(request) if trouble == "cut_after" else web.json_response({"id": note_id})

    async def find(self, request: web.Request) -> web.StreamResponse:
        self.finds += 1
        key = request.query["key"]
        found = next((note_id for note_id, note in self.notes.items() if note["key"] == key), None)
        return web.json_response({"id": found})


class FakeTarget:
    """The target; `at_once` and the names are the test's to choose."""

    takes = frozenset({"note", "contact", "message"})
    about = frozenset({"customer", "invoice"})
    keyless = frozenset({"message"})
    contact_roles = ("Accounts Payable", "Consultant")

    account_id = ""

    def __init__(self, url: str, *, name: str = "crm", title: str = "Test CRM", at_once: int = 3) -> None:
        self.url, self.name, self.title, self.at_once = url, name, title, at_once

    async def account(self) -> str:
        return self.account_id

    async def push(self, item: PushItem) -> str:
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.post(f"{self.url}/notes", json=_body(item)) as answer,
            ):
                status, told = answer.status, await answer.json()
        except aiohttp.ClientConnectorError as error:
            raise RetryError(type(error).__name__) from error
        except aiohttp.ClientError as error:
            raise UnknownOutcomeError(type(error).__name__) from error
        if status == _REJECTED:
            raise RejectedError(told["error"])
        if status == _FORBIDDEN:
            raise NotPermittedError(told["error"])
        if status != _OK:
            raise RetryError(told["error"])
        return str(told["id"])

    async def find(self, item: PushItem) -> str | None:
        if isinstance(item, ContactPush):
            return None
        query = {"key": item.key}
        try:
            async with aiohttp.ClientSession() as session, session.get(f"{self.url}/notes", params=query) as answer:
                told = await answer.json()
        except aiohttp.ClientError as error:
            raise RetryError(type(error).__name__) from error
        return told["id"] and str(told["id"])

    async def close(self) -> None:
        """Nothing is kept open."""


def _body(item: PushItem) -> dict[str, Any]:
    """What the system is sent; a note's in words of its own."""
    if isinstance(item, NotePush):
        note = {"kind": item.about_kind, "source_id": item.about_source_id, "written_at": item.written_at.isoformat()}
        return note | {"key": item.key, "title": item.title, "text": item.text, "author": item.author}
    fields: dict[str, Any] = json.loads(json.dumps(asdict(item), default=datetime.isoformat))
    return fields | {"push": item.kind}


@asynccontextmanager
async def note_keeper() -> AsyncIterator[NoteKeeper]:
    """The system, on a port of its own until the block ends."""
    keeper = NoteKeeper()
    application = web.Application()
    application.add_routes([web.post("/notes", keeper.push), web.get("/notes", keeper.find)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        keeper.url = f"http://{host}:{port}"
        yield keeper
    finally:
        await runner.cleanup()


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
