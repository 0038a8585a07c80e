"""What the running program counts, in Prometheus' text form. Numbers only: nothing of anybody's data."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field

# Slack gives up after three seconds; half a second is our own goal.
_BOUNDS_SECONDS = (0.005, 0.025, 0.1, 0.5, 1.0, 3.0)


@dataclass(slots=True)
class Metrics:
    """`requests` by how they came out, and how long Slack waited for their acknowledgements."""

    requests: Counter[str] = field(default_factory=Counter)
    ack_seconds: float = 0.0
    acks_by_bound: list[int] = field(default_factory=lambda: [0] * (len(_BOUNDS_SECONDS) + 1))

    def count(self, outcome: str) -> None:
        """One more request that came out like this."""
        self.requests[outcome] += 1

    def acked(self, seconds: float) -> None:
        """An acknowledgement went out after so long."""
        self.ack_seconds += seconds
        self.acks_by_bound[bisect_left(_BOUNDS_SECONDS, seconds)] += 1

    def text(self, gauges: dict[str, float]) -> str:
        """Everything counted, and these figures of the moment by their names."""
        lines = ["# TYPE tesorio_slack_requests_total counter"]
        lines += [f'tesorio_slack_requests_total{{outcome="{name}"}} {n}' for name, n in sorted(self.requests.items())]
        lines += self._acks()
        for name, value in sorted(gauges.items()):
            lines += [f"# TYPE tesorio_{name} gauge", f"tesorio_{name} {value:g}"]
        return "\n".join([*lines, ""])

    def _acks(self) -> list[str]:
        name, total = "tesorio_slack_ack_seconds", 0
        lines = [f"# TYPE {name} histogram"]
        for bound, count in zip((*map(str, _BOUNDS_SECONDS), "+Inf"), self.acks_by_bound, strict=True):
            total += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
        return [*lines, f"{name}_sum {self.ack_seconds:.6f}", f"{name}_count {total}"]
