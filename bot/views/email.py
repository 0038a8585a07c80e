"""Writing an e-mail about a record: the form, what exactly will be sent, and what became of it. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, DividerBlock

from bot.views.buttons import plain_button
from bot.views.modal import MAX_OPTION, Choice, checks_input, choices_input, modal, text_input
from bot.views.parts import lines, paragraph, row_with_button, small_print, words
from bot.views.text import as_written, escaped, literal, shortened, size

OPEN, SUBMIT, SEND, BACK = "email.open", "email.submit", "email.send", "email.back"
TO, OTHERS, CC = "email.to", "email.others", "email.cc"
SUBJECT, TEXT, ATTACH = "email.subject", "email.text", "email.attach"
PURPOSE, PREVIEW_PURPOSE = "email", "email.preview"
TITLE = "E-mail"
MAX_SUBJECT = 200
MAX_TEXT = 3000
MAX_RECIPIENTS = 100
MAX_FILES = 10
_MAX_ADDRESSES = 1000
_MAX_SHOWN = 2900
_MAX_REASON = 500
_MAX_NAME = 80
MAX_VALUE = 150
_MAX_BOXES = 10
_SHORTEST_NAME = 8
_SEVERAL = "Several with commas between them."
_BODY = "email.body"
_OUTDATED = (
    "This window is out of date, and nothing was sent from it now. Please open it anew from the card; what was sent "
    "before is in «Notes & e-mails» there."
)
# A character may count five, and each line of a block some more: see `literal`.
_MAX_PIECE = 400
_MAX_PART = 2400
_MAX_LINES = 90
_MAX_UNFIT = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipient:
    """Somebody to write to. `value` stands for them in the form; `detail` says who they are.

    `is_own` says that they are there for this very invoice, `is_colleague` that they are of our own company.
    """

    value: str
    name: str
    address: str
    detail: str = ""
    is_own: bool = False
    is_colleague: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FileChoice:
    """A file of the record that can go with it; 0 bytes are an unknown size."""

    file_id: str
    name: str
    detail: str = ""
    size_bytes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class EmailForm:
    """The first step as it stands. `about` names the record; `redirected_to` is the test address that all mail goes to.

    `chosen` are values of `known`, `attached` ids of `files`; `unfit` says of other files why they cannot go with it.
    """

    metadata: str
    about: str
    known: Sequence[Recipient] = ()
    chosen: Sequence[str] = ()
    others: str = ""
    cc: str = ""
    subject: str = ""
    text: str = ""
    files: Sequence[FileChoice] = ()
    attached: Sequence[str] = ()
    unfit: Sequence[str] = ()
    redirected_to: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What will be sent. `warning` is a sentence of ours."""

    metadata: str
    sender: str
    reply_to: str
    to: Sequence[str]
    cc: Sequence[str]
    subject: str
    text: str
    files: Sequence[str] = ()
    redirected_to: str = ""
    warning: str = ""


def email_modal(form: EmailForm) -> dict[str, Any]:
    """The first step: to whom, and the words."""
    blocks = [
        lines("email.about", [[words(form.about, bold=True)]]),
        *_test_mode(form.redirected_to),
        *_recipients(form),
        text_input(CC, "Cc", initial=form.cc, hint=_SEVERAL, max_length=1000, optional=True),
        text_input(SUBJECT, "Subject", initial=form.subject, max_length=MAX_SUBJECT),
        text_input(TEXT, "Text", initial=form.text, multiline=True, max_length=MAX_TEXT),
        *_files(form),
    ]
    return modal(TITLE, blocks, callback_id=SUBMIT, metadata=form.metadata, submit="Preview")


def preview_email(preview: Preview) -> dict[str, Any]:
    """The second step: what will be sent; and Send."""
    rows = [
        ("From", preview.sender),
        ("Answers go to", preview.reply_to),
        ("To", ", ".join(preview.to)),
        ("Cc", ", ".join(preview.cc)),
        ("Attached", ", ".join(preview.files)),
        ("Subject", preview.subject),
    ]
    shown = [[words(f"{label}: ", bold=True), words(literal(value, _MAX_ADDRESSES))] for label, value in rows if value]
    blocks: list[Block] = [
        *([paragraph("email.warning", f"⚠️ {literal(preview.warning, _MAX_REASON)}")] if preview.warning else []),
        row_with_button("email.preview", "This is what will be sent:", [plain_button("Back", BACK)]),
        *_test_mode(preview.redirected_to),
        lines("email.envelope", shown),
        DividerBlock(block_id="email.divider"),
        *_body(preview.text),
    ]
    return modal(TITLE, blocks, callback_id=SEND, metadata=preview.metadata, submit="Send")


def body_in(blocks: Iterable[Mapping[str, Any]]) -> str:
    """The text in the blocks of a preview, to be copied where it is of no other use any more."""
    parts = [block for block in blocks if str(block.get("block_id")).startswith(_BODY)]
    return "\n".join(str((block.get("text") or {}).get("text") or "") for block in parts)


def sent_email(state: str, to: str, subject: str, text: str = "") -> dict[str, Any]:
    """What stands in the preview's place: `state` is ours, and says what became of it."""
    rows = [[words(state, bold=True)], [words(f"To {literal(to, _MAX_ADDRESSES)}")], [words(literal(subject, 300))]]
    return modal(TITLE, [lines("email.state", rows), *(_body(text) if text else [])], close="Done")


def outdated_email(text: str) -> dict[str, Any]:
    """The window is of an older version, or nothing is known of its draft; what was typed can be copied."""
    return told_email(_OUTDATED, text)


def told_email(said: str, text: str) -> dict[str, Any]:
    """A sentence of ours in the window's place, and what was typed, to be copied."""
    return modal(TITLE, [paragraph("email.told", said), *(_body(text) if text else [])], close="Done")


def _body(text: str) -> list[Block]:
    """The text whole, however many blocks that takes."""
    shown = [as_written(part, _MAX_SHOWN, empty="") for part in _parts(text)]
    return [paragraph(f"{_BODY}.{nth}", each) for nth, each in enumerate(shown) if each] or [paragraph(_BODY, "-")]


def _parts(text: str) -> Iterator[str]:
    """The text in pieces that one block has room for: some lines, or a part of one that is too long."""
    part: list[str] = []
    for line in (piece for row in text.splitlines() for piece in _pieces(row)):
        if part and (len(part) >= _MAX_LINES or size("\n".join([*part, line])) > _MAX_PART):
            yield "\n".join(part)
            part = []
        part.append(line)
    yield "\n".join(part)


def _pieces(line: str) -> list[str]:
    if size(line) <= _MAX_PART:
        return [line]
    return [line[start : start + _MAX_PIECE] for start in range(0, len(line), _MAX_PIECE)]


def _test_mode(redirected_to: str) -> list[Block]:
    if not redirected_to:
        return []
    told = f"🧪 Test mode: it goes to {literal(redirected_to, _MAX_NAME)} only, whoever stands here."
    return [paragraph("email.test_mode", told)]


def _recipients(form: EmailForm) -> list[Block]:
    choices = [_choice(each) for each in form.known if size(each.value) <= MAX_VALUE][:MAX_RECIPIENTS]
    if not choices:
        hint = f"No address of this customer is known. {_SEVERAL}"
        return [text_input(OTHERS, "To", initial=form.others, hint=hint, max_length=1000, has_focus=True)]
    more = f"Only the first {MAX_RECIPIENTS} are listed above. " if len(form.known) > MAX_RECIPIENTS else ""
    return [
        _menu(choices, form.chosen),
        text_input(
            OTHERS, "Other addresses", initial=form.others, hint=more + _SEVERAL, max_length=1000, optional=True
        ),
    ]


def _menu(choices: list[Choice], chosen: Sequence[str]) -> Block:
    """Boxes to tick where there are few: they are all in sight."""
    draw = checks_input if len(choices) <= _MAX_BOXES else choices_input
    return draw(TO, "To", choices, initial=chosen, optional=True)


def _choice(recipient: Recipient) -> Choice:
    name, address = recipient.name, recipient.address
    # A long name gives way: where it goes is what has to be read.
    room = MAX_OPTION - size(f" · {address}")
    is_named = name and name != address and room >= _SHORTEST_NAME
    return Choice(
        label=f"{literal(shortened(name, room), room)} · {address}" if is_named else address,
        value=recipient.value,
        detail=literal(recipient.detail, _MAX_NAME, empty=""),
    )


def _files(form: EmailForm) -> list[Block]:
    choices = [Choice(label=each.name, value=each.file_id, detail=each.detail) for each in form.files[:MAX_FILES]]
    attach = [checks_input(ATTACH, "Attach", choices, initial=form.attached)] if choices else []
    told = [literal(each, _MAX_REASON) for each in form.unfit[:_MAX_UNFIT]]
    more = [f"{len(form.unfit) - _MAX_UNFIT} more"] if len(form.unfit) > _MAX_UNFIT else []
    if not told:
        return attach
    return [*attach, small_print("email.unfit", escaped(f"Cannot be attached: {'; '.join([*told, *more])}."))]
