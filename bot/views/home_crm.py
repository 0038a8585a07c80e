"""The CRM on an admin's Home: whether it is switched on, what it has come to, and what can be done about it."""

from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.crm.keys import Titles
from bot.crm.steps import Summary, key_words, match_words, taken_words
from bot.views.amounts import Place, moment
from bot.views.buttons import confirmation, plain_button
from bot.views.crm import OFF, OPEN, SYNC
from bot.views.home_rows import heading
from bot.views.names import MAX_NAME
from bot.views.parts import buttons_row, lines, small_print, words
from bot.views.text import esc, literal
from store.crm.setup import Switched

_MAX_ADDRESS, _MAX_LINE = 200, 300


@dataclass(frozen=True, kw_only=True, slots=True)
class CrmPart:
    """The CRM that is set up. `summary` is there while it counts, `switched` once somebody decided.

    `settled` is what tesorio.toml sets, whatever anybody decides.
    """

    titles: Titles
    address: str
    switched: Switched | None
    summary: Summary | None
    settled: tuple[str, ...] = ()


def crm_blocks(part: CrmPart, place: Place) -> list[Block]:
    """The section."""
    crm = literal(part.titles.crm, MAX_NAME)
    settled = f"Set in tesorio.toml: {esc(', '.join(part.settled), _MAX_LINE)}"
    return [
        *heading("crm", crm),
        *(_on(part, part.summary, place) if part.summary else _off(part, place)),
        *([small_print("crm.settled", settled)] if part.settled else []),
    ]


def _off(part: CrmPart, place: Place) -> list[Block]:
    crm = literal(part.titles.crm, MAX_NAME)
    if part.switched is not None:
        what = f"Switched off by {esc(part.switched.by, MAX_NAME)}, {moment(part.switched.at, place)}. Contacts are "
        what += f"{esc(part.titles.erp, MAX_NAME)}'s again."
    else:
        what = "Set up, and not connected: contacts and account managers are not taken from there yet."
    return [
        small_print("crm.state", f"{esc(part.address, _MAX_ADDRESS)} · {what}"),
        *buttons_row("crm.decide", [plain_button(f"Connect {crm}", OPEN, style="primary")]),
    ]


def _on(part: CrmPart, found: Summary, place: Place) -> list[Block]:
    taken = taken_words(found.rules, found.counts, part.titles.erp)
    told = (*taken, key_words(found.rules, part.titles.erp, part.titles.crm))
    rows = [
        [words(literal(match_words(found.figures), _MAX_LINE), bold=True)],
        *([words(literal(line, _MAX_LINE))] for line in told),
    ]
    by = part.switched
    since = f"switched on by {esc(by.by, MAX_NAME)}, {moment(by.since, place)} · " if by else ""
    crm = literal(part.titles.crm, MAX_NAME)
    erp = literal(part.titles.erp, MAX_NAME)
    sure = confirmation(
        f"Switch {crm} off?",
        f"What {crm} filled in, its contacts and account managers go from here; contacts are {erp}'s again.",
        "Switch off",
        danger=True,
    )
    buttons = [plain_button("Sync now", SYNC), plain_button("Change", OPEN)]
    if part.switched is not None:
        buttons.append(plain_button("Switch off", OFF, style="danger", confirm=sure))
    return [
        lines("crm.matched", rows),
        small_print(
            "crm.state", f"{esc(part.address, _MAX_ADDRESS)} · {since}next reading {moment(found.next_at, place)}"
        ),
        *buttons_row("crm.decide", buttons),
    ]
