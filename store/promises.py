"""Promises to pay: what somebody at a customer said would be paid, by when, and how that turned out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    RowMapping,
    Select,
    String,
    Table,
    Text,
    bindparam,
    func,
    select,
    update,
)

from store.about import is_about
from store.db import ReadConnection, WriteConnection
from store.money import Money
from store.recorded import add_once, end_open, open_again
from store.records import RecordId
from store.schema import Instant, metadata


class PromiseState(StrEnum):
    """How a promise stands."""

    OPEN = "open"
    KEPT = "kept"
    PARTLY_KEPT = "partly_kept"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Promise:
    """A promise to pay `amount` on or before `promised_on`, the company's calendar date.

    `about_id` is a customer or an invoice, `owed` what was open on it in the promise's currency when it was made: said
    beside the judgement. `author` is the name of who recorded it, `author_id` their account and `slack_user` whom
    to tell. `note_id` is the note that was saved with it, `permalink` the Slack message that is its evidence.
    `received` is what had come of it at `judged_at`.
    """

    id: str
    about_id: RecordId
    amount: Money
    owed: Money
    promised_on: date
    made_at: datetime
    author: str
    author_id: str
    slack_user: str
    note_id: RecordId
    permalink: str | None = None
    state: PromiseState = PromiseState.OPEN
    received: Money | None = None
    judged_at: datetime | None = None


promises = Table(
    "promises",
    metadata,
    Column("id", String, primary_key=True),
    Column("about_id", String, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("owed_minor", BigInteger, nullable=False),
    Column("promised_on", Date, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("author", String, nullable=False),
    Column("author_id", String, nullable=False),
    Column("slack_user", String, nullable=False),
    Column("note_id", String, nullable=False, index=True),
    Column("permalink", Text),
    Column("state", String, nullable=False),
    Column("received_minor", BigInteger),
    Column("judged_at", Instant),
    Index("ix_promises_about_id_made_at", "about_id", "made_at"),
    Index("ix_promises_state_promised_on", "state", "promised_on"),
)

_KIND = "promise"
_AMOUNTS = ("amount", "owed", "received")
_PLAIN = tuple(f.name for f in fields(Promise) if f.name not in {*_AMOUNTS, "state"})

_IS_OPEN = promises.c.state == PromiseState.OPEN.value
# Built once: it is asked with every card.
_ABOUT = (
    select(promises)
    .where(is_about(promises.c.about_id), promises.c.state != PromiseState.WITHDRAWN.value)
    .order_by(_IS_OPEN.desc(), promises.c.made_at.desc(), promises.c.id)
    .limit(bindparam("limit"))
)


async def add_promise(conn: WriteConnection, promise: Promise, *, at: datetime) -> None:
    """Record a promise, with its change row; one whose id is there already stays as it is."""
    await add_once(conn, promises, _KIND, _row(promise), at=at)


async def promise_by_id(conn: ReadConnection, promise_id: str) -> Promise | None:
    """One promise; None when there is none of this id."""
    return next(iter(await _read(conn, select(promises).where(promises.c.id == promise_id))), None)


async def open_promises(conn: ReadConnection, *, after: str = "", limit: int) -> tuple[Promise, ...]:
    """The promises that wait to be judged, in pages by id."""
    query = select(promises).where(_IS_OPEN, promises.c.id > after)
    return await _read(conn, query.order_by(promises.c.id).limit(limit))


async def promises_about(conn: ReadConnection, about_id: RecordId, *, limit: int) -> tuple[Promise, ...]:
    """The promises about a record, open ones first, then the newest; a customer's include those about its invoices.

    Withdrawn ones are left out.
    """
    return await _read(conn, _ABOUT, about_id=about_id, limit=limit)


async def promises_of_notes(conn: ReadConnection, note_ids: tuple[RecordId, ...]) -> Mapping[RecordId, Promise]:
    """The promises that were saved with these notes."""
    found = await _read(conn, select(promises).where(promises.c.note_id.in_(note_ids)))
    return {promise.note_id: promise for promise in found}


async def judge_promise(
    conn: WriteConnection, promise_id: str, state: PromiseState, *, received: Money, at: datetime
) -> bool:
    """Say how an open promise turned out, with its change row; False when it is open no more."""
    judged = {"received_minor": received.minor, "judged_at": at}
    return await end_open(conn, promises, _KIND, promise_id, state.value, at=at, **judged)


async def withdraw_promise(conn: WriteConnection, promise_id: str, *, at: datetime) -> bool:
    """Take an open promise back, with its change row; False when it is open no more."""
    return await end_open(conn, promises, _KIND, promise_id, PromiseState.WITHDRAWN.value, at=at)


async def reopen_promise(conn: WriteConnection, promise_id: str, *, received: Money, at: datetime) -> bool:
    """Let a kept promise wait again, of which so much has come, with its change row; False when it is kept no more."""
    values = {"received_minor": received.minor, "judged_at": None}
    return await open_again(conn, promises, _KIND, promise_id, PromiseState.KEPT.value, at=at, **values)


async def kept_promises_about(conn: ReadConnection, about_id: RecordId, *, since: datetime) -> tuple[Promise, ...]:
    """The promises about exactly this record that were judged kept since then, the latest judged first."""
    c = promises.c
    query = select(promises).where(c.about_id == about_id, c.state == PromiseState.KEPT.value, c.judged_at >= since)
    return await _read(conn, query.order_by(c.judged_at.desc(), c.made_at.desc(), c.id))


async def open_promises_about(conn: ReadConnection, about_ids: Sequence[RecordId]) -> tuple[Promise, ...]:
    """The promises about exactly these records that wait to be judged, the soonest promised first."""
    query = select(promises).where(promises.c.state == PromiseState.OPEN.value, promises.c.about_id.in_(about_ids))
    return await _read(conn, query.order_by(promises.c.promised_on, promises.c.made_at, promises.c.id))


async def add_received(conn: WriteConnection, promise_id: str, received: Money) -> None:
    """Count what came of an open promise so far."""
    c = promises.c
    so_far = func.coalesce(c.received_minor, 0) + received.minor
    is_open = (c.id == promise_id, c.state == PromiseState.OPEN.value)
    await conn.execute(update(promises).where(*is_open).values(received_minor=so_far))


def _row(promise: Promise) -> dict[str, Any]:
    return {name: getattr(promise, name) for name in _PLAIN} | {
        "currency": promise.amount.currency,
        "amount_minor": promise.amount.minor,
        "owed_minor": promise.owed.minor,
        "received_minor": promise.received.minor if promise.received else None,
        "state": promise.state.value,
    }


async def _read(conn: ReadConnection, query: Select[Any], **given: Any) -> tuple[Promise, ...]:
    return tuple(_promise(row) for row in (await conn.execute(query, given)).mappings())


def _promise(row: RowMapping) -> Promise:
    amounts = {
        name: None if row[f"{name}_minor"] is None else Money(currency=row["currency"], minor=row[f"{name}_minor"])
        for name in _AMOUNTS
    }
    plain: dict[str, Any] = {name: row[name] for name in _PLAIN} | amounts
    return Promise(state=PromiseState(row["state"]), **plain)
