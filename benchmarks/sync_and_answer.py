"""Answering in Slack while a sync runs in the same process, against the same process at rest.

A sync of the whole ledger, first read and all, with the lookup index following it, and meanwhile one command after
another. What must hold is that nobody in Slack sees «operation_timeout» (three seconds) or even a pause.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bots import assistant
from benchmarks.processes import Line, other_process
from benchmarks.receivables import fill, number_of
from benchmarks.result import Arguments, Result, percentile
from benchmarks.suitetalk import Book, account
from benchmarks.workspace import BenchWorkspace, Timing
from bot.rules import Rules
from bot.settings import settings_from
from store.db import Store
from store.work import WorkState

_INVOICES = 100_000
_PER_CUSTOMER = 20
_AT_REST = 300
_PAUSE_SECONDS = 0.02
_CUSTOMERS = 200
_GOAL_ACK_MS = 500.0


def run(arguments: Arguments) -> Result:
    """Sync `size` invoices with their customers."""
    return asyncio.run(_run(arguments.size or _INVOICES))


async def _run(invoices: int) -> Result:
    book = Book(customers=max(1, invoices // _PER_CUSTOMER), invoices_per_customer=_PER_CUSTOMER)
    with TemporaryDirectory() as name:
        folder = Path(name)
        texts = await _filled(folder)
        async with (
            account(folder, book) as environment,
            BenchWorkspace() as workspace,
            other_process(assistant, workspace.api_url, folder, environment) as bot,
        ):
            await bot.hear()
            await workspace.connected()
            count = min(_AT_REST, invoices)
            await _typed(workspace, texts, count // 10)
            at_rest = await _typed(workspace, texts, count)
            return _result(invoices, at_rest, *await _while_syncing(workspace, texts, bot))


async def _filled(folder: Path) -> list[str]:
    """A few records that are there before; what people will type."""
    store = Store(settings_from({"TESORIO_DATA_DIR": str(folder)}, Rules()).database_url)
    customers = await fill(store, customers=_CUSTOMERS, invoices=_CUSTOMERS)
    await store.close()
    return [
        f"customer {customer.name}" if nth % 2 else f"invoice {number_of(nth)}"
        for nth, customer in enumerate(customers)
    ]


@dataclass(slots=True)
class _Seen:
    """What came back: of commands their timings, of events how long their acknowledgement took, in ms."""

    commands: list[Timing] = field(default_factory=list)
    event_acks_ms: list[float] = field(default_factory=list)


async def _typed(workspace: BenchWorkspace, texts: Sequence[str], count: int, seen: _Seen | None = None) -> _Seen:
    """Commands, and after each an event, which has to be claimed in the store before it is acknowledged."""
    seen = seen or _Seen()
    for _ in range(count):
        seen.commands.append(await workspace.command(texts[len(seen.commands) % len(texts)]))
        seen.event_acks_ms.append(await workspace.event())
        await asyncio.sleep(_PAUSE_SECONDS)
    return seen


async def _while_syncing(workspace: BenchWorkspace, texts: Sequence[str], bot: Line) -> tuple[_Seen, float]:
    """What comes back until the sync is done, and how long that takes in seconds."""
    seen = _Seen()
    started = time.perf_counter()
    bot.tell("netsuite")
    synced = asyncio.create_task(bot.hear())
    while not synced.done():
        await _typed(workspace, texts, 1, seen)
    if await synced is not WorkState.DONE:
        raise RuntimeError("the sync failed")
    return seen, time.perf_counter() - started


def _result(invoices: int, at_rest: _Seen, busy: _Seen, seconds: float) -> Result:
    figures = {**_figures("rest", at_rest), **_figures("syncing", busy)}
    ack, ratio = figures["syncing_ack_p99_ms"], figures["syncing_ack_p99_ms"] / figures["rest_ack_p99_ms"]
    event_ack = figures["syncing_event_ack_p99_ms"]
    more = {
        "answer_p99_ratio": figures["syncing_answer_p99_ms"] / figures["rest_answer_p99_ms"],
        "event_ack_p99_ratio": event_ack / figures["rest_event_ack_p99_ms"],
        "commands": float(len(busy.commands)),
        "sync_seconds": seconds,
        "invoices_per_second": invoices / seconds,
    }
    return Result(
        name="sync_and_answer",
        figures={name: round(value, 2) for name, value in (figures | more).items()},
        ratio=round(ratio, 1),
        goal=f"99 in 100 commands and events acked within {_GOAL_ACK_MS:.0f} ms during a sync (ratio: p99 to at rest)",
        ok=max(ack, event_ack) <= _GOAL_ACK_MS,
    )


def _figures(state: str, seen: _Seen) -> dict[str, float]:
    steps = {
        "ack": [timing.ack_ms for timing in seen.commands],
        "answer": [timing.answer_ms for timing in seen.commands],
        "event_ack": seen.event_acks_ms,
    }
    found: dict[str, float] = {}
    for step, values in steps.items():
        found |= {f"{state}_{step}_p50_ms": percentile(values, 0.5), f"{state}_{step}_p99_ms": percentile(values, 0.99)}
        found[f"{state}_{step}_max_ms"] = max(values)
    return found
