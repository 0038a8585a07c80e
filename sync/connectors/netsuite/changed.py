"""What has changed of notes and messages, as the bot's own script in the account tells it: no search does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sync.connectors.netsuite.position import Position
from sync.connectors.netsuite.restlet import RestletClient
from sync.errors import UnreadableAnswerError


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """Ids in the order of their last changes; after the last of them, which changed `at`, there may be more."""

    ids: tuple[str, ...]
    at: datetime | None
    has_more: bool


async def changed_since(script: RestletClient, kind: str, position: Position, *, most: int) -> Changed:
    """The next records that have changed since the place where the position stands. Raises SourceError."""
    since = position.changed_at or position.floor
    asked = {
        "action": "changed",
        "kind": kind,
        "since": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "after": position.changed_id,
        "limit": str(most),
    }
    return changed_of(await script.get({name: value for name, value in asked.items() if value}))


def changed_of(answer: Mapping[str, Any]) -> Changed:
    """The script's answer. Raises UnreadableAnswerError when it says something else than it should."""
    try:
        items = [(str(item["id"]), datetime.fromisoformat(item["lastModified"])) for item in answer["items"]]
    except (KeyError, TypeError, ValueError):
        raise UnreadableAnswerError("the script tells its changes in another way than ours") from None
    ids = tuple(one for one, _ in items)
    return Changed(ids=ids, at=items[-1][1] if items else None, has_more=bool(answer.get("more")) and bool(items))
