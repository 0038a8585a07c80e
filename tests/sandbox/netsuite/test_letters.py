"""Searches for notes, messages and the files of invoices, and what is read of them."""

from datetime import timedelta
from typing import Any

import pytest
from zeep.exceptions import Fault

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.related import customer_of_letter
from tests.sandbox.netsuite.conftest import Clock
from tests.sandbox.netsuite.soap import SoapClient, refusal

BASIC = {
    "note": {"internalId": "Select", "noteDate": "Date", "title": "String", "note": "String", "direction": "String"},
    "message": {
        "internalId": "Select",
        "subject": "String",
        "authorEmail": "String",
        "recipientEmail": "String",
        "messageDate": "Date",
        "isIncoming": "Boolean",
        "hasAttachment": "Boolean",
    },
    "file": {"internalId": "Select", "name": "String", "fileType": "EnumSelect", "documentSize": "Long"},
    "transaction": {"internalId": "Select", "tranId": "String"},
}


def columns(soap: SoapClient, basic: str, names: dict[str, str]) -> Any:
    made = {name: [soap.make(f"core.SearchColumn{shape}Field")] for name, shape in names.items()}
    return soap.make(f"common.{basic}SearchRowBasic", **made)


def advanced(soap: SoapClient, name: str, **criteria: Any) -> Any:
    """An advanced search for notes or messages that gives the owner with each row."""
    only_id = {"internalId": "Select"}
    joins = {
        "customerJoin": columns(soap, "Customer", only_id),
        "transactionJoin": columns(soap, "Transaction", BASIC["transaction"]),
    }
    if name == "Message":
        joins["attachmentsJoin"] = columns(soap, "File", BASIC["file"])
    row = soap.make(f"communication.{name}SearchRow", basic=columns(soap, name, BASIC[name.lower()]), **joins)
    basic = soap.make(f"common.{name}SearchBasic", **criteria)
    search = soap.make(f"communication.{name}Search", basic=basic)
    return soap.make(f"communication.{name}SearchAdvanced", criteria=search, columns=row)


def rows(result: Any) -> list[Any]:
    assert result.status.isSuccess is True
    return list(result.searchRowList.searchRow)


def cell(column: Any) -> Any:
    """The value of a column that was answered; None for one that was left out."""
    if not column:
        return None
    value = column[0].searchValue
    return getattr(value, "internalId", value)


def joined_id(section: Any) -> int | None:
    return int(cell(section.internalId)) if section else None


class TestNotes:
    async def test_rows_carry_their_owner(self, soap: SoapClient, ledger: Ledger) -> None:
        found = rows(await soap.search(advanced(soap, "Note")))
        notes = ledger.records(Kind.NOTE)
        assert [int(cell(row.basic.internalId)) for row in found] == list(notes)
        for row, note in zip(found, notes.values(), strict=True):
            owner = note.owner.id
            is_of_customer = note.owner.kind is Kind.CUSTOMER
            assert joined_id(row.customerJoin) == (owner if is_of_customer else None)
            assert joined_id(row.transactionJoin) == (None if is_of_customer else owner)
            assert (cell(row.basic.note), cell(row.basic.noteDate)) == (note.text, note.note_date)

    async def test_window_of_dates_and_a_watermark(self, soap: SoapClient, ledger: Ledger) -> None:
        notes = list(ledger.records(Kind.NOTE).values())
        since, until = notes[-5].note_date, notes[-2].note_date
        above = soap.make("core.SearchLongField", operator="greaterThan", searchValue=notes[-5].id)
        within = soap.dates("within", since, until)
        found = rows(await soap.search(advanced(soap, "Note", noteDate=within, internalIdNumber=above)))
        assert [int(cell(row.basic.internalId)) for row in found] == [note.id for note in notes[-4:-1]]

    async def test_there_is_no_filter_for_changes(self, soap: SoapClient) -> None:
        search = soap.envelope("search", searchRecord=advanced(soap, "Note", title=soap.text("is", "x")))
        basic = search.find(".//{*}title")
        assert basic is not None
        basic.tag = basic.tag.replace("}title", "}lastModifiedDate")
        answer = await soap.post(search, "search")
        assert answer.status_code == 500
        assert "lastModifiedDate" in answer.text

    async def test_notes_of_one_customer(self, soap: SoapClient) -> None:
        name = soap.make("common.CustomerSearchBasic", companyName=soap.text("is", "<!channel> & Co"))
        found = await soap.search(soap.make("communication.NoteSearch", customerJoin=name))
        texts = [note.note for note in found.recordList.record]
        assert "Name is literally <!channel> & Co; their *portal* strips markup." in texts
        assert {note.entity.name for note in found.recordList.record} == {"CUST1006 <!channel> & Co"}

    async def test_note_of_an_invoice_that_is_gone_keeps_no_transaction(self, soap: SoapClient, ledger: Ledger) -> None:
        note = next(note for note in ledger.records(Kind.NOTE).values() if note.owner.kind is Kind.INVOICE)
        ledger.delete(Kind.INVOICE, note.owner.id)
        by_id = {"internalId": soap.refs(note.id)}
        (row,) = rows(await soap.search(advanced(soap, "Note", **by_id)))
        assert row.transactionJoin is None


class TestMessages:
    async def test_rows_carry_parties_and_owners(self, soap: SoapClient, ledger: Ledger) -> None:
        without = soap.flag(False)
        found = rows(await soap.search(advanced(soap, "Message", hasAttachment=without)))
        expected = [one for one in ledger.records(Kind.MESSAGE).values() if not one.attachments]
        assert len(found) == len(expected) > 0
        for row, message in zip(found, expected, strict=True):
            customer = customer_of_letter(message, ledger)
            assert customer is not None
            assert message.transaction is not None
            assert joined_id(row.customerJoin) == customer.id
            assert joined_id(row.transactionJoin) == message.transaction.id
            assert row.attachmentsJoin is None
            assert cell(row.basic.authorEmail) == message.author.email
            assert cell(row.basic.isIncoming) is message.incoming

    async def test_a_row_for_each_attachment(self, soap: SoapClient, ledger: Ledger) -> None:
        message = next(one for one in ledger.records(Kind.MESSAGE).values() if one.attachments)
        others = list(ledger.records(Kind.FILE))[-2:]
        ledger.edit(Kind.MESSAGE, message.id, attachments=(*message.attachments, *others))
        found = rows(await soap.search(advanced(soap, "Message", internalId=soap.refs(message.id))))
        assert [joined_id(row.attachmentsJoin) for row in found] == [*message.attachments, *others]
        assert {cell(row.basic.subject) for row in found} == {message.subject}

    async def test_by_author_and_subject_after_a_date(self, soap: SoapClient, ledger: Ledger) -> None:
        message = list(ledger.records(Kind.MESSAGE).values())[-1]
        found = rows(
            await soap.search(
                advanced(
                    soap,
                    "Message",
                    authorEmail=soap.text("is", message.author.email),
                    subject=soap.text("is", message.subject),
                    messageDate=soap.dates("onOrAfter", message.message_date - timedelta(minutes=5)),
                )
            )
        )
        assert [int(cell(row.basic.internalId)) for row in found] == [message.id]


class TestFiles:
    def search(self, soap: SoapClient, *, of_files: dict[str, Any] | None = None, **basic: Any) -> Any:
        criteria = soap.transactions(**basic)
        if of_files is not None:
            criteria.fileJoin = soap.make("common.FileSearchBasic", **of_files)
        row = soap.make(
            "sales.TransactionSearchRow",
            basic=columns(soap, "Transaction", BASIC["transaction"]),
            fileJoin=columns(soap, "File", BASIC["file"]),
        )
        return soap.make("sales.TransactionSearchAdvanced", criteria=criteria, columns=row)

    async def test_invoices_with_and_without_a_file(self, soap: SoapClient, ledger: Ledger) -> None:
        found = rows(await soap.search(self.search(soap)))
        held = {file.invoice_ids[0]: file for file in ledger.records(Kind.FILE).values()}
        assert [int(cell(row.basic.internalId)) for row in found] == list(ledger.invoices)
        for row in found:
            file = held.get(int(cell(row.basic.internalId)))
            assert joined_id(row.fileJoin) == (file.id if file else None)
            if file:
                assert (cell(row.fileJoin.name), cell(row.fileJoin.fileType)) == (file.name, file.media_type)

    async def test_criteria_of_files_leave_out_what_has_none(
        self, soap: SoapClient, ledger: Ledger, clock: Clock
    ) -> None:
        file = next(iter(ledger.records(Kind.FILE).values()))
        clock.pass_(hours=1)
        ledger.edit(Kind.FILE, file.id, name="INV-1 corrected.pdf")
        since = soap.dates("onOrAfter", clock() - timedelta(minutes=1))
        found = rows(await soap.search(self.search(soap, of_files={"modified": since})))
        assert [joined_id(row.fileJoin) for row in found] == [file.id]
        assert cell(found[0].fileJoin.name) == "INV-1 corrected.pdf"

    async def test_content_of_a_file(self, soap: SoapClient, ledger: Ledger) -> None:
        file = next(iter(ledger.records(Kind.FILE).values()))
        read = (await soap.call("get", baseRef=soap.ref("file", file.id))).readResponse.record
        assert read.content == file.content
        assert read.content.startswith(b"%PDF-1.4")
        assert (read.name, read.folder.name, read.fileType) == (file.name, "Invoices", "_PDF")
        assert read.fileSize == pytest.approx(file.size / 1024, abs=0.001)

    def test_some_names_have_no_extension(self, ledger: Ledger) -> None:
        files = ledger.records(Kind.FILE).values()
        assert {file.media_type for file in files} == {"_PDF", "_MISCBINARY"}


class TestRefused:
    async def test_columns_are_needed(self, soap: SoapClient) -> None:
        bare = soap.make("communication.NoteSearchAdvanced", criteria=soap.make("communication.NoteSearch"))
        assert refusal((await soap.search(bare)).status)[0] == "USER_ERROR"

    async def test_operator_of_another_type(self, soap: SoapClient) -> None:
        with pytest.raises(Fault, match="operator"):
            await soap.search(advanced(soap, "Note", title=soap.text("within", "x")))
