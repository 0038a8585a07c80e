"""The form of a subscription, and how a subscription is called. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block

from bot.filters import FILTER_USAGE, Filter, FilterError, parse_filter
from bot.notify.draft import TO_ME, WEEKDAYS, Draft
from bot.notify.preview import DAYS, Preview
from bot.views.amounts import counted
from bot.views.buttons import plain_button
from bot.views.channels import channel_label
from bot.views.metadata import pack
from bot.views.modal import Choice, checks_input, choice_input, modal, search_input, text_input
from bot.views.names import MAX_NAME
from bot.views.notices import CHANGE_IT, kind_title
from bot.views.parts import Message, buttons_row, message, paragraph, row_with_button, small_print
from bot.views.scope import scope_words
from bot.views.text import literal
from store.channels import Channel
from store.subscriptions import ChannelSubscription, NewsKind, Rhythm

PURPOSE = "subscribe"
TITLE = "Subscribe to updates"
SUBMIT, CHECK, ZONE, OPEN = "subscribe.submit", "subscribe.check", "subscribe.zone", "subscribe.open"
_FIELDS: Mapping[str, str] = {
    "where": "subscribe.where",
    "events": "subscribe.events",
    "filter_text": "subscribe.filter",
    "rhythm": "subscribe.rhythm",
    "digest_at": "subscribe.at",
    "quiet_from": "subscribe.quiet_from",
    "quiet_until": "subscribe.quiet_until",
    "zone": ZONE,
}
_CHANNEL_ID = re.compile("[CG][A-Z0-9]{8,}")
_MAX_FILTER = 300
_MAX_COMPLAINT = 300
_MAX_SAID = 600
_MAX_PLACES = 90
_MAX_BUTTON_VALUE = 1500
_TIMES = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 30))
_ABOUT: Mapping[NewsKind, str] = {
    NewsKind.PAST_DUE: "on the morning after the due date, or after the days in the filter",
    NewsKind.PAYMENT: "a payment or credit lowered what is open",
    NewsKind.LARGE_INVOICE: "a new invoice above the amount in the filter",
    NewsKind.CREDIT_LIMIT: "a customer owes more than its limit",
    NewsKind.ERP_NOTE: "somebody wrote a note there, not here",
    NewsKind.SYNC_TROUBLE: "a source can't be read, and when it works again",
}

_COUNTED: Mapping[NewsKind, tuple[str, str]] = {
    NewsKind.PAST_DUE: ("invoice", " newly past due"),
    NewsKind.PAYMENT: ("payment", ""),
    NewsKind.LARGE_INVOICE: ("large invoice", ""),
    NewsKind.CREDIT_LIMIT: ("customer", " over the credit limit"),
    NewsKind.ERP_NOTE: ("note", " in the ERP"),
    NewsKind.SYNC_TROUBLE: ("time", " that a source could not be read"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SubscribeForm:
    """What stands in the form. `nonce` names what its submission will make, `subscription_id` what it edits.

    `places` are channels to choose from beside the one `here`. `said` is the dry run, or what is wrong.
    """

    draft: Draft
    nonce: str
    here: str = ""
    places: tuple[Channel, ...] = ()
    said: str = ""
    subscription_id: str = ""


def subscribe_modal(form: SubscribeForm) -> dict[str, Any]:
    """The form, with what it would have posted on top."""
    draft = form.draft
    zone = zone_choice(draft.zone) if draft.zone else None
    check = plain_button("Count again", CHECK)
    said = literal(form.said, _MAX_SAID, empty="The last days say nothing yet.")
    blocks: list[Block] = [
        row_with_button("dry_run", said, [check]),
        choice_input(_FIELDS["where"], "Where", _places(form), initial=draft.where),
        checks_input(
            _FIELDS["events"],
            "Tell about",
            _events(),
            initial=draft.events.split(),
            hint="A digest needs none of these: it tells what is open",
            optional=draft.rhythm != Rhythm.AT_ONCE.value,
        ),
        text_input(
            _FIELDS["filter_text"],
            "Only",
            initial=draft.filter_text,
            hint=f"For example {FILTER_USAGE}",
            max_length=_MAX_FILTER,
            optional=True,
        ),
        choice_input(_FIELDS["rhythm"], "When", _rhythms(), initial=draft.rhythm, dispatches=True),
        choice_input(
            _FIELDS["digest_at"],
            "Time of the digest",
            _clock(),
            initial=draft.digest_at,
            hint="Counts for a digest only",
        ),
        choice_input(_FIELDS["quiet_from"], "Quiet from", _clock(), initial=draft.quiet_from, optional=True),
        choice_input(_FIELDS["quiet_until"], "Quiet until", _clock(), initial=draft.quiet_until, optional=True),
        search_input(ZONE, "Time zone", placeholder="Type a city", initial=zone),
    ]
    memory = {"nonce": form.nonce, "here": form.here, "subscription": form.subscription_id}
    submit = "Save" if form.subscription_id else "Subscribe"
    return modal(TITLE, blocks, callback_id=SUBMIT, metadata=pack(PURPOSE, memory), submit=submit)


def draft_in(values: Mapping[str, str | tuple[str, ...]]) -> Draft:
    """What stands in the form, from the values of its inputs by their action ids."""
    found = {member: values.get(action_id, "") for member, action_id in _FIELDS.items()}
    texts = {member: value if isinstance(value, str) else " ".join(value) for member, value in found.items()}
    # What a forged form brings is refused like what nobody chose.
    known = [kind for kind in NewsKind if kind.value in texts["events"].split()]
    rhythms, times = {choice.value for choice in _rhythms()}, {*_TIMES, ""}
    return Draft(
        where=texts["where"],
        events=" ".join(known),
        zone=texts["zone"],
        filter_text=texts["filter_text"].strip(),
        rhythm=texts["rhythm"] if texts["rhythm"] in rhythms else Rhythm.AT_ONCE.value,
        digest_at=texts["digest_at"] if texts["digest_at"] in _TIMES else "08:00",
        quiet_from=texts["quiet_from"] if texts["quiet_from"] in times else "",
        quiet_until=texts["quiet_until"] if texts["quiet_until"] in times else "",
    )


def field_of(member: str) -> str:
    """The action id of the input of a draft's member, where a complaint about it is shown."""
    return _FIELDS[member]


def preview_words(found: Preview) -> str:
    """«This would have posted 14 messages about 9 invoices newly past due in the last 7 days.», as a sentence."""
    more = " There was too much to count it all, so it may have been more."
    end = f"in the last {DAYS} days.{more if found.is_partial else ''}"
    if not found.messages:
        return f"This would have posted nothing {end}"
    kinds = _listed([_news_words(kind, number) for kind, number in found.news])
    about = f" about {kinds}" if kinds else ""
    return f"This would have posted {counted(found.messages, 'message')}{about} {end}"


def not_in_words(channel: str) -> str:
    """The app is not in a channel that was named, or does not know it; `channel` is its name, or its id."""
    named = "that channel" if _CHANNEL_ID.fullmatch(channel) else channel_label(channel)
    return f"Tesorio is not in {named}. Type /invite @tesorio there, or choose another place. "


def zone_choice(name: str) -> Choice:
    """A time zone as an option."""
    return Choice(label=name.replace("_", " "), value=name)


def subscription_words(subscription: ChannelSubscription) -> str:
    """«Newly past due · over 10,000 · sales rep Ana Silva · daily digest at 08:00, UTC», where nothing is formatted."""
    kinds = ", ".join(kind_title(kind) for kind in subscription.events) or "What is open"
    parts = [kinds, _only(subscription), _when(subscription)]
    return " · ".join(part for part in parts if part)


def _only(subscription: ChannelSubscription) -> str:
    """What its filter means, as tables say it; only the customer's name stands as it was typed."""
    wanted = subscription.wanted
    try:
        typed = parse_filter(subscription.filter_text)
    except FilterError:
        typed = Filter()
    customer = typed.customer
    meant = Filter(
        owner=wanted.owner or "",
        subsidiary=wanted.subsidiary or "",
        currency=wanted.currency or "",
        amount_over=wanted.amount_over,
        days_over=wanted.days_over,
        field=typed.field,
    )
    return scope_words(meant, f"customer {literal(customer, MAX_NAME)}" if customer else "")


def subscribed(subscription: ChannelSubscription, by: str, *, is_new: bool) -> Message:
    """What the channel, or the person, reads when a subscription was set up or changed; `by` is a name."""
    verb = "set up" if is_new else "changed"
    what = "your updates" if subscription.is_direct else "updates for this channel"
    told = f"{literal(by, _MAX_COMPLAINT)} {verb} {what}." if not subscription.is_direct else f"You {verb} {what}."
    words = subscription_words(subscription)
    return message(
        f"{told} {words}",
        [paragraph("subscribed", told), paragraph("what", words), small_print("ways", CHANGE_IT)],
    )


def not_set_up(same: str) -> Message:
    """Somebody was a moment sooner; `same` is the sentence that says who."""
    told = f"Your updates were not set up a second time. {same}"
    return message(told, [paragraph("subscribed", told), small_print("ways", CHANGE_IT)])


def open_form_message(text: str) -> Message:
    """For where no form can be opened without a click; `text` is what was typed."""
    told = "What would you like to be told? The form shows what it would have posted last week."
    opens = plain_button("Open the form", OPEN, text[:_MAX_BUTTON_VALUE])
    return message(told, [paragraph("subscribe", told), *buttons_row("acts", [opens])])


def _news_words(kind: NewsKind, number: int) -> str:
    """«9 invoices newly past due», «1 payment»."""
    noun, rest = _COUNTED[kind]
    return f"{counted(number, noun)}{rest}"


def _listed(several: Sequence[str]) -> str:
    """«a, b and c»."""
    *most, last = several or ("",)
    return f"{', '.join(most)} and {last}" if most else last


def _places(form: SubscribeForm) -> Sequence[Choice]:
    """Where it may go; what the draft wants is among them."""
    named = {channel.facts.id: channel_label(channel.facts.name) for channel in form.places[:_MAX_PLACES]}
    wanted = {each: named.get(each, "This channel") for each in (form.here, form.draft.where) if each and each != TO_ME}
    channels = [Choice(label=label, value=value) for value, label in (wanted | named).items()]
    return [*channels, Choice(label="A direct message to me", value=TO_ME)]


def _events() -> list[Choice]:
    return [Choice(label=kind_title(kind), value=kind.value, detail=_ABOUT[kind]) for kind in NewsKind]


def _rhythms() -> list[Choice]:
    weekly = [
        Choice(label=f"Weekly digest, on {day}", value=f"{Rhythm.WEEKLY.value}.{place}")
        for place, day in enumerate(WEEKDAYS)
    ]
    return [
        Choice(label="As it happens", value=Rhythm.AT_ONCE.value),
        Choice(label="Daily digest", value=Rhythm.DAILY.value),
        *weekly,
    ]


def _clock() -> list[Choice]:
    return [Choice(label=value, value=value) for value in _TIMES]


def _when(subscription: ChannelSubscription) -> str:
    zone = subscription.time_zone.replace("_", " ")
    at = subscription.digest_at.isoformat("minutes")
    if subscription.rhythm is Rhythm.DAILY:
        return f"daily digest at {at}, {zone}"
    if subscription.rhythm is Rhythm.WEEKLY:
        return f"weekly digest on {WEEKDAYS[subscription.digest_weekday]} at {at}, {zone}"
    quiet = ""
    if subscription.quiet_from and subscription.quiet_until:
        begin, end = (each.isoformat("minutes") for each in (subscription.quiet_from, subscription.quiet_until))
        quiet = f", quiet from {begin} until {end}, {zone}"
    return f"as it happens{quiet}"
