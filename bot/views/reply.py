"""The form of «Reply to Tesorio», and what people read of what they saved with it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slack_sdk.models.blocks import Block

from bot.views.match import Candidate
from bot.views.metadata import pack
from bot.views.modal import Choice, checks_input, choice_input, date_input, modal, radio_input, text_input
from bot.views.names import MAX_NAME
from bot.views.parts import Message, lines, message, paragraph, small_print, words
from bot.views.pick import PICK_ACTION, record_choice, record_input
from bot.views.standing import REASON_WORDS
from bot.views.text import as_written, esc, literal
from bot.views.values import RecordRef, is_encodable
from store.deliveries import DeliveryState

TITLE = "Reply to Tesorio"
SUBMIT = "reply.submit"
KIND, TEXT, TARGETS = "reply.kind", "reply.text", "reply.targets"
PROMISED, PROMISED_ON = "reply.promised", "reply.promised_on"
REASON, DISPUTED = "reply.reason", "reply.disputed"
MAX_TEXT = 3000
MAX_INVOICES = 100
PURPOSE = "reply"
_MAX_DOUBT = 300
_MAX_SAVED = 600
_MAX_OWED = 100
_MAX_NOTICE = 200
_INVOICE_BLOCK = "reply.invoice.block"
_ONE_INVOICE = "A dispute is about one invoice: choose it."
_KIND_WORDS = {"invoice": "Invoice", "customer": "Customer"}


class ReplyKind(StrEnum):
    """What somebody wants to keep."""

    NOTE = "note"
    PROMISE = "promise"
    DISPUTE = "dispute"


_KINDS = (
    Choice(label="Note", value=ReplyKind.NOTE.value),
    Choice(label="Promise to pay", value=ReplyKind.PROMISE.value, detail="The customer said how much comes, and when"),
    Choice(label="Dispute", value=ReplyKind.DISPUTE.value, detail="The customer objects to an invoice"),
)
_SAVED_WORDS = {ReplyKind.NOTE: "a note", ReplyKind.PROMISE: "a promise to pay", ReplyKind.DISPUTE: "a dispute"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where a reply began: what the form remembers until it is saved. Texts, empty where there is nothing to remember.

    `nonce` names what will be saved. `channel`, `thread_ts` and `permalink` are those of the message that is answered.
    `guessed` is the value of the record that was only the closest match for `query`. `customer` is the value of the one
    that the form was about before a dispute wanted one of its invoices.
    """

    nonce: str
    channel: str = ""
    thread_ts: str = ""
    permalink: str = ""
    guessed: str = ""
    query: str = ""
    customer: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyForm:
    """All that the form shows. `targets` are the systems to choose from by name, `chosen` those whose box is ticked.

    Where a dispute wants an invoice of a customer, `invoices` are those to choose from, 100 at most; without any it
    has to be searched for. `owed` says in words what is open on which record; `doubt` why it may be the wrong one;
    `notice` anything else.
    """

    origin: Origin
    kind: ReplyKind = ReplyKind.NOTE
    record: Candidate | None = None
    invoices: Sequence[Candidate] | None = None
    text: str = ""
    targets: Mapping[str, str]
    chosen: Sequence[str] = ()
    owed: str = ""
    doubt: str = ""
    notice: str = ""


def reply_modal(form: ReplyForm) -> dict[str, Any]:
    """The form for one kind of reply; the others are one choice away."""
    blocks = [
        *([paragraph("reply.notice", literal(form.notice, _MAX_NOTICE))] if form.notice else []),
        *_doubt(form),
        _about(form),
        radio_input(KIND, "What do you want to record?", _KINDS, initial=form.kind.value, dispatches=True),
        *_own_inputs(form),
        _text(form),
        *_targets(form),
    ]
    return modal(TITLE, blocks, callback_id=SUBMIT, metadata=memory(form.origin), submit="Save")


def memory(origin: Origin) -> str:
    """What the modal remembers."""
    return pack(PURPOSE, {name: getattr(origin, name) for name in Origin.__dataclass_fields__})


def record_words(candidate: Candidate) -> str:
    """«Invoice INV-12345 · ABC Inc · $17,250.00 · Open»."""
    named = f"{_KIND_WORDS[candidate.ref.kind]} {literal(candidate.label, MAX_NAME)}"
    return f"{named} · {literal(candidate.detail, _MAX_OWED)}" if candidate.detail else named


def short_record_words(ref: RecordRef, label: str) -> str:
    """«Invoice INV-12345»."""
    return f"{_KIND_WORDS[ref.kind]} {literal(label, MAX_NAME)}"


def saved_modal(what: str, about: str, text: str, state: str) -> dict[str, Any]:
    """What stands in the form's place once it is saved. `what` names it, `state` is from `state_words`."""
    rows = [[words(state, bold=True)], [words(f"{what} · {about}")]]
    quoted = [paragraph("reply.saved", as_written(text, _MAX_SAVED))] if text else []
    return modal(TITLE, [lines("reply.state", rows), *quoted], close="Done")


def state_words(states: Mapping[str, DeliveryState]) -> str:
    """«Saved · on its way to NetSuite», «Saved · in NetSuite»; `states` by the systems' titles."""
    return " · ".join(filter(None, ("Saved", delivery_words(states))))


def delivery_words(states: Mapping[str, DeliveryState]) -> str:
    """«in NetSuite · on its way to Salesforce»; «» when it is sent nowhere."""
    return " · ".join(f"{_STATE_WORDS[state]} {literal(title, MAX_NAME)}" for title, state in states.items())


_STATE_WORDS = {
    DeliveryState.QUEUED: "on its way to",
    DeliveryState.UNKNOWN: "not confirmed by",
    DeliveryState.SENT: "in",
    DeliveryState.REJECTED: "refused by",
    DeliveryState.DEAD: "could not reach",
    DeliveryState.DROPPED: "not sent to",
}


def thread_line(author: str, kind: ReplyKind, state: str) -> Message:
    """The quiet line under the message that was answered. It names no record: others may read it there."""
    text = f"📝 {literal(author, MAX_NAME)} recorded {_SAVED_WORDS[kind]} in Tesorio · {state}"
    return message(text, [small_print("reply.line", esc(text))])


def told_privately(kind: ReplyKind, about: str, state: str) -> Message:
    """The same for its author alone, where no line could be written under the message."""
    text = f"📝 You recorded {_SAVED_WORDS[kind]} in Tesorio · {about} · {state}"
    return message(text, [small_print("reply.line", esc(text))])


def _doubt(form: ReplyForm) -> list[Block]:
    if not form.doubt or form.record is None:
        return []
    asked = f"⚠️ {literal(form.doubt, _MAX_DOUBT)} Is this the right one? {record_words(form.record)}"
    return [paragraph("reply.doubt", asked)]


def _about(form: ReplyForm) -> Block:
    """What it is about. Emptied, it is another block than before: Slack keeps what was chosen in one of the same id."""
    if form.invoices is None:
        return record_input("About", chosen=form.record)
    choices = [record_choice(each) for each in form.invoices if is_encodable(each.ref)]
    offered = choice_input(PICK_ACTION, "About", choices, hint=_ONE_INVOICE) if choices else None
    emptied = offered or record_input("About", hint=_ONE_INVOICE)
    emptied.block_id = _INVOICE_BLOCK
    return emptied


def _own_inputs(form: ReplyForm) -> list[Block]:
    open_now = f"for all that is open: {literal(form.owed, _MAX_OWED)}" if form.owed else "for the whole amount"
    hint = f"Leave it empty {open_now}."
    if form.kind is ReplyKind.PROMISE:
        return [
            text_input(PROMISED, "Amount promised", hint=hint, max_length=40, optional=True),
            date_input(PROMISED_ON, "Will be paid by"),
        ]
    if form.kind is ReplyKind.DISPUTE:
        reasons = [Choice(label=text.capitalize(), value=reason.value) for reason, text in REASON_WORDS.items()]
        return [
            choice_input(REASON, "Reason", reasons),
            text_input(DISPUTED, "Amount disputed", hint=hint, max_length=40, optional=True),
        ]
    return []


def _text(form: ReplyForm) -> Block:
    is_note = form.kind is ReplyKind.NOTE
    return text_input(
        TEXT,
        "Note" if is_note else "What was said",
        initial=form.text,
        hint=f"Up to {MAX_TEXT:,} characters.",
        multiline=True,
        max_length=MAX_TEXT,
        optional=not is_note,
        has_focus=is_note and form.record is not None,
    )


def _targets(form: ReplyForm) -> list[Block]:
    if not form.targets:
        return []
    choices = [Choice(label=title, value=name) for name, title in list(form.targets.items())[:10]]
    return [checks_input(TARGETS, "Send it to", choices, initial=tuple(form.chosen))]
