"""One record of every kind that is pulled, with all that it may hold."""

from datetime import date
from typing import Any

from store.applications import Application
from store.attachments import Attachment
from store.balances import Balance
from store.credit_memos import CreditMemo
from store.custom_fields import CustomField
from store.deposit_applications import (
    DepositApplication,
)
from store.exchange_rates import ExchangeRate
from store.gl_accounts import GLAccount
from store.journal_entries import JournalEntry, JournalLine
from store.messages import Message
from store.payments import Payment, PaymentKind
from store.records import RecordId, record_id
from store.refunds import Refund
from store.sales_orders import SalesOrder
from store.subsidiaries import Subsidiary
from tests.store.make import AT, CUSTOMER_ID, usd

INVOICE_ID = record_id("netsuite", "invoice", "1")


def origin_of(kind: str, source_id: str) -> dict[str, Any]:
    return {
        "id": record_id("netsuite", kind, source_id),
        "origin": "netsuite",
        "source_id": source_id,
        "seen_at": AT,
        "source_changed_at": AT,
    }


def applied(line: int, minor: int, to: RecordId = INVOICE_ID) -> Application:
    return Application(
        line_number=line,
        applied_to=to,
        amount=usd(minor),
        discount=usd(5),
        number="INV-1",
        applied_on=date(2026, 11, 3),
    )


def make_payment(source_id: str = "41", **values: Any) -> Payment:
    known: dict[str, Any] = origin_of("payment", source_id) | {
        "number": f"PAY-{source_id}",
        "kind": PaymentKind.PAYMENT,
        "total": usd(9_000),
        "unapplied": usd(1_000),
        "customer_id": CUSTOMER_ID,
        "payment_date": date(2026, 11, 3),
    }
    return Payment(**known | values)


def make_credit_memo(source_id: str = "51", **values: Any) -> CreditMemo:
    known: dict[str, Any] = origin_of("credit_memo", source_id) | {
        "number": f"CM-{source_id}",
        "total": usd(2_000),
        "unapplied": usd(500),
        "customer_id": CUSTOMER_ID,
        "credit_date": date(2026, 11, 4),
    }
    return CreditMemo(**known | values)


DEPOSIT_ID = record_id("netsuite", "payment", "90")


def make_application(source_id: str = "91", **values: Any) -> DepositApplication:
    known: dict[str, Any] = origin_of("deposit_application", source_id) | {
        "number": f"DA-{source_id}",
        "deposit_id": DEPOSIT_ID,
        "total": usd(300),
        "unapplied": usd(0),
        "customer_id": CUSTOMER_ID,
        "applied_on": date(2026, 11, 5),
    }
    return DepositApplication(**known | values)


def make_refund(source_id: str = "95", **values: Any) -> Refund:
    known: dict[str, Any] = origin_of("refund", source_id) | {
        "number": f"REF-{source_id}",
        "total": usd(2_000),
        "unapplied": usd(0),
        "customer_id": CUSTOMER_ID,
        "refund_date": date(2026, 11, 6),
    }
    return Refund(**known | values)


def journal_line(number: int, amount: int, left: int, customer_id: RecordId = CUSTOMER_ID) -> JournalLine:
    return JournalLine(line_number=number, customer_id=customer_id, amount=usd(amount), open_amount=usd(left), memo="m")


def make_entry(source_id: str = "98", *lines: JournalLine, **values: Any) -> JournalEntry:
    known: dict[str, Any] = origin_of("journal_entry", source_id) | {"number": f"JE-{source_id}", "currency": "USD"}
    return JournalEntry(**known | {"lines": lines} | values)


SUBSIDIARY = Subsidiary(
    **origin_of("subsidiary", "2"),
    name="Europe",
    legal_name="Europe GmbH",
    parent_id=record_id("netsuite", "subsidiary", "1"),
    currency="EUR",
    country="_germany",
    email="a@b.example",
    website="https://b.example",
    is_elimination=True,
    extra_json='{"a":1}',
)
ACCOUNT = GLAccount(
    **origin_of("gl_account", "119"),
    name="Accounts Receivable",
    number="1100",
    type="_accountsReceivable",
    parent_id=record_id("netsuite", "gl_account", "1"),
    currency="USD",
    description="Trade",
    is_inactive=True,
)
RATE = ExchangeRate(
    **origin_of("exchange_rate", "7"),
    base_currency="USD",
    currency="EUR",
    rate="1.1234",
    effective_date=date(2026, 11, 20),
)
BALANCE = Balance(
    **origin_of("balance", "7"),
    customer_id=CUSTOMER_ID,
    balance=usd(-1),
    past_due=usd(5),
    deposits=usd(0),
    days_past_due=12,
)
ORDER = SalesOrder(
    **origin_of("sales_order", "61"),
    number="SO-61",
    total=usd(1_000),
    customer_id=CUSTOMER_ID,
    order_date=date(2026, 11, 2),
    status="Billed",
    po_number="PO 1",
)
MESSAGE = Message(
    **origin_of("message", "71"),
    about_id=INVOICE_ID,
    subject="Your invoice",
    text="Please pay.",
    sent_at=AT,
    is_incoming=True,
    was_emailed=True,
    author="Ana",
    author_email="ana@example.com",
    recipients="a@b.example c@d.example",
    cc="e@f.example",
    attachments="INV-1.pdf",
)
FILE = Attachment(
    **origin_of("attachment", "1-81"),
    about_id=INVOICE_ID,
    file_id="81",
    name="INV-1.pdf",
    file_type="_PDF",
    size_bytes=1_200,
    folder="Invoices",
)
FIELD = CustomField(
    **origin_of("custom_field", "9"), kind="customer", script_id="custentity_ap", field_type="email", label="AP e-mail"
)
