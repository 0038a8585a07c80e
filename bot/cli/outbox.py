"""`tesorio outbox`: what is on its way, what did not arrive, and what to do about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

import typer

from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async, say
from bot.clock import utc_now
from bot.deliver import may_double, sent_again
from bot.root.data import open_store
from store.audit import AuditEvent, append_audit
from store.db import Store, WriteConnection
from store.deliveries import Delivery, DeliveryState
from store.outbox import (
    count_deliveries,
    ended_by_hand,
    listed_deliveries,
    move_delivery,
    oldest_undelivered,
)
from sync.connector import Finding

outbox = typer.Typer(help="What is on its way to Slack and to the ERP, and what did not arrive.", no_args_is_help=True)
Ids = Annotated[list[str] | None, typer.Argument(help="Ids as `tesorio outbox list` shows them.")]
States = Annotated[list[DeliveryState] | None, typer.Option("--state", help="All in this state; may be repeated.")]

_OPEN = tuple(state for state in DeliveryState if state not in {DeliveryState.SENT, DeliveryState.DROPPED})
_STUCK = (DeliveryState.UNKNOWN, DeliveryState.REJECTED, DeliveryState.DEAD)
_MANY = 100_000
_LATE = timedelta(hours=1)


def register(app: typer.Typer) -> None:
    """Add `outbox` to the command line."""
    app.add_typer(outbox, name="outbox")


@outbox.command("list")
def list_(
    state: States = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, oldest first.")] = 100,
    as_json: Json = False,
) -> None:
    """Show what has not arrived: where to, since when, how often it was tried, and why it did not."""

    async def work() -> None:
        async with open_store(current_settings(), create=False) as store, store.read() as conn:
            found = await listed_deliveries(conn, state or _OPEN, limit=limit)
        rows = [delivery_row(delivery, utc_now()) for delivery in found]
        print_json(rows) if as_json else print_table("Outbox", rows)

    run_async(work)


@outbox.command("retry")
def retry(
    ids: Ids = None,
    state: States = None,
    yes: Annotated[bool, typer.Option("--yes", help="Also what may have arrived and can't be looked up.")] = False,
    as_json: Json = False,
) -> None:
    """Send again what did not arrive. What may have arrived is looked up first, where that can be done."""

    async def work() -> None:
        async with open_store(current_settings(), create=False) as store:
            # Of those that a state names, the ones that can be sent.
            chosen = [one for one in await _chosen(store, ids, state) if one.payload or ids]
            emptied = [one.id for one in chosen if not one.payload]
            if emptied:
                raise CommandError(f"too old, what they said is not kept any more: {', '.join(emptied)}")
            risky = [one.id for one in chosen if one.in_doubt and may_double(one)]
            if risky and not yes:
                raise CommandError(
                    f"{', '.join(risky)} may have arrived, and Slack does not let us look. "
                    "See whether it is there; then drop it, or send it again with --yes"
                )
            now = utc_now()
            moves = [(one, sent_again(one, now)) for one in chosen]
            moved = await _move(store, moves, "outbox.retry")
        _tell(moved, as_json=as_json, what="will be sent again")

    run_async(work)


@outbox.command("drop")
def drop(
    ids: Ids = None,
    state: States = None,
    reason: Annotated[str, typer.Option(help="Why, for the audit trail.")] = "",
    as_json: Json = False,
) -> None:
    """Give deliveries up; what waits behind them goes on. They stay in the list of what was dropped."""

    async def work() -> None:
        async with open_store(current_settings(), create=False) as store:
            chosen, now = await _chosen(store, ids, state), utc_now()
            why = reason or "dropped from the command line"
            moves = [(one, ended_by_hand(one, DeliveryState.DROPPED, now, why)) for one in chosen]
            moved = await _move(store, moves, "outbox.drop")
        _tell(moved, as_json=as_json, what="dropped")

    run_async(work)


def delivery_row(delivery: Delivery, now: datetime) -> dict[str, object]:
    """What a table shows of a delivery."""
    return {
        "id": delivery.id,
        "state": delivery.state.value,
        "kind": delivery.kind,
        "to": delivery.lane,
        "age": _age(now - delivery.created_at),
        "attempts": delivery.attempts,
        "reason": delivery.reason,
    }


async def delivery_summary(store: Store, now: datetime) -> list[dict[str, object]]:
    """How many deliveries there are in each state but the last, and for how long the oldest of them has waited."""
    async with store.read() as conn:
        counts, oldest = await count_deliveries(conn), await oldest_undelivered(conn, now)
    rows: list[dict[str, object]] = [{"state": state.value, "deliveries": counts[state]} for state in sorted(counts)]
    return [*rows, {"state": "oldest waits", "deliveries": _age(now - oldest)}] if oldest else rows


async def outbox_finding(store: Store, now: datetime) -> Finding:
    """Whether anything in the outbox needs a person."""
    async with store.read() as conn:
        counts, oldest = await count_deliveries(conn), await oldest_undelivered(conn, now)
    stuck = {state: counts[state] for state in _STUCK if state in counts}
    if stuck:
        told = ", ".join(f"{count} {state.value}" for state, count in stuck.items())
        remedy = "`tesorio outbox list` says why; then `tesorio outbox retry` or `drop`."
        return Finding(check="outbox", ok=False, detail=told, remedy=remedy)
    if oldest is not None and now - oldest > _LATE:
        remedy = "Is `tesorio run` running? `tesorio outbox list` says what the oldest waits for."
        return Finding(check="outbox", ok=False, detail=f"the oldest waits for {_age(now - oldest)}", remedy=remedy)
    return Finding(check="outbox", ok=True, detail=f"{counts.get(DeliveryState.QUEUED, 0)} on their way")


async def _chosen(
    store: Store, ids: Sequence[str] | None, states: Sequence[DeliveryState] | None
) -> tuple[Delivery, ...]:
    """The deliveries that the arguments name. Raises CommandError for what is not there, or has arrived."""
    if not ids and not states:
        raise CommandError("name deliveries by their ids, or all in a state by --state")
    wanted = tuple(states or DeliveryState)
    async with store.read() as conn:
        found = await listed_deliveries(conn, wanted, ids=ids or (), limit=_MANY)
    missing = set(ids or ()) - {one.id for one in found}
    if missing:
        raise CommandError(f"there is no such delivery: {', '.join(sorted(missing))}")
    arrived = [one.id for one in found if one.state is DeliveryState.SENT]
    if arrived:
        raise CommandError(f"this has arrived, there is nothing to be done: {', '.join(arrived)}")
    return found


async def _move(store: Store, moves: Sequence[tuple[Delivery, Delivery]], action: str) -> list[Delivery]:
    """Move them, each audited; those that somebody else moved at this moment stay."""
    done: list[Delivery] = []
    async with store.write() as conn:
        for before, after in moves:
            if after is not before and await move_delivery(conn, before, after):
                done.append(after)
        await _audit(conn, action, done)
    return done


async def _audit(conn: WriteConnection, action: str, moved: Sequence[Delivery]) -> None:
    now = utc_now()
    events = [
        AuditEvent(at=now, actor="system", action=action, subject=one.id, detail={"lane": one.lane, "why": one.reason})
        for one in moved
    ]
    await append_audit(conn, events)


def _tell(moved: Sequence[Delivery], *, as_json: bool, what: str) -> None:
    if as_json:
        print_json([delivery_row(one, utc_now()) for one in moved])
        return
    say(f"{len(moved)} {'delivery' if len(moved) == 1 else 'deliveries'} {what}.")


def _age(age: timedelta) -> str:
    """Days and hours, or hours and minutes, or minutes."""
    minutes = max(0, int(age.total_seconds() // 60))
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
