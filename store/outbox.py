"""The outbox as its engine and its keepers see it: what is due, what is under way, and every move of a delivery."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update

from store.db import ReadConnection, WriteConnection
from store.deliveries import IS_OPEN, IS_SPENT, Delivery, DeliveryState, deliveries, delivery_from_row, delivery_row
from store.own_records import CONTACT, link_sent, settle_contact
from store.records import RecordId
from store.refs import ExternalRef
from store.sending import UNDELIVERED

_c = deliveries.c
# What the engine changes of a delivery; the rest is written once.
_MOVED = frozenset(
    "state attempts not_before updated_at reason external_id tried_at in_doubt asked_at decided_at round told".split()
)


async def due_deliveries(conn: ReadConnection, now: datetime, *, limit: int) -> tuple[Delivery, ...]:
    """What has no durable work yet and may be sent, oldest first."""
    is_due = or_(_c.not_before.is_(None), _c.not_before <= now)
    return await _matching(conn, and_(_c.is_enqueued.is_(False), is_due), limit=limit)


async def undelivered(conn: ReadConnection, *, after: int, limit: int) -> tuple[Delivery, ...]:
    """What has durable work and is not delivered, or ended without its feature being told; in pages by sequence."""
    return await _matching(conn, and_(_c.is_enqueued.is_(True), IS_OPEN, _c.sequence > after), limit=limit)


async def listed_deliveries(
    conn: ReadConnection, states: Sequence[DeliveryState], *, ids: Sequence[str] = (), limit: int
) -> tuple[Delivery, ...]:
    """Deliveries in one of these states, oldest first; of these ids only, when there are any."""
    wanted = _c.state.in_([state.value for state in states])
    return await _matching(conn, and_(wanted, _c.id.in_(ids)) if ids else wanted, limit=limit)


async def waiting_for(conn: ReadConnection, target: str, *, limit: int) -> tuple[Delivery, ...]:
    """What has yet to arrive at this target, oldest first."""
    wanted = and_(_c.target == target, _c.state.in_([state.value for state in UNDELIVERED]))
    return await _matching(conn, wanted, limit=limit)


async def count_deliveries(conn: ReadConnection) -> dict[DeliveryState, int]:
    """How many deliveries are in each state, but for the delivered."""
    query = select(_c.state, func.count()).where(_c.state != DeliveryState.SENT.value).group_by(_c.state)
    return {DeliveryState(row[0]): int(row[1]) for row in await conn.execute(query)}


async def oldest_undelivered(conn: ReadConnection, now: datetime) -> datetime | None:
    """Since when the longest-waiting delivery could have been sent; None when nothing waits."""
    is_due = or_(_c.not_before.is_(None), _c.not_before <= now, _c.attempts > 0)
    query = select(func.min(_c.created_at)).where(_c.state.in_([state.value for state in UNDELIVERED]), is_due)
    found: datetime | None = (await conn.execute(query)).scalar_one_or_none()
    return found


async def last_tried(conn: ReadConnection, lane: str, *, nth: int = 1) -> datetime | None:
    """When the last delivery was sent on this lane, or the `nth` before now; None when there were fewer."""
    query = select(_c.tried_at).where(_c.lane == lane, _c.tried_at.is_not(None)).order_by(_c.tried_at.desc())
    found: datetime | None = (await conn.execute(query.limit(1).offset(nth - 1))).scalar_one_or_none()
    return found


async def decisions_mark(conn: ReadConnection) -> tuple[int, datetime | None]:
    """Another value each time a person, in whatever process, has decided about a delivery."""
    query = select(func.count(), func.max(_c.decided_at)).where(_c.decided_at.is_not(None))
    row = (await conn.execute(query)).one()
    return row[0], row[1]


async def forget_payloads(conn: WriteConnection, *, before: datetime, limit: int) -> int:
    """Empty the oldest of what came to its end before then; how many. That it was there, and how it ended, stays."""
    old = select(_c.sequence).where(IS_SPENT, _c.updated_at < before).order_by(_c.updated_at).limit(limit)
    emptied = update(deliveries).where(_c.sequence.in_(old.scalar_subquery())).values(payload_json="{}")
    return int((await conn.execute(emptied)).rowcount)


async def mark_enqueued(conn: WriteConnection, those: Sequence[Delivery]) -> None:
    """These have durable work for the round that they were seen in."""
    same = and_(_c.id == bindparam("seen_id"), _c.round == bindparam("seen_round"))
    seen = [{"seen_id": delivery.id, "seen_round": delivery.round} for delivery in those]
    if seen:
        await conn.execute(update(deliveries).where(same).values(is_enqueued=True), seen)


async def move_delivery(conn: WriteConnection, before: Delivery, after: Delivery) -> bool:
    """Put `after` in the place of `before`; False when the store has another than `before`, which then stays.

    Of one that was dropped while it was sent or looked up, the doubt goes when that has shown that it is not there.
    """
    c = deliveries.c
    unchanged = and_(
        c.id == before.id,
        c.state == before.state.value,
        c.attempts == before.attempts,
        c.in_doubt == before.in_doubt,
        c.round == before.round,
    )
    row = delivery_row(after)
    # A new round has no durable work yet; whether the same one has is not for the mover to say.
    moved = _MOVED | {"is_enqueued"} if after.round != before.round else _MOVED
    values = {name: row[name] for name in moved}
    if (await conn.execute(update(deliveries).where(unchanged).values(values))).rowcount != 1:
        if _shows_absence(before, after):
            await _clear_dropped(conn, before)
        return False
    if after.state is DeliveryState.SENT and after.external_id:
        await _link(conn, after, after.external_id, after.updated_at or after.created_at)
    return True


async def record_arrival(conn: WriteConnection, delivery_id: str, external_id: str, at: datetime) -> None:
    """It arrived, whatever was decided about it meanwhile."""
    values = {"state": DeliveryState.SENT.value, "external_id": external_id, "updated_at": at, "in_doubt": False}
    arrived = update(deliveries).where(_c.id == delivery_id).values(values).returning(deliveries)
    row = (await conn.execute(arrived)).mappings().first()
    if row is not None:
        await _link(conn, delivery_from_row(row), external_id, at)


def _shows_absence(before: Delivery, after: Delivery) -> bool:
    """Whether an answer or a look-up, no person, has taken the doubt away, and not by an arrival."""
    is_of_engine = after.round == before.round
    return is_of_engine and before.in_doubt and not after.in_doubt and after.state is not DeliveryState.SENT


async def _clear_dropped(conn: WriteConnection, before: Delivery) -> None:
    """The attempt that this delivery was dropped in did not bring it there."""
    dropped = and_(_c.id == before.id, _c.state == DeliveryState.DROPPED.value, _c.tried_at == before.tried_at)
    await conn.execute(update(deliveries).where(dropped).values(in_doubt=False))


async def _link(conn: WriteConnection, delivery: Delivery, external_id: str, at: datetime) -> None:
    """Know the record again by the receiver's id of it."""
    if delivery.note_id and external_id:
        record = RecordId(delivery.note_id)
        ref = ExternalRef(system=delivery.target, object=delivery.kind, external_id=external_id, record_id=record)
        await link_sent(conn, delivery.kind, ref, at=at)
    if delivery.note_id and delivery.kind == CONTACT:
        await settle_contact(conn, RecordId(delivery.note_id), changed_until=delivery.created_at)


def set_going(delivery: Delivery, at: datetime, *, may_double: bool) -> Delivery:
    """The delivery as a person sends it again. Unless it `may_double`, one in doubt is looked up first.

    One that has arrived, or whose payload is not kept any more, stays as it is. What `may_double` is in doubt no more,
    so that is only for receivers that nothing is read from: what comes back with a reading is looked up.
    """
    is_leaving = delivery.state is DeliveryState.QUEUED and delivery.in_doubt
    if delivery.state is DeliveryState.SENT or is_leaving or not delivery.payload:
        return delivery
    in_doubt = delivery.in_doubt and not may_double
    state = DeliveryState.UNKNOWN if in_doubt else DeliveryState.QUEUED
    fresh = replace(delivery, state=state, in_doubt=in_doubt, attempts=0, not_before=None, asked_at=None, reason="")
    return _decided(fresh, at)


def ended_by_hand(delivery: Delivery, state: DeliveryState, at: datetime, reason: str) -> Delivery:
    """The delivery as a person gave it up (DROPPED) or saw it arrive (SENT).

    That one gives it up does not say that it is not there: what was in doubt stays so.
    """
    in_doubt = delivery.in_doubt and state is not DeliveryState.SENT
    ended = replace(delivery, state=state, in_doubt=in_doubt, not_before=None, asked_at=None, reason=reason)
    return _decided(ended, at)


def _decided(delivery: Delivery, at: datetime) -> Delivery:
    # Never the same instant twice, whatever the clocks of two processes say.
    latest = max(at, delivery.decided_at + timedelta(microseconds=1)) if delivery.decided_at else at
    return replace(delivery, round=delivery.round + 1, is_enqueued=False, updated_at=at, decided_at=latest)


async def _matching(conn: ReadConnection, wanted: ColumnElement[bool], *, limit: int) -> tuple[Delivery, ...]:
    query = select(deliveries).where(wanted).order_by(_c.sequence).limit(limit)
    return tuple(delivery_from_row(row) for row in (await conn.execute(query)).mappings())
