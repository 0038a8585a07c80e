"""A subscription as people write it: typed after `/tesorio subscribe`, or filled into its form. Pure."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import time
from functools import lru_cache
from zoneinfo import available_timezones

from bot.filters import ME, FilterError, filter_words, parse_filter
from store.subscriptions import ChannelSubscription, NewsKind, Rhythm

# Stands for a direct message to whoever subscribes.
TO_ME = "me"
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
USAGE = "subscribe overdue>30d amount>10k owner:me in #channel"
_MAX_ZONES = 100
_HOURS, _MINUTES = 24, 60

_WORDS: Mapping[str, NewsKind] = {
    "overdue": NewsKind.PAST_DUE,
    "past-due": NewsKind.PAST_DUE,
    "payment": NewsKind.PAYMENT,
    "payments": NewsKind.PAYMENT,
    "large": NewsKind.LARGE_INVOICE,
    "limit": NewsKind.CREDIT_LIMIT,
    "credit-limit": NewsKind.CREDIT_LIMIT,
    "note": NewsKind.ERP_NOTE,
    "notes": NewsKind.ERP_NOTE,
    "trouble": NewsKind.SYNC_TROUBLE,
}
_QUOTED = re.compile(r'("[^"]*")')
_HERE = re.compile(r"(?:^|(?<=\s))in\s+(?:(here)|#(\S+)|<#(\w+)(?:\|[^>]*)?>)(?=\s|$)", re.IGNORECASE)
_TO_ME = re.compile(r"(?:^|(?<=\s))to\s+me(?=\s|$)", re.IGNORECASE)
_CLOCK = r"(\d{1,2})(?::(\d{2}))?"
_QUIET = re.compile(rf"(?:^|(?<=\s))quiet\s+{_CLOCK}\s*-\s*{_CLOCK}(?=\s|$)", re.IGNORECASE)
_RHYTHM = re.compile(
    rf"(?:^|(?<=\s))(daily|weekly)(?:\s+(mon|tue|wed|thu|fri|sat|sun)[a-z]*)?(?:\s+(?:at\s+)?{_CLOCK})?(?=\s|$)",
    re.IGNORECASE,
)
_EVENT = re.compile(rf"(?:^|(?<=\s))({'|'.join(sorted(_WORDS, key=len, reverse=True))})(?=\s|$)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a person asks for, in the words of the form.

    `where` is a channel's id, TO_ME, or «» where that has yet to be chosen; `events` kinds of news apart by spaces.
    `rhythm` is «at_once», «daily» or «weekly.0» with the weekday; the times are «08:00», and «» where there are none.
    """

    where: str
    events: str
    zone: str
    filter_text: str = ""
    rhythm: str = Rhythm.AT_ONCE.value
    digest_at: str = "08:00"
    quiet_from: str = ""
    quiet_until: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """A draft as it was typed; `channel_name` is the channel that was named, whose id has yet to be found.

    `said` are times of day that there are not, as sentences; they are left out of the draft.
    """

    draft: Draft
    channel_name: str = ""
    said: tuple[str, ...] = ()


def typed_draft(text: str, *, here: str, zone: str) -> Typed:
    """What was typed after the subcommand; `here` is where, a channel's id or TO_ME.

    What is not understood stays in the filter, where the form says so.
    """
    rest, where, named = _place(text, here)
    rest, quiet = _taken(_QUIET, rest)
    rest, rhythm = _taken(_RHYTHM, rest)
    rest, events = _events(rest)
    draft = Draft(where=where, events=" ".join(events or _usual(rest)), zone=zone, filter_text=" ".join(rest.split()))
    said: list[str] = []
    if quiet:
        begin, end = (_time(quiet[place], quiet[place + 1]) for place in (1, 3))
        said += [_no_hour(quiet[place], quiet[place + 1]) for place in (1, 3)]
        draft = replace(draft, quiet_from=begin, quiet_until=end) if begin and end else draft
    if rhythm:
        at = _time(rhythm[3] or "8", rhythm[4])
        said.append(_no_hour(rhythm[3] or "8", rhythm[4]))
        draft = replace(draft, rhythm=_rhythm(rhythm), digest_at=at or draft.digest_at)
    return Typed(draft=draft, channel_name=named, said=tuple(dict.fromkeys(filter(None, said))))


def draft_of(subscription: ChannelSubscription) -> Draft:
    """A subscription as its form shows it."""
    weekly = f".{subscription.digest_weekday}" if subscription.rhythm is Rhythm.WEEKLY else ""
    return Draft(
        where=TO_ME if subscription.is_direct else subscription.channel_id,
        events=" ".join(subscription.events),
        zone=subscription.time_zone,
        filter_text=subscription.filter_text,
        rhythm=subscription.rhythm.value + weekly,
        digest_at=_clock(subscription.digest_at),
        quiet_from=_clock(subscription.quiet_from),
        quiet_until=_clock(subscription.quiet_until),
    )


def draft_for_another(subscription: ChannelSubscription) -> Draft:
    """The same for the form of somebody else, whom «owner:me» in its filter must not come to mean."""
    draft, owner = draft_of(subscription), subscription.wanted.owner
    try:
        wanted = parse_filter(draft.filter_text)
    except FilterError:
        return draft
    if wanted.owner != ME or not owner:
        return draft
    return replace(draft, filter_text=filter_words(replace(wanted, owner=owner)))


def changed(subscription: ChannelSubscription, draft: Draft) -> ChannelSubscription:
    """The subscription as the draft wants it, but for where it goes and whom its filter means."""
    rhythm, _, weekday = draft.rhythm.partition(".")
    return replace(
        subscription,
        events=tuple(NewsKind(event) for event in draft.events.split()),
        time_zone=draft.zone,
        filter_text=draft.filter_text,
        rhythm=Rhythm(rhythm),
        digest_weekday=int(weekday or 0),
        digest_at=time.fromisoformat(draft.digest_at),
        quiet_from=time.fromisoformat(draft.quiet_from) if draft.quiet_from else None,
        quiet_until=time.fromisoformat(draft.quiet_until) if draft.quiet_until else None,
    )


def complaints(draft: Draft) -> dict[str, str]:
    """What is wrong with a draft, by the member that it is about; names in its filter are not looked up."""
    found: dict[str, str] = {} if draft.where else {"where": "Choose a place."}
    kinds = draft.events.split()
    if not kinds and draft.rhythm == Rhythm.AT_ONCE.value:
        found["events"] = "Choose at least one, or a digest of what is open."
    if bool(draft.quiet_from) != bool(draft.quiet_until):
        found["quiet_until"] = "Quiet hours need both a beginning and an end."
    elif draft.quiet_from and draft.quiet_from == draft.quiet_until:
        found["quiet_until"] = "The quiet hours would be the whole day."
    if draft.zone not in available_timezones():
        found["zone"] = "Choose a time zone, for example Europe/Paris."
    try:
        wanted = parse_filter(draft.filter_text)
    except FilterError as error:
        return found | {"filter_text": error.sentence()}
    if NewsKind.LARGE_INVOICE.value in kinds and wanted.amount_over is None:
        found["filter_text"] = "From which amount on is an invoice large? Write for example amount>10k."
    return found


def payload_of(draft: Draft) -> dict[str, str]:
    """The draft as durable work carries it."""
    return asdict(draft)


def zones_like(typed: str) -> tuple[str, ...]:
    """The time zones whose name has what was typed: those where a part of it begins so come first."""
    wanted = typed.casefold().replace(" ", "_")
    found = [name for name in _zones() if wanted in name.casefold()]
    begins = [name for name in found if any(part.casefold().startswith(wanted) for part in name.split("/"))]
    return tuple(dict.fromkeys([*begins, *found]))[:_MAX_ZONES]


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def _place(text: str, here: str) -> tuple[str, str, str]:
    rest, to_me = _taken(_TO_ME, text)
    rest, named = _taken(_HERE, rest)
    if to_me:
        return rest, TO_ME, ""
    return rest, here, (named[2] or named[3] or "") if named else ""


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, "re.Match[str] | None"]:
    """The text without what the pattern finds first outside quotation marks, and what it found."""
    parts = _QUOTED.split(text)
    for position, part in enumerate(parts):
        if not part.startswith('"') and (found := pattern.search(part)):
            parts[position] = f"{part[: found.start()]} {part[found.end() :]}"
            return "".join(parts), found
    return text, None


def _events(text: str) -> tuple[str, tuple[str, ...]]:
    rest = text
    found: list[str] = []
    while True:
        rest, event = _taken(_EVENT, rest)
        if event is None:
            return rest, tuple(dict.fromkeys(found))
        found.append(_WORDS[event[1].lower()].value)


def _usual(filter_text: str) -> tuple[str, ...]:
    """What is meant when no kind of news is named: with days past due, only that can be."""
    try:
        wanted = parse_filter(filter_text)
    except FilterError:
        return (NewsKind.PAST_DUE.value,)
    return (NewsKind.PAST_DUE.value, *(() if wanted.days_over is not None else (NewsKind.PAYMENT.value,)))


def _rhythm(found: "re.Match[str]") -> str:
    if found[1].lower() == Rhythm.DAILY.value:
        return Rhythm.DAILY.value
    begins = (found[2] or "mon").lower()
    return f"{Rhythm.WEEKLY.value}.{[day[:3].lower() for day in WEEKDAYS].index(begins)}"


def _time(hour: str, minute: str | None) -> str:
    """A time of day on the half hour, as the form offers them; «» for one that there is not."""
    if _no_hour(hour, minute):
        return ""
    return f"{int(hour):02}:{'30' if int(minute or 0) >= 30 else '00'}"  # noqa: PLR2004 - half an hour


def _no_hour(hour: str, minute: str | None) -> str:
    """«25 is no hour.»; «» for a time that there is."""
    if int(hour) < _HOURS and int(minute or 0) < _MINUTES:
        return ""
    return f"{hour}:{minute} is no time of day." if minute else f"{hour} is no hour."


def _clock(value: time | None) -> str:
    return value.isoformat("minutes") if value else ""
