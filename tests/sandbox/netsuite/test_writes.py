"""What SuiteTalk takes and refuses when something is written."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
import requests
from zeep.exceptions import Fault, TransportError

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.communication import Direction, Owner
from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.permissions import Level
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.soap import SoapClient, fault_code, refusal
from tests.sandbox.netsuite.writing import SUN, contact, message, note, stored_note, write, written


class TestNotes:
    async def test_upsert_adds_once_and_then_changes(self, soap: SoapClient, ledger: Ledger, clock: Clock) -> None:
        before = len(ledger.records(Kind.NOTE))
        first = await write(soap, "upsert", note(soap, externalId="tesorio-7"))
        clock.pass_(minutes=1)
        second = await write(soap, "upsert", note(soap, externalId="tesorio-7", note="Changed", direction="_outgoing"))
        assert first.baseRef.internalId == second.baseRef.internalId
        assert (second.baseRef.externalId, second.baseRef.type) == ("tesorio-7", "note")
        assert len(ledger.records(Kind.NOTE)) == before + 1
        kept = stored_note(ledger, int(first.baseRef.internalId))
        assert (kept.title, kept.text, kept.direction) == ("Call", "Changed", Direction.OUTGOING)
        assert (kept.owner, kept.last_modified) == (Owner(kind=Kind.CUSTOMER, id=SUN), clock())
        assert kept.created_at < kept.last_modified

    async def test_note_of_an_invoice_comes_back_as_it_went(self, soap: SoapClient, ledger: Ledger) -> None:
        invoice = ledger.invoice_numbered("INV-12345")
        sent = note(soap, entity=None, transaction=soap.ref("invoice", invoice.id), author=soap.ref("employee", 12))
        note_id = await written(soap, "add", sent)
        read = (await soap.call("get", baseRef=soap.ref("note", note_id))).readResponse.record
        assert (read.note, read.author.name, read.transaction.internalId) == (
            "Said <soon> & laughed.",
            "Ben Okafor",
            str(invoice.id),
        )

    @pytest.mark.parametrize("owners", [(), ("entity", "transaction"), ("entity", "folder")])
    async def test_one_and_only_one_owner(self, soap: SoapClient, owners: tuple[str, ...]) -> None:
        refs = {name: soap.ref("customer", SUN) for name in owners}
        answer = await write(soap, "add", note(soap, **({"entity": None} | refs)))
        assert refusal(answer.status) == ("USER_ERROR", "A note must be associated with one and only one record.")

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"entity": 7}, "INVALID_KEY_OR_REF"),
            ({"author": 7}, "INVALID_KEY_OR_REF"),
            ({"title": " "}, "USER_ERROR"),
            ({"internalId": "9"}, "USER_ERROR"),
        ],
    )
    async def test_refused_and_not_stored(
        self, soap: SoapClient, ledger: Ledger, values: dict[str, Any], code: str
    ) -> None:
        before = ledger.version
        sent = {
            name: soap.ref("customer", value) if isinstance(value, int) else value for name, value in values.items()
        }
        answer = await write(soap, "add", note(soap, **sent))
        assert (refusal(answer.status)[0], ledger.version) == (code, before)
        assert answer.baseRef is None

    async def test_read_only_field(self, soap: SoapClient, clock: Clock) -> None:
        sent = note(soap, lastModifiedDate=clock())
        assert refusal((await write(soap, "add", sent)).status)[0] == "INSUFFICIENT_FLD_PERMISSION"
        lenient = {**soap.headers(), "preferences": soap.make("messages.Preferences", ignoreReadOnlyFields=True)}
        answer = await soap.call("add", lenient, record=sent)
        assert answer.writeResponse.status.isSuccess is True

    async def test_update_leaves_what_is_not_said(self, soap: SoapClient, ledger: Ledger) -> None:
        kept = next(iter(ledger.records(Kind.NOTE).values()))
        empty = soap.make("core.NullField", name=["note"])
        sent = soap.make("communication.Note", internalId=str(kept.id), title="Only this", nullFieldList=empty)
        await written(soap, "update", sent)
        changed = stored_note(ledger, kept.id)
        assert (changed.title, changed.text, changed.owner) == ("Only this", "", kept.owner)

    async def test_what_is_not_in_the_schema_is_a_fault(self, soap: SoapClient, ledger: Ledger) -> None:
        sent = soap.envelope("add", record=note(soap))
        title = sent.find(".//{*}title")
        assert title is not None
        title.tag = title.tag.replace("}title", "}headline")
        before = ledger.version
        answer = await soap.post(sent, "add")
        assert (answer.status_code, ledger.version) == (500, before)


class TestExternalIds:
    async def test_upsert_goes_by_the_external_id_alone(self, soap: SoapClient) -> None:
        for values in ({}, {"externalId": "x", "internalId": "800001"}):
            assert refusal((await write(soap, "upsert", note(soap, **values))).status)[0] == "USER_ERROR"

    async def test_unique_within_a_type(self, soap: SoapClient) -> None:
        await written(soap, "add", note(soap, externalId="same"))
        assert refusal((await write(soap, "add", note(soap, externalId="same"))).status)[0] == "DUP_RCRD"
        await written(soap, "add", contact(soap, externalId="same"))

    async def test_update_cannot_take_anothers(self, soap: SoapClient) -> None:
        await written(soap, "add", note(soap, externalId="one"))
        other = await written(soap, "add", note(soap, externalId="two"))
        taken = soap.make("communication.Note", internalId=str(other), externalId="one", title="x")
        assert refusal((await write(soap, "update", taken)).status)[0] == "DUP_RCRD"

    async def test_deleted_record_frees_its_id_and_is_listed(self, soap: SoapClient, ledger: Ledger) -> None:
        first = await written(soap, "upsert", note(soap, externalId="again"))
        gone = (await soap.call("delete", baseRef=soap.ref("note", first))).writeResponse
        assert gone.status.isSuccess is True
        second = await written(soap, "upsert", note(soap, externalId="again"))
        assert second > first
        assert (ledger.deletions[-1].kind, ledger.deletions[-1].id) == (Kind.NOTE, first)

    async def test_unknown_record(self, soap: SoapClient) -> None:
        sent = soap.make("communication.Note", externalId="nobody", title="x")
        assert refusal((await write(soap, "update", sent)).status)[0] == "RCRD_DSNT_EXIST"


class TestLists:
    async def test_each_record_on_its_own(self, soap: SoapClient) -> None:
        records = [note(soap, externalId="a"), note(soap, title=""), note(soap, externalId="b")]
        answer = (await soap.call("upsertList", record=records)).writeResponseList
        assert answer.status.isSuccess is True
        assert [one.status.isSuccess for one in answer.writeResponse] == [True, False, True]

    async def test_add_update_and_delete_lists(self, soap: SoapClient, ledger: Ledger) -> None:
        added = (await soap.call("addList", record=[note(soap), message(soap)])).writeResponseList.writeResponse
        ids = [int(one.baseRef.internalId) for one in added]
        changed = soap.make("communication.Note", internalId=str(ids[0]), title="Changed")
        await soap.call("updateList", record=[changed])
        assert stored_note(ledger, ids[0]).title == "Changed"
        gone = [soap.ref("note", ids[0]), soap.ref("message", ids[1]), soap.ref("invoice", 100_001)]
        answer = (await soap.call("deleteList", baseRef=gone)).writeResponseList.writeResponse
        assert [one.status.isSuccess for one in answer] == [True, True, False]

    async def test_more_than_a_hundred(self, soap: SoapClient, ledger: Ledger) -> None:
        before = ledger.version
        with pytest.raises(Fault) as caught:
            await soap.call("upsertList", record=[note(soap, externalId=str(number)) for number in range(101)])
        assert (fault_code(caught.value), ledger.version) == ("MAX_RCRDS_EXCEEDED", before)


class TestFaults:
    async def test_saved_although_it_failed_after_submit(
        self, soap: SoapClient, ns: NetSuiteStandIn, ledger: Ledger
    ) -> None:
        ns.faults.after_submit(operation="upsert")
        answer = await write(soap, "upsert", note(soap, externalId="late"))
        assert answer.status.isSuccess is False
        assert answer.status.statusDetail[0].afterSubmitFailed is True
        assert stored_note(ledger, int(answer.baseRef.internalId)).external_id == "late"

    @pytest.mark.parametrize(("lose", "added"), [("lost_answer", 1), ("drop", 0), ("truncate", 1)])
    async def test_broken_connections(
        self, soap: SoapClient, ns: NetSuiteStandIn, ledger: Ledger, lose: str, added: int
    ) -> None:
        before = len(ledger.records(Kind.MESSAGE))
        fault: Callable[..., None] = getattr(ns.faults, lose)
        fault(operation="add")
        with pytest.raises((requests.ConnectionError, TransportError)):
            await write(soap, "add", message(soap))
        assert len(ledger.records(Kind.MESSAGE)) == before + added

    @pytest.mark.parametrize(("level", "may_add"), [(Level.VIEW, False), (Level.CREATE, True)])
    async def test_role_without_the_permission(
        self, soap: SoapClient, ns: NetSuiteStandIn, ledger: Ledger, level: Level, *, may_add: bool
    ) -> None:
        ns.permissions.limit("note", level)
        before = ledger.version
        if may_add:
            await written(soap, "add", note(soap))
            before = ledger.version
        operation = "upsert" if may_add else "add"
        with pytest.raises(Fault) as caught:
            await write(soap, operation, note(soap, externalId="x"))
        assert (fault_code(caught.value), ledger.version) == ("INSUFFICIENT_PERMISSION", before)
        ns.permissions.restore()
        await written(soap, operation, note(soap, externalId="x"))

    def test_sample_is_base64_on_the_wire(self, soap: SoapClient) -> None:
        item = soap.make("fileCabinet.File", name="x.pdf", content=b"\x00\xff")
        items = soap.make("communication.MessageMediaItemList", mediaItem=[item])
        sent = soap.envelope("add", record=message(soap, mediaItemList=items))
        assert sent.findtext(".//{*}content") == base64.b64encode(b"\x00\xff").decode()
