"""Home, for admins: who wants to be connected, what could not be delivered, and what is wrong with the sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from slack_sdk.models.blocks import Block, ButtonElement

from bot.views.amounts import Place, as_of
from bot.views.buttons import confirmation, plain_button
from bot.views.connect import Asked, approval_buttons
from bot.views.home_rows import entry, heading, more
from bot.views.names import MAX_NAME
from bot.views.parts import buttons_row, small_print
from bot.views.text import esc, literal
from store.deliveries import Delivery, DeliveryState

RETRY, ARRIVED, DROP = "home.retry", "home.arrived", "home.drop"
MAX_ASKED = 5
MAX_TROUBLES = 5
MAX_FINDINGS = 5
_MAX_REASON = 250
_MAX_VALUE = 2000
# What deliveries are called; any other is a message.
_KINDS = {
    "note": "Note",
    "share": "Shared record",
    "notice": "Notification",
    "promise": "News of a promise to pay",
    "connect": "Message about a connection",
}
_STATES = {
    DeliveryState.UNKNOWN: "it may have arrived",
    DeliveryState.REJECTED: "refused",
    DeliveryState.DEAD: "given up after many tries",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something about an installation that an admin should look at, in a sentence."""

    about: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AdminPart:
    """What waits for an admin; the counts are of all, the lists may be shorter. `targets` are names of systems."""

    asked: tuple[Asked, ...]
    asked_in_all: int
    troubles: tuple[Delivery, ...]
    troubles_in_all: int
    findings: tuple[Finding, ...]
    targets: Mapping[str, str] = field(default_factory=dict)


def admin_blocks(part: AdminPart, place: Place) -> list[Block]:
    """The sections that have something to say, and one line when none has."""
    sections = [*_asked(part), *_troubles(part, place), *_findings(part.findings)]
    return sections or [*heading("house", "For admins"), small_print("all_well", "Nothing waits for you.")]


def _asked(part: AdminPart) -> list[Block]:
    blocks: list[Block] = []
    for number, asked in enumerate(part.asked[:MAX_ASKED]):
        account = asked.account
        detail = f"wants to be connected to {literal(account.name, MAX_NAME)} ({literal(account.email, MAX_NAME)}), "
        blocks.append(entry(f"asked.{number}", literal(asked.name, MAX_NAME), f"{detail}{account.role.value}"))
        blocks += buttons_row(f"asked.{number}.decide", approval_buttons(asked))
    if not blocks:
        return []
    left_out = part.asked_in_all - min(len(part.asked), MAX_ASKED)
    return [*heading("asked", "Waiting for your approval"), *blocks, *more("asked", left_out, "waiting")]


def _troubles(part: AdminPart, place: Place) -> list[Block]:
    blocks: list[Block] = []
    for number, delivery in enumerate(part.troubles[:MAX_TROUBLES]):
        target = part.targets.get(delivery.target, delivery.target)
        blocks += _trouble(number, delivery, "Slack" if delivery.target == "slack" else target, place)
    if not blocks:
        return []
    left_out = part.troubles_in_all - min(len(part.troubles), MAX_TROUBLES)
    return [
        *heading("troubles", "Could not be delivered"),
        *blocks,
        *more("troubles", left_out, "in `tesorio outbox list`"),
    ]


def _trouble(number: int, delivery: Delivery, target: str, place: Place) -> list[Block]:
    reason = f": {literal(delivery.reason, _MAX_REASON)}" if delivery.reason else ""
    since = as_of(delivery.created_at, place).removeprefix("as of ")
    title = f"{_KINDS.get(delivery.kind, 'Message')} to {literal(target, MAX_NAME)}"
    row = entry(f"trouble.{number}", title, f"{_STATES.get(delivery.state, '')}{reason} · from {since}")
    if len(delivery.id) > _MAX_VALUE:
        return [row]
    return [row, *buttons_row(f"trouble.{number}.decide", _decisions(delivery))]


def _decisions(delivery: Delivery) -> list[ButtonElement]:
    sure = confirmation("Give this up?", "It is not delivered, and nobody is asked again.", "Give up", danger=True)
    again = plain_button("Send again", RETRY, delivery.id)
    arrived = [plain_button("It arrived", ARRIVED, delivery.id)] if delivery.state is DeliveryState.UNKNOWN else []
    return [again, *arrived, plain_button("Give up", DROP, delivery.id, style="danger", confirm=sure)]


def _findings(findings: Sequence[Finding]) -> list[Block]:
    if not findings:
        return []
    rows = [
        small_print(f"finding.{number}", f"⚠️ *{esc(each.about, MAX_NAME)}* · {esc(each.detail, _MAX_REASON)}")
        for number, each in enumerate(findings[:MAX_FINDINGS])
    ]
    return [
        *heading("findings", "Worth a look"),
        *rows,
        *more("findings", len(findings) - len(rows), "in `tesorio status` and `tesorio doctor`"),
    ]
