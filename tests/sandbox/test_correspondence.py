"""Notes, e-mails and files of the seeded ledger."""

import re
from datetime import UTC, date, datetime

import pytest

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.communication import Direction, media_type
from sandbox.ledger.correspondence import WRITTEN_TO
from sandbox.ledger.letters import attach_file
from sandbox.ledger.pdf import pdf_page
from sandbox.ledger.related import customer_of_letter, entity, files_of, transaction_of, with_external_id

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared() -> Ledger:
    return Ledger.seeded(today=TODAY, customers=80, now=lambda: NOON)


class TestSeeded:
    def test_every_letter_is_about_a_record(self, shared: Ledger) -> None:
        for note in shared.records(Kind.NOTE).values():
            assert bool(customer_of_letter(note, shared)) is not bool(transaction_of(note, shared))
            assert note.title
            assert note.text
        for message in shared.records(Kind.MESSAGE).values():
            assert customer_of_letter(message, shared) is not None
            assert message.incoming is (entity(shared, message.recipient.entity_id) in _employees(shared))

    def test_showcase_has_notes(self, shared: Ledger) -> None:
        sun = shared.customer_named("Sun Microsystems, Inc.")
        notes = [note for note in shared.records(Kind.NOTE).values() if customer_of_letter(note, shared) == sun]
        assert {"Call with AP", "PO numbers"} <= {note.title for note in notes}
        assert {note.direction for note in shared.records(Kind.NOTE).values()} == set(Direction)

    def test_open_invoices_have_a_file(self, shared: Ledger) -> None:
        for invoice in shared.invoices.values():
            assert len(files_of(shared, invoice.id)) == bool(invoice.open_minor)

    def test_large_ledgers_have_no_more_letters(self) -> None:
        ledger = Ledger.seeded(today=TODAY, customers=WRITTEN_TO + 50, invoices_per_customer=2)
        owners = {customer_of_letter(one, ledger) for one in ledger.records(Kind.MESSAGE).values()}
        assert max(owner.id for owner in owners if owner) < 1001 + WRITTEN_TO


def _employees(ledger: Ledger) -> list[object]:
    return list(ledger.records(Kind.EMPLOYEE).values())


class TestFiles:
    @pytest.mark.parametrize(
        ("name", "expected"), [("a.PDF", "_PDF"), ("a.b.csv", "_CSV"), ("scan", "_MISCBINARY"), ("a.v2", "_MISCBINARY")]
    )
    def test_type_goes_by_the_extension(self, name: str, expected: str) -> None:
        assert media_type(name) == expected

    def test_pdf_points_at_its_own_objects(self) -> None:
        page = pdf_page(["Größe (1) \\ 東京"])
        assert page.startswith(b"%PDF-1.4")
        assert "(Größe \\(1\\) \\\\ ??) Tj".encode("cp1252") in page
        start = int(page.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
        assert page[start:].startswith(b"xref")
        for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n ", page), start=1):
            assert page[int(offset) :].startswith(b"%d 0 obj" % number)

    def test_attached_by_hand(self) -> None:
        ledger = Ledger.seeded(today=TODAY, customers=3, now=lambda: NOON)
        made = ledger.add_invoice(1001, total_minor=100)
        file = attach_file(ledger, made.id, name="scan.png", content=b"x")
        assert files_of(ledger, made.id) == (file,)
        assert (file.media_type, file.last_modified) == ("_PNGIMAGE", NOON)

    def test_ids_are_never_given_twice(self, shared: Ledger) -> None:
        last = max(shared.records(Kind.FILE))
        shared.delete(Kind.FILE, last)
        assert shared.new_id(Kind.FILE) == last + 1
        assert with_external_id(shared, Kind.FILE, "nobody") is None
