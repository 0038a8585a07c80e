from dataclasses import replace
from datetime import timedelta

import pytest

from bot.replying.reply_form import About, Filled, FormError, Said, said
from bot.views.reply import ReplyKind
from bot.views.values import RecordRef
from store.disputes import DisputeReason
from store.money import Money
from store.records import RecordId
from tests.views.make import PLACE, usd

INVOICE = About(
    ref=RecordRef(kind="invoice", record_id=RecordId("netsuite:invoice:1")),
    label="INV-1",
    customer_id=RecordId("netsuite:customer:7"),
    owed=(usd(80_000),),
    limits=(usd(100_000),),
)
CUSTOMER = About(
    ref=RecordRef(kind="customer", record_id=RecordId("netsuite:customer:7")),
    label="ABC",
    customer_id=RecordId("netsuite:customer:7"),
    owed=(usd(80_000), Money(currency="EUR", minor=5_000)),
)
TOMORROW = (PLACE.today + timedelta(days=1)).isoformat()
PROMISE = Filled(kind=ReplyKind.PROMISE, ref=INVOICE.ref, promised_on=TOMORROW)
DISPUTE = Filled(kind=ReplyKind.DISPUTE, ref=INVOICE.ref, reason="quality")


def errors(filled: Filled, about: About | None = INVOICE) -> dict[str, str]:
    with pytest.raises(FormError) as refused:
        said(filled, about, PLACE)
    return dict(refused.value.errors)


class TestNote:
    def test_needs_a_text_and_a_record(self) -> None:
        assert errors(Filled(kind=ReplyKind.NOTE, ref=None), None) == {
            "reply.text": "Write something first.",
            "pick.record": "Choose a customer or an invoice: type a part of its name or number.",
        }

    def test_has_no_title(self) -> None:
        found = said(Filled(kind=ReplyKind.NOTE, ref=CUSTOMER.ref, text="Hello"), CUSTOMER, PLACE)
        assert found == Said(kind=ReplyKind.NOTE, about=CUSTOMER, text="Hello")


class TestPromise:
    def test_is_for_all_that_is_open_unless_an_amount_is_given(self) -> None:
        found = said(PROMISE, INVOICE, PLACE)
        assert (found.amount, found.owed, found.title) == (
            usd(80_000),
            usd(80_000),
            "Promise to pay $800.00 by 23 Nov 2026",
        )
        assert said(replace(PROMISE, amount="$1.50"), INVOICE, PLACE).amount == usd(150)

    def test_today_is_not_too_late(self) -> None:
        assert said(replace(PROMISE, promised_on=PLACE.today.isoformat()), INVOICE, PLACE).promised_on == PLACE.today

    @pytest.mark.parametrize("day", ["", "soon", "2026-13-01"])
    def test_needs_a_day(self, day: str) -> None:
        assert errors(replace(PROMISE, promised_on=day)) == {"reply.promised_on": "Choose a day."}

    def test_of_a_customer_is_in_a_currency_that_it_owes(self) -> None:
        assert errors(PROMISE, CUSTOMER) == {"reply.promised": "Write the amount with its currency: $800.00, €50.00."}
        found = said(replace(PROMISE, amount="EUR 20"), CUSTOMER, PLACE)
        assert (found.amount, found.owed) == (Money(currency="EUR", minor=2_000), Money(currency="EUR", minor=5_000))
        assert errors(replace(PROMISE, amount="€51"), CUSTOMER) == {
            "reply.promised": "That is more than is open: €50.00."
        }

    def test_needs_something_to_be_open(self) -> None:
        assert errors(PROMISE, replace(INVOICE, owed=())) == {"reply.promised": "Nothing is open here."}


class TestDispute:
    def test_is_for_the_open_balance_and_at_most_what_was_billed(self) -> None:
        found = said(DISPUTE, INVOICE, PLACE)
        assert (found.amount, found.reason, found.title) == (
            usd(80_000),
            DisputeReason.QUALITY,
            "Dispute: quality, $800.00",
        )
        assert said(replace(DISPUTE, amount="1000"), INVOICE, PLACE).amount == usd(100_000)
        assert errors(replace(DISPUTE, amount="1000.01")) == {
            "reply.disputed": "That is more than was billed: $1,000.00."
        }

    def test_of_a_paid_invoice_is_for_all_of_it(self) -> None:
        assert said(DISPUTE, replace(INVOICE, owed=()), PLACE).amount == usd(100_000)

    def test_needs_a_reason_that_we_know(self) -> None:
        assert errors(replace(DISPUTE, reason="weather", amount="x")) == {
            "reply.reason": "Choose a reason.",
            "reply.disputed": "«x» is no amount. Write it like 1234.50.",
        }

    def test_needs_an_invoice(self) -> None:
        assert errors(DISPUTE, CUSTOMER) == {"pick.record": "A dispute is about one invoice. Choose the invoice."}
