from datetime import UTC, date, datetime

import pytest

from sandbox.ledger import InvoiceStatus, Kind, Ledger, hands
from sandbox.ledger.balances import balance, currencies_of, deposit_balance, unbilled_orders
from sandbox.ledger.records import Invoice
from sandbox.ledger.transactions import OrderStatus

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ABC = 1002


@pytest.fixture
def ledger() -> Ledger:
    return Ledger.seeded(today=TODAY, customers=12, now=lambda: NOON)


@pytest.fixture
def invoice(ledger: Ledger) -> Invoice:
    return ledger.add_invoice(ABC, total_minor=10_000)


class TestSeededCredits:
    def test_showcase_has_an_open_credit_and_a_deposit(self, ledger: Ledger) -> None:
        industries = ledger.customer_named("ABC Industries").id
        (memo,) = [one for one in ledger.records_of(Kind.CREDIT_MEMO, industries) if one.unapplied_minor]
        assert memo.unapplied_minor == 125_000
        assert deposit_balance(ledger, industries) == 50_000

    def test_every_order_status_and_way_of_settling_occurs(self) -> None:
        whole = Ledger.seeded(today=TODAY)
        orders = whole.records(Kind.SALES_ORDER)
        assert {order.status for order in orders.values()} == set(OrderStatus)
        assert {orders[bill.order_id].status for bill in whole.invoices.values() if bill.order_id} == {
            OrderStatus.BILLED
        }
        payments = whole.payments.values()
        assert any(part.discount_minor for payment in payments for part in payment.applications)
        assert any(payment.is_undeposited for payment in payments)
        for kind in (Kind.CREDIT_MEMO, Kind.CUSTOMER_DEPOSIT):
            open_ones = [bool(record.unapplied_minor) for record in whole.records(kind).values()]
            assert set(open_ones) == {True, False}


class TestBalance:
    def test_credits_and_payments_count_against_invoices_and_deposits_do_not(self, ledger: Ledger) -> None:
        before = balance(ledger, ABC)
        hands.take_payment(ledger, ABC, 700)
        hands.issue_credit_memo(ledger, ABC, 300)
        hands.take_deposit(ledger, ABC, 5_000)
        assert balance(ledger, ABC) == before - 1_000
        assert deposit_balance(ledger, ABC) == 5_000

    def test_applying_moves_nothing_of_the_balance(self, ledger: Ledger, invoice: Invoice) -> None:
        payment = hands.take_payment(ledger, ABC, 700)
        before = balance(ledger, ABC)
        hands.apply(ledger, payment, invoice.id, 700)
        assert balance(ledger, ABC) == before

    def test_journal_entry_moves_it_alone(self, ledger: Ledger) -> None:
        before, open_minor = balance(ledger, ABC), sum(one.open_minor for one in ledger.invoices_of(ABC))
        hands.post_journal_entry(ledger, ABC, -250)
        assert balance(ledger, ABC) == before - 250
        assert sum(one.open_minor for one in ledger.invoices_of(ABC)) == open_minor

    def test_other_currencies_are_counted_apart_or_converted(self, ledger: Ledger) -> None:
        before = balance(ledger, ABC)
        bill = ledger.add_invoice(ABC, total_minor=100_000, currency="JPY")
        hands.take_payment(ledger, ABC, 40_000, currency="JPY")
        assert (bill.currency, currencies_of(ledger, ABC)) == ("JPY", ("USD", "JPY"))
        assert balance(ledger, ABC, "JPY") == 60_000
        assert balance(ledger, ABC, "USD") == before
        assert balance(ledger, ABC) == before + 64_200 - 25_680
        payment = hands.take_payment(ledger, ABC, 500)
        with pytest.raises(ValueError, match="USD"):
            hands.apply(ledger, payment, bill.id, 500)

    def test_orders_are_unbilled_until_they_are_billed(self, ledger: Ledger) -> None:
        before = unbilled_orders(ledger, ABC)
        order = hands.place_order(ledger, ABC, 900, po_number="PO-7")
        assert unbilled_orders(ledger, ABC) == before + 900
        ledger.edit(Kind.SALES_ORDER, order.id, status=OrderStatus.BILLED)
        assert unbilled_orders(ledger, ABC) == before


class TestApply:
    def test_payment_with_a_discount_settles_an_invoice(self, ledger: Ledger, invoice: Invoice) -> None:
        payment = hands.take_payment(ledger, ABC, 12_000)
        payment = hands.apply(ledger, payment, invoice.id, 9_800, discount_minor=200)
        assert payment.unapplied_minor == 2_200
        assert ledger.invoices[invoice.id].status is InvoiceStatus.PAID_IN_FULL

    def test_credit_memo_and_deposit_lower_the_open_balance(self, ledger: Ledger, invoice: Invoice) -> None:
        memo = hands.issue_credit_memo(ledger, ABC, 4_000, invoice_id=invoice.id)
        hands.apply(ledger, memo, invoice.id, 2_500)
        deposit = hands.take_deposit(ledger, ABC, 1_000)
        hands.apply(ledger, deposit, invoice.id, 1_000)
        after = ledger.invoices[invoice.id]
        assert (after.open_minor, after.status) == (6_500, InvoiceStatus.PARTIALLY_PAID)
        assert ledger.records(Kind.CREDIT_MEMO)[memo.id].unapplied_minor == 1_500

    @pytest.mark.parametrize(("amount", "wrong"), [(0, "unapplied"), (20_001, "unapplied"), (10_001, "open balance")])
    def test_more_than_there_is_is_refused(self, ledger: Ledger, invoice: Invoice, amount: int, wrong: str) -> None:
        payment = hands.take_payment(ledger, ABC, 20_000)
        with pytest.raises(ValueError, match=wrong):
            hands.apply(ledger, payment, invoice.id, amount)

    def test_taking_back_opens_the_invoice_again(self, ledger: Ledger, invoice: Invoice) -> None:
        payment = hands.apply(ledger, hands.take_payment(ledger, ABC, 500), invoice.id, 500)
        payment = hands.unapply(ledger, payment, invoice.id)
        assert payment.unapplied_minor == 500
        assert ledger.invoices[invoice.id].status is InvoiceStatus.OPEN


class TestReversal:
    def test_voided_payment_frees_what_it_settled(self, ledger: Ledger, invoice: Invoice) -> None:
        payment = ledger.pay_invoice(invoice.id)
        voided = hands.reverse_payment(ledger, payment.id)
        assert (voided.amount_minor, voided.unapplied_minor, voided.is_voided) == (0, 0, True)
        assert ledger.invoices[invoice.id].open_minor == 10_000

    def test_voided_credit_memo_and_cancelled_deposit_do_so_too(self, ledger: Ledger, invoice: Invoice) -> None:
        memo = hands.apply(ledger, hands.issue_credit_memo(ledger, ABC, 400), invoice.id, 400)
        deposit = hands.apply(ledger, hands.take_deposit(ledger, ABC, 600), invoice.id, 600)
        assert ledger.invoices[invoice.id].open_minor == 9_000
        assert hands.void_credit_memo(ledger, memo.id).total_minor == 0
        assert hands.cancel_deposit(ledger, deposit.id).amount_minor == 0
        assert ledger.invoices[invoice.id].open_minor == 10_000

    def test_deleted_payment_frees_what_it_settled(self, ledger: Ledger, invoice: Invoice) -> None:
        payment = ledger.pay_invoice(invoice.id, 4_000)
        deletion = ledger.delete(Kind.PAYMENT, payment.id)
        assert deletion.name == payment.number
        assert ledger.invoices[invoice.id].open_minor == 10_000
