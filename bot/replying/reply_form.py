"""What a filled-in reply means, or what is wrong with it and where. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from bot.replying.typed_amount import AmountError, typed_money
from bot.slack.view_request import ViewRequest
from bot.views.amounts import Place, day, money
from bot.views.pick import PICK_ACTION, picked
from bot.views.reply import (
    DISPUTED,
    KIND,
    MAX_TEXT,
    PROMISED,
    PROMISED_ON,
    REASON,
    TARGETS,
    TEXT,
    ReplyKind,
)
from bot.views.standing import REASON_WORDS
from bot.views.values import RecordRef
from store.disputes import DisputeReason
from store.money import Money
from store.records import RecordId

_T = TypeVar("_T")
NO_RECORD = "Choose a customer or an invoice: type a part of its name or number."


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What stands in the form."""

    kind: ReplyKind
    ref: RecordRef | None
    text: str = ""
    amount: str = ""
    promised_on: str = ""
    reason: str = ""
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class About:
    """The record that a reply is about. `owed` is what is open on it, `limits` what a dispute may be about at most."""

    ref: RecordRef
    label: str
    customer_id: RecordId
    owed: tuple[Money, ...] = ()
    limits: tuple[Money, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A reply that can be saved. `title` says in a line what was promised or disputed; a plain note has none."""

    kind: ReplyKind
    about: About
    text: str
    title: str = ""
    amount: Money | None = None
    owed: Money | None = None
    promised_on: date | None = None
    reason: DisputeReason | None = None


class FormError(ValueError):
    """Something in the form has to be put right; `errors` has a sentence for each input, by its action id."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


@dataclass(slots=True)
class _Complaints:
    """Collected, so that a person is told all at once."""

    errors: dict[str, str] = field(default_factory=dict)

    def add(self, action_id: str, text: str) -> None:
        self.errors.setdefault(action_id, text)

    def of(self, action_id: str, read: Callable[[], _T]) -> _T | None:
        """What an input holds; None, and a complaint, when it cannot be read."""
        try:
            return read()
        except (_UnfitError, AmountError) as error:
            self.add(action_id, str(error))
            return None


class _UnfitError(ValueError):
    """What an input holds does not do; the message is a sentence for whoever filled it in."""


def filled_in(request: ViewRequest) -> Filled:
    """What a person entered; an unknown kind is a note."""
    chosen = request.text(KIND)
    kind = ReplyKind(chosen) if chosen in {each.value for each in ReplyKind} else ReplyKind.NOTE
    return Filled(
        kind=kind,
        ref=picked(request.text(PICK_ACTION)),
        text=_storable(request.text(TEXT)).strip(),
        amount=request.text(PROMISED if kind is ReplyKind.PROMISE else DISPUTED).strip(),
        promised_on=request.text(PROMISED_ON),
        reason=request.text(REASON),
        targets=request.choices(TARGETS),
    )


def _storable(typed: str) -> str:
    """The text without what no database takes: half a surrogate pair, and NUL."""
    return typed.encode("utf-8", "replace").decode().replace("\x00", "")


def said(filled: Filled, about: About | None, place: Place) -> Said:
    """What is to be saved. Raises FormError with everything that has to be put right."""
    complaints = _Complaints()
    _check_text(filled, complaints)
    if about is None:
        complaints.add(PICK_ACTION, NO_RECORD)
        raise FormError(complaints.errors)
    read = {ReplyKind.NOTE: _note, ReplyKind.PROMISE: _promise, ReplyKind.DISPUTE: _dispute}[filled.kind]
    found = read(filled, about, place, complaints)
    if found is None or complaints.errors:
        raise FormError(complaints.errors)
    return found


def _check_text(filled: Filled, complaints: _Complaints) -> None:
    if filled.kind is ReplyKind.NOTE and not filled.text:
        complaints.add(TEXT, "Write something first.")
    if len(filled.text) > MAX_TEXT:
        complaints.add(TEXT, f"This has {len(filled.text):,} characters; {MAX_TEXT:,} is the most that can be kept.")


def _note(filled: Filled, about: About, _place: Place, _complaints: _Complaints) -> Said:
    return Said(kind=filled.kind, about=about, text=filled.text)


def _promise(filled: Filled, about: About, place: Place, complaints: _Complaints) -> Said | None:
    amount = complaints.of(PROMISED, lambda: _amount(filled.amount, about.owed, "is open", place))
    promised_on = complaints.of(PROMISED_ON, lambda: _day(filled.promised_on, place))
    if amount is None or promised_on is None:
        return None
    return Said(
        kind=filled.kind,
        about=about,
        text=filled.text,
        title=f"Promise to pay {money(amount, place)} by {day(promised_on, place)}",
        amount=amount,
        owed=_of(about.owed, amount.currency),
        promised_on=promised_on,
    )


def _dispute(filled: Filled, about: About, place: Place, complaints: _Complaints) -> Said | None:
    if about.ref.kind != "invoice":
        complaints.add(PICK_ACTION, "A dispute is about one invoice. Choose the invoice.")
        return None
    known = {each.value: each for each in DisputeReason}
    if filled.reason not in known:
        complaints.add(REASON, "Choose a reason.")
    offered = about.owed if not filled.amount and about.owed else about.limits
    amount = complaints.of(DISPUTED, lambda: _amount(filled.amount, offered, "was billed", place))
    if amount is None or complaints.errors:
        return None
    reason = known[filled.reason]
    title = f"Dispute: {REASON_WORDS[reason]}, {money(amount, place)}"
    return Said(kind=filled.kind, about=about, text=filled.text, title=title, amount=amount, reason=reason)


def _amount(typed: str, most: tuple[Money, ...], what: str, place: Place) -> Money:
    """The amount that was typed, or all there is when nothing was; at most what there is in that currency."""
    if not most:
        raise _UnfitError(f"Nothing {what} here.")
    if not typed and len(most) == 1:
        return most[0]
    if not typed:
        raise _UnfitError(f"Write the amount with its currency: {_amounts(most, place)}.")
    amount = typed_money(typed, [each.currency for each in most], locale=place.locale)
    limit = _of(most, amount.currency)
    if amount.minor > limit.minor:
        raise _UnfitError(f"That is more than {what}: {money(limit, place)}.")
    return amount


def _of(amounts: Iterable[Money], currency: str) -> Money:
    return next(each for each in amounts if each.currency == currency)


def _amounts(amounts: Iterable[Money], place: Place) -> str:
    return ", ".join(money(each, place) for each in amounts)


def _day(typed: str, place: Place) -> date:
    try:
        chosen = date.fromisoformat(typed)
    except ValueError:
        raise _UnfitError("Choose a day.") from None
    if chosen < place.today:
        raise _UnfitError("That day is over. Choose today or a later one.")
    return chosen
