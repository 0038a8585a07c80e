"""When news is told: quiet hours, bursts, and what is due once a day or week. Pure; the clock is an argument."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from store.notices import Notice
from store.subscriptions import ChannelSubscription, Rhythm

# More messages than this in the window are a burst, of which one message tells.
BURST = 5
BURST_WINDOW = timedelta(minutes=10)
# News that waited longer than this was held: by quiet hours, or because the program did not run.
_FRESH = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What to post now: messages of their own, or one that tells them all; what is in neither waits."""

    singly: tuple[Notice, ...] = ()
    gathered: tuple[Notice, ...] = ()


def plan(waiting: Sequence[Notice], told: Sequence[Notice], now: datetime) -> Plan:
    """What to do with what waits, after what was told before. Outside quiet hours."""
    recent = [notice for notice in told if notice.told_at is not None and now - notice.told_at < BURST_WINDOW]
    if not waiting or any(notice.is_gathered for notice in recent):
        return Plan()
    was_held = len(waiting) > 1 and any(now - notice.at > _FRESH for notice in waiting)
    if was_held or len(recent) + len(waiting) > BURST:
        return Plan(gathered=tuple(waiting))
    return Plan(singly=tuple(waiting))


def is_quiet(subscription: ChannelSubscription, now: datetime) -> bool:
    """Whether the subscription's quiet hours are on: from the first time of day, included, to the second."""
    begin, end = subscription.quiet_from, subscription.quiet_until
    if begin is None or end is None or begin == end:
        return False
    wall = now.astimezone(ZoneInfo(subscription.time_zone)).time()
    return begin <= wall < end if begin < end else wall >= begin or wall < end


def due_day(now: datetime, zone: tzinfo, at: time) -> date:
    """The last calendar day on which it has become that time of day.

    A day whose clock skips the time is due once the clock has passed it; one that has the time twice is the same day.
    """
    local = now.astimezone(zone)
    return local.date() if local.time() >= at else local.date() - timedelta(days=1)


def digest_day(subscription: ChannelSubscription, now: datetime) -> date:
    """The last day on which the subscription's digest was due."""
    day = due_day(now, ZoneInfo(subscription.time_zone), subscription.digest_at)
    if subscription.rhythm is Rhythm.WEEKLY:
        return day - timedelta(days=(day.weekday() - subscription.digest_weekday) % 7)
    return day
