from datetime import date
from typing import Any

from store.applications import Application
from store.credit_memos import CreditMemo
from store.db import Store
from store.invoices import InvoiceStatus, invoice_by_id
from store.money import Money
from store.payments import Payment, PaymentKind
from store.receipts import (
    ReceiptKind,
    Unapplied,
    Whose,
    count_receipts,
    newest_payment,
    receipt_page,
    unapplied_of,
)
from store.records import RecordId, record_id
from store.reversals import newest_reversal
from tests.store.make import AT, CUSTOMER_ID, make_invoice, save, usd

INVOICE = record_id("netsuite", "invoice", "1")
HIS = Whose(customer_id=CUSTOMER_ID)


def paid(source_id: str, **values: Any) -> Payment:
    known: dict[str, Any] = {
        "id": record_id("netsuite", "payment", source_id),
        "origin": "netsuite",
        "source_id": source_id,
        "seen_at": AT,
        "number": f"P-{source_id}",
        "kind": PaymentKind.PAYMENT,
        "total": usd(10_000),
        "unapplied": usd(0),
        "customer_id": CUSTOMER_ID,
        "payment_date": date(2026, 11, 1),
    }
    return Payment(**known | values)


def credited(source_id: str, **values: Any) -> CreditMemo:
    known: dict[str, Any] = {
        "id": record_id("netsuite", "credit_memo", source_id),
        "origin": "netsuite",
        "source_id": source_id,
        "seen_at": AT,
        "number": f"CM-{source_id}",
        "total": usd(5_000),
        "unapplied": usd(0),
        "customer_id": CUSTOMER_ID,
        "credit_date": date(2026, 11, 2),
    }
    return CreditMemo(**known | values)


def on_invoice(minor: int, line: int = 1, invoice_id: RecordId = INVOICE) -> Application:
    return Application(line_number=line, applied_to=invoice_id, amount=usd(minor), number="INV-1")


class TestReceiptPage:
    async def test_mixes_payments_and_credits_the_newest_first(self, store: Store) -> None:
        await save(
            store,
            paid("1", payment_date=date(2026, 10, 1), applications=(on_invoice(10_000),)),
            paid("2", payment_date=None, kind=PaymentKind.DEPOSIT),
            credited("3"),
            paid("4", customer_id=record_id("netsuite", "customer", "8")),
            paid("5", deleted_at=AT),
        )
        async with store.read() as conn:
            found = await receipt_page(conn, HIS, limit=2)
            rest = await receipt_page(conn, HIS, limit=2, skipped=2)
            assert await count_receipts(conn, HIS) == 3
        assert [each.number for each in (*found, *rest)] == ["CM-3", "P-1", "P-2"]
        kinds = [ReceiptKind.CREDIT_MEMO, ReceiptKind.PAYMENT, ReceiptKind.DEPOSIT]
        assert [each.kind for each in (*found, *rest)] == kinds
        assert found[1].applications == (on_invoice(10_000),)

    async def test_of_an_invoice_has_what_was_applied_to_it(self, store: Store) -> None:
        other = record_id("netsuite", "invoice", "2")
        await save(
            store,
            paid("1", applications=(on_invoice(4_000), on_invoice(6_000, 2, other))),
            paid("2", applications=(on_invoice(1, 1, other),)),
        )
        async with store.read() as conn:
            [found] = await receipt_page(conn, Whose(invoice_id=INVOICE), limit=9)
            assert await count_receipts(conn, Whose(invoice_id=INVOICE)) == 1
        assert found.number == "P-1"
        assert sum(each.amount.minor for each in found.applications) == 10_000


class TestUnapplied:
    async def test_sums_by_currency_and_kind_what_counts(self, store: Store) -> None:
        euros = Money(currency="EUR", minor=700)
        await save(
            store,
            paid("1", unapplied=usd(101)),
            paid("2", unapplied=usd(202)),
            paid("3", unapplied=usd(1), is_voided=True),
            paid("4", unapplied=usd(1), deleted_at=AT),
            paid("5", unapplied=usd(400), kind=PaymentKind.DEPOSIT),
            credited("6", unapplied=usd(50)),
            credited("7", unapplied=euros, total=euros),
        )
        async with store.read() as conn:
            found = await unapplied_of(conn, CUSTOMER_ID)
        nothing = Money(currency="EUR", minor=0)
        assert found == (
            Unapplied(payments=nothing, credits=euros, deposits=nothing),
            Unapplied(payments=usd(303), credits=usd(50), deposits=usd(400)),
        )

    async def test_nothing_is_nothing(self, store: Store) -> None:
        await save(store, paid("1"), credited("2"))
        async with store.read() as conn:
            assert await unapplied_of(conn, CUSTOMER_ID) == ()


class TestNewestPayment:
    async def test_leaves_out_credits_and_what_was_voided(self, store: Store) -> None:
        later = date(2026, 11, 20)
        await save(store, paid("1"), credited("2", credit_date=later), paid("3", payment_date=later, is_voided=True))
        async with store.read() as conn:
            found = await newest_payment(conn, CUSTOMER_ID)
            assert await newest_payment(conn, record_id("netsuite", "customer", "8")) is None
        assert found is not None
        assert found.number == "P-1"


class TestNewestReversal:
    async def test_is_a_balance_that_rose_while_the_total_stayed(self, store: Store) -> None:
        await save(store, make_invoice(open_balance=usd(0), status=InvoiceStatus.PAID))
        await save(store, make_invoice(open_balance=usd(4_000), status=InvoiceStatus.OPEN))
        async with store.read() as conn:
            invoice = await invoice_by_id(conn, INVOICE)
            assert invoice is not None
            found = await newest_reversal(conn, invoice)
        assert found is not None
        assert (found.amount, found.seen_at) == (usd(4_000), AT)

    async def test_a_corrected_total_or_a_revived_invoice_is_none(self, store: Store) -> None:
        await save(store, make_invoice(open_balance=usd(0), status=InvoiceStatus.VOIDED))
        await save(store, make_invoice(open_balance=usd(10_000), status=InvoiceStatus.OPEN))
        await save(store, make_invoice(total=usd(20_000), open_balance=usd(20_000)))
        await save(store, make_invoice(total=usd(20_000), open_balance=usd(5_000)))
        async with store.read() as conn:
            invoice = await invoice_by_id(conn, INVOICE)
            assert invoice is not None
            assert await newest_reversal(conn, invoice) is None
