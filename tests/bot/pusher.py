"""A program that pushes notes, contacts and messages to NetSuite, and kills itself where it is told to; as `sender`."""

import asyncio
import random
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import store.sending
import sync.push
from bot.delivering import work_id_of
from bot.deps import Deps
from store.contacts import Contact
from store.deliveries import Delivery, DeliveryState, add_deliveries
from store.messages import Message
from store.outbox import count_deliveries, listed_deliveries
from store.pulled import upsert_records
from store.pushes import contact_push, message_push, note_push
from store.records import RecordId, record_id
from store.sending import UNDELIVERED
from store.work import Payload
from sync.connectors.netsuite import NetSuiteSettings, NetSuiteSource
from tests.bot import sender

KINDS = ("note", "contact", "message")
_MANY = 100_000
_PATIENCE_SECONDS = 60
_context = get_context("forkserver")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What one life of the program is for. `death` seeds the moment of its end; None lets it live."""

    life: sender.Plan
    environment: tuple[tuple[str, str], ...]
    folder: Path
    customer_id: RecordId


def live(plan: Plan) -> int | None:
    """Run the program until it ends or dies; its exit code, negative for the signal that killed it."""
    process = _context.Process(target=_main, args=(plan,), daemon=True)
    process.start()
    process.join()
    return process.exitcode


def made(name: str, customer_id: RecordId, at: datetime) -> tuple[Contact, Message, tuple[Delivery, ...]]:
    """A contact, a message and a note of this name, with what brings each to NetSuite."""
    common: dict[str, Any] = {"origin": "tesorio", "source_id": name, "seen_at": at}
    contact = Contact(
        id=record_id("tesorio", "contact", name),
        name=f"Bea {name}",
        first_name="Bea",
        customer_id=customer_id,
        **common,
    )
    message = Message(
        id=record_id("tesorio", "message", name),
        about_id=customer_id,
        subject=name,
        text=f"Dear {name}",
        sent_at=at,
        author_email="ana@seller.example",
        recipients="bea@example.com",
        **common,
    )
    note = note_push(
        id=f"tesorio:note:{name}/netsuite",
        target="netsuite",
        about_kind="customer",
        about_id=customer_id,
        customer_id=customer_id,
        note_id=record_id("tesorio", "note", name),
        text=name,
        written_at=at,
        at=at,
    )
    return (
        contact,
        message,
        (
            note,
            contact_push(id=f"{contact.id}/netsuite", target="netsuite", contact=contact, at=at),
            message_push(
                id=f"{message.id}/netsuite",
                target="netsuite",
                message=message,
                about_kind="customer",
                customer_id=customer_id,
                at=at,
            ),
        ),
    )


def _main(plan: Plan) -> None:
    raise SystemExit(asyncio.run(_serve(plan)))


async def _serve(plan: Plan) -> int:
    store.sending.SETTLING = timedelta(seconds=0.05)
    # What a life before has sent is long with the stand-in when the next one has begun.
    sync.push.REQUEST_LIVES = timedelta(seconds=1)
    # Without keys of messages, so that nothing but looking for them keeps them from coming twice.
    settings = NetSuiteSettings.from_mapping(dict(plan.environment), {"message_keys": False})
    source = NetSuiteSource(settings, plan.folder)
    life = plan.life
    try:
        async with sender.running(life, source.target()) as deps:
            deps.work.handlers["test.push"] = partial(_take, deps, plan.customer_id)  # type: ignore[attr-defined]  # DurableWork's
            if life.death is not None:
                sender.die_later(deps.store, random.Random(life.death))  # noqa: S311 - a seeded choice of moments
            for number in range(life.notes):
                name = f"{life.prefix}-{number}"
                await deps.work.start("test.push", name, {"name": name})
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while not await _all_arrived(deps, life.notes):  # noqa: ASYNC110 - the engine rings no bell here
                    await asyncio.sleep(0.05)
    except TimeoutError:
        return 1
    finally:
        await source.close()
    return 0


async def _take(deps: Deps, customer_id: RecordId, _work_id: str, payload: Payload) -> None:
    contact, message, deliveries = made(payload["name"], customer_id, datetime.now(UTC))
    async with deps.store.write() as conn:
        await upsert_records(conn, [contact, message], at=datetime.now(UTC))
        await add_deliveries(conn, deliveries)
    deps.outbox.ring()


async def _all_arrived(deps: Deps, names: int) -> bool:
    async with deps.store.read() as conn:
        counts = await count_deliveries(conn)
        arrived = await listed_deliveries(conn, (DeliveryState.SENT,), limit=_MANY)
        left = await listed_deliveries(conn, UNDELIVERED, limit=_MANY)
    for delivery in left:
        sys.stderr.write(f"{await deps.work.status(work_id_of(delivery))} {delivery.id} {delivery.reason}\n")
    return not counts and len([one for one in arrived if one.kind in KINDS]) == len(KINDS) * names
