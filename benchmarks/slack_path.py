"""A slash command on its way to the acknowledgement and to the answer, against an empty Bolt handler.

Both bots run beside each other in processes of their own and take turns. The empty one looks nothing up: it
acknowledges and responds «ok». Ours checks who asks, finds the record and draws its card.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.bots import assistant, empty_bot
from benchmarks.processes import other_process
from benchmarks.receivables import fill, number_of
from benchmarks.result import Arguments, Result, percentile
from benchmarks.workspace import BenchWorkspace, Timing
from bot.rules import Rules
from bot.settings import settings_from
from store.db import Store

_COMMANDS = 600
_ROUNDS = 5
_IN_FLIGHT = 64
_CUSTOMERS = 500
_INVOICES = 5000
_GOAL_ACK = 0.5
_GOAL_ANSWER = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Side:
    """One bot's rounds: each with the timings of its commands, and how many it does a second when many come."""

    timings: Sequence[Sequence[Timing]]
    rates: Sequence[float]


def run(arguments: Arguments) -> Result:
    """Type `size` commands one by one, and again as many at once, into each of the two."""
    return asyncio.run(_run(arguments.size or _COMMANDS))


async def _run(commands: int) -> Result:
    with TemporaryDirectory() as name:
        folder = Path(name)
        texts = await _filled(folder, max(_ROUNDS, commands // _ROUNDS))
        async with (
            BenchWorkspace() as empties,
            BenchWorkspace() as ours,
            other_process(empty_bot, empties.api_url),
            other_process(assistant, ours.api_url, folder, {}) as bot,
        ):
            await bot.hear()
            return _result(*await _in_turns(empties, ours, texts))


async def _filled(folder: Path, count: int) -> list[str]:
    """Fill the store; what people will type: whole numbers, and names in part and in full."""
    store = Store(settings_from({"TESORIO_DATA_DIR": str(folder)}, Rules()).database_url)
    customers = await fill(store, customers=_CUSTOMERS, invoices=_INVOICES)
    await store.close()
    step = 7
    texts = []
    for nth in range(count):
        customer = customers[nth * step % _CUSTOMERS]
        asked = (f"invoice {number_of(nth * step % _INVOICES)}", f"customer {customer.name}")
        texts.append(asked[nth % 2])
    return texts


async def _in_turns(empties: BenchWorkspace, ours: BenchWorkspace, texts: Sequence[str]) -> tuple[_Side, _Side]:
    sides = (empties, ours)
    for workspace in sides:
        await workspace.connected()
        await workspace.one_by_one(texts[:50])
    timings: tuple[list[list[Timing]], ...] = ([], [])
    rates: tuple[list[float], ...] = ([], [])
    for _ in range(_ROUNDS):
        for side, workspace in enumerate(sides):
            timings[side].append(await workspace.one_by_one(texts))
            _check(timings[side][-1])
            rates[side].append(await workspace.many_at_once(texts, in_flight=_IN_FLIGHT))
    empty, own = (_Side(timings=timings[side], rates=rates[side]) for side in range(len(sides)))
    return empty, own


def _check(timings: Sequence[Timing]) -> None:
    """That commands were answered with what was asked for: ours says so to the whole channel, «ok» has no blocks."""
    for timing in timings:
        if timing.body.get("blocks") and timing.body.get("response_type") != "in_channel":
            raise RuntimeError(f"an unexpected answer: {timing.body.get('text')}")


def _result(empty: _Side, own: _Side) -> Result:
    figures = {
        f"{name}_{key}": value
        for name, side in (("empty", empty), ("own", own))
        for key, value in _figures(side).items()
    }
    ack = figures["own_ack_p50_ms"] / figures["empty_ack_p50_ms"]
    answer = figures["own_answer_p50_ms"] / figures["empty_answer_p50_ms"]
    figures |= {
        "ack_ratio": ack,
        "answer_ratio": answer,
        "rate_ratio": figures["own_per_second"] / figures["empty_per_second"],
    }
    return Result(
        name="slack_path",
        figures={name: round(value, 3) for name, value in figures.items()},
        ratio=round(answer, 2),
        goal=f"p50 over an empty Bolt handler's: ack at most {_GOAL_ACK}, answer (ratio) {_GOAL_ANSWER:.0f}",
        ok=ack <= _GOAL_ACK and answer <= _GOAL_ANSWER,
    )


def _figures(side: _Side) -> dict[str, float]:
    return {
        "ack_p50_ms": _over_rounds(side, "ack_ms", 0.5),
        "ack_p99_ms": _over_rounds(side, "ack_ms", 0.99),
        "answer_p50_ms": _over_rounds(side, "answer_ms", 0.5),
        "answer_p99_ms": _over_rounds(side, "answer_ms", 0.99),
        "per_second": median(side.rates),
    }


def _over_rounds(side: _Side, name: str, share: float) -> float:
    """The median round: a disturbance of the machine in one of them does not count."""
    return median(percentile([getattr(timing, name) for timing in timings], share) for timings in side.timings)
