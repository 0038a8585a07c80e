"""What is to become of known records that a source does not bring any more. Pure.

Of a record that it brings, the comparison with the store's version decides: a new or differing one is written, any
other is kept (`store.upsert`). One that cannot be read is kept as it was, and quarantined. Of those that are absent,
its reports and lists decide, here: they become tombstones, or are closed where a list was of open items only. A source
that has lost most of its records is not followed without a person's word.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Step(StrEnum):
    """What happens to known records that are absent."""

    KEEP = "keep"
    CLOSE = "close"
    TOMBSTONE = "tombstone"
    ASK = "ask"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletionRules:
    """How much may go in one run without a person's word: this share of what lives of a kind, or `at_least` records.

    Of few records never more than half of them, but always one.
    """

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


def is_absent(row: Mapping[str, Any], mentioned: Mapping[str, datetime | None], *, since: datetime | None) -> bool:
    """Whether a living record is no more: not on a list that was begun at `since`, or, without that, reported as gone.

    `row` has its source_id, seen_at and source_changed_at; `mentioned` are the listed ids, or the reported ones with
    when each went. By the source's clock where it tells: what came after that lives.
    """
    changed_at: datetime | None = row["source_changed_at"]
    if since is not None:
        is_older = row["seen_at"] < since and (changed_at is None or changed_at <= since)
        return is_older and row["source_id"] not in mentioned
    gone_at = mentioned.get(row["source_id"])
    return gone_at is not None and (changed_at or row["seen_at"]) <= gone_at


def allowed(living: int, rules: DeletionRules) -> int:
    """How many of so many living records may go in one run."""
    return max(min(rules.at_least, living // 2), int(living * rules.share), 1)
