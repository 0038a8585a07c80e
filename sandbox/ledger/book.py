"""The ledger itself: the seeded records, what is asked of them, and the changes that a test or a demo makes."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from sandbox.ledger.indexing import by_customer, index_of, name_of, only
from sandbox.ledger.invoices import FIRST_PAYMENT_ID, invoice_of_one_line
from sandbox.ledger.records import Application, Contact, Customer, Deletion, Invoice, InvoiceStatus, Kind, Payment
from sandbox.ledger.seed import seeded
from sandbox.ledger.settlement import paid, voided

DEFAULT_SEED = 20_061_122

T = TypeVar("T")


def system_clock() -> datetime:
    """The real time, for a ledger outside a test."""
    return datetime.now(UTC)


class Ledger:
    """One company's receivables. Reading gives frozen records; every change bumps `last_modified` by the clock.

    `version` grows with every change, so that a reader can tell whether what it computed still holds.
    """

    def __init__(
        self, records: Mapping[Kind, Iterable[Any]], *, today: date, now: Callable[[], datetime] = system_clock
    ) -> None:
        self.today = today
        self.now = now
        self.version = 0
        self.deletions: list[Deletion] = []
        self._records: dict[Kind, dict[int, Any]] = {
            kind: {record.id: record for record in records.get(kind, ())} for kind in Kind
        }
        self._by_change: dict[Kind, list[tuple[datetime, int]]] = {}
        self._contacts_on: dict[tuple[Kind, int], dict[int, int | None]] = defaultdict(dict)
        self._indexes: dict[Kind, dict[Callable[[Any], Iterable[Hashable]], dict[Hashable, tuple[int, ...]]]] = {}
        self._by_customer: dict[Kind, dict[int, list[int]]] = {}

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
        return only((customer for customer in self.customers.values() if customer.name == name), name)

    def invoice_numbered(self, number: str) -> Invoice:
        """The invoice of exactly this number. Raises KeyError when there is none."""
        return only((invoice for invoice in self.invoices.values() if invoice.number == number), number)

    def records_of(self, kind: Kind, customer_id: int) -> tuple[Any, ...]:
        """The customer's records of a kind that belongs to customers, in ascending order of id."""
        held = self._records[kind]
        if kind not in self._by_customer:
            self._by_customer[kind] = by_customer(held.values())
        return tuple(held[record_id] for record_id in self._by_customer[kind].get(customer_id, ()))

    def invoices_of(self, customer_id: int) -> tuple[Invoice, ...]:
        """The customer's invoices in ascending order of id."""
        return self.records_of(Kind.INVOICE, customer_id)

    def contacts_of(self, customer_id: int) -> tuple[Contact, ...]:
        """The customer's contacts, the primary one first."""
        found = self.records_of(Kind.CONTACT, customer_id)
        return tuple(sorted(found, key=lambda contact: (not contact.is_primary, contact.id)))

    def indexed(self, kind: Kind, keys: Callable[[Any], Iterable[Hashable]], wanted: Hashable) -> tuple[int, ...]:
        """Ids of the records for which `keys` gives `wanted`, ascending; each `keys` is run once per change."""
        index = self._indexes.setdefault(kind, {})
        if keys not in index:
            index[keys] = index_of(self._records[kind].values(), keys)
        return index[keys].get(wanted, ())

    def new_id(self, kind: Kind, first: int = 1) -> int:
        """The id of the next record of a kind: above every one that lives or lived, `first` when there is none."""
        dead = max((deletion.id for deletion in self.deletions if deletion.kind is kind), default=first - 1)
        return max(max(self._records[kind], default=first - 1), dead) + 1

    def instant(self) -> datetime:
        """Now, in whole seconds, as the systems that serve this ledger keep them."""
        return self.now().astimezone(UTC).replace(microsecond=0)

    def put(self, kind: Kind, record: T) -> T:
        """The record as it stands from now on, in place of the one with its id or as a new one."""
        known: Any = record
        before = self._records[kind].get(known.id)
        if before is None or getattr(before, "customer_id", None) != getattr(known, "customer_id", None):
            self._by_customer.pop(kind, None)
        self._records[kind][known.id] = record
        self._changed(kind)
        return record

    def edit(self, kind: Kind, record_id: int, **changes: Any) -> Any:
        """The record with the named fields replaced, changed now unless `last_modified` is named."""
        stamped = {"last_modified": self.instant(), **changes}
        return self.put(kind, replace(self._records[kind][record_id], **stamped))

    def add_invoice(
        self,
        customer_id: int,
        *,
        total_minor: int,
        number: str | None = None,
        invoice_date: date | None = None,
        due_date: date | None = None,
        memo: str = "",
        currency: str | None = None,
    ) -> Invoice:
        """An open invoice of one untaxed line, dated today and due in 30 days unless said otherwise.

        It is in the customer's currency unless another one is named.
        """
        invoice_id = self.new_id(Kind.INVOICE)
        issued = invoice_date or self.today
        invoice = invoice_of_one_line(
            self.customers[customer_id],
            invoice_id=invoice_id,
            number=number or f"INV-{invoice_id}",
            invoice_date=issued,
            due_date=due_date or issued + timedelta(days=30),
            total_minor=total_minor,
            memo=memo,
            currency=currency or self.customers[customer_id].currency,
            at=self.instant(),
        )
        return self.put(Kind.INVOICE, invoice)

    def pay_invoice(self, invoice_id: int, amount_minor: int | None = None) -> Payment:
        """A payment of `amount_minor`, or of all that is open. Raises ValueError beyond the open balance."""
        invoice, at = self.invoices[invoice_id], self.instant()
        amount = invoice.open_minor if amount_minor is None else amount_minor
        if not 0 < amount <= invoice.open_minor:
            raise ValueError(f"{amount} is not within the open balance of {invoice.open_minor}")
        self.put(Kind.INVOICE, paid(invoice, amount, at))
        payment_id = self.new_id(Kind.PAYMENT, FIRST_PAYMENT_ID)
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
        return self.put(Kind.PAYMENT, payment)

    def void_invoice(self, invoice_id: int) -> Invoice:
        """The invoice with every amount at zero. Raises ValueError when something was paid on it."""
        invoice = self.invoices[invoice_id]
        if invoice.status is not InvoiceStatus.OPEN:
            raise ValueError(f"{invoice.number} is {invoice.status}")
        return self.put(Kind.INVOICE, voided(invoice, self.instant()))

    def edit_invoice(self, invoice_id: int, **changes: Any) -> Invoice:
        """The invoice with the named fields replaced."""
        edited: Invoice = self.edit(Kind.INVOICE, invoice_id, **changes)
        return edited

    def edit_customer(self, customer_id: int, **changes: Any) -> Customer:
        """The customer with the named fields replaced."""
        edited: Customer = self.edit(Kind.CUSTOMER, customer_id, **changes)
        return edited

    def edit_contact(self, contact_id: int, **changes: Any) -> Contact:
        """The contact with the named fields replaced."""
        edited: Contact = self.edit(Kind.CONTACT, contact_id, **changes)
        return edited

    def release(self, applications: Iterable[Application]) -> None:
        """Opens the invoices again by what was applied to them; those that are gone stay so."""
        for applied in applications:
            if invoice := self.invoices.get(applied.invoice_id):
                self.put(Kind.INVOICE, paid(invoice, -applied.settled_minor, self.instant()))

    def draw(self, deposit_id: int, amount_minor: int) -> None:
        """Counts what went from a deposit into an application; below zero, what came back. One that is gone stays so.

        The deposit keeps its date of change: not every change of what it settles is one of its own.
        """
        if deposit := self._records[Kind.CUSTOMER_DEPOSIT].get(deposit_id):
            self.put(Kind.CUSTOMER_DEPOSIT, replace(deposit, drawn_minor=deposit.drawn_minor + amount_minor))

    def attach_contact(self, kind: Kind, record_id: int, contact_id: int, role_id: int | None) -> None:
        """Puts the contact on the record, in this role instead of the one that it had there."""
        self._contacts_on[kind, record_id][contact_id] = role_id
        self.version += 1

    def detach_contact(self, kind: Kind, record_id: int, contact_id: int) -> None:
        """Takes the contact off the record; one that is not there stays away."""
        self._contacts_on[kind, record_id].pop(contact_id, None)
        self.version += 1

    def attached_contacts(self, kind: Kind, record_id: int) -> Mapping[int, int | None]:
        """The roles by contact of those that were attached to the record; a company's own are not among them."""
        return MappingProxyType(dict(self._contacts_on[kind, record_id]))

    def delete(self, kind: Kind, record_id: int) -> Deletion:
        """Removes the record and keeps that it was there; what it settled is open again. Raises KeyError.

        What had been drawn from a deposit is the deposit's again, which does not count as a change of the deposit.
        """
        record = self._records[kind].pop(record_id)
        self.release(getattr(record, "applications", ()))
        self._settle_deposits(kind, record)
        deletion = Deletion(kind=kind, id=record_id, name=name_of(record), deleted_at=self.instant())
        self.deletions.append(deletion)
        self._by_customer.pop(kind, None)
        self._changed(kind)
        return deletion

    def _settle_deposits(self, kind: Kind, gone: Any) -> None:
        """What a deleted deposit or deposit application means to the other one."""
        if kind is Kind.DEPOSIT_APPLICATION:
            self.draw(gone.deposit_id, -gone.total_minor)
        if kind is Kind.CUSTOMER_DEPOSIT:
            drawn = [one.id for one in self._records[Kind.DEPOSIT_APPLICATION].values() if one.deposit_id == gone.id]
            for application_id in drawn:
                self.delete(Kind.DEPOSIT_APPLICATION, application_id)

    def _changed(self, kind: Kind) -> None:
        self._by_change.pop(kind, None)
        self._indexes.pop(kind, None)
        self.version += 1

    def _change_order(self, kind: Kind) -> list[tuple[datetime, int]]:
        if kind not in self._by_change:
            records = self._records[kind].values()
            self._by_change[kind] = sorted((record.last_modified, record.id) for record in records)
        return self._by_change[kind]
