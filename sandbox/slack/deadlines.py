"""How long Slack waits for an app, and how often it tries again."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(kw_only=True, slots=True)
class Deadlines:
    """Slack's own, unless told otherwise; may be changed while the stand-in runs.

    Acknowledgements and retries are waited for in real time, so whoever cannot promise real time (a busy machine, a
    debugger) gives more of it. Triggers end by the stand-in's clock.
    Source: https://docs.slack.dev/interactivity/handling-user-interaction and https://docs.slack.dev/apis/events-api
    """

    acknowledgement_seconds: float = 3.0
    trigger_lifetime: timedelta = timedelta(seconds=3)
    event_retry_delays_seconds: tuple[float, ...] = (0.0, 60.0, 300.0)
