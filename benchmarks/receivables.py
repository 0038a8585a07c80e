"""A store of made-up customers and invoices, and a person who may ask about them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import TypeVar

from benchmarks.workspace import TEAM_ID, USER_ID
from store.cursors import advance_cursor, claim_cursor
from store.customers import Customer
from store.db import Store
from store.invoices import Invoice, InvoiceLine, InvoiceStatus
from store.migrate import upgrade
from store.money import Money
from store.pulled import upsert_records
from store.records import record_id
from store.users import Role, SlackLink, add_user, link_slack

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
_TODAY = date(2026, 11, 22)
_ORIGIN = "netsuite"
_BATCH = 1000
_WORDS = "Alder Birch Cedar Delta Ember Fjord Grove Harbor Indigo Juniper Kestrel Larch Maple Nimbus Onyx Pine".split()
_TRADES = "Analytics Bakery Chemicals Design Energy Foods Glass Hotels Logistics Motors Optics Paper Robotics".split()

_T = TypeVar("_T")


def make_customers(count: int) -> tuple[Customer, ...]:
    """Customers whose names differ in several words."""
    chance = Random(count)  # noqa: S311 - the same names in every run is what is wanted
    return tuple(_customer(chance, number) for number in range(count))


def make_invoices(count: int, customers: Sequence[Customer], *, edition: int = 0) -> Iterator[Invoice]:
    """Invoices of two lines each, in turn for every customer; another edition differs in what is still open."""
    return (_invoice(number, customers[number % len(customers)], edition) for number in range(count))


async def fill(store: Store, *, customers: int, invoices: int) -> tuple[Customer, ...]:
    """Make the schema, the records and the person; returns the customers."""
    await upgrade(store)
    people = make_customers(customers)
    async with store.write() as conn:
        await upsert_records(conn, people, at=AT)
        for stream in ("customers", "invoices"):
            cursor = await claim_cursor(conn, _ORIGIN, stream, "bench")
            await advance_cursor(conn, cursor, value="", covered_until=datetime.now(UTC))
        user = await add_user(conn, email="bench@example.com", name="Bench", role=Role.FINANCE, at=AT)
        link = SlackLink(team_id=TEAM_ID, slack_user_id=USER_ID, user_id=user.id, linked_at=AT, linked_by="bench")
        await link_slack(conn, link)
    for batch in batches(tuple(make_invoices(invoices, people))):
        async with store.write() as conn:
            await upsert_records(conn, batch, at=AT)
    return people


def batches(records: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """The records in pages of a thousand."""
    return (records[start : start + _BATCH] for start in range(0, len(records), _BATCH))


def number_of(invoice: int) -> str:
    """The number that people type for the nth invoice."""
    return f"INV-{10_000 + invoice}"


def _customer(chance: Random, number: int) -> Customer:
    source_id = str(number)
    return Customer(
        id=record_id(_ORIGIN, "customer", source_id),
        origin=_ORIGIN,
        source_id=source_id,
        name=f"{' '.join(chance.sample(_WORDS, 2))} {chance.choice(_TRADES)} {number} Inc.",
        number=f"C{number}",
        seen_at=AT,
        currency="USD",
        email=f"ap@customer{number}.example",
        payment_terms="Net 30",
        sales_rep="Robin Ray",
        credit_limit=Money(currency="USD", minor=1_000_000),
    )


def _invoice(number: int, customer: Customer, edition: int) -> Invoice:
    source_id, total = str(number), 10_000 + number % 90_000
    issued = _TODAY - timedelta(days=number % 700)
    return Invoice(
        id=record_id(_ORIGIN, "invoice", source_id),
        origin=_ORIGIN,
        source_id=source_id,
        number=number_of(number),
        status=InvoiceStatus.OPEN,
        total=Money(currency="USD", minor=total),
        open_balance=Money(currency="USD", minor=total - edition),
        seen_at=AT,
        source_changed_at=AT + timedelta(minutes=edition),
        customer_id=customer.id,
        invoice_date=issued,
        due_date=issued + timedelta(days=30),
        payment_terms="Net 30",
        po_number=f"PO-{number}",
        memo="Monthly services",
        sales_rep="Robin Ray",
        url=f"https://example.com/invoice/{number}",
        lines=tuple(_line(nth, total) for nth in (1, 2)),
    )


def _line(nth: int, total: int) -> InvoiceLine:
    return InvoiceLine(
        line_number=nth,
        amount=Money(currency="USD", minor=total // 2),
        item=f"Item {nth}",
        description="As agreed",
        quantity="1",
    )
