"""The tables of what belongs to customers and transactions: addresses, contacts, installments, applications."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sandbox.ledger import Kind, Ledger
from sandbox.ledger.records import Contact, Installment, Invoice
from sandbox.ledger.setup import BASE_CURRENCY, PRIMARY_CONTACT_ID, RATES
from sandbox.ledger.transactions import CustomerRefund, DepositApplication
from sandbox.netsuite.common_fields import major
from sandbox.netsuite.records.addresses import LABEL, address_key, address_text
from sandbox.netsuite.suiteql.table import Column, Table, attribute, flag
from sandbox.netsuite.suiteql.transactions import entity_column, shown_subsidiary


def in_base_currency(minor: int, currency: str) -> Decimal:
    """An amount at the rate of the day, in whole units of the base currency, rounded to cents."""
    amount: Decimal = major(minor, currency) * RATES[currency] / RATES[BASE_CURRENCY]
    return amount.quantize(Decimal("0.01"))


ADDRESS_BOOK = Table(
    kinds=(Kind.CUSTOMER,),
    columns={
        "addressbookaddress": Column(lambda customer, _: address_key(customer)),
        "defaultbilling": flag(lambda _: True),
        "defaultshipping": flag(lambda _: True),
        "entity": attribute("id"),
        "internalid": Column(lambda customer, _: address_key(customer)),
        "label": Column(lambda *_: LABEL),
    },
)
ENTITY_ADDRESS = Table(
    kinds=(Kind.CUSTOMER,),
    columns={
        "addr1": Column(lambda customer, _: customer.address.line),
        "addressee": attribute("name"),
        "addrtext": Column(lambda customer, _: address_text(customer)),
        "city": Column(lambda customer, _: customer.address.city),
        "country": Column(lambda customer, _: customer.address.country),
        "lastmodifieddate": attribute("last_modified"),
        "nkey": Column(lambda customer, _: address_key(customer)),
        "state": Column(lambda customer, _: customer.address.state),
        "zip": Column(lambda customer, _: customer.address.postal_code),
    },
)


def _subsidiary_id(contact: Contact, ledger: Ledger) -> int | None:
    customer = ledger.customers.get(contact.customer_id)
    return None if customer is None else customer.subsidiary_id


def _subsidiary(contact: Contact, ledger: Ledger) -> str | None:
    found = _subsidiary_id(contact, ledger)
    return None if found is None else shown_subsidiary(found, ledger)


CONTACT = Table(
    kinds=(Kind.CONTACT,),
    columns={
        "id": attribute("id"),
        "altemail": attribute("alt_email"),
        "comments": attribute("comments"),
        "company": entity_column("customer_id"),
        "contactrole": Column(lambda contact, _: PRIMARY_CONTACT_ID if contact.is_primary else None),
        "datecreated": attribute("created_at"),
        "email": attribute("email"),
        "entityid": attribute("name"),
        "externalid": attribute("external_id"),
        "firstname": attribute("first_name"),
        "isinactive": flag(lambda contact: contact.is_inactive),
        "lastmodifieddate": attribute("last_modified"),
        "lastname": attribute("last_name"),
        "middlename": Column(lambda *_: None),
        "mobilephone": attribute("mobile_phone"),
        "officephone": Column(lambda *_: None),
        "phone": attribute("phone"),
        "subsidiary": Column(_subsidiary_id, _subsidiary),
        "title": attribute("title"),
    },
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One installment of an invoice."""

    invoice: Invoice
    part: Installment


def _parts(invoice: Invoice, _: Ledger) -> Iterator[Part]:
    for part in invoice.installments:
        yield Part(invoice=invoice, part=part)


INSTALLMENT = Table(
    kinds=(Kind.INVOICE,),
    unfolded=_parts,
    columns={
        "id": Column(lambda row, _: row.invoice.id * 100 + row.part.sequence),
        "amount": Column(lambda row, _: major(row.part.amount_minor, row.invoice.currency)),
        "amountdue": Column(lambda row, _: major(row.part.open_minor, row.invoice.currency)),
        "duedate": Column(lambda row, _: row.part.due_date),
        "invoice": Column(lambda row, _: row.invoice.id, lambda row, _: row.invoice.number),
        "seqnum": Column(lambda row, _: row.part.sequence),
        "status": Column(lambda row, _: "Unpaid" if row.part.open_minor else "Paid"),
    },
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """That one transaction led to another, and with how much in their currency."""

    previous: int
    following: int
    kind: str
    minor: int
    currency: str


def _links(record: Any, ledger: Ledger) -> Iterator[Link]:
    """What settles an invoice follows it; a deposit is followed by its application, which is what settles.

    A refund follows what it was paid out of.
    """
    if isinstance(record, CustomerRefund):
        for one in record.refunded:
            kind = "DepAppl" if one.kind is Kind.CUSTOMER_DEPOSIT else "Payment"
            yield Link(
                previous=one.record_id, following=record.id, kind=kind, minor=one.amount_minor, currency=record.currency
            )
        return
    if isinstance(record, DepositApplication):
        drawn = record.total_minor
        yield Link(
            previous=record.deposit_id, following=record.id, kind="DepAppl", minor=drawn, currency=record.currency
        )
    for applied in record.applications:
        if applied.invoice_id in ledger.invoices:
            yield Link(
                previous=applied.invoice_id,
                following=record.id,
                kind="Payment",
                minor=applied.amount_minor,
                currency=record.currency,
            )


TRANSACTION_LINE_LINK = Table(
    kinds=(Kind.PAYMENT, Kind.DEPOSIT_APPLICATION, Kind.CREDIT_MEMO, Kind.CUSTOMER_REFUND),
    unfolded=_links,
    columns={
        "foreignamount": Column(lambda row, _: major(row.minor, row.currency)),
        "linktype": attribute("kind"),
        "nextdoc": attribute("following"),
        "nextline": Column(lambda *_: 1),
        "previousdoc": attribute("previous"),
        "previousline": Column(lambda *_: 0),
    },
)
