"""Records for cards, ordinary unless a test says otherwise."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.views.amounts import Place
from bot.views.provenance import Provenance
from store.aging import Aging
from store.applications import Application
from store.contacts import Contact
from store.customers import Customer
from store.disputes import Dispute, DisputeReason
from store.invoices import Invoice, InvoiceStatus
from store.money import Money
from store.notes import Note
from store.promises import Promise
from store.receipts import Receipt, ReceiptKind
from store.records import RecordId

TODAY = date(2026, 11, 22)
SEEN = datetime(2026, 11, 22, 8, 12, tzinfo=UTC)
PLACE = Place(time_zone=ZoneInfo("Europe/Berlin"), today=TODAY)
NETSUITE = Provenance(source="NetSuite", as_of=SEEN)


def usd(minor: int) -> Money:
    return Money(currency="USD", minor=minor)


def make_customer(**changes: Any) -> Customer:
    ordinary: dict[str, Any] = {
        "id": RecordId("netsuite:customer:7"),
        "origin": "netsuite",
        "source_id": "7",
        "name": "Sun Microsystems, Inc.",
        "seen_at": SEEN,
        "number": "C1007",
        "url": "https://123.app.netsuite.com/app/common/entity/custjob.nl?id=7",
    }
    return Customer(**ordinary | changes)


def make_invoice(**changes: Any) -> Invoice:
    ordinary: dict[str, Any] = {
        "id": RecordId("netsuite:invoice:123"),
        "origin": "netsuite",
        "source_id": "123",
        "number": "INV-12345",
        "status": InvoiceStatus.PARTIALLY_PAID,
        "total": usd(1234500),
        "open_balance": usd(800000),
        "seen_at": SEEN,
        "customer_id": RecordId("netsuite:customer:7"),
        "due_date": date(2026, 11, 10),
        "payment_terms": "Net 30",
        "po_number": "PO_2024_117",
        "sales_rep": "Ann Lee",
        "url": "https://123.app.netsuite.com/app/accounting/transactions/custinvc.nl?id=123&whence=",
    }
    return Invoice(**ordinary | changes)


def make_note(**changes: Any) -> Note:
    ordinary: dict[str, Any] = {
        "id": RecordId("netsuite:note:1"),
        "origin": "netsuite",
        "source_id": "1",
        "about_id": RecordId("netsuite:invoice:123"),
        "text": "Promised to pay on Friday.",
        "written_at": datetime(2026, 11, 19, 23, 30, tzinfo=UTC),
        "seen_at": SEEN,
        "author": "Jo Park",
    }
    return Note(**ordinary | changes)


def make_promise(**changes: Any) -> Promise:
    ordinary: dict[str, Any] = {
        "id": "promise-1",
        "about_id": RecordId("netsuite:invoice:123"),
        "amount": usd(500000),
        "owed": usd(800000),
        "promised_on": date(2026, 12, 1),
        "made_at": SEEN,
        "author": "Ana Silva",
        "author_id": "a1",
        "slack_user": "U0ANASILVA",
        "note_id": RecordId("tesorio:note:1"),
    }
    return Promise(**ordinary | changes)


def make_dispute(**changes: Any) -> Dispute:
    ordinary: dict[str, Any] = {
        "id": "dispute-1",
        "invoice_id": RecordId("netsuite:invoice:123"),
        "reason": DisputeReason.WRONG_AMOUNT,
        "amount": usd(50000),
        "opened_at": SEEN,
        "author": "Ana Silva",
        "author_id": "a1",
        "slack_user": "U0ANASILVA",
        "note_id": RecordId("tesorio:note:2"),
    }
    return Dispute(**ordinary | changes)


def make_contact(**changes: Any) -> Contact:
    ordinary: dict[str, Any] = {
        "id": RecordId("netsuite:contact:1"),
        "origin": "netsuite",
        "source_id": "1",
        "name": "Maria Diaz",
        "seen_at": SEEN,
        "email": "maria@sun.example",
        "phone": "+1 555 0100",
    }
    return Contact(**ordinary | changes)


def make_aging(*minors: int, currency: str = "USD", credit: int = 0, open_invoices: int = 3) -> Aging:
    """From up to five bucket amounts, current first."""
    amounts = [Money(currency=currency, minor=minor) for minor in (*minors, 0, 0, 0, 0, 0)[:5]]
    return Aging(
        current=amounts[0],
        days_1_30=amounts[1],
        days_31_60=amounts[2],
        days_61_90=amounts[3],
        over_90=amounts[4],
        credit=Money(currency=currency, minor=credit),
        open_invoices=open_invoices,
    )


def make_receipt(number: str = "PYMT-9", minor: int = 434500, discount: int | None = None, **changes: Any) -> Receipt:
    """A payment that was applied to the ordinary invoice as a whole."""
    applied = Application(
        line_number=1,
        applied_to=RecordId("netsuite:invoice:123"),
        amount=usd(minor),
        number="INV-12345",
        discount=None if discount is None else usd(discount),
    )
    ordinary: dict[str, Any] = {
        "id": RecordId(f"netsuite:payment:{number}"),
        "origin": "netsuite",
        "source_id": "9",
        "kind": ReceiptKind.PAYMENT,
        "number": number,
        "total": usd(minor),
        "unapplied": usd(0),
        "received_on": date(2026, 11, 2),
        "applications": (applied,),
    }
    return Receipt(**ordinary | changes)
