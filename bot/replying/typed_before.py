"""What was typed into a form that was saved: when its first answer got lost, it comes once more, changed or not.

Only marks of it are kept, and for as long as its window may be open. What an earlier version saved has none.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.deps import Deps
from store.db import ReadConnection, WriteConnection
from store.drafts import Draft, draft_by_id, keep_draft

_KEPT = timedelta(hours=12)


def mark_of(filled: Mapping[str, Any]) -> str:
    """Differs where what was typed does; an input that is empty is as good as none."""
    typed = {name: value for name, value in filled.items() if value}
    return hashlib.sha256(json.dumps(typed, sort_keys=True).encode()).hexdigest()


async def keep_typed(
    conn: WriteConnection, deps: Deps, work_id: str, slack_user: str, fields: Mapping[str, str]
) -> None:
    """Remember of this work what was typed, in the transaction that saves it."""
    now = deps.clock()
    draft = Draft(id=work_id, team_id=deps.team_id, slack_user_id=slack_user, fields=fields, expires_at=now + _KEPT)
    await keep_draft(conn, draft, at=now)


async def typed_before(conn: ReadConnection, deps: Deps, work_id: str, slack_user: str) -> Mapping[str, str] | None:
    """What is remembered of what this work saved; None when it saved nothing yet, or that is not known any more."""
    now = deps.clock()
    draft = await draft_by_id(conn, work_id, team_id=deps.team_id, slack_user_id=slack_user, at=now)
    return draft.fields if draft else None
