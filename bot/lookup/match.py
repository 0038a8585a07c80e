"""What a lookup finds: the record, and why it is thought to be the one."""

from dataclasses import dataclass
from enum import StrEnum

from store.records import RecordId
from store.search import Kind

# The article shows one answer; a menu of five can still be read at a glance.
MAX_CANDIDATES = 5


class Reason(StrEnum):
    """Why a record matches, the surest first; `Match.why` says it in words."""

    SAME_NAME = "same_name"
    SAME_NUMBER = "same_number"
    OTHER_CAPITALS = "other_capitals"
    WRITTEN_DIFFERENTLY = "written_differently"
    SAME_WORDS = "same_words"
    SAME_DIGITS = "same_digits"
    ONE_CHARACTER_DIFFERS = "one_character_differs"
    ENDS_WITH = "ends_with"
    STARTS_WITH = "starts_with"
    CONTAINS = "contains"
    SIMILAR = "similar"


_EXACT = frozenset({Reason.SAME_NAME, Reason.SAME_NUMBER})


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A found record.

    `label` is the invoice's number or the customer's name. `number` tells customers of one name apart. `why` is the
    reason in plain words and may quote what was typed: it is escaped where it is shown, like any text from outside.
    """

    kind: Kind
    record_id: RecordId
    label: str
    reason: Reason
    why: str
    number: str | None = None

    @property
    def is_exact(self) -> bool:
        """Whether this is what was typed, letter by letter; anything else is shown as «closest match»."""
        return self.reason in _EXACT


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The answer and what else it could have been, best first; on a miss only the nearest, as suggestions."""

    answer: Match | None = None
    others: tuple[Match, ...] = ()
    nearest: tuple[Match, ...] = ()

    @property
    def candidates(self) -> tuple[Match, ...]:
        """All that is offered, best first: the answer and the others, or the nearest on a miss. At most five."""
        return (self.answer, *self.others) if self.answer else self.nearest


def found(ranked: tuple[Match, ...]) -> Found:
    """The first of ranked matches as the answer, the next few beside it; a miss when there are none."""
    if not ranked:
        return Found()
    return Found(answer=ranked[0], others=ranked[1:MAX_CANDIDATES])
