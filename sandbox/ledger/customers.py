"""Customers and their contacts, made from identities."""

import random
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from sandbox.ledger.chance import chance
from sandbox.ledger.names import CURRENCY_OF, SUBSIDIARY_OF, Identity
from sandbox.ledger.records import Address, Choice, Contact, Customer, CustomField, FieldKind
from sandbox.ledger.setup import (
    BASE_CURRENCY,
    CATEGORIES,
    COLLECTORS,
    CURRENCIES,
    DELIVERY_CHANNELS,
    EMPLOYEES,
    RATES,
    TERMS,
)
from sandbox.ledger.words import FIRST_NAMES, LAST_NAMES, PLACES, STREETS, TITLES

FIRST_CUSTOMER_ID = 1001
FIRST_CONTACT_ID = 500_001
HISTORY_DAYS = 730

_EXPONENTS = {currency.code: currency.exponent for currency in CURRENCIES}


def minor_units(base_major: int, currency: str) -> int:
    """About `base_major` whole units of the base currency, in the minor units of `currency`."""
    return int(base_major / RATES[currency] * 10 ** _EXPONENTS[currency])


def mail_domain(name: str, customer_id: int) -> str:
    """A reserved domain that looks like the company's own; the id stands in where no ASCII letter is left."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    return f"{slug or f'customer-{customer_id}'}.example"


def make_customers(rng: random.Random, people: Iterable[Identity], *, cutoff: datetime) -> tuple[Customer, ...]:
    """One customer per identity, ids in its order; none was created or changed after `cutoff`."""
    ids: dict[str, int] = {}
    made = []
    for customer_id, identity in enumerate(people, start=FIRST_CUSTOMER_ID):
        made.append(_customer(rng, customer_id, identity, parents=ids, cutoff=cutoff))
        ids[identity.name] = customer_id
    return tuple(made)


def _customer(
    rng: random.Random, customer_id: int, identity: Identity, *, parents: Mapping[str, int], cutoff: datetime
) -> Customer:
    # A few customers abroad are billed in the base currency, so that one name does not imply one currency.
    currency = BASE_CURRENCY if chance(rng, 8) else CURRENCY_OF[identity.country]
    domain = mail_domain(identity.name, customer_id)
    created = cutoff - timedelta(days=rng.randrange(HISTORY_DAYS, 2 * HISTORY_DAYS), seconds=rng.randrange(86_400))
    changed = cutoff - timedelta(seconds=int(rng.random() ** 2 * HISTORY_DAYS * 86_400))
    return Customer(
        id=customer_id,
        number=f"CUST{customer_id}",
        name=identity.name,
        parent_id=parents.get(identity.parent or ""),
        subsidiary_id=SUBSIDIARY_OF.get(identity.country, 1),
        currency=currency,
        terms_id=rng.choices([terms.id for terms in TERMS], (10, 50, 12, 6, 15, 7))[0],
        sales_rep_id=rng.choice(EMPLOYEES).id,
        category=rng.choice(CATEGORIES),
        email=f"ap@{domain}",
        phone=f"+1 555 01{rng.randrange(100):02}",
        url=f"https://www.{domain}",
        comments=rng.choice(("", "", "", "Pays on the last Friday of the month.", "Needs a PO & a W-9 <first>.")),
        address=_address(rng, identity.country),
        credit_limit_minor=_credit_limit(rng, identity, currency),
        credit_hold=rng.choices(("auto", "on", "off"), (90, 6, 4))[0],
        is_inactive=chance(rng, 2),
        custom_fields=_custom_fields(rng, domain, cutoff.date()),
        created_at=created,
        last_modified=max(created, changed),
        # Some still have one; told by the id, so that nothing else in the ledger depends on it.
        fax="" if customer_id % 3 else f"+1 555 02{customer_id % 100:02}",
    )


def _credit_limit(rng: random.Random, identity: Identity, currency: str) -> int | None:
    thousands = identity.credit_thousands or rng.choice((None, 10, 25, 50, 50, 100, 250))
    return None if thousands is None else minor_units(1000 * thousands, currency)


def _address(rng: random.Random, country: str) -> Address:
    city, state, postal_code = rng.choice(PLACES[country])
    line = f"{rng.randrange(1, 400)} {rng.choice(STREETS)}"
    return Address(line=line, city=city, state=state, postal_code=postal_code, country=country)


def _custom_fields(rng: random.Random, domain: str, today: date) -> tuple[CustomField, ...]:
    channels: tuple[Choice, ...] = tuple(rng.sample(DELIVERY_CHANNELS, rng.randrange(1, 3)))
    fields = (
        CustomField(script_id="custentity_collector", kind=FieldKind.SELECT, value=rng.choice(COLLECTORS)),
        CustomField(script_id="custentity_billing_email", kind=FieldKind.EMAIL, value=f"billing@{domain}"),
        CustomField(script_id="custentity_delivery", kind=FieldKind.MULTISELECT, value=channels),
        CustomField(script_id="custentity_portal_user", kind=FieldKind.CHECK, value=chance(rng, 40)),
        CustomField(
            script_id="custentity_credit_review",
            kind=FieldKind.DATE,
            value=today + timedelta(days=rng.randrange(-200, 200)),
        ),
    )
    return fields if chance(rng, 80) else fields[:1]


def make_contacts(rng: random.Random, customers: Iterable[Customer]) -> tuple[Contact, ...]:
    """A primary contact for every customer and a second one for about a third of them."""
    drafts = [(customer, nth) for customer in customers for nth in range(1 + chance(rng, 30))]
    return tuple(
        _contact(rng, contact_id, customer, is_primary=nth == 0)
        for contact_id, (customer, nth) in enumerate(drafts, start=FIRST_CONTACT_ID)
    )


def _contact(rng: random.Random, contact_id: int, customer: Customer, *, is_primary: bool) -> Contact:
    first, last = rng.choice(FIRST_NAMES), rng.choice(LAST_NAMES)
    local = mail_domain(f"{first}.{last}", contact_id).removesuffix(".example").replace("-", ".")
    domain = mail_domain(customer.name, customer.id)
    has_email = chance(rng, 92)
    return Contact(
        id=contact_id,
        customer_id=customer.id,
        is_primary=is_primary,
        first_name=first,
        last_name=last,
        title=rng.choice(TITLES),
        email=f"{local}@{domain}" if has_email else "",
        phone=f"+1 555 01{rng.randrange(100):02}",
        created_at=customer.created_at,
        last_modified=customer.last_modified - (customer.last_modified - customer.created_at) * rng.random() / 4,
    )
