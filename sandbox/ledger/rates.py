"""The exchange rates of the seeded past: one a day for every pair of a subsidiary's currency and another one."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sandbox.ledger.company import ExchangeRate
from sandbox.ledger.settlement import end_of_history
from sandbox.ledger.setup import RATES, SUBSIDIARIES

FIRST_RATE_ID = 40_001
RATE_DAYS = 40
_PLACES = Decimal("0.00000001")


def make_rates(rng: random.Random, *, today: date) -> tuple[ExchangeRate, ...]:
    """Up to the day before `today`, whose rates are those of setup.py; oldest first."""
    bases = sorted({unit.currency for unit in SUBSIDIARIES})
    pairs = [(base, other) for base in bases for other in RATES if other != base]
    drafts = list(_history(rng, pairs, today))
    return tuple(
        ExchangeRate(
            id=FIRST_RATE_ID + nth,
            base_currency=base,
            currency=other,
            rate=rate,
            effective_date=day,
            created_at=at,
            last_modified=at,
        )
        for nth, (base, other, rate, day, at) in enumerate(drafts)
    )


def cross_rate(base: str, other: str) -> Decimal:
    """The price of one unit of `other` in `base`, as setup.py has it."""
    return (RATES[other] / RATES[base]).quantize(_PLACES)


def _history(
    rng: random.Random, pairs: list[tuple[str, str]], today: date
) -> Iterator[tuple[str, str, Decimal, date, datetime]]:
    for days_ago in range(RATE_DAYS, 0, -1):
        day = today - timedelta(days=days_ago)
        at = min(datetime.combine(day, time(6), UTC), end_of_history(today))
        for base, other in pairs:
            wobble = Decimal(rng.randrange(-100, 101)).scaleb(-4) if days_ago > 1 else Decimal(0)
            yield base, other, (cross_rate(base, other) * (1 + wobble)).quantize(_PLACES), day, at
