"""The bot's own RESTlet as it would run in the account; what it is asked and answers is said in the script itself.

The script is sync/connectors/netsuite/suitescript/tesorio_restlet.js. Units of usage are counted as SuiteScript counts
them: 10 for a query, a load or a save of a note or a file, 5 for a search.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.communication import Direction, File, Note, Owner
from sandbox.ledger.correspondence import FIRST_NOTE_ID
from sandbox.ledger.related import files_of, with_external_id
from sandbox.netsuite.kinds import RECORD_TYPES
from sandbox.netsuite.permissions import Level, Permissions
from sandbox.netsuite.rest.errors import RestletError
from sandbox.netsuite.texts import PACIFIC
from sandbox.netsuite.writes.operations import TOKEN_USER

VERSION = 1
MAX_ITEMS = 1000
MAX_FILES = 100
MAX_CONTENT_BYTES = 9 * 2**20
MAX_USAGE = 5_000
_KINDS = {"note": Kind.NOTE, "message": Kind.MESSAGE}
_OWNERS = {"customer": Kind.CUSTOMER, "invoice": Kind.INVOICE}
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z")

_MINUTE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


@dataclass(kw_only=True, slots=True)
class Run:
    """One run of the script; `usage` is what it has used of its units."""

    ledger: Ledger
    account: str
    at: datetime
    zone: ZoneInfo = PACIFIC
    permissions: Permissions = field(default_factory=Permissions)
    usage: int = 0

    def use(self, units: int) -> None:
        """Raises RestletError beyond what a run may use."""
        self.usage += units
        if self.usage > MAX_USAGE:
            raise RestletError("SSS_USAGE_LIMIT_EXCEEDED", "Script Execution Usage Limit Exceeded")

    def need(self, kind: Kind, level: Level = Level.VIEW) -> None:
        """Raises RestletError when the role may not do this with records of a kind."""
        if not self.permissions.allows(RECORD_TYPES[kind], level):
            raise RestletError("INSUFFICIENT_PERMISSION", f"Permission Violation: {RECORD_TYPES[kind]}")


def got(asked: Mapping[str, str], run: Run) -> dict[str, Any]:
    """The answer to a GET. Raises RestletError for what is asked wrongly."""
    match asked.get("action"):
        case "version":
            return {"version": VERSION, "account": run.account}
        case "changed":
            return _changed(asked, run)
        case "files":
            return _files(asked, run)
        case action:
            raise _wrong("action", action)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """The note that a POST asks for."""

    owner: Owner
    external_id: str
    title: str
    text: str
    direction: Direction
    written_at: datetime | None


def posted(asked: Any, run: Run) -> dict[str, Any]:
    """The answer to a POST. Raises RestletError for what is asked wrongly."""
    wanted = _wanted(asked, run.zone)
    run.need(Kind.NOTE, Level.EDIT)
    run.use(10)
    known = with_external_id(run.ledger, Kind.NOTE, wanted.external_id)
    return _written(wanted, run) if known is None else _rewritten(known, wanted, run)


def _wanted(asked: Any, zone: ZoneInfo) -> Wanted:
    if not isinstance(asked, dict) or asked.get("action") != "note":
        raise _wrong("action", asked.get("action") if isinstance(asked, dict) else None)
    owner = asked.get("owner")
    owner = owner if isinstance(owner, dict) else {}
    kind = _choice("owner.type", owner.get("type"), _OWNERS)
    owner_id = _id("owner.id", owner.get("id"))
    direction = Direction(_choice("direction", asked.get("direction"), {one: one for one in Direction}))
    external_id, title, text = (_required(name, asked.get(name)) for name in ("externalId", "title", "text"))
    return Wanted(
        owner=Owner(kind=kind, id=owner_id),
        external_id=external_id,
        title=title,
        text=text,
        direction=direction,
        written_at=_wall_clock(asked["written"], zone) if "written" in asked else None,
    )


def _wall_clock(value: Any, zone: ZoneInfo) -> datetime:
    if not isinstance(value, str) or not _MINUTE.fullmatch(value):
        raise _wrong("written", value)
    return datetime.fromisoformat(value).replace(tzinfo=zone).astimezone(UTC)


def _written(wanted: Wanted, run: Run) -> dict[str, Any]:
    owner = wanted.owner
    if owner.id not in run.ledger.records(owner.kind):
        raise RestletError("INVALID_KEY_OR_REF", f"Invalid {owner.kind} reference key {owner.id}.")
    run.use(20)
    note = Note(
        id=run.ledger.new_id(Kind.NOTE, FIRST_NOTE_ID),
        owner=owner,
        title=wanted.title,
        text=wanted.text,
        author_id=TOKEN_USER.id,
        direction=wanted.direction,
        note_date=wanted.written_at or run.at,
        created_at=run.at,
        last_modified=run.at,
        external_id=wanted.external_id,
    )
    run.ledger.put(Kind.NOTE, note)
    return {"id": str(note.id), "created": True}


def _rewritten(note_id: int, wanted: Wanted, run: Run) -> dict[str, Any]:
    run.use(20)
    note: Note = run.ledger.records(Kind.NOTE)[note_id]
    changed = replace(note, title=wanted.title, text=wanted.text, direction=wanted.direction, last_modified=run.at)
    run.ledger.put(Kind.NOTE, changed)
    return {"id": str(note_id), "created": False}


def _changed(asked: Mapping[str, str], run: Run) -> dict[str, Any]:
    kind = _choice("kind", asked.get("kind"), _KINDS)
    since = _instant(asked.get("since", "1970-01-01T00:00:00Z"))
    after, limit = _id("after", asked.get("after", "0")), _limit(asked.get("limit"))
    run.need(kind)
    run.use(10)
    records = run.ledger.records(kind)
    marks = sorted((records[found].last_modified, found) for found in run.ledger.changed(kind, since, None))
    later = [mark for mark in marks if mark > (since, after)]
    items = [{"id": str(found), "lastModified": iso(instant)} for instant, found in later[:limit]]
    return {"items": items, "more": len(later) > limit}


def _files(asked: Mapping[str, str], run: Run) -> dict[str, Any]:
    invoice_id = _id("invoice", asked.get("invoice"))
    run.need(Kind.INVOICE)
    run.need(Kind.FILE)
    run.use(5)
    if invoice_id not in run.ledger.invoices:
        raise RestletError("RCRD_DSNT_EXIST", f"There is no invoice {invoice_id}")
    found = files_of(run.ledger, invoice_id)
    if "file" in asked:
        found = tuple(file for file in found if file.id == _id("file", asked["file"]))
    run.use(10)
    described = [_described(file) for file in found[:MAX_FILES]]
    if asked.get("content") != "1":
        return {"files": described}
    return {"files": _with_contents(found, described, run)}


def _described(file: File) -> dict[str, Any]:
    return {
        "id": str(file.id),
        "name": file.name,
        "type": file.media_type.removeprefix("_"),
        "size": file.size,
        "folder": str(file.folder_id),
        "modified": iso(file.last_modified),
    }


def _with_contents(files: tuple[File, ...], described: list[dict[str, Any]], run: Run) -> list[dict[str, Any]]:
    room = MAX_CONTENT_BYTES
    for file, said in zip(files, described, strict=False):
        content = base64.b64encode(file.content).decode() if file.size * 4 / 3 <= room else None
        if content is not None:
            run.use(10)
            room -= len(content)
        said["content"] = content
    return described


def iso(instant: datetime) -> str:
    """2026-11-22T12:00:00Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _wrong(parameter: str, value: object) -> RestletError:
    said = "left out" if value is None else repr(value)
    return RestletError("SSS_INVALID_PARAMETER", f"{parameter} can't be {said}")


def _choice(parameter: str, value: object, known: Mapping[str, Any]) -> Any:
    if not isinstance(value, str) or value not in known:
        raise _wrong(parameter, value)
    return known[value]


def _id(parameter: str, value: object) -> int:
    if not re.fullmatch(r"\d{1,15}", str(value), re.ASCII):
        raise _wrong(parameter, value)
    return int(str(value))


def _required(parameter: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _wrong(parameter, value)
    return value


def _instant(value: str) -> datetime:
    found = _INSTANT.fullmatch(value)
    if not found:
        raise _wrong("since", value)
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC)


def _limit(value: str | None) -> int:
    limit = MAX_ITEMS if value is None else _id("limit", value)
    if not 1 <= limit <= MAX_ITEMS:
        raise _wrong("limit", value)
    return limit
