"""The modal that shares a record: whom to, with which words; and its second step, what exactly they will see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import Block, DividerBlock

from bot.views.block_json import as_json
from bot.views.buttons import plain_button
from bot.views.channels import channel_label
from bot.views.match import Candidate
from bot.views.modal import Choice, checks_input, modal, search_input, text_input, user_input
from bot.views.parts import Message, lines, message, paragraph, record_link, row_with_button, small_print, words
from bot.views.pick import record_input
from bot.views.shared import MAX_MESSAGE, inert, quotation
from bot.views.text import cut, literal
from store.channels import Channel

TITLE = "Share to Slack"
SUBMIT, SEND, BACK = "share.submit", "share.send", "share.back"
PERSON, CHANNEL, TEXT, CONFIRM = "share.person", "share.channel", "share.text", "share.confirm"
CONFIRMED = "yes"
_MAX_QUERY = 80
_CHANNELS_HINT = "Not there? Type /tesorio add in that channel."
_PERSON_HINT = "Choose one. A person needs no account here to read it."
_WITH_BUTTON = "Below it stands the button Reply to Tesorio, for those who have an account here."
_PREVIEWED = "preview."
# Slack draws these in messages only.
_ONLY_IN_MESSAGES = frozenset({"table", "data_table", "data_visualization", "markdown"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What will be posted, and where: `label` is «#sales» or a person's name. `warnings` are sentences of ours.

    `record` names what is shared, `doubt` the query that it is only the closest match for. `is_outside` wants an admin
    to confirm that people outside the company read it.
    """

    metadata: str
    shared: Message
    label: str
    record: str = ""
    doubt: str = ""
    warnings: tuple[str, ...] = ()
    is_outside: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """The first step as it stands. `record` names what is shared; «» lets the person choose it, `chosen` or another."""

    metadata: str
    record: str = ""
    doubt: str = ""
    chosen: Candidate | None = None
    person: str = ""
    channel: Choice | None = None
    text: str = ""


def share_modal(form: Form) -> dict[str, Any]:
    """The first step: whom to, and the words."""
    blocks = list(map(as_json, _inputs(form)))
    return modal(TITLE, blocks, callback_id=SUBMIT, metadata=form.metadata, submit="Preview")


def preview_modal(preview: Preview) -> dict[str, Any]:
    """The second step: what will be posted, as Slack draws it in a modal, without tables and buttons; and Send."""
    drawn = preview.shared.simpler_blocks or preview.shared.blocks
    shown = [block for block in inert(drawn) if block["type"] not in _ONLY_IN_MESSAGES]
    blocks = [
        *map(as_json, _above(preview)),
        *[block | {"block_id": f"{_PREVIEWED}{block.get('block_id')}"} for block in shown],
        *map(as_json, _below(preview)),
    ]
    return modal(TITLE, blocks, callback_id=SEND, metadata=preview.metadata, submit="Send")


def words_in(blocks: Iterable[Mapping[str, Any]]) -> str:
    """The sender's words in the blocks of a preview, to be copied where it is of no other use any more."""
    quoted = next((block for block in blocks if block.get("block_id") == f"{_PREVIEWED}message"), {})
    return "".join(_texts(quoted.get("elements")))


def channel_choice(channel: Channel) -> Choice:
    """A destination as an option."""
    facts = channel.facts
    readers = ((facts.is_external, "people of another company read it"), (facts.has_guests, "guests read it"))
    detail = next((words_ for is_so, words_ in readers if is_so), "private channel" if facts.is_private else "")
    return Choice(label=channel_label(facts.name), value=facts.id, detail=detail)


def on_its_way(label: str) -> dict[str, Any]:
    """What stands when it was sent off; it is replaced by what came of it."""
    return _told(f"On its way to {label} … You may close this: you will be told what came of it.")


def arrived(label: str, *, is_person: bool, permalink: str = "") -> dict[str, Any]:
    """It was posted."""
    said = _arrived_words(label, is_person=is_person)
    if not permalink:
        return _told(said)
    row = [words(f"{said} "), record_link("Open it", permalink)]
    return modal(TITLE, [lines("share.told", [row])], close="Done")


def arrived_message(label: str, *, is_person: bool, permalink: str = "") -> Message:
    """The same for somebody who has closed the modal."""
    said = _arrived_words(label, is_person=is_person)
    row = [words(f"{said} "), *([record_link("Open it", permalink)] if permalink else [])]
    return message(said, [lines("share.told", [row])])


def not_shared(reason: str) -> dict[str, Any]:
    """Why it was not posted; `reason` consists of our words and `literal` parts."""
    return _told(f"Not posted. {reason}")


def not_shared_message(reason: str) -> Message:
    """The same for somebody who has closed the modal."""
    said = f"Your message was not posted. {reason}"
    return message(said, [paragraph("share.told", said)])


def outdated(text: str) -> dict[str, Any]:
    """The modal is of an older version, or nothing is known of its draft; what was typed can be copied."""
    said = "This window is out of date. Please open it anew from the card; nothing was posted."
    kept = quotation(text)
    return modal(TITLE, [paragraph("share.told", said), *kept], close="Done")


def _told(said: str) -> dict[str, Any]:
    return modal(TITLE, [paragraph("share.told", said)], close="Done")


def _arrived_words(label: str, *, is_person: bool) -> str:
    if is_person:
        return f"Sent to {label}. Only they can open it, in their messages with this app."
    return f"Posted in {label}."


def _inputs(form: Form) -> list[Block]:
    named = paragraph("share.record", _record_words(form.record, form.doubt)) if form.record else None
    return [
        named or record_input("What to share", chosen=form.chosen),
        search_input(
            CHANNEL,
            "Channel",
            placeholder="Type a part of its name",
            initial=form.channel,
            hint=_CHANNELS_HINT,
            optional=True,
            from_characters=0,
        ),
        user_input(PERSON, "or person", initial=form.person, hint=_PERSON_HINT, optional=True),
        text_input(TEXT, "Your message", initial=form.text, multiline=True, max_length=MAX_MESSAGE, optional=True),
    ]


def _above(preview: Preview) -> list[Block]:
    warned = [paragraph(f"share.warning.{position}", each) for position, each in enumerate(preview.warnings)]
    doubted = [paragraph("share.record", _record_words(preview.record, preview.doubt))] if preview.doubt else []
    # At the top: what is shown may be longer than the window.
    head = row_with_button(
        "share.preview", f"This is what {cut(preview.label, 100)} will see:", [plain_button("Back", BACK)]
    )
    return [*warned, *doubted, head]


def _below(preview: Preview) -> list[Block]:
    confirm = Choice(label="Yes, people outside the company may read this.", value=CONFIRMED)
    return [
        small_print("share.button", _WITH_BUTTON),
        DividerBlock(block_id="share.divider"),
        *([checks_input(CONFIRM, "Outside the company", [confirm])] if preview.is_outside else []),
    ]


def _record_words(record: str, doubted: str) -> str:
    doubt = literal(doubted, _MAX_QUERY) if doubted else ""
    if not doubt:
        return record
    stop = "" if record.endswith(".") else "."
    return f"⚠️ Closest match for «{doubt}». You are about to share {record}{stop}"


def _texts(part: object) -> Iterator[str]:
    """Every text in a part of a rich text block, in its order."""
    if isinstance(part, Mapping):
        if isinstance(part.get("text"), str):
            yield part["text"]
        yield from _texts(part.get("elements"))
    elif isinstance(part, list):
        for each in part:
            yield from _texts(each)
