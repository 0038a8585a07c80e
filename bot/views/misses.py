"""What people read when there is no card to show: what happened, and what to do next."""

from slack_sdk.models.blocks import Block

from bot.views.buttons import plain_button
from bot.views.match import MAX_QUERY, Candidate
from bot.views.names import MAX_NAME
from bot.views.parts import Message, button, buttons_row, lines, message, paragraph, row_with_button, words
from bot.views.text import literal
from bot.views.values import RecordKind

MAX_NEAREST = 5
_MAX_LABEL = 75
_MAX_REFERENCE = 40
_MAX_REASON = 900
_MAX_ADMINS = 3
_NOT_ALLOWED = "Your role here does not allow this."
# What can be typed after the command, and what it is for.
Entries = tuple[tuple[str, str], ...]


def no_match(
    query: str, kind: RecordKind | None = None, nearest: tuple[Candidate, ...] = (), *, being_read: str | None = None
) -> Message:
    """Nothing matches; the nearest records are one press away.

    `kind` is what was asked for, None when that was not said. `being_read` names a source whose first reading is under
    way: what is missing may be about to come.
    """
    shown = nearest[:MAX_NEAREST]
    advice = "The nearest are:" if shown else f"Check the spelling, or try a part of the {_name_of(kind)}."
    if being_read is not None:
        source = literal(being_read, MAX_QUERY)
        advice = (
            f"{source} is still being read for the first time; try again in a minute. {advice if shown else ''}".strip()
        )
    hint = "" if kind else "Type help for what you can ask. "
    text = f"No {kind or 'invoice or customer'} matches «{literal(query, MAX_QUERY)}». {hint}{advice}"
    rows = [_nearest_row(position, candidate) for position, candidate in enumerate(shown, start=1)]
    labels = ", ".join(literal(candidate.label, _MAX_LABEL) for candidate in shown)
    return message(f"{text} {labels}".strip(), [paragraph("miss", text), *rows])


def missing_query(kind: RecordKind, example: str, command: str = "/tesorio") -> Message:
    """The command came without anything to look for; `example` is what could have followed it."""
    return _notice(f"Which {kind}? Type for example {command} {example}")


def too_long() -> Message:
    """What was typed is longer than any name or number."""
    return _notice("That text is too long to be a name or number. Try a part of it.")


def help_message(entries: Entries, command: str = "/tesorio", unknown: str = "") -> Message:
    """What can be asked; `unknown` is what was typed that is neither a command nor the name of anything."""
    first = f"No command, invoice or customer matches «{literal(unknown, MAX_QUERY)}». " if unknown else ""
    title = f"{first}You can ask:"
    rows = [[words(f"{command} {example}", bold=True), words(f"  {what}")] for example, what in entries]
    spoken = "; ".join(f"{command} {example}: {what}" for example, what in entries)
    blocks = [paragraph("help", title), lines("commands", rows), paragraph("doors", _elsewhere(command))]
    return message(f"{title} {spoken}", blocks)


def _elsewhere(command: str) -> str:
    return (
        f"In a message to this app, or behind a mention of it, you can leave out {command}, and a number or a name "
        "alone will do. The shortcut «Find in Tesorio» searches while you type."
    )


def not_linked(question: str = "") -> Message:
    """This Slack user has no account here. It says nothing about any record.

    `question` is what «Connect» carries of what they had asked; «» when there is nothing to answer afterwards.
    """
    then = "and what you asked is answered" if question else "then try again"
    text = f"Your Slack user is not linked to an account here yet. Connect it, {then}."
    connect = plain_button("Connect", "connect.open", question, style="primary")
    return message(text, [paragraph("notice", text), *buttons_row("connect", [connect])])


def not_permitted() -> Message:
    """The account is known, and its role does not allow this. It says nothing about any record."""
    return _notice(f"{_NOT_ALLOWED} Ask your administrator if you need it.")


def role_refused(takes: str, theirs: str, admins: tuple[str, ...]) -> Message:
    """The account's role does not allow this: which role does, which is theirs, and who can change it, by name."""
    shown = " or ".join(literal(name, MAX_NAME) for name in admins[:_MAX_ADMINS]) or "your administrator"
    return _notice(f"{_NOT_ALLOWED} It takes the role {takes}; yours is {theirs}. Ask {shown}.")


def failed(reference: str) -> Message:
    """Something broke on our side; `reference` finds it in the log."""
    shown = literal(reference, _MAX_REFERENCE)
    return _notice(
        f"Something went wrong here, and it has been logged. If it happens again, name this reference: {shown}"
    )


def outdated_button(command: str = "/tesorio") -> Message:
    """The pressed button or menu belongs to a card of an older version, or its record is gone."""
    return _notice(f"This card is out of date and its buttons no longer work. Ask again with {command} for a new one.")


def trigger_expired() -> Message:
    """Slack gives three seconds to open a form, and they were over, or Slack did not answer."""
    return _notice("Slack could not open the form in time. Please press once more.")


def not_understood(reason: str) -> Message:
    """Why what was typed behind a command cannot be meant; `reason` may quote it."""
    return _notice(literal(reason, _MAX_REASON))


def _notice(text: str) -> Message:
    return message(text, [paragraph("notice", text)])


def _nearest_row(position: int, candidate: Candidate) -> Block:
    label, detail = literal(candidate.label, _MAX_LABEL), literal(candidate.detail, _MAX_LABEL, empty="")
    text = f"{label} · {detail}" if detail else label
    return row_with_button(f"nearest.{position}", text, button("Open card", "lookup.open", candidate.ref))


def _name_of(kind: RecordKind | None) -> str:
    return {"invoice": "number", "customer": "name", None: "number or name"}[kind]
