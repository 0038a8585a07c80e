"""What somebody asked before they were connected, as the button «Connect» carries it, to be answered afterwards."""

from dataclasses import dataclass
from datetime import datetime

from bot.views.metadata import OutdatedViewError, pack, unpack
from bot.views.text import size

_PURPOSE = "question"
# Longer than any number, name or filter that means something; a button carries 2,000 characters.
_MAX_LINE = 300
_MAX_VALUE = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """The line that was typed, without the command in front, and when."""

    line: str
    at: datetime


def question_value(question: Question) -> str:
    """The value of the button; «» for a line that is too long to be a question."""
    if not question.line or len(question.line) > _MAX_LINE:
        return ""
    value = pack(_PURPOSE, {"line": question.line, "at": question.at.isoformat()})
    return value if size(value) <= _MAX_VALUE else ""


def read_question(value: str) -> Question | None:
    """What the button carries; None for nothing, and for anything that no button of ours does."""
    try:
        found = unpack(_PURPOSE, value)
        question = Question(line=found["line"], at=datetime.fromisoformat(found["at"]))
    except (OutdatedViewError, ValueError):
        return None
    is_sound = 0 < len(question.line) <= _MAX_LINE and question.at.tzinfo is not None
    return question if is_sound else None
