"""A program that takes notes and brings them to Slack and to a system of record, and kills itself where it is told to.

A process of its own for each life: started by a forkserver that has the imports behind it.
"""

import asyncio
import os
import random
import signal
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from multiprocessing import get_context
from zoneinfo import ZoneInfo

from sqlalchemy import event

import store.sending
from bot.access import SlackPerson
from bot.audit_log import AuditLog
from bot.commands.outbox import decide, serve
from bot.deliver import SlackPosts, slack_post
from bot.delivering import work_id_of
from bot.deps import Deps
from bot.feature import ActionRequest
from bot.root.work import senders_of, work_handlers
from bot.slack.answering import Answering, ReplyTo
from bot.slack.client import SlackClient
from bot.views.outbox import ARRIVED, RESEND
from bot.views.parts import message, paragraph
from sandbox.slack.seed import ANA, AR_TEAM, BEN, TEAM_ID
from store.db import Store
from store.deliveries import Delivery, DeliveryState, add_deliveries
from store.outbox import count_deliveries, listed_deliveries
from store.pulled import upsert_records
from store.pushes import note_push
from store.sending import UNDELIVERED
from store.work import Payload
from sync.connector import Target
from sync.durable import DurableWork
from tests.contract.fake_target import FakeTarget
from tests.store.make import AT, CUSTOMER_ID, make_note

_LONGEST_DELAY_SECONDS = 0.02
_LAST_STATEMENT = 120
_KIND = "test"
_MANY = 100_000
_PATIENCE_SECONDS = 90
_context = get_context("forkserver")
_context.set_forkserver_preload([__name__])


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What one life of the program is for. `death` seeds the moment of its end; None lets it live."""

    store_url: str
    work_url: str
    replica: str = "one"
    slack_url: str
    slack_token: str
    target_url: str
    prefix: str
    notes: int
    death: int | None


def live(plan: Plan) -> int | None:
    """Run the program until it ends or dies; its exit code, negative for the signal that killed it."""
    process = _context.Process(target=_main, args=(plan,), daemon=True)
    process.start()
    process.join()
    return process.exitcode


def deliveries_of(name: str) -> tuple[Delivery, ...]:
    """What a note becomes: a push, a word to a person, and a line in a channel."""
    now = datetime.now(UTC)
    push = note_push(
        id=f"{name}/crm",
        target="crm",
        about_kind="customer",
        about_id=CUSTOMER_ID,
        customer_id=CUSTOMER_ID,
        note_id=name,
        text=name,
        written_at=AT,
        at=now,
        author=ANA,
    )
    said = message(name, [paragraph("text", name)])
    posts = (slack_post(said, id=f"{name}/{to}", kind=_KIND, channel=to, at=now, author=ANA) for to in (BEN, AR_TEAM))
    return (replace(push, kind=_KIND), *posts)


def _main(plan: Plan) -> None:
    raise SystemExit(asyncio.run(_serve(plan)))


async def _serve(plan: Plan) -> int:
    store.sending.SETTLING = timedelta(seconds=0.05)
    target = FakeTarget(plan.target_url)
    # Under a kind of its own, so that no feature is told of it.
    target.takes |= {_KIND}
    async with running(plan, target) as deps:
        if plan.death is not None:
            die_later(deps.store, random.Random(plan.death))  # noqa: S311 - a seeded choice of moments
        for number in range(plan.notes):
            await deps.work.start("test.note", f"{plan.prefix}-{number}", {"name": f"{plan.prefix}-{number}"})
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while not await _all_arrived(deps.store, plan.notes):
                    await _answer_questions(deps)
                    await asyncio.sleep(0.05)
        except TimeoutError:
            await _tell_what_is_left(deps)
            return 1
    return 0


async def _tell_what_is_left(deps: Deps) -> None:
    """Show why a life never came to its end."""
    async with deps.store.read() as conn:
        left = await listed_deliveries(conn, UNDELIVERED, limit=_MANY)
    for delivery in left:
        sys.stderr.write(f"{await deps.work.status(work_id_of(delivery))} {delivery}\n")


@asynccontextmanager
async def running(plan: Plan, target: Target) -> AsyncIterator[Deps]:
    """The outbox and its engine as the root joins them, without the doors."""
    async with AsyncExitStack() as stack:
        opened = Store(plan.store_url)
        stack.push_async_callback(opened.close)
        slack = SlackClient(token=plan.slack_token, base_url=plan.slack_url, retry_handlers=[])
        work = DurableWork(database_url=plan.work_url, executor_id=plan.replica)
        deps = Deps(
            store=opened,
            index=None,
            work=work,
            slack=slack,
            answering=await stack.enter_async_context(Answering(slack)),
            audit=await stack.enter_async_context(AuditLog(opened)),
            clock=lambda: datetime.now(UTC),
            zone=ZoneInfo("UTC"),
            locale="en_US",
            stale_after=timedelta(hours=1),
            source_titles={},
            team_id=TEAM_ID,
        )
        senders = dict(senders_of(deps, (target,)))
        senders["slack"] = SlackPosts(slack, opened, spacing=timedelta())
        work.handlers.update(work_handlers(deps, (), lambda _run: None, senders))
        work.handlers["test.note"] = partial(_take_note, deps)
        await stack.enter_async_context(work)
        await stack.enter_async_context(serve(deps))
        yield deps


async def _take_note(deps: Deps, _work_id: str, payload: Payload) -> None:
    name = payload["name"]
    note = make_note(name, about_id=CUSTOMER_ID, text=name)
    async with deps.store.write() as conn:
        await upsert_records(conn, [note], at=AT)
        await add_deliveries(conn, deliveries_of(name))
    deps.outbox.ring()


async def _all_arrived(opened: Store, notes: int) -> bool:
    async with opened.read() as conn:
        counts = await count_deliveries(conn)
        arrived = await listed_deliveries(conn, (DeliveryState.SENT,), limit=_MANY)
    return not counts and len([one for one in arrived if one.kind == _KIND]) == len(deliveries_of("")) * notes


async def _answer_questions(deps: Deps) -> None:
    """What Ana does when she is asked: she looks into the channel, and presses the button that is true."""
    async with deps.store.read() as conn:
        unknown = await listed_deliveries(conn, (DeliveryState.UNKNOWN,), limit=_MANY)
    for delivery in unknown:
        if delivery.asked_at is not None:
            found = await deps.slack.conversations_history(channel=AR_TEAM, limit=1000, include_all_metadata=True)
            ids = {each["metadata"]["event_payload"]["delivery_id"] for each in found["messages"] if "metadata" in each}
            pressed = ARRIVED if delivery.id in ids else RESEND
            ana, reply = SlackPerson(team_id=TEAM_ID, user_id=ANA), ReplyTo(url="", channel_id="", user_id=ANA)
            click = ActionRequest(
                person=ana, action_id=pressed, action_ts="1.0", value=delivery.id, query="", reply=reply
            )
            await decide(deps, click)


def die_later(opened: Store, dice: random.Random) -> None:
    """Be killed at a statement or commit chosen by the dice, and up to a few milliseconds into it."""
    moment, passed, delay = dice.randrange(_LAST_STATEMENT), count(), dice.random() * _LONGEST_DELAY_SECONDS

    def strike(*_what: object) -> None:
        if next(passed) == moment:
            threading.Timer(delay, os.kill, (os.getpid(), signal.SIGKILL)).start()

    for name in ("before_cursor_execute", "commit"):
        event.listen(opened._writer.sync_engine, name, strike)
