"""What a change of an invoice tells, as a table of decisions."""

from datetime import date
from typing import Any

import pytest

from bot.notify.news import invoice_news, paid_minor
from store.changes import Change
from store.invoices import InvoiceStatus
from store.subscriptions import NewsKind
from tests.store.make import AT, make_customer, make_invoice, usd

OPEN, PARTLY, PAID = InvoiceStatus.OPEN, InvoiceStatus.PARTIALLY_PAID, InvoiceStatus.PAID


def changed(**fields: tuple[Any, Any]) -> Change:
    return Change(kind="invoice", record_id=make_invoice().id, action="changed", fields=fields, sequence=7, at=AT)


def inserted() -> Change:
    return Change(kind="invoice", record_id=make_invoice().id, action="inserted", sequence=7, at=AT)


class TestPaidMinor:
    @pytest.mark.parametrize(
        ("fields", "paid"),
        [
            ({"open_balance_minor": (10_000, 4_000), "status": ("open", "partially_paid")}, 6_000),
            ({"open_balance_minor": (10_000, 0), "status": ("open", "paid")}, 10_000),
            # The total went down as much: a correction.
            ({"open_balance_minor": (10_000, 4_000), "total_minor": (10_000, 4_000)}, 0),
            # A correction and a payment at once.
            ({"open_balance_minor": (10_000, 3_000), "total_minor": (10_000, 8_000)}, 5_000),
            ({"open_balance_minor": (10_000, 0), "status": ("open", "voided")}, 0),
            ({"open_balance_minor": (10_000, 0), "total_minor": (10_000, 0), "status": ("open", "voided")}, 0),
            # A payment that bounced.
            # Taken back: a payment that bounced.
            ({"open_balance_minor": (0, 10_000), "status": ("paid", "open")}, -10_000),
            ({"open_balance_minor": (4_000, 5_000)}, -1_000),
            ({"open_balance_minor": (0, 10_000), "status": ("voided", "open")}, 0),
            ({"open_balance_minor": (0, 10_000), "status": ("pending", "open")}, 0),
            # More of a credit is no payment.
            ({"open_balance_minor": (-5_000, -9_000)}, 0),
            ({"open_balance_minor": (10_000, 4_000), "currency": ("USD", "EUR")}, 0),
            ({"memo": ("a", "b")}, 0),
            ({}, 0),
        ],
    )
    def test_counts_payments_and_credits_only(self, fields: dict[str, Any], paid: int) -> None:
        assert paid_minor(changed(**fields), OPEN) == paid

    def test_a_void_that_the_change_does_not_name(self) -> None:
        assert paid_minor(changed(open_balance_minor=(10_000, 0)), InvoiceStatus.VOIDED) == 0

    @pytest.mark.parametrize("action", ["inserted", "tombstoned"])
    def test_only_a_change_pays(self, action: Any) -> None:
        gone = Change(kind="invoice", record_id=make_invoice().id, action=action)
        assert paid_minor(gone, OPEN) == 0


class TestInvoiceNews:
    @pytest.mark.parametrize(
        ("change", "invoice", "kinds"),
        [
            (inserted(), {}, [NewsKind.LARGE_INVOICE, NewsKind.PAST_DUE]),
            (inserted(), {"due_date": None}, [NewsKind.LARGE_INVOICE]),
            (inserted(), {"status": InvoiceStatus.PENDING}, []),
            (inserted(), {"status": PAID, "open_balance": usd(0)}, []),
            (inserted(), {"open_balance": usd(-500), "total": usd(-500)}, []),
            (inserted(), {"deleted_at": AT}, []),
            # Approved later: then it is new.
            (changed(status=("pending", "open")), {}, [NewsKind.LARGE_INVOICE, NewsKind.PAST_DUE]),
            (
                changed(open_balance_minor=(10_000, 4_000), status=("open", "partially_paid")),
                {"status": PARTLY, "open_balance": usd(4_000)},
                [NewsKind.PAYMENT],
            ),
            (changed(due_date=("2027-01-01", "2026-11-01")), {}, [NewsKind.PAST_DUE]),
            (changed(open_balance_minor=(0, 10_000), status=("paid", "open")), {}, [NewsKind.PAST_DUE]),
            (changed(memo=("a", "b")), {}, []),
        ],
    )
    def test_tells(self, change: Change, invoice: dict[str, Any], kinds: list[NewsKind]) -> None:
        found = invoice_news(change, make_invoice(**invoice), make_customer(), AT)
        assert [news.kind for news in found] == kinds

    def test_keeps_what_was_paid_and_the_earlier_due_date(self) -> None:
        [paid] = invoice_news(
            changed(open_balance_minor=(10_000, 4_000)), make_invoice(open_balance=usd(4_000)), None, AT
        )
        assert (paid.amount, paid.occasion, paid.about_id) == (usd(6_000), "7", make_invoice().id)
        [late] = invoice_news(changed(due_date=("2026-10-01", "2026-11-01")), make_invoice(), None, AT)
        assert (late.previous_due, late.occasion) == (date(2026, 10, 1), "2026-11-01")
