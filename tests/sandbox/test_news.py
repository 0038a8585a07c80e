"""What the demo lets happen in NetSuite."""

from datetime import date

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.communication import Owner
from sandbox.news import CUSTOMER, outside

TODAY = date(2026, 11, 22)


class TestOutside:
    def test_payments_arrive_from_the_oldest_invoice_on_until_nothing_is_open(self) -> None:
        ledger, told = Ledger.seeded(customers=10, today=TODAY), list[str]()
        box = outside(ledger, lambda: told.append("again"))
        customer = ledger.customer_named(CUSTOMER)
        owed = sorted((one for one in ledger.invoices_of(customer.id) if one.open_minor), key=lambda one: one.due_date)
        for invoice in owed:
            assert box.happen("payment").endswith(f"{customer.currency} on {invoice.number}.")
            assert ledger.invoices[invoice.id].open_minor == 0
            assert ledger.payments[max(ledger.payments)].amount_minor == invoice.open_minor
        assert box.happen("payment") == f"{CUSTOMER} owes nothing any more."
        assert len(told) == len(owed) + 1

    def test_a_large_invoice_is_made(self) -> None:
        ledger = Ledger.seeded(customers=10, today=TODAY)
        said = outside(ledger, lambda: None).happen("invoice")
        made = ledger.invoices[max(ledger.invoices)]
        assert said == f"{made.number} over 86,400.00 USD was made for {CUSTOMER}"
        assert made.open_minor == 86_400_00

    def test_a_credit_memo_lowers_the_oldest_invoice(self) -> None:
        ledger = Ledger.seeded(customers=10, today=TODAY)
        owed = [one for one in ledger.invoices_of(ledger.customer_named(CUSTOMER).id) if one.open_minor]
        oldest = min(owed, key=lambda one: (one.due_date, one.id))
        said = outside(ledger, lambda: None).happen("credit")
        memo = ledger.records(Kind.CREDIT_MEMO)[max(ledger.records(Kind.CREDIT_MEMO))]
        assert (
            said
            == f"{memo.number} over {memo.total_minor / 100:,.2f} USD was applied to {oldest.number} of {CUSTOMER}."
        )
        assert ledger.invoices[oldest.id].open_minor == oldest.open_minor - memo.total_minor

    def test_payments_bounce_the_newest_first_until_none_is_left(self) -> None:
        ledger = Ledger.seeded(customers=10, today=TODAY)
        box, customer = outside(ledger, lambda: None), ledger.customer_named(CUSTOMER).id
        box.happen("payment")
        newest = ledger.payments[max(ledger.payments)]
        assert box.happen("reversal").startswith(f"{newest.number} over ")
        assert ledger.invoices[newest.applications[0].invoice_id].open_minor == newest.amount_minor
        for _ in range(len(ledger.records_of(Kind.PAYMENT, customer)) - 1):
            assert "was reversed" in box.happen("reversal")
        assert box.happen("reversal") == f"No payment of {CUSTOMER} is left that could bounce."

    def test_notes_and_letters_are_about_the_oldest_open_invoice(self) -> None:
        ledger = Ledger.seeded(customers=10, today=TODAY)
        owed = [one for one in ledger.invoices_of(ledger.customer_named(CUSTOMER).id) if one.open_minor]
        oldest = min(owed, key=lambda one: (one.due_date, one.id))
        box = outside(ledger, lambda: None)
        assert box.happen("note") == f"«Promise to pay» was noted on {oldest.number} of {CUSTOMER}."
        note = ledger.records(Kind.NOTE)[max(ledger.records(Kind.NOTE))]
        assert box.happen("message").startswith(f"{CUSTOMER} wrote about {oldest.number}: ")
        message = ledger.records(Kind.MESSAGE)[max(ledger.records(Kind.MESSAGE))]
        assert note.owner == message.transaction == Owner(kind=Kind.INVOICE, id=oldest.id)
        assert message.author.entity_id == oldest.customer_id
