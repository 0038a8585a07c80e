"""The RESTlet's address: OAuth 1.0a as it is checked, the answers of the bot's own script, its limits and faults."""

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import aiohttp
import pytest

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.related import files_of
from sandbox.netsuite import DEFAULT_CREDENTIALS, Credentials, NetSuiteStandIn
from sandbox.netsuite.errors import session_expired
from sandbox.netsuite.rest.oauth1 import base_string, header_parameters, signature
from sandbox.netsuite.rest.restlet import Run, iso
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.restlet import JSON, RestletClient

# Oracle's own example of a signed RESTlet call.
ORACLE = Credentials(
    account="123456",
    consumer_key="ef40afdd8abaac111b13825dd5e5e2ddddb44f86d5a0dd6dcf38c20aae6b67e4",
    consumer_secret="d26ad321a4b2f23b0741c8d38392ce01c3e23e109df6c96eac6d099e9ab9e8b5",
    token_id="2b0ce516420110bcbd36b69e99196d1b7f6de3c6234c5afb799b73d87569f5cc",
    token_secret="c29a677df7d5439a458c063654187e3d678d73aca8e3c9d8bea1478a3eb0d295",
)


@pytest.fixture
async def restlet(ns: NetSuiteStandIn, clock: Clock) -> AsyncIterator[RestletClient]:
    async with aiohttp.ClientSession(skip_auto_headers={"Content-Type"}) as http:
        yield RestletClient(ns, clock, http)


class TestSignature:
    def test_oracles_example(self) -> None:
        url = "https://123456.restlets.api.netsuite.com/app/site/hosting/restlet.nl"
        query = "script=6&deploy=1&customParam=someValue&testParam=someOtherValue"
        signed = [
            ("oauth_consumer_key", ORACLE.consumer_key),
            ("oauth_nonce", "fjaLirsIcCGVZWzBX0pg"),
            ("oauth_signature_method", "HMAC-SHA256"),
            ("oauth_timestamp", "1508242306"),
            ("oauth_token", ORACLE.token_id),
            ("oauth_version", "1.0"),
        ]
        base = base_string("POST", url, [*parse_qsl(query), *signed])
        assert signature(ORACLE, base) == "+KK4SKNgz4ZiILGLwOMtfYlgcXSy1eis8ldE9X90azQ="

    @pytest.mark.parametrize("header", ["", "Bearer x", 'OAuth realm="1"', 'OAuth realm="1", realm="2"'])
    def test_no_header_of_oauth(self, header: str) -> None:
        assert header_parameters(header) is None


class TestAdmission:
    async def test_signed_call(self, restlet: RestletClient) -> None:
        assert await restlet.get(action="version") == {"version": 1, "account": DEFAULT_CREDENTIALS.account}

    @pytest.mark.parametrize(
        "changes",
        [
            {"client_secret": "other"},
            {"realm": "1234567-sb1"},
            {"timestamp": "1700000000"},
            {"signature_method": "HMAC-SHA1"},
        ],
    )
    async def test_wrongly_signed(self, restlet: RestletClient, changes: dict[str, str]) -> None:
        url = restlet.url(action="version")
        header = restlet.authorization("GET", url, **changes)
        status, answer = await restlet.call("GET", url, Authorization=header)
        assert (status, answer["error"]["code"]) == (401, "INVALID_LOGIN_ATTEMPT")

    async def test_every_parameter_is_signed(self, restlet: RestletClient) -> None:
        header = restlet.authorization("GET", restlet.url(action="version"))
        status, _ = await restlet.call("GET", restlet.url(action="version", extra="1"), Authorization=header)
        assert status == 401

    async def test_a_nonce_serves_once(self, restlet: RestletClient) -> None:
        url = restlet.url(action="version")
        header = restlet.authorization("GET", url)
        first, second = [await restlet.call("GET", url, Authorization=header) for _ in range(2)]
        assert (first[0], second[0]) == (200, 401)

    async def test_other_script(self, restlet: RestletClient) -> None:
        url = restlet.url(action="version").replace("script=1", "script=7")
        status, answer = await restlet.call("GET", url)
        assert (status, answer["error"]["code"]) == (404, "SSS_INVALID_SCRIPTLET_ID")

    async def test_json_has_to_be_said(self, restlet: RestletClient) -> None:
        url = restlet.url(action="version")
        status, answer = await restlet.call("GET", url, **{"Content-Type": "text/plain"})
        assert (status, answer["error"]["code"]) == (400, "INVALID_RETURN_DATA_FORMAT")
        assert await restlet.refused("DELETE", action="version") == (405, "SSS_METHOD_NOT_IMPLEMENTED")


class TestChanged:
    async def test_pages_cover_what_changed_once(self, restlet: RestletClient, ledger: Ledger) -> None:
        notes = ledger.records(Kind.NOTE)
        same = max(note.last_modified for note in notes.values())
        for note_id in list(notes)[:7]:
            ledger.edit(Kind.NOTE, note_id, last_modified=same)
        found, since, after = [], iso(same - timedelta(days=20)), "0"
        while True:
            page = await restlet.get(action="changed", kind="note", since=since, after=after, limit="3")
            found += page["items"]
            if not page["more"]:
                break
            since, after = page["items"][-1]["lastModified"], page["items"][-1]["id"]
        expected = sorted(
            (note.last_modified, note.id) for note in notes.values() if note.last_modified >= same - timedelta(days=20)
        )
        assert [(item["lastModified"], int(item["id"])) for item in found] == [
            (iso(instant), note_id) for instant, note_id in expected
        ]

    async def test_an_edited_old_note_is_among_them(self, restlet: RestletClient, ledger: Ledger, clock: Clock) -> None:
        first = next(iter(ledger.records(Kind.NOTE)))
        clock.pass_(hours=1)
        ledger.edit(Kind.NOTE, first, text="Edited")
        since = iso(clock() - timedelta(minutes=1))
        assert await restlet.get(action="changed", kind="note", since=since) == {
            "items": [{"id": str(first), "lastModified": iso(clock())}],
            "more": False,
        }

    async def test_messages_from_the_beginning(self, restlet: RestletClient, ledger: Ledger) -> None:
        page = await restlet.get(action="changed", kind="message")
        assert {int(item["id"]) for item in page["items"]} == set(ledger.records(Kind.MESSAGE))

    @pytest.mark.parametrize(
        "asked",
        [
            {"action": "changed"},
            {"action": "changed", "kind": "invoice"},
            {"action": "changed", "kind": "note", "since": "yesterday"},
            {"action": "changed", "kind": "note", "since": "2026-11-22T12:00:00"},
            {"action": "changed", "kind": "note", "limit": "1001"},
            {"action": "changed", "kind": "note", "after": "x"},
            {"action": "everything"},
        ],
    )
    async def test_asked_wrongly(self, restlet: RestletClient, asked: dict[str, str]) -> None:
        assert await restlet.refused("GET", **asked) == (400, "SSS_INVALID_PARAMETER")


class TestFiles:
    async def test_files_of_an_invoice_with_content(self, restlet: RestletClient, ledger: Ledger) -> None:
        invoice = ledger.invoice_numbered("INV-12345")
        (known,) = files_of(ledger, invoice.id)
        (file,) = (await restlet.get(action="files", invoice=str(invoice.id), content="1"))["files"]
        assert base64.b64decode(file.pop("content")) == known.content
        assert file == {
            "id": str(known.id),
            "name": "INV-12345.pdf",
            "type": "PDF",
            "size": known.size,
            "folder": "701",
            "modified": iso(known.last_modified),
        }

    async def test_content_beyond_ten_megabytes(self, restlet: RestletClient, ledger: Ledger) -> None:
        invoice = ledger.invoice_numbered("INV-12345")
        (known,) = files_of(ledger, invoice.id)
        large = ledger.edit(Kind.FILE, next(iter(ledger.records(Kind.FILE))), invoice_ids=(invoice.id,))
        ledger.edit(Kind.FILE, large.id, content=b"x" * 7 * 2**20)
        answer = (await restlet.get(action="files", invoice=str(invoice.id), content="1"))["files"]
        held = {int(one["id"]): one["content"] for one in answer}
        assert held[large.id] is None
        alone = (await restlet.get(action="files", invoice=str(invoice.id), file=str(known.id)))["files"]
        assert [one["id"] for one in alone] == [str(known.id)]

    async def test_invoice_without_files_and_no_invoice(self, restlet: RestletClient, ledger: Ledger) -> None:
        made = ledger.add_invoice(1001, total_minor=100)
        assert await restlet.get(action="files", invoice=str(made.id)) == {"files": []}
        assert await restlet.refused("GET", action="files", invoice="7") == (400, "RCRD_DSNT_EXIST")


class TestNote:
    def note(self, **changes: Any) -> dict[str, Any]:
        owner = {"type": "customer", "id": "1001"}
        said = {"externalId": "t-1", "owner": owner, "title": "Call", "text": "Said <soon>", "direction": "incoming"}
        return {"action": "note", **said, **changes}

    async def test_written_once(self, restlet: RestletClient, ledger: Ledger) -> None:
        status, first = await restlet.call("POST", restlet.ns.restlet_url, self.note())
        assert (status, first["created"]) == (200, True)
        _, second = await restlet.call("POST", restlet.ns.restlet_url, self.note(text="Said later"))
        assert second == {"id": first["id"], "created": False}
        kept = ledger.records(Kind.NOTE)[int(first["id"])]
        assert (kept.text, kept.owner.id, kept.external_id) == ("Said later", 1001, "t-1")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"owner": {"type": "customer", "id": "7"}}, "INVALID_KEY_OR_REF"),
            ({"owner": {"type": "vendor", "id": "7"}}, "SSS_INVALID_PARAMETER"),
            ({"direction": "up"}, "SSS_INVALID_PARAMETER"),
            ({"title": " "}, "SSS_INVALID_PARAMETER"),
            ({"externalId": None}, "SSS_INVALID_PARAMETER"),
            ({"action": "note "}, "SSS_INVALID_PARAMETER"),
        ],
    )
    async def test_refused(self, restlet: RestletClient, ledger: Ledger, changes: dict[str, Any], code: str) -> None:
        before = ledger.version
        assert await restlet.refused("POST", self.note(**changes)) == (400, code)
        assert ledger.version == before


class TestPermissions:
    async def test_role_without_them(self, restlet: RestletClient, ns: NetSuiteStandIn) -> None:
        ns.permissions.lack("Notes Tab", "Documents and Files")
        note = TestNote().note()
        refused = (400, "INSUFFICIENT_PERMISSION")
        assert await restlet.refused("POST", note) == refused
        assert await restlet.refused("GET", action="changed", kind="note") == refused
        assert await restlet.refused("GET", action="files", invoice="100001") == refused
        assert (await restlet.get(action="changed", kind="message", limit="1"))["items"]


class TestLimits:
    async def test_concurrency_is_shared_with_soap(self, restlet: RestletClient, ns: NetSuiteStandIn) -> None:
        ns.running.limit = 1
        ns.faults.slow(0.3, operation="restlet")
        first = asyncio.create_task(restlet.get(action="version"))
        while not ns.running.peak:  # noqa: ASYNC110 -- the stand-in rings nowhere
            await asyncio.sleep(0.01)
        assert await restlet.refused("GET", action="version") == (400, "SSS_REQUEST_LIMIT_EXCEEDED")
        assert (await first)["version"] == 1

    async def test_too_much_in(self, restlet: RestletClient) -> None:
        url = restlet.url()
        headers = {**JSON, "Authorization": restlet.authorization("POST", url)}
        async with restlet.http.post(url, data=io.BytesIO(b" " * (10 * 2**20 + 1)), headers=headers) as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (400, "SSS_FILE_SIZE_EXCEEDED")

    def test_units_of_a_run(self, ledger: Ledger, clock: Clock) -> None:
        run = Run(ledger=ledger, account="1", at=clock())
        run.use(5_000)
        with pytest.raises(Exception, match="Usage Limit"):
            run.use(1)


class TestFaults:
    async def test_blocked(self, restlet: RestletClient, ns: NetSuiteStandIn) -> None:
        ns.faults.blocked(operation="restlet")
        assert await restlet.refused("GET", action="version") == (400, "SSS_REQUEST_LIMIT_EXCEEDED")
        assert ns.log[-1].outcome == "SSS_REQUEST_LIMIT_EXCEEDED"

    @pytest.mark.parametrize(("lose", "written"), [("lost_answer", 1), ("drop", 0), ("truncate", 1)])
    async def test_broken_connections(
        self, restlet: RestletClient, ns: NetSuiteStandIn, ledger: Ledger, lose: str, written: int
    ) -> None:
        before = len(ledger.records(Kind.NOTE))
        getattr(ns.faults, lose)(operation="restlet")
        with pytest.raises((aiohttp.ClientError, ValueError)):
            await restlet.call("POST", ns.restlet_url, TestNote().note())
        assert len(ledger.records(Kind.NOTE)) == before + written

    async def test_error_in_an_answer_of_200(self, restlet: RestletClient, ns: NetSuiteStandIn) -> None:
        ns.faults.fault_with_200(session_expired(), operation="restlet")
        assert "error" in await restlet.get(action="version")

    async def test_proxy_in_front(self, restlet: RestletClient, ns: NetSuiteStandIn) -> None:
        ns.faults.http(503, operation="restlet")
        url = restlet.url(action="version")
        async with restlet.http.get(url, headers={**JSON, "Authorization": restlet.authorization("GET", url)}) as got:
            assert (got.status, got.content_type) == (503, "text/html")

    def test_address_holds_script_and_deployment(self, ns: NetSuiteStandIn) -> None:
        assert dict(parse_qsl(urlsplit(ns.restlet_url).query)) == {"script": "1", "deploy": "1"}
