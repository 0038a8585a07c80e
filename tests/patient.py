"""Deadlines for tests that are not about deadlines.

The machine that runs the gate may stand still for seconds. What Slack would give up after three of them, these wait
for; a test that is about giving up says how soon, by `deadlines.acknowledgement_seconds`.
"""

from datetime import timedelta

from sandbox.slack import Deadlines

_SECONDS = 120


def patient(event_retry_delays_seconds: tuple[float, ...] = (0, 0, 0)) -> Deadlines:
    """Two minutes for whatever Slack gives three seconds; events come again at once."""
    return Deadlines(
        acknowledgement_seconds=_SECONDS,
        trigger_lifetime=timedelta(seconds=_SECONDS),
        event_retry_delays_seconds=event_retry_delays_seconds,
    )
