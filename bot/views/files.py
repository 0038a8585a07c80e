"""The files of an invoice: their button or menu on its card, and what people are told about them."""

from collections.abc import Sequence

from slack_sdk.models.blocks import InteractiveElement, Option, StaticSelectElement

from bot.views.buttons import plain_button
from bot.views.misses import not_understood
from bot.views.parts import Message
from bot.views.text import escaped, literal, plain_text, size
from store.attachments import Attachment

SEND_ACTION = "files.send"
MAX_FILES = 20
_MAX_VALUE = 150
_MAX_OPTION = 75
_MAX_NAME = 120
_MAX_REASON = 300


def file_elements(files: Sequence[Attachment]) -> list[InteractiveElement]:
    """«File», or a menu of several; one that cannot be sent on is among them, and says why once chosen."""
    known = [each for each in files[:MAX_FILES] if size(each.id) <= _MAX_VALUE]
    if not known:
        return []
    if len(known) == 1:
        return [plain_button("File", SEND_ACTION, known[0].id)]
    options = [Option(text=plain_text(literal(each.name, _MAX_OPTION)), value=each.id) for each in known]
    return [StaticSelectElement(action_id=SEND_ACTION, placeholder=plain_text("Files"), options=options)]


def file_words(name: str, record: str, source: str) -> str:
    """What stands above the file, as mrkdwn: «INV-1.pdf of INV-1, from NetSuite»."""
    return escaped(f"{_name(name)} of {literal(record, _MAX_NAME)}, from {literal(source, _MAX_NAME)}")


def file_started(name: str, *, to_thread: bool) -> Message:
    """It was asked for; the file follows."""
    where = "the thread of the card" if to_thread else "your messages with Tesorio"
    return not_understood(f"{_name(name)} is being fetched. It comes into {where}, in a moment.")


def file_refused(reason: str) -> Message:
    """Its name does not say what it is."""
    return not_understood(f"This file is not sent on: {literal(reason, _MAX_REASON)}. Rename it where it lies.")


def file_failed(name: str, reason: str, reference: str) -> Message:
    """There will be no file; `reference` finds it in the log."""
    why = literal(reason, _MAX_REASON)
    return not_understood(f"{_name(name)} could not be brought here: {why}. {_ask(reference)}")


def file_gone() -> Message:
    """Since it was asked for, its source has removed it, or its invoice."""
    return not_understood("The file is not there any more: it or its invoice was removed since this card was made.")


def file_in_doubt(name: str, reference: str) -> Message:
    """It is not known whether the file arrived."""
    doubt = f"Slack did not say whether {_name(name)} arrived. If you do not see it, ask for it again."
    return not_understood(f"{doubt} {_ask(reference)}")


def _ask(reference: str) -> str:
    return f"If you ask an admin, name this: {reference}"


def _name(name: str) -> str:
    return literal(name, _MAX_NAME)
