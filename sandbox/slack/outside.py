"""What happens outside Slack, for the page to bring about: the sandbox's own, and no part of a workspace."""

from collections import deque
from collections.abc import Callable
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
class Outside:
    """The box with the buttons; `title` says where these things happen."""

    title: str
    acts: tuple[Act, ...]

    def happen(self, act_id: str) -> str:
        """Let this act happen; what has happened. Raises LookupError when there is no such act."""
        found = next((act for act in self.acts if act.id == act_id), None)
        if found is None:
            raise LookupError(f"nothing is called {act_id} outside")
        return found.happen()

    def described(self) -> Json:
        """The box as the page draws it."""
        return {"title": self.title, "acts": [{"id": act.id, "label": act.label} for act in self.acts]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """An e-mail that was sent, for the page to show; `attachments` are the names of its files."""

    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    attachments: tuple[str, ...]

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
    """What was sent, newest first; `told` is called after each, so that pages learn of it."""

    def __init__(self, told: Callable[[], None]) -> None:
        self._sent: deque[Letter] = deque(maxlen=SHOWN_LETTERS)
        self._told = told

    def add(self, letter: Letter) -> None:
        self._sent.appendleft(letter)
        self._told()

    def described(self) -> list[Json]:
        return [letter.described() for letter in self._sent]
