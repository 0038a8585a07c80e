"""What a customer owes in a few figures, for the account of a CRM that the customer is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sqlalchemy import Column, Index, String, Table, Text, case, delete, func, or_, select

from store.applications import applications
from store.crm.accounts import crm_accounts
from store.crm.links import crm_links
from store.db import ReadConnection, WriteConnection
from store.facts import drop_fact, keep_fact, read_fact
from store.invoices import InvoiceStatus, invoices, unsettled
from store.money import Money
from store.payments import payments
from store.records import RecordId
from store.schema import Instant, metadata
from store.upsert import conflict_insert

_TENTH = Decimal("0.1")
_NOTHING = "{}"
_TROUBLE = "{}.figures_trouble"


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountFigures:
    """The figures of one customer, for the account `account_id` that has the id `source_id` in the CRM.

    `outstanding` is the open balance of all invoices that are owed and `past_due` the part behind its due date, per
    currency and none at zero; credits are not taken off. `average_payment_delay` is the mean of the days from due date
    to last payment over the invoices whose last payment came in the last twelve months, with one decimal, negative
    when they are paid early; None when there is no such invoice.
    """

    account_id: RecordId
    source_id: str
    outstanding: tuple[Money, ...] = ()
    past_due: tuple[Money, ...] = ()
    open_invoices: int = 0
    past_due_invoices: int = 0
    average_payment_delay: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SentFigures:
    """What an account was last sent: `values_json` as the CRM has it; `failure` is why the last try did not arrive."""

    account_id: RecordId
    source_id: str
    system: str
    values_json: str
    sent_at: datetime | None = None
    failure: str = ""


@dataclass(kw_only=True, slots=True)
class _Sums:
    outstanding: list[Money] = field(default_factory=list)
    past_due: list[Money] = field(default_factory=list)
    open_invoices: int = 0
    past_due_invoices: int = 0


sent_figures = Table(
    "sent_figures",
    metadata,
    Column("account_id", String, primary_key=True),
    Column("source_id", String, nullable=False),
    Column("system", String, nullable=False),
    Column("values_json", Text, nullable=False),
    Column("sent_at", Instant),
    Column("failure", Text, nullable=False),
    Index("ix_sent_figures_system", "system", "account_id"),
)


async def figures_page(
    conn: ReadConnection, system: str, *, after: str, limit: int, today: date
) -> tuple[AccountFigures, ...]:
    """The next accounts of a CRM behind `after` that are customers, in the order of their ids."""
    links, accounts = crm_links.c, crm_accounts.c
    query = (
        select(links.account_id, accounts.source_id, links.customer_id)
        .join(crm_accounts, accounts.id == links.account_id)
        .where(accounts.origin == system, links.account_id > after)
        .order_by(links.account_id)
        .limit(limit)
    )
    rows = (await conn.execute(query)).all()
    customers = [RecordId(row.customer_id) for row in rows]
    sums, delays = await _sums(conn, customers, today), await _delays(conn, customers, today)
    return tuple(
        _figures(row.account_id, row.source_id, sums.get(row.customer_id, _Sums()), delays.get(row.customer_id, []))
        for row in rows
    )


async def sent_of(conn: ReadConnection, account_ids: Sequence[RecordId]) -> dict[RecordId, SentFigures]:
    """What these accounts were sent last."""
    rows = (await conn.execute(select(sent_figures).where(sent_figures.c.account_id.in_(account_ids)))).mappings()
    return {RecordId(row["account_id"]): SentFigures(**row) for row in rows}


async def left_accounts(conn: ReadConnection, system: str, *, limit: int) -> tuple[SentFigures, ...]:
    """Accounts that still show figures of a customer that they are no more; those that refuse to be emptied last."""
    c = sent_figures.c
    query = (
        select(sent_figures)
        .outerjoin(crm_links, crm_links.c.account_id == c.account_id)
        .where(c.system == system, crm_links.c.account_id.is_(None))
        .order_by(c.failure != "", c.account_id)
        .limit(limit)
    )
    return tuple(SentFigures(**row) for row in (await conn.execute(query)).mappings())


async def shows_figures(conn: ReadConnection, system: str) -> bool:
    """Whether an account of the CRM shows figures of ours, or refused to show others."""
    c = sent_figures.c
    found = select(c.account_id).where(c.system == system, or_(c.values_json != _NOTHING, c.failure != "")).limit(1)
    return (await conn.execute(found)).first() is not None


async def figures_trouble(conn: ReadConnection, system: str) -> str:
    """Why figures did not go to the CRM's accounts at all, or into some field of none of them; «» when they did."""
    return await read_fact(conn, _TROUBLE.format(system)) or ""


async def keep_trouble(conn: WriteConnection, system: str, reason: str) -> None:
    """Keep that for `figures_trouble`."""
    if reason:
        await keep_fact(conn, _TROUBLE.format(system), reason)
    else:
        await drop_fact(conn, _TROUBLE.format(system))


async def keep_sent(conn: WriteConnection, sent: Sequence[SentFigures]) -> None:
    """Keep what was sent, or why it did not arrive."""
    if not sent:
        return
    statement = conflict_insert(conn, sent_figures)
    names = ("source_id", "values_json", "sent_at", "failure")
    kept = {name: statement.excluded[name] for name in names}
    rows = [{name: getattr(each, name) for name in ("account_id", "system", *names)} for each in sent]
    await conn.execute(statement.on_conflict_do_update(index_elements=["account_id"], set_=kept), rows)


async def forget_sent(conn: WriteConnection, account_ids: Sequence[RecordId]) -> None:
    """These accounts show nothing of ours any more."""
    await conn.execute(delete(sent_figures).where(sent_figures.c.account_id.in_(account_ids)))


async def failed_figures(conn: ReadConnection, system: str, *, limit: int) -> tuple[int, tuple[SentFigures, ...]]:
    """How many accounts did not take their figures, and some of them."""
    c = sent_figures.c
    failed = (c.system == system, c.failure != "")
    count = (await conn.execute(select(func.count()).where(*failed))).scalar_one()
    rows = await conn.execute(select(sent_figures).where(*failed).order_by(c.account_id).limit(limit))
    return int(count), tuple(SentFigures(**row) for row in rows.mappings())


def nothing_sent(figures: AccountFigures, system: str) -> SentFigures:
    """The state of an account that was never sent any."""
    return SentFigures(account_id=figures.account_id, source_id=figures.source_id, system=system, values_json=_NOTHING)


def a_year_before(today: date) -> date:
    """The same day of the year before; of 29 February, the 28th."""
    day = min(today.day, 28) if today.month == 2 else today.day  # noqa: PLR2004 - February
    return today.replace(year=today.year - 1, day=day)


def _figures(account_id: str, source_id: str, sums: _Sums, delays: Sequence[int]) -> AccountFigures:
    mean = Decimal(sum(delays)) / len(delays) if delays else None
    return AccountFigures(
        account_id=RecordId(account_id),
        source_id=source_id,
        outstanding=tuple(sums.outstanding),
        past_due=tuple(sums.past_due),
        open_invoices=sums.open_invoices,
        past_due_invoices=sums.past_due_invoices,
        average_payment_delay=None if mean is None else mean.quantize(_TENTH, ROUND_HALF_EVEN),
    )


async def _sums(conn: ReadConnection, customers: Sequence[RecordId], today: date) -> dict[str, _Sums]:
    c = invoices.c
    is_past_due = c.due_date < today
    query = (
        select(
            c.customer_id,
            c.currency,
            func.sum(c.open_balance_minor),
            func.sum(case((is_past_due, c.open_balance_minor), else_=0)),
            func.count(),
            func.sum(case((is_past_due, 1), else_=0)),
        )
        .where(c.customer_id.in_(customers), c.open_balance_minor > 0, *unsettled())
        .group_by(c.customer_id, c.currency)
        .order_by(c.customer_id, c.currency)
    )
    found: dict[str, _Sums] = {}
    for customer, currency, outstanding, past_due, count, late in await conn.execute(query):
        sums = found.setdefault(customer, _Sums())
        sums.outstanding.append(Money(currency=currency, minor=int(outstanding)))
        if past_due:
            sums.past_due.append(Money(currency=currency, minor=int(past_due)))
        sums.open_invoices += int(count)
        sums.past_due_invoices += int(late)
    return found


async def _delays(conn: ReadConnection, customers: Sequence[RecordId], today: date) -> dict[str, list[int]]:
    """The days from due date to last payment of each invoice that was paid up in the last twelve months."""
    c, paid_on = invoices.c, func.max(payments.c.payment_date)
    query: Any = (
        select(c.customer_id, c.due_date, paid_on)
        .join(applications, applications.c.applied_to == c.id)
        .join(payments, payments.c.id == applications.c.record_id)
        .where(c.customer_id.in_(customers), c.status == InvoiceStatus.PAID, c.deleted_at.is_(None))
        .where(c.due_date.is_not(None), payments.c.deleted_at.is_(None), payments.c.is_voided.is_(False))
        .group_by(c.id, c.customer_id, c.due_date)
        .having(paid_on > a_year_before(today), paid_on <= today)
    )
    found: dict[str, list[int]] = {}
    for customer, due, paid in await conn.execute(query):
        found.setdefault(customer, []).append((paid - due).days)
    return found
