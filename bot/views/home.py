"""The app's Home tab: who I am, my customers, what I follow and looked up, how fresh it is, what admins must do.

Every section is bounded, so the whole stays far below Slack's 100 blocks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk.models.blocks import Block, MarkdownTextObject, SectionBlock

from bot.views.amounts import Place, as_of, counted, day, money
from bot.views.block_json import as_json
from bot.views.buttons import confirmation, plain_button
from bot.views.conflicts import ConflictsPart, conflict_blocks
from bot.views.home_admin import AdminPart, admin_blocks
from bot.views.home_crm import CrmPart, crm_blocks
from bot.views.home_rows import MAX_ROWS, entry, heading, more
from bot.views.misses import not_linked
from bot.views.names import MAX_NAME, customer_name
from bot.views.parts import button, header, paragraph, small_print
from bot.views.subscribe import subscription_words
from bot.views.subscriptions import EDIT
from bot.views.text import esc, literal
from bot.views.values import RecordRef
from store.money import Money
from store.own_customers import OwnCustomer
from store.subscriptions import ChannelSubscription
from store.users import Role, User

_MAX_AMOUNTS = 3
_MAX_FILTER = 100
_MAX_FOLLOWED = 400
_MAX_LABEL = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class RecentCard:
    """A record that was looked at."""

    ref: RecordRef
    label: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Freshness:
    """How old a source's figures are; `as_of` is None until it has been read once. `trouble` ended its last reading."""

    source: str
    as_of: datetime | None
    is_stale: bool
    trouble: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """What one person's Home shows. `linked_at` is since when their Slack user acts as the account."""

    account: User
    linked_at: datetime
    place: Place
    customers: tuple[OwnCustomer, ...]
    customers_past_due: int
    customers_in_all: int
    follows: tuple[ChannelSubscription, ...]
    recent: tuple[RecentCard, ...]
    sources: tuple[Freshness, ...]
    admin: AdminPart | None = None
    conflicts: ConflictsPart | None = None
    crm: CrmPart | None = None


def home_view(home: Home) -> dict[str, Any]:
    """The Home tab of a linked person."""
    admin = admin_blocks(home.admin, home.place) if home.admin else []
    conflicts = conflict_blocks(home.conflicts, home.place) if home.conflicts else []
    return _view(
        [
            *_identity(home),
            *admin,
            *(crm_blocks(home.crm, home.place) if home.crm else []),
            *conflicts,
            *_customers(home),
            *_follows(home),
            *_recent(home.recent),
            *_sources(home.sources, home.place),
        ]
    )


def unlinked_home() -> dict[str, Any]:
    """The Home tab of everybody else: no data, and the way in."""
    welcome = "Ask what a customer owes, how late and by whom, right here in Slack."
    return {
        "type": "home",
        "blocks": [
            *map(as_json, [header("Tesorio"), paragraph("what", welcome)]),
            *not_linked().blocks,
        ],
    }


def _view(blocks: Iterable[Block]) -> dict[str, Any]:
    return {"type": "home", "blocks": [as_json(block) for block in blocks]}


def _identity(home: Home) -> list[Block]:
    since = day(home.linked_at.astimezone(home.place.time_zone).date(), home.place)
    account = home.account
    sure = confirmation(
        "Disconnect your Slack user?",
        "You see nothing of Tesorio here any more until you connect again.",
        "Disconnect",
        danger=True,
    )
    text = f"*{esc(account.name, MAX_NAME)}*\n{esc(account.email, MAX_NAME)} · {account.role.value} · connected {since}"
    return [
        SectionBlock(
            block_id="identity",
            text=MarkdownTextObject(text=text, verbatim=True),
            accessory=plain_button("Disconnect", "connect.unlink", confirm=sure),
        ),
    ]


def _customers(home: Home) -> list[Block]:
    blocks: list[Block] = heading("customers", "My customers")
    if not home.customers_in_all:
        name = literal(home.account.name, MAX_NAME)
        return [*blocks, small_print("no_customers", f"No customer has the sales rep {esc(name, MAX_NAME)}.")]
    if not home.customers:
        whole = counted(home.customers_in_all, "customer")
        return [*blocks, small_print("none_past_due", f"You have {whole}, and nobody is past due.")]
    rows = [_customer(number, own, home.place) for number, own in enumerate(home.customers[:MAX_ROWS])]
    left_out = home.customers_past_due - len(rows)
    rest = "with something past due: `/tesorio overdue by:customer owner:me`"
    return [*blocks, *rows, *more("customers", left_out, rest)]


def _customer(number: int, own: OwnCustomer, place: Place) -> Block:
    late, whole = _amounts(own.past_due_balances, place), _amounts(own.open_balances, place)
    ref = RecordRef(kind="customer", record_id=own.customer.id)
    detail = f"{late} past due" if late == whole else f"{late} past due, of {whole} open"
    return entry(f"customer.{number}", customer_name(own.customer), detail, button("Open card", "lookup.open", ref))


def _amounts(several: Sequence[Money], place: Place) -> str:
    shown = [money(amount, place) for amount in several[:_MAX_AMOUNTS]]
    return " + ".join([*shown, *([f"{len(several) - len(shown)} more"] if len(several) > len(shown) else [])])


def _follows(home: Home) -> list[Block]:
    blocks: list[Block] = heading("follows", "What I follow")
    if not home.follows:
        hint = "Nothing yet. Type `/tesorio subscribe` where you want to be told."
        return [*blocks, small_print("no_follows", hint)]
    can_edit = home.account.role is not Role.VIEWER
    rows = [_follow(number, each, can_edit=can_edit) for number, each in enumerate(home.follows[:MAX_ROWS])]
    return [*blocks, *rows, *more("follows", len(home.follows) - len(rows), "in `/tesorio subscriptions`")]


def _follow(number: int, each: ChannelSubscription, *, can_edit: bool) -> Block:
    where = "*To me alone*" if each.is_direct or not each.channel_id.isalnum() else f"<#{each.channel_id}>"
    paused = f"\n⏸️ *Paused* {esc(each.pause_reason, _MAX_FILTER)}" if each.paused_at else ""
    text = f"{where}\n{esc(subscription_words(each), _MAX_FOLLOWED)}{paused}"
    return SectionBlock(
        block_id=f"follow.{number}",
        text=MarkdownTextObject(text=text, verbatim=True),
        accessory=plain_button("Edit", EDIT, each.id) if can_edit else None,
    )


def _recent(several: Sequence[RecentCard]) -> list[Block]:
    blocks: list[Block] = heading("recent", "Looked up lately")
    if not several:
        return [*blocks, small_print("no_recent", "Nothing yet. Type `/tesorio help` to see what you can ask.")]
    rows = [
        entry(f"recent.{number}", each.label, each.detail, button("Open card", "lookup.open", each.ref))
        for number, each in enumerate(several[:MAX_ROWS])
    ]
    return [*blocks, *rows]


def _sources(several: Sequence[Freshness], place: Place) -> list[Block]:
    blocks: list[Block] = heading("sources", "How fresh this is")
    if not several:
        return [*blocks, small_print("no_sources", "No system of record is set up yet.")]
    rows = [small_print(f"source.{number}", _fresh(each, place)) for number, each in enumerate(several[:MAX_ROWS])]
    return [*blocks, *rows, *more("sources", len(several) - len(rows), "")]


def _fresh(each: Freshness, place: Place) -> str:
    badge = "⚠️ *Stale* · " if each.is_stale else ""
    when = as_of(each.as_of, place) if each.as_of else "not read yet"
    trouble = f" · the last reading failed: {esc(each.trouble, _MAX_FILTER)}" if each.trouble else ""
    return f"{badge}{esc(each.source, MAX_NAME)} · {when}{trouble}"
