"""What a commit of the lookup index stands for, kept in the index itself."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Self

from store.changes import Change, changes_after
from store.db import ReadConnection
from store.keys import KEYS_VERSION


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexState:
    """The change feed up to `sequence`, in this version's keys.

    `anchor` is a digest of the change with that sequence: after a restored backup another one stands there.
    """

    sequence: int = 0
    anchor: str = ""
    keys_version: int = KEYS_VERSION

    @classmethod
    def after(cls, change: Change) -> Self:
        """The state of an index that holds everything up to this change."""
        content = repr((change.kind, change.record_id, change.action, sorted(change.fields)))
        digest = hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=8)
        return cls(sequence=change.sequence, anchor=digest.hexdigest())

    @classmethod
    def from_text(cls, text: str | None) -> Self | None:
        """What `to_text` wrote; None for anything else."""
        try:
            return cls(**json.loads(text or ""))
        except (ValueError, TypeError):
            return None

    def to_text(self) -> str:
        return json.dumps(asdict(self))

    async def is_of(self, conn: ReadConnection) -> bool:
        """Whether an index in this state was fed from this store, in this version's keys."""
        if self.keys_version != KEYS_VERSION:
            return False
        if self.sequence == 0:
            return True
        there = await changes_after(conn, self.sequence - 1, limit=1)
        return bool(there) and type(self).after(there[0]) == self
