"""What is to become of known records that a source does not bring any more. Pure.

Of a record that it brings, the comparison with the store's version decides: a new or differing one is written, any
other is kept (`store.upsert`). One that cannot be read is kept as it was, and quarantined. Of those that are absent,
its reports and lists decide, here: they become tombstones, or are closed where a list was of open items only. A source
that has lost most of its records is not followed without a person's word.
"""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What happens to known records that are absent."""

    KEEP = "keep"
    CLOSE = "close"
    TOMBSTONE = "tombstone"
    ASK = "ask"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletionRules:
    """How much may go in one run without a person's word: this share of what lives of a kind, or `at_least` records."""

    share: float = 0.2
    at_least: int = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """Of `living` records of a kind `absent` are no more. `listed` is how many a whole list had, None without one."""

    living: int
    absent: int
    listed: int | None = None
    only_open: bool = False


def step_for(found: Absence, rules: DeletionRules, *, accepted: bool) -> Step:
    """What to do with the absent ones; `accepted` says that a person has seen how many they are.

    An emptied list asks even where there are few records: it is what a lost permission looks like.
    """
    if not found.absent:
        return Step.KEEP
    if not accepted and (found.listed == 0 or found.absent > allowed(found.living, rules)):
        return Step.ASK
    return Step.CLOSE if found.only_open else Step.TOMBSTONE


def allowed(living: int, rules: DeletionRules) -> int:
    """How many of so many living records may go in one run."""
    return max(rules.at_least, int(living * rules.share))
