"""The custom fields of the company, and the values that some customers and invoices have beyond the usual ones."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from sandbox.ledger.chance import chance
from sandbox.ledger.company import OPENED
from sandbox.ledger.customers import mail_domain
from sandbox.ledger.records import Choice, Customer, CustomField, FieldKind, Invoice


class AppliesTo(StrEnum):
    CUSTOMER = "customer"
    INVOICE = "invoice"


@dataclass(frozen=True, kw_only=True, slots=True)
class Definition:
    """What the company says of one of its fields: the type here is the one place where an e-mail field is told."""

    id: int
    script_id: str
    label: str
    kind: FieldKind
    applies_to: AppliesTo
    is_inactive: bool = False
    created_at: datetime = OPENED
    last_modified: datetime = OPENED


def _defined(applies_to: AppliesTo, first_id: int, *fields: tuple[str, str, FieldKind]) -> Iterator[Definition]:
    for number, (script_id, label, kind) in enumerate(fields, start=first_id):
        yield Definition(id=number, script_id=script_id, label=label, kind=kind, applies_to=applies_to)


DEFINITIONS = (
    *_defined(
        AppliesTo.CUSTOMER,
        2101,
        ("custentity_collector", "Collector", FieldKind.SELECT),
        ("custentity_billing_email", "Billing e-mail", FieldKind.EMAIL),
        ("custentity_delivery", "Delivery channels", FieldKind.MULTISELECT),
        ("custentity_portal_user", "Uses the portal", FieldKind.CHECK),
        ("custentity_credit_review", "Next credit review", FieldKind.DATE),
        ("custentity_dunning_emails", "Dunning e-mails", FieldKind.EMAIL),
        ("custentity_risk_score", "Risk score", FieldKind.INTEGER),
        ("custentity_rebate", "Rebate", FieldKind.PERCENT),
        ("custentity_insured_limit", "Insured limit", FieldKind.CURRENCY),
        ("custentity_last_visit", "Last visit", FieldKind.DATETIME),
        ("custentity_account_plan", "Account plan", FieldKind.TEXT_AREA),
        ("custentity_ap_phone", "AP phone", FieldKind.PHONE),
        ("custentity_supplier_portal", "Supplier portal", FieldKind.HYPERLINK),
        ("custentity_region_code", "Region code", FieldKind.TEXT),
    ),
    *_defined(
        AppliesTo.INVOICE,
        2201,
        ("custbody_billing_email", "Billing e-mail", FieldKind.EMAIL),
        ("custbody_reminders_sent", "Reminders sent", FieldKind.INTEGER),
        ("custbody_freight", "Freight", FieldKind.DECIMAL),
        ("custbody_copies_to", "Copies to", FieldKind.EMAIL),
        ("custbody_dispute_reason", "Dispute reason", FieldKind.SELECT),
        ("custbody_on_hold", "On hold", FieldKind.CHECK),
        ("custbody_promised_on", "Promised on", FieldKind.DATE),
        ("custbody_sent_by", "Sent by", FieldKind.MULTISELECT),
        ("custbody_contract", "Contract", FieldKind.TEXT),
    ),
)
_KINDS = {definition.script_id: definition.kind for definition in DEFINITIONS}

_REASONS = tuple(Choice(id=n, name=name) for n, name in ((1, "Price"), (2, "Quantity"), (3, "Damaged <goods>")))
_CHANNELS = tuple(Choice(id=n, name=name) for n, name in ((1, "E-mail"), (2, "Portal"), (3, "EDI"), (4, "Post")))
# As people fill an e-mail field: one address, several with one separator or another, and what is no address.
_SEVERAL = ("ap@{0}; treasury@{0}", "ap@{0}, cfo@{0}", "ap@{0} billing@{0}", "ap@{0}\ncontroller@{0}")
_INVALID = ("billing at {0}", "ap@{0}; see portal", "n/a", "ap@@{0}")
SEVERAL_ADDRESSES, INVALID_ADDRESS = "Sun Microsystems, Inc.", "ABC Inc"


def with_customer_fields(rng: random.Random, customers: Iterable[Customer]) -> Iterator[Customer]:
    """A third of the customers with every kind of field; those of the showcase with the addresses said above."""
    for customer in customers:
        more = (*_dunning_emails(rng, customer), *(_beyond(rng, customer) if chance(rng, 30) else ()))
        yield replace(customer, custom_fields=(*customer.custom_fields, *more)) if more else customer


def with_invoice_fields(rng: random.Random, invoices: Iterable[Invoice]) -> Iterator[tuple[int, Invoice]]:
    """A few invoices with every kind of field, by their ids."""
    for invoice in invoices:
        if chance(rng, 4):
            yield invoice.id, replace(invoice, custom_fields=(*invoice.custom_fields, *_on_invoice(rng, invoice)))


def _field(script_id: str, value: str | int | Decimal | bool | datetime | Choice | tuple[Choice, ...]) -> CustomField:  # noqa: FBT001 -- the value itself
    return CustomField(script_id=script_id, kind=_KINDS[script_id], value=value)


def _dunning_emails(rng: random.Random, customer: Customer) -> Iterator[CustomField]:
    patterns = ("", "ap@{0}", rng.choice(_SEVERAL), rng.choice(_INVALID))
    usual = rng.choices(patterns, (80, 8, 8, 4))[0]
    pattern = {SEVERAL_ADDRESSES: _SEVERAL[0], INVALID_ADDRESS: _INVALID[1]}.get(customer.name, usual)
    if pattern:
        yield _field("custentity_dunning_emails", pattern.format(mail_domain(customer.name, customer.id)))


def _beyond(rng: random.Random, customer: Customer) -> Iterator[CustomField]:
    at = customer.created_at.replace(hour=rng.randrange(8, 18), minute=30, tzinfo=UTC)
    yield _field("custentity_risk_score", rng.randrange(-5, 101))
    yield _field("custentity_rebate", Decimal(rng.randrange(0, 80)).scaleb(-1))
    yield _field("custentity_insured_limit", Decimal(rng.randrange(10_000, 90_000_000)).scaleb(-2))
    yield _field("custentity_last_visit", at)
    yield _field("custentity_account_plan", "Call in spring.\nAsk for <early payment> & a new PO.")
    yield _field("custentity_ap_phone", customer.phone)
    yield _field("custentity_supplier_portal", f"{customer.url}/suppliers?id={customer.id}&x=1")
    yield _field("custentity_region_code", customer.address.country)


def _on_invoice(rng: random.Random, invoice: Invoice) -> Iterator[CustomField]:
    domain = invoice.email.partition("@")[2] or "nobody.example"
    yield _field("custbody_copies_to", rng.choice((*_SEVERAL, *_INVALID)).format(domain))
    yield _field("custbody_dispute_reason", rng.choice(_REASONS))
    yield _field("custbody_on_hold", chance(rng, 50))
    yield CustomField(script_id="custbody_promised_on", kind=FieldKind.DATE, value=invoice.due_date)
    yield _field("custbody_sent_by", tuple(rng.sample(_CHANNELS, rng.randrange(1, 4))))
    yield _field("custbody_contract", f"C-{rng.randrange(100, 999)}")
