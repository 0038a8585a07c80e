"""What is outside Slack, for the page to show and to bring about: the sandbox's own, and no part of a workspace."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sandbox.slack.records import Json

SHOWN_LETTERS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One button. `happen` lets it happen, and says in a sentence what has happened."""

    id: str
    label: str
    happen: Callable[[], str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """Something that arrived, for the page to show: an e-mail, or a note on a record.

    `sender` is who wrote it, «» where nobody is named; `attachments` are the names of its files.
    """

    recipients: tuple[str, ...]
    subject: str
    text: str
    sender: str = ""
    attachments: tuple[str, ...] = ()

    def described(self) -> Json:
        """The letter as the page draws it."""
        return {
            "from": self.sender,
            "to": list(self.recipients),
            "subject": self.subject,
            "text": self.text,
            "attachments": list(self.attachments),
        }


class Letters:
    """What arrived, newest first; `told` is called after each, so that pages learn of it."""

    def __init__(self, told: Callable[[], None]) -> None:
        self._sent: deque[Letter] = deque(maxlen=SHOWN_LETTERS)
        self._told = told

    def add(self, letter: Letter) -> None:
        self._sent.appendleft(letter)
        self._told()

    def described(self) -> list[Json]:
        return [letter.described() for letter in self._sent]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outside:
    """A box of the page: a system with what may be let happen there, and what arrived there where that is shown."""

    id: str
    title: str
    acts: tuple[Act, ...] = ()
    letters: Letters | None = None

    def happen(self, act_id: str) -> str:
        """Let this act happen; what has happened. Raises LookupError when there is no such act."""
        found = next((act for act in self.acts if act.id == act_id), None)
        if found is None:
            raise LookupError(f"nothing is called {act_id} outside")
        return found.happen()

    def described(self) -> Json:
        """The box as the page draws it."""
        return {
            "id": self.id,
            "title": self.title,
            "acts": [{"id": act.id, "label": act.label} for act in self.acts],
            "letters": self.letters.described() if self.letters else None,
        }


def happen(boxes: Sequence[Outside], box_id: str, act_id: str) -> str:
    """Let this act happen in this box; what has happened. Raises LookupError when there is no such box or act."""
    found = next((box for box in boxes if box.id == box_id), None)
    if found is None:
        raise LookupError(f"nothing is called {box_id} outside")
    return found.happen(act_id)
