"""What was written about a record, newest first: notes with what was promised or disputed in them, e-mails. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk.models.blocks import ActionsBlock, Block, ButtonElement, ConfirmObject

from bot.views.amounts import Place, counted, day
from bot.views.messages import MessageRow, message_blocks
from bot.views.metadata import pack
from bot.views.modal import modal
from bot.views.names import MAX_NAME, MAX_NUMBER
from bot.views.parts import Span, lines, paragraph, record_link, row_with_button, words
from bot.views.reply import delivery_words
from bot.views.standing import words_of
from bot.views.text import as_written, literal, plain_text
from bot.views.values import RecordRef, encode
from store.deliveries import DeliveryState
from store.disputes import Dispute, DisputeState
from store.notes import Note
from store.promises import Promise, PromiseState

TITLE = "Notes & e-mails"
PURPOSE = "notes"
OLDER, NEWER = "notes.older", "notes.newer"
RESOLVE, WITHDRAW = "notes.resolve_dispute", "notes.withdraw_promise"
PAGE = 5
_MAX_TEXT = 2900


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteRow:
    """A note as the list shows it.

    `number` is its invoice's, in a customer's list. `source` is the system that it came from, as people call it; for
    one that was written here, `states` says by such names where it is on its way to. `recorded` came with it.
    """

    note: Note
    number: str = ""
    source: str = ""
    states: Mapping[str, DeliveryState] = field(default_factory=dict)
    recorded: Promise | Dispute | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NotesPage:
    """Some of what was written: from `offset` on, of `total`, of which so many are `messages`.

    `may_act` draws what only some people may press.
    """

    ref: RecordRef
    about: str
    place: Place
    rows: tuple[NoteRow | MessageRow, ...] = ()
    offset: int = 0
    total: int = 0
    messages: int = 0
    may_act: bool = False


def notes_modal(page: NotesPage) -> dict[str, Any]:
    """The page, with buttons to the ones before and after."""
    metadata = pack(PURPOSE, {"record": encode(page.ref), "offset": str(page.offset)})
    blocks = [lines("about", [_heading(page)])]
    for position, row in enumerate(page.rows[:PAGE], start=1):
        blocks += _row(position, row, page)
    return modal(TITLE, [*blocks, *_pager(page)], metadata=metadata)


def _heading(page: NotesPage) -> list[Span]:
    shown = len(page.rows[:PAGE])
    if not shown:
        return [
            words(page.about, bold=True),
            words(" · no notes or e-mails yet" if not page.total else " · nothing here"),
        ]
    span = f", {page.offset + 1:,} to {page.offset + shown:,}" if page.total > shown else ""
    return [words(page.about, bold=True), words(f" · {_counted(page)}{span}, newest first")]


def _row(position: int, row: NoteRow | MessageRow, page: NotesPage) -> list[Block]:
    return _note(position, row, page) if isinstance(row, NoteRow) else message_blocks(position, row, page.place)


def _counted(page: NotesPage) -> str:
    """«12 notes», «1 e-mail», «12 notes and 3 e-mails»."""
    counts = ((page.total - page.messages, "note"), (page.messages, "e-mail"))
    return " and ".join(counted(number, noun) for number, noun in counts if number)


def _note(position: int, row: NoteRow, page: NotesPage) -> list[Block]:
    note = row.note
    # What was promised or disputed without a word beside it is said once.
    is_said = row.recorded is not None and note.text == note.title
    return [
        lines(f"note.{position}", [_origin(row, page.place)]),
        *([_recorded(position, row.recorded, page)] if row.recorded else []),
        *([] if is_said else [paragraph(f"text.{position}", as_written(note.text, _MAX_TEXT))]),
    ]


def _origin(row: NoteRow, place: Place) -> list[Span]:
    note = row.note
    written = day(note.written_at.astimezone(place.time_zone).date(), place)
    source = delivery_words(row.states) or (f"in {literal(row.source, MAX_NAME)}" if row.source else "")
    rest = " · ".join(filter(None, (written, literal(row.number, MAX_NUMBER, empty=""), source)))
    link = [words(" · "), record_link("Slack message", note.permalink)] if note.permalink else []
    return [words(literal(note.author or "", MAX_NAME, empty="Unknown"), bold=True), words(f" · {rest}"), *link]


def _recorded(position: int, recorded: Promise | Dispute, page: NotesPage) -> Block:
    is_open = recorded.state in {PromiseState.OPEN, DisputeState.OPEN}
    text = f"{'⚠️ ' if isinstance(recorded, Dispute) and is_open else ''}{words_of(recorded, page.place)}"
    return row_with_button(f"recorded.{position}", text, [_closing(recorded)] if is_open and page.may_act else [])


def _closing(recorded: Promise | Dispute) -> ButtonElement:
    is_dispute = isinstance(recorded, Dispute)
    asked = "Is this dispute settled?" if is_dispute else "Is this promise no longer valid?"
    return ButtonElement(
        text=plain_text("Mark resolved" if is_dispute else "Withdraw promise"),
        action_id=RESOLVE if is_dispute else WITHDRAW,
        value=recorded.id,
        confirm=ConfirmObject(
            title=plain_text("Dispute" if is_dispute else "Promise to pay"),
            text=plain_text(asked),
            confirm=plain_text("Yes"),
            deny=plain_text("No"),
        ),
    )


def _pager(page: NotesPage) -> list[Block]:
    buttons = []
    if page.offset > 0:
        buttons.append(_turn("Newer", NEWER, max(0, page.offset - PAGE)))
    if page.offset + PAGE < page.total:
        buttons.append(_turn("Older", OLDER, page.offset + PAGE))
    return [ActionsBlock(block_id="pager", elements=buttons)] if buttons else []


def _turn(text: str, action_id: str, offset: int) -> ButtonElement:
    return ButtonElement(text=plain_text(text), action_id=action_id, value=str(offset))
