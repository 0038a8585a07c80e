"""Who the people of our Slack workspace are: full members, guests and those who may be shown nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Column, String, Table, select

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import chunks, conflict_insert


class Standing(StrEnum):
    """What somebody is in our workspace."""

    MEMBER = "member"
    GUEST = "guest"
    STRANGER = "stranger"  # of another company's workspace, in a channel that is shared with it
    BOT = "bot"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackPersonFacts:
    """What Slack said of a person at `seen_at`."""

    user_id: str
    standing: Standing
    seen_at: datetime


slack_people = Table(
    "slack_people",
    metadata,
    Column("user_id", String, primary_key=True),
    Column("standing", String, nullable=False),
    Column("seen_at", Instant, nullable=False),
)


async def put_people(conn: WriteConnection, people: Sequence[SlackPersonFacts]) -> None:
    """Keep what Slack said of these people in the place of what was known."""
    latest = {person.user_id: person for person in people}
    if not latest:
        return
    statement = conflict_insert(conn, slack_people)
    kept = {name: statement.excluded[name] for name in ("standing", "seen_at")}
    rows = [asdict(person) | {"standing": person.standing.value} for person in latest.values()]
    await conn.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=kept), rows)


async def standings(
    conn: ReadConnection, user_ids: Iterable[str], *, since: datetime | None = None
) -> Mapping[str, Standing]:
    """What these people are; whom we do not know, or of whom Slack has said nothing `since` then, is missing."""
    found: dict[str, Standing] = {}
    for some in chunks(tuple(set(user_ids))):
        query = select(slack_people.c.user_id, slack_people.c.standing).where(slack_people.c.user_id.in_(some))
        if since is not None:
            query = query.where(slack_people.c.seen_at >= since)
        found |= {row.user_id: Standing(row.standing) for row in await conn.execute(query)}
    return found
