"""What every benchmark takes and says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Arguments:
    """`size` is the number of records or requests, each benchmark's own default when None."""

    size: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Two things compared in one run: `ratio` is how many times better ours is, unless `goal` says otherwise.

    Figures carry their unit in their name: `p95_ms`, `records_per_second`, `peak_mb`.
    """

    name: str
    figures: Mapping[str, float]
    ratio: float
    goal: str
    ok: bool


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]
