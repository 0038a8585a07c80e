"""Promises to pay and disputes in the words that people read, and the lines of a card that tell how they stand."""

from dataclasses import dataclass

from slack_sdk.models.blocks import Block

from bot.views.amounts import Place, day, money
from bot.views.names import MAX_NUMBER
from bot.views.parts import Span, lines, words
from bot.views.text import literal
from store.disputes import Dispute, DisputeReason, DisputeState
from store.money import Money
from store.promises import Promise, PromiseState

MAX_STANDING = 3
REASON_WORDS = {
    DisputeReason.WRONG_AMOUNT: "wrong amount",
    DisputeReason.NOT_RECEIVED: "goods not received",
    DisputeReason.QUALITY: "quality",
    DisputeReason.DUPLICATE: "duplicate",
    DisputeReason.PAID_ALREADY: "paid already",
    DisputeReason.OTHER: "other reason",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """A promise or dispute that still matters; `number` is its invoice's, where the card is not the invoice's own."""

    what: Promise | Dispute
    number: str = ""


def standing_block(standing: tuple[Standing, ...], place: Place) -> list[Block]:
    """A line for each of the first three, disputes before promises; nothing when there are none."""
    if not standing:
        return []
    ordered = sorted(standing, key=lambda each: isinstance(each.what, Promise))
    rows = [[_line(each, place)] for each in ordered[:MAX_STANDING]]
    hidden = len(ordered) - len(rows)
    return [lines("standing", [*rows, *([[words(f"…+{hidden:,} more")]] if hidden else [])])]


def standing_sentence(standing: tuple[Standing, ...], place: Place) -> str:
    """The first of them for the text of a message: « Disputed: quality, $500.00.»; «» when there are none."""
    ordered = sorted(standing, key=lambda each: isinstance(each.what, Promise))
    return "".join(f" {_about(each)}{words_of(each.what, place)}." for each in ordered[:1])


def words_of(what: Promise | Dispute, place: Place) -> str:
    """«Promised $500.00 by 1 Dec 2026», «Disputed: wrong amount, $500.00», or how that turned out."""
    return dispute_words(what, place) if isinstance(what, Dispute) else promise_words(what, place)


def dispute_words(dispute: Dispute, place: Place) -> str:
    """«Disputed: wrong amount, $500.00», or «Dispute resolved: …»."""
    said = "Disputed" if dispute.state is DisputeState.OPEN else "Dispute resolved"
    return f"{said}: {REASON_WORDS[dispute.reason]}, {money(dispute.amount, place)}"


def promise_words(promise: Promise, place: Place) -> str:
    """«Promised $500.00 by 1 Dec 2026», or how that turned out."""
    promised = f"{money(promise.amount, place)} by {day(promise.promised_on, place)}"
    received = promise.received or Money(currency=promise.amount.currency, minor=0)
    return {
        PromiseState.OPEN: f"Promised {promised}",
        PromiseState.KEPT: f"Promise kept: {promised}",
        PromiseState.PARTLY_KEPT: f"Promise partly kept: {money(received, place)} of {promised}",
        PromiseState.BROKEN: f"Promise broken: {promised}",
        PromiseState.WITHDRAWN: f"Promise withdrawn: {promised}",
    }[promise.state]


def _line(standing: Standing, place: Place) -> Span:
    is_fine = isinstance(standing.what, Promise) and standing.what.state is PromiseState.OPEN
    return words(f"{'' if is_fine else '⚠️ '}{_about(standing)}{words_of(standing.what, place)}", bold=not is_fine)


def _about(standing: Standing) -> str:
    return f"{literal(standing.number, MAX_NUMBER)} · " if standing.number else ""
