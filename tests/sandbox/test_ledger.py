from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from sandbox.ledger import InvoiceStatus, Kind, Ledger
from sandbox.ledger.records import Invoice

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared() -> Ledger:
    return Ledger.seeded(today=TODAY)


@pytest.fixture
def ledger() -> Ledger:
    return Ledger.seeded(today=TODAY, customers=12, now=lambda: NOON)


def aging_bucket(invoice: Invoice) -> int:
    return max(-1, min(3, (TODAY - invoice.due_date).days // 30))


class TestSeeded:
    def test_same_arguments_give_the_same_records(self) -> None:
        first, second = (Ledger.seeded(today=TODAY, customers=40) for _ in range(2))
        for kind in Kind:
            assert first.records(kind) == second.records(kind)

    def test_another_seed_gives_other_records(self) -> None:
        first, second = (Ledger.seeded(today=TODAY, customers=40, seed=seed) for seed in (1, 2))
        assert first.invoices != second.invoices

    def test_size_of_the_default_ledger(self, shared: Ledger) -> None:
        assert len(shared.customers) == 500
        assert 8_000 <= len(shared.invoices) <= 8_100
        assert {contact.customer_id for contact in shared.contacts.values() if contact.is_primary} == set(
            shared.customers
        )

    def test_every_name_and_number_occurs_once(self, shared: Ledger) -> None:
        assert len({customer.name for customer in shared.customers.values()}) == 500
        assert len({invoice.number for invoice in shared.invoices.values()}) == len(shared.invoices)
        assert shared.invoice_numbered("INV-12345").customer_id == shared.customer_named("Sun Microsystems, Inc.").id
        assert shared.invoice_numbered("INV-123").customer_id == shared.customer_named("ABC Inc").id

    @pytest.mark.parametrize("customers", [3, 500])
    def test_showcase_is_there_at_any_size(self, customers: int) -> None:
        ledger = Ledger.seeded(today=TODAY, customers=customers)
        sun = ledger.customer_named("Sun Microsystems, Inc.")
        days = {(TODAY - invoice.due_date).days for invoice in ledger.invoices_of(sun.id) if invoice.open_minor}
        assert {-18, 12, 44, 75, 140} <= days
        assert sun.credit_limit_minor == 25_000_000
        assert any(customer.parent_id == sun.id for customer in ledger.customers.values())
        assert ledger.invoice_numbered("INV-12345").status is InvoiceStatus.OPEN

    def test_every_aging_bucket_status_and_currency_occurs(self, shared: Ledger) -> None:
        held = shared.invoices.values()
        assert set(Counter(aging_bucket(invoice) for invoice in held if invoice.open_minor)) == {-1, 0, 1, 2, 3}
        # Who wants one that waits for its approval makes it so: it counts in none of the figures.
        assert {invoice.status for invoice in held} == set(InvoiceStatus) - {InvoiceStatus.PENDING_APPROVAL}
        assert {invoice.currency for invoice in held} >= {"USD", "EUR", "GBP", "JPY", "KWD", "CAD"}

    def test_some_contacts_have_no_email(self, shared: Ledger) -> None:
        without = [contact for contact in shared.contacts.values() if not contact.email]
        assert 10 < len(without) < len(shared.contacts) / 5

    def test_hard_names_are_in_the_cast(self, shared: Ledger) -> None:
        for name in ("<!channel> & Co", "First National Bank", "First National Bank of Omaha", "ABC Inc (UK)"):
            assert shared.customer_named(name).name == name

    def test_changes_are_in_the_past_in_every_time_zone(self, shared: Ledger) -> None:
        last = datetime(2026, 11, 21, 10, tzinfo=UTC)  # UTC+14 is already in the 22nd
        for kind in Kind:
            for record in shared.records(kind).values():
                assert record.created_at <= record.last_modified <= last

    def test_books_add_up(self, shared: Ledger) -> None:
        applied: Counter[int] = Counter()
        drawn: Counter[int] = Counter()
        for application in shared.records(Kind.DEPOSIT_APPLICATION).values():
            drawn[application.deposit_id] += application.total_minor
        for deposit in shared.records(Kind.CUSTOMER_DEPOSIT).values():
            assert deposit.unapplied_minor == deposit.amount_minor - drawn[deposit.id] >= 0
        for kind in (Kind.PAYMENT, Kind.DEPOSIT_APPLICATION, Kind.CREDIT_MEMO):
            for record in shared.records(kind).values():
                assert record.unapplied_minor >= 0
                for part in record.applications:
                    assert part.amount_minor > 0
                    assert shared.invoices[part.invoice_id].customer_id == record.customer_id
                    applied[part.invoice_id] += part.settled_minor
        for invoice in shared.invoices.values():
            assert invoice.paid_minor == applied[invoice.id]
            assert invoice.subtotal_minor == sum(line.amount_minor for line in invoice.lines)
            assert invoice.total_minor == invoice.subtotal_minor + invoice.tax_minor
            assert 0 <= invoice.open_minor <= invoice.total_minor

    def test_invoice_ids_ascend_with_their_dates(self, shared: Ledger) -> None:
        held = list(shared.invoices.values())
        assert all(one.id < other.id and one.created_at <= other.created_at for one, other in pairwise(held))


class TestChanged:
    def test_closed_window_holds_both_ends(self, shared: Ledger) -> None:
        some = shared.invoices[100_050]
        assert some.id in shared.changed(Kind.INVOICE, some.last_modified, some.last_modified)
        assert some.id not in shared.changed(Kind.INVOICE, some.last_modified + timedelta(seconds=1), None)
        assert some.id not in shared.changed(Kind.INVOICE, None, some.last_modified - timedelta(seconds=1))

    def test_last_week_is_a_small_part(self, shared: Ledger) -> None:
        week = shared.changed(Kind.INVOICE, NOON - timedelta(days=7), NOON)
        assert 0 < len(week) < len(shared.invoices) / 20
        assert week == sorted(week)


class TestChanges:
    def test_added_invoice_is_the_newest_change(self, ledger: Ledger) -> None:
        invoice = ledger.add_invoice(1002, total_minor=12_300, number="INV-77")
        assert ledger.changed(Kind.INVOICE, NOON, None) == [invoice.id]
        assert invoice in ledger.invoices_of(1002)
        assert (invoice.open_minor, invoice.due_date) == (12_300, TODAY + timedelta(days=30))

    def test_payment_in_parts_settles_an_invoice(self, ledger: Ledger) -> None:
        invoice_id = ledger.invoice_numbered("INV-123").id
        ledger.pay_invoice(invoice_id, 100)
        assert ledger.invoices[invoice_id].status is InvoiceStatus.PARTIALLY_PAID
        payment = ledger.pay_invoice(invoice_id)
        settled = ledger.invoices[invoice_id]
        assert (settled.status, settled.open_minor) == (InvoiceStatus.PAID_IN_FULL, 0)
        assert settled.last_modified == NOON
        assert ledger.payments[payment.id].applications[0].amount_minor == settled.total_minor - 100

    def test_payment_beyond_the_open_balance_is_refused(self, ledger: Ledger) -> None:
        invoice = ledger.invoice_numbered("INV-123")
        with pytest.raises(ValueError, match="open balance"):
            ledger.pay_invoice(invoice.id, invoice.open_minor + 1)

    def test_voided_invoice_has_no_amounts(self, ledger: Ledger) -> None:
        voided = ledger.void_invoice(ledger.invoice_numbered("INV-123").id)
        assert (voided.total_minor, voided.open_minor, voided.status) == (0, 0, InvoiceStatus.VOIDED)
        with pytest.raises(ValueError, match="voided"):
            ledger.void_invoice(voided.id)

    def test_edits_bump_the_version_and_the_instant(self, ledger: Ledger) -> None:
        before = ledger.version
        ledger.edit_customer(1001, name="Sun Micro Renamed")
        ledger.edit_contact(next(iter(ledger.contacts)), email="")
        ledger.edit_invoice(ledger.invoice_numbered("INV-123").id, memo="Disputed")
        assert ledger.customers[1001].last_modified == NOON
        assert ledger.changed(Kind.CUSTOMER, NOON, NOON) == [1001]
        assert ledger.version == before + 3

    def test_deleted_record_leaves_a_trace(self, ledger: Ledger) -> None:
        invoice = ledger.invoice_numbered("INV-123")
        deletion = ledger.delete(Kind.INVOICE, invoice.id)
        assert invoice not in ledger.invoices_of(invoice.customer_id)
        assert (deletion.name, deletion.deleted_at) == ("INV-123", NOON)
        assert ledger.deletions == [deletion]
        with pytest.raises(KeyError):
            ledger.delete(Kind.INVOICE, invoice.id)

    def test_unknown_names_and_numbers_raise(self, ledger: Ledger) -> None:
        with pytest.raises(KeyError):
            ledger.customer_named("Nobody")
        with pytest.raises(KeyError):
            ledger.invoice_numbered("INV-0")
        assert ledger.contacts_of(1001)[0].is_primary
