"""What the demo lets happen in NetSuite."""

from datetime import date

from sandbox.ledger import Ledger
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
