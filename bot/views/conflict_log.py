"""The conflict log in a window: undecided or decided, by field, page by page, and many decided at once. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ConfirmObject, Option, StaticSelectElement

from bot.crm.keys import Titles
from bot.views.amounts import Place, counted, moment
from bot.views.buttons import confirmation, plain_button
from bot.views.conflicts import (
    conflict_button,
    conflict_name,
    field_label,
    literal_titles,
    shown_side,
    undecided_row,
)
from bot.views.metadata import OutdatedViewError, pack, unpack
from bot.views.modal import modal, notice_modal
from bot.views.names import MAX_NAME
from bot.views.parts import Span, buttons_row, lines, paragraph, small_print, words
from bot.views.text import literal, plain_text
from store.crm.conflicts import Choice, Conflict
from store.crm.decide import FieldState
from store.crm.rules import FIELDS

TITLE = "Where systems differ"
LIST, FIELD, NEXT, BACK, REOPEN = (f"conflicts.{verb}" for verb in ("list", "field", "next", "back", "reopen"))
KEEP_ALL, ACCEPT_ALL = "conflicts.keep_all", "conflicts.accept_all"
PER_PAGE = 8
_PURPOSE = "conflicts"
# One is decided by its own buttons.
_WORTH_ASKING = 2
_MAX_DIGITS, _MAX_SAID = 9, 80


class InvalidLogError(ValueError):
    """A value that stands for no page of the log, or for no order of ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRef:
    """A page of the log: which list, of which field («» for all of them), and how many rows go before it."""

    is_decided: bool = False
    field: str = ""
    offset: int = 0

    @property
    def value(self) -> str:
        """What menus and buttons carry."""
        return f"{'decided' if self.is_decided else 'undecided'}|{self.field}|{self.offset}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What the button for many asks for: the undecided of a field («» for all), that differ since `until`.

    `number` is how many the person was asked about.
    """

    field: str
    number: int
    until: datetime

    @property
    def value(self) -> str:
        """What the button carries."""
        return f"{self.field}|{self.number}|{self.until.isoformat()}"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConflictLog:
    """A page of the log as it is at the instant `at`.

    `counts` are the numbers of its list by field, `others` that of the other list; `people` are the names of those who
    decided, by what `decided_by` says of them; `titles` the names of both systems, `said` what was just done.
    """

    ref: LogRef
    listed: tuple[Conflict, ...]
    counts: Mapping[str, int]
    others: int
    titles: Titles
    at: datetime
    people: Mapping[str, str] = field(default_factory=dict)
    said: str = ""

    @property
    def in_all(self) -> int:
        """How many of the list there are, as far as its field goes."""
        return self.counts.get(self.ref.field, 0) if self.ref.field else sum(self.counts.values())


def log_modal(log: ConflictLog, place: Place) -> dict[str, Any]:
    """The window."""
    titles = literal_titles(log.titles)
    row = partial(_decided_row, log) if log.ref.is_decided else undecided_row
    blocks: list[Block] = [
        *([paragraph("conflicts.said", f"✓ {log.said}")] if log.said else []),
        paragraph("conflicts.answer", _answer(log, titles.erp)),
        *_menus(log),
        *_many(log, titles.erp, titles.crm),
        *(block for number, one in enumerate(log.listed) for block in row(number, one, titles, place)),
        *_pages(log),
    ]
    return modal(TITLE, blocks, metadata=pack(_PURPOSE, {"page": log.ref.value}))


def deciding_modal(choice_words: str) -> dict[str, Any]:
    """What stands while many are decided."""
    return notice_modal(TITLE, choice_words)


def many_words(choice: Choice, number: int, field_name: str, titles: Titles) -> str:
    """What was decided of many, in a sentence without its full stop; `titles` are `literal`."""
    done = f"{titles.erp}'s is kept" if choice is Choice.KEEP else f"{titles.crm}'s is accepted"
    return f"{_what(number, field_name)}: {done}"


def page_of(metadata: str) -> LogRef:
    """The page that a window of ours shows. Raises InvalidLogError."""
    try:
        return ref_named(unpack(_PURPOSE, metadata)["page"])
    except OutdatedViewError as error:
        raise InvalidLogError(str(error)) from None


def ref_named(value: str) -> LogRef:
    """The page that a value stands for. Raises InvalidLogError."""
    named, _, rest = value.partition("|")
    name, _, offset = rest.partition("|")
    if named not in {"decided", "undecided"} or not _is_field(name) or not _is_number(offset):
        raise InvalidLogError(value[:_MAX_SAID])
    return LogRef(is_decided=named == "decided", field=name, offset=int(offset))


def order_named(value: str) -> Order:
    """What the button for many asks for. Raises InvalidLogError."""
    name, _, rest = value.partition("|")
    number, _, until = rest.partition("|")
    try:
        at = datetime.fromisoformat(until)
    except ValueError:
        raise InvalidLogError(value[:_MAX_SAID]) from None
    if not _is_field(name) or not _is_number(number) or at.tzinfo is None:
        raise InvalidLogError(value[:_MAX_SAID])
    return Order(field=name, number=int(number), until=at)


def _is_field(name: str) -> bool:
    return name in {"", *FIELDS}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS


def _answer(log: ConflictLog, erp: str) -> str:
    what = _what(log.in_all, log.ref.field)
    if log.ref.is_decided:
        return (
            f"{what} decided. A choice also holds for later changes." if log.in_all else "Nothing is decided here yet."
        )
    return f"{what} to decide. {erp}'s value shows until then." if log.in_all else "Nothing is left to decide here."


def _what(number: int, field_name: str) -> str:
    """«Phone of 84 customers», «236 fields»."""
    return f"{field_label(field_name)} of {counted(number, 'customer')}" if field_name else counted(number, "field")


def _menus(log: ConflictLog) -> list[Block]:
    """Which list and which field; Slack keeps what was chosen as long as the block keeps its id."""
    menus = [_menu(LIST, _lists(log), LogRef(is_decided=log.ref.is_decided))]
    if log.counts:
        menus.append(_menu(FIELD, _fields(log), replace(log.ref, offset=0)))
    return [ActionsBlock(block_id=f"conflicts.menus|{log.at.timestamp()}", elements=menus)]


def _lists(log: ConflictLog) -> Mapping[LogRef, str]:
    here = sum(log.counts.values())
    undecided, decided = (log.others, here) if log.ref.is_decided else (here, log.others)
    return {LogRef(): f"To decide: {undecided:,}", LogRef(is_decided=True): f"Decided: {decided:,}"}


def _fields(log: ConflictLog) -> Mapping[LogRef, str]:
    every = replace(log.ref, field="", offset=0)
    named = {name: log.counts.get(name, 0) for name in {*log.counts, log.ref.field} if name}
    shown = {replace(every, field=name): f"{field_label(name)}: {number:,}" for name, number in sorted(named.items())}
    return {every: f"All fields: {sum(log.counts.values()):,}", **shown}


def _menu(action_id: str, labels: Mapping[LogRef, str], chosen: LogRef) -> StaticSelectElement:
    options = {ref: Option(text=plain_text(label), value=ref.value) for ref, label in labels.items()}
    return StaticSelectElement(action_id=action_id, options=list(options.values()), initial_option=options[chosen])


def _many(log: ConflictLog, erp: str, crm: str) -> list[Block]:
    """Buttons for all of the list, each of which asks first, with the number."""
    if log.ref.is_decided or log.in_all < _WORTH_ASKING:
        return []
    order = Order(field=log.ref.field, number=log.in_all, until=log.at).value
    keep = plain_button(f"Keep {erp}'s: all {log.in_all:,}", KEEP_ALL, order, confirm=_sure(log, erp, "Keep"))
    accept = plain_button(f"Accept {crm}'s: all {log.in_all:,}", ACCEPT_ALL, order, confirm=_sure(log, crm, "Accept"))
    return buttons_row("conflicts.many", [keep, accept])


def _sure(log: ConflictLog, system: str, verb: str) -> ConfirmObject:
    what = _what(log.in_all, log.ref.field)
    question = f"{what}: {system}'s value shows from now on, also when it changes. Each can be reopened later."
    return confirmation(f"{verb} {system}'s {log.in_all:,} values?", question, f"{verb} {log.in_all:,}")


def _decided_row(log: ConflictLog, number: int, one: Conflict, titles: Titles, place: Place) -> list[Block]:
    standing = one.standing
    is_kept = standing.state is FieldState.KEPT
    sides = (titles.erp, standing.erp_value), (titles.crm, standing.crm_value)
    (chosen, value), (other, instead) = sides if is_kept else reversed(sides)
    by = literal(log.people.get(standing.decided_by or "", "somebody"), MAX_NAME)
    when = f", {moment(standing.decided_at, place)}" if standing.decided_at else ""
    rows: list[list[Span]] = [
        [words(conflict_name(one), bold=True)],
        [words(f"{'Kept' if is_kept else 'Accepted'} {chosen}'s: {shown_side(value)}")],
        [words(f"instead of {other}'s: {shown_side(instead)}")],
        [words(f"by {by}{when}")],
    ]
    again = conflict_button("Reopen", REOPEN, one)
    return [lines(f"conflict.{number}", rows), *buttons_row(f"conflict.{number}.decide", again)]


def _pages(log: ConflictLog) -> list[Block]:
    offset = log.ref.offset
    if log.in_all <= PER_PAGE:
        return []
    before, behind = max(0, offset - PER_PAGE), offset + PER_PAGE
    buttons = [
        *([plain_button("Previous", BACK, replace(log.ref, offset=before).value)] if offset else []),
        *([plain_button("Next", NEXT, replace(log.ref, offset=behind).value)] if behind < log.in_all else []),
    ]
    shown = f"{offset + 1:,} to {offset + len(log.listed):,} of {log.in_all:,}"
    return [small_print("conflicts.page", shown), *buttons_row("conflicts.pages", buttons)]
