"""The script that runs in the account: it answers what the stand-in answers, question by question."""

import base64
import json
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.related import files_of
from sandbox.netsuite.rest.errors import RestletError
from sandbox.netsuite.rest.restlet import Run, got, iso, posted

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="node is not installed")
SCRIPT = files("sync.connectors.netsuite.suitescript").joinpath("tesorio_restlet.js")
HOST = Path(__file__).with_name("restlet_host.js")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACCOUNT = "1234567_SB1"
NOTE = {
    "action": "note",
    "externalId": "t-1",
    "owner": {"type": "customer", "id": "1001"},
    "title": "Call",
    "text": "Said <soon> & «later»",
    "direction": "outgoing",
}


@pytest.fixture
def ledger() -> Ledger:
    made = Ledger.seeded(today=date(2026, 11, 22), customers=12, now=lambda: NOW)
    text = made.edit(Kind.FILE, next(iter(made.records(Kind.FILE))), name="remittance.txt", content="Größe".encode())
    made.edit(Kind.FILE, text.id, media_type="_PLAINTEXT", invoice_ids=(made.invoice_numbered("INV-12345").id,))
    return made


def sql_instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}"


def world(ledger: Ledger) -> dict[str, Any]:
    """The ledger as the script's modules find it; NetSuite gives texts as they are and all else in base64."""
    files_held = ledger.records(Kind.FILE).values()
    return {
        "account": ACCOUNT,
        "now": sql_instant(NOW),
        "notes": [
            {"id": note.id, "modified": sql_instant(note.last_modified), "externalId": note.external_id}
            for note in ledger.records(Kind.NOTE).values()
        ],
        "messages": [
            {"id": one.id, "modified": sql_instant(one.last_modified)} for one in ledger.records(Kind.MESSAGE).values()
        ],
        "files": [
            {
                "id": file.id,
                "name": file.name,
                "filetype": file.media_type.removeprefix("_"),
                "filesize": file.size,
                "folder": file.folder_id,
                "modified": sql_instant(file.last_modified),
                "contents": file.content.decode()
                if file.media_type == "_PLAINTEXT"
                else base64.b64encode(file.content).decode(),
            }
            for file in files_held
        ],
        "invoices": {
            str(invoice_id): [file.id for file in files_of(ledger, invoice_id)] for invoice_id in ledger.invoices
        },
    }


def run_script(ledger: Ledger, calls: list[tuple[str, Any]]) -> dict[str, Any]:
    assert NODE is not None
    told = json.dumps({"world": world(ledger), "calls": calls})
    command: list[str] = [NODE, str(HOST), str(SCRIPT)]
    ran = subprocess.run(command, input=told, capture_output=True, text=True, timeout=120, check=True)  # noqa: S603 - our own script, by a program that was looked up
    answers: dict[str, Any] = json.loads(ran.stdout)
    return answers


def stand_in(ledger: Ledger, method: str, asked: Any) -> Any:
    run = Run(ledger=ledger, account=ACCOUNT, at=NOW)
    try:
        return got(asked, run) if method == "get" else posted(asked, run)
    except RestletError as refusal:
        return {"error": {"code": refusal.code}}


def without_message(answer: Any) -> Any:
    return {"error": {"code": answer["error"]["code"]}} if "error" in answer else answer


def questions(ledger: Ledger) -> list[tuple[str, Any]]:
    invoice = str(ledger.invoice_numbered("INV-12345").id)
    bare = str(ledger.add_invoice(1001, total_minor=1).id)
    note = list(ledger.records(Kind.NOTE).values())[2]
    since = iso(note.last_modified)
    changed = {"action": "changed", "kind": "note"}
    files_asked = {"action": "files", "invoice": invoice}
    return [
        ("get", {"action": "version"}),
        ("get", changed),
        ("get", {**changed, "since": since}),
        ("get", {**changed, "since": since, "after": str(note.id), "limit": "2"}),
        ("get", {**changed, "kind": "message", "since": iso(NOW - timedelta(days=20)), "limit": "1"}),
        ("get", files_asked),
        ("get", {**files_asked, "content": "1"}),
        ("get", {**files_asked, "file": "600001"}),
        ("get", {**files_asked, "invoice": bare, "content": "1"}),
        ("get", {**files_asked, "invoice": "7"}),
        ("get", {**files_asked, "invoice": "x"}),
        ("get", {**changed, "kind": "toString"}),
        ("get", {**changed, "since": "2026-11-22"}),
        ("get", {**changed, "limit": "0"}),
        ("get", {**changed, "limit": "1001"}),
        ("get", {"action": "note"}),
        ("get", {}),
        ("post", NOTE),
        ("post", {**NOTE, "text": "Changed"}),
        ("post", {**NOTE, "owner": {"type": "vendor", "id": "1"}}),
        ("post", {**NOTE, "owner": None}),
        ("post", {**NOTE, "direction": "up"}),
        ("post", {**NOTE, "externalId": ""}),
        ("post", {**NOTE, "title": " "}),
        ("post", {**NOTE, "written": "2026-11-22"}),
        ("post", {"action": "version"}),
    ]


class TestScript:
    def test_answers_like_the_stand_in(self, ledger: Ledger) -> None:
        calls = questions(ledger)
        ran = run_script(ledger, calls)
        for (method, asked), answer in zip(calls, ran["answers"], strict=True):
            assert without_message(answer) == stand_in(ledger, method, asked), (method, asked)

    def test_note_is_saved_with_its_owner(self, ledger: Ledger) -> None:
        owner = {"type": "invoice", "id": "100001"}
        of_invoice = {**NOTE, "externalId": "t-2", "owner": owner, "written": "2026-11-20T23:05"}
        first, second = run_script(ledger, [("post", NOTE), ("post", of_invoice)])["saved"]
        assert first == {
            "id": first["id"],
            "externalid": "t-1",
            "entity": 1001,
            "title": "Call",
            "note": "Said <soon> & «later»",
            "direction": "Outgoing",
        }
        assert (second["transaction"], "entity" in second) == (100001, False)
        # Date and time of day are two fields.
        assert (second["notedate"], second["time"]) == ("2026-11-20 23:05", "2026-11-20 23:05")

    def test_header_says_what_it_is(self) -> None:
        text = SCRIPT.read_text(encoding="utf-8")
        assert text.startswith("/**")
        assert all(tag in text for tag in ("@NApiVersion 2.1", "@NScriptType Restlet"))
