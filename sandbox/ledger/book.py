"""The ledger itself: the seeded records, what is asked of them, and the changes that a test or a demo makes."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from sandbox.ledger.invoices import invoice_of_one_line
from sandbox.ledger.records import Application, Contact, Customer, Deletion, Invoice, InvoiceStatus, Kind, Payment
from sandbox.ledger.seed import Seeded, seeded
from sandbox.ledger.settlement import paid, voided

DEFAULT_SEED = 20_061_122

T = TypeVar("T")
R = TypeVar("R", Customer, Contact, Invoice, Payment)

Record = Customer | Contact | Invoice | Payment


def system_clock() -> datetime:
    """The real time, for a ledger outside a test."""
    return datetime.now(UTC)


class Ledger:
    """One company's receivables. Reading gives frozen records; every change bumps `last_modified` by the clock.

    `version` grows with every change, so that a reader can tell whether what it computed still holds.
    """

    def __init__(self, records: Seeded, *, today: date, now: Callable[[], datetime] = system_clock) -> None:
        self.today = today
        self.now = now
        self.version = 0
        self.deletions: list[Deletion] = []
        self._records: dict[Kind, dict[int, Any]] = {
            Kind.CUSTOMER: _by_id(records.customers),
            Kind.CONTACT: _by_id(records.contacts),
            Kind.INVOICE: _by_id(records.invoices),
            Kind.PAYMENT: _by_id(records.payments),
        }
        self._by_change: dict[Kind, list[tuple[datetime, int]]] = {}
        self._by_customer: dict[int, list[int]] = defaultdict(list)
        self._contacts: dict[int, list[int]] = defaultdict(list)
        for contact in records.contacts:
            self._contacts[contact.customer_id].append(contact.id)
        for invoice in records.invoices:
            self._by_customer[invoice.customer_id].append(invoice.id)

    @classmethod
    def seeded(
        cls,
        *,
        today: date,
        customers: int = 500,
        seed: int = DEFAULT_SEED,
        invoices_per_customer: int = 16,
        now: Callable[[], datetime] = system_clock,
    ) -> "Ledger":
        """The ledger as of `today` in the company's time zone; equal arguments give equal records."""
        records = seeded(customers=customers, today=today, seed=seed, invoices_per_customer=invoices_per_customer)
        return cls(records, today=today, now=now)

    @property
    def customers(self) -> Mapping[int, Customer]:
        return MappingProxyType(self._records[Kind.CUSTOMER])

    @property
    def contacts(self) -> Mapping[int, Contact]:
        return MappingProxyType(self._records[Kind.CONTACT])

    @property
    def invoices(self) -> Mapping[int, Invoice]:
        return MappingProxyType(self._records[Kind.INVOICE])

    @property
    def payments(self) -> Mapping[int, Payment]:
        return MappingProxyType(self._records[Kind.PAYMENT])

    def records(self, kind: Kind) -> Mapping[int, Any]:
        """All living records of a kind by id, in ascending order of id."""
        return MappingProxyType(self._records[kind])

    def changed(self, kind: Kind, since: datetime | None, until: datetime | None) -> list[int]:
        """Ids of the records last changed in the closed window, ascending; None leaves that side open."""
        order = self._change_order(kind)
        start = 0 if since is None else bisect_left(order, (since, 0))
        end = len(order) if until is None else bisect_right(order, (until, 1 << 62))
        return sorted(record_id for _, record_id in order[start:end])

    def customer_named(self, name: str) -> Customer:
        """The customer of exactly this name. Raises KeyError when there is none."""
        return _only((customer for customer in self.customers.values() if customer.name == name), name)

    def invoice_numbered(self, number: str) -> Invoice:
        """The invoice of exactly this number. Raises KeyError when there is none."""
        return _only((invoice for invoice in self.invoices.values() if invoice.number == number), number)

    def invoices_of(self, customer_id: int) -> tuple[Invoice, ...]:
        """The customer's invoices in ascending order of id."""
        held = self._records[Kind.INVOICE]
        return tuple(held[invoice_id] for invoice_id in self._by_customer[customer_id] if invoice_id in held)

    def contacts_of(self, customer_id: int) -> tuple[Contact, ...]:
        """The customer's contacts, the primary one first."""
        held = self._records[Kind.CONTACT]
        found = (held[contact_id] for contact_id in self._contacts[customer_id] if contact_id in held)
        return tuple(sorted(found, key=lambda contact: (not contact.is_primary, contact.id)))

    def add_invoice(
        self,
        customer_id: int,
        *,
        total_minor: int,
        number: str | None = None,
        invoice_date: date | None = None,
        due_date: date | None = None,
        memo: str = "",
    ) -> Invoice:
        """An open invoice of one untaxed line, dated today and due in 30 days unless said otherwise."""
        invoice_id = max(self.invoices, default=0) + 1
        issued = invoice_date or self.today
        invoice = invoice_of_one_line(
            self.customers[customer_id],
            invoice_id=invoice_id,
            number=number or f"INV-{invoice_id}",
            invoice_date=issued,
            due_date=due_date or issued + timedelta(days=30),
            total_minor=total_minor,
            memo=memo,
            at=self._instant(),
        )
        self._by_customer[customer_id].append(invoice_id)
        return self._put(Kind.INVOICE, invoice)

    def pay_invoice(self, invoice_id: int, amount_minor: int | None = None) -> Payment:
        """A payment of `amount_minor`, or of all that is open. Raises ValueError beyond the open balance."""
        invoice, at = self.invoices[invoice_id], self._instant()
        amount = invoice.open_minor if amount_minor is None else amount_minor
        if not 0 < amount <= invoice.open_minor:
            raise ValueError(f"{amount} is not within the open balance of {invoice.open_minor}")
        self._put(Kind.INVOICE, paid(invoice, amount, at))
        payment_id = max(self.payments, default=5_000_000) + 1
        payment = Payment(
            id=payment_id,
            number=f"PYMT-{payment_id}",
            customer_id=invoice.customer_id,
            subsidiary_id=invoice.subsidiary_id,
            currency=invoice.currency,
            exchange_rate=invoice.exchange_rate,
            payment_date=self.today,
            amount_minor=amount,
            applications=(Application(invoice_id=invoice_id, amount_minor=amount),),
            check_number="",
            memo="",
            created_at=at,
            last_modified=at,
        )
        return self._put(Kind.PAYMENT, payment)

    def void_invoice(self, invoice_id: int) -> Invoice:
        """The invoice with every amount at zero. Raises ValueError when something was paid on it."""
        invoice = self.invoices[invoice_id]
        if invoice.status is not InvoiceStatus.OPEN:
            raise ValueError(f"{invoice.number} is {invoice.status}")
        return self._put(Kind.INVOICE, voided(invoice, self._instant()))

    def edit_invoice(self, invoice_id: int, **changes: Any) -> Invoice:
        """The invoice with the named fields replaced."""
        return self._put(Kind.INVOICE, replace(self.invoices[invoice_id], **self._stamped(changes)))

    def edit_customer(self, customer_id: int, **changes: Any) -> Customer:
        """The customer with the named fields replaced."""
        return self._put(Kind.CUSTOMER, replace(self.customers[customer_id], **self._stamped(changes)))

    def edit_contact(self, contact_id: int, **changes: Any) -> Contact:
        """The contact with the named fields replaced."""
        return self._put(Kind.CONTACT, replace(self.contacts[contact_id], **self._stamped(changes)))

    def delete(self, kind: Kind, record_id: int) -> Deletion:
        """Removes the record and keeps that it was there. Raises KeyError when it is not."""
        record = self._records[kind].pop(record_id)
        name = getattr(record, "number", "") or f"{record.first_name} {record.last_name}"
        deletion = Deletion(kind=kind, id=record_id, name=name, deleted_at=self._instant())
        self.deletions.append(deletion)
        self._changed(kind)
        return deletion

    def _put(self, kind: Kind, record: R) -> R:
        self._records[kind][record.id] = record
        self._changed(kind)
        return record

    def _changed(self, kind: Kind) -> None:
        self._by_change.pop(kind, None)
        self.version += 1

    def _stamped(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        return {"last_modified": self._instant(), **changes}

    def _instant(self) -> datetime:
        # Whole seconds, as the systems that serve this ledger keep them.
        return self.now().astimezone(UTC).replace(microsecond=0)

    def _change_order(self, kind: Kind) -> list[tuple[datetime, int]]:
        if kind not in self._by_change:
            records = self._records[kind].values()
            self._by_change[kind] = sorted((record.last_modified, record.id) for record in records)
        return self._by_change[kind]


def _by_id(records: Iterable[Record]) -> dict[int, Any]:
    return {record.id: record for record in records}


def _only(found: Iterable[T], wanted: str) -> T:
    for record in found:
        return record
    raise KeyError(wanted)
