"""Drafts: what somebody filled into a form of several steps, kept from one step to the next.

Slack's own memory of a form is smaller than what may be typed into it. A draft is its person's alone, and ends by
itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, String, Table, Text, delete, select

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import conflict_insert


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a Slack user filled in, by the form's own names; void from `expires_at` on."""

    id: str
    team_id: str
    slack_user_id: str
    fields: Mapping[str, str]
    expires_at: datetime


drafts = Table(
    "drafts",
    metadata,
    Column("id", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("slack_user_id", String, nullable=False),
    Column("fields_json", Text, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
)


async def keep_draft(conn: WriteConnection, draft: Draft, *, at: datetime) -> bool:
    """Keep a draft in the place of its person's earlier one of that id; False when the id is somebody else's.

    Drafts that are void go.
    """
    c = drafts.c
    await conn.execute(delete(drafts).where(c.expires_at <= at))
    kept = {"fields_json": json.dumps(dict(draft.fields)), "expires_at": draft.expires_at}
    whose = {"team_id": draft.team_id, "slack_user_id": draft.slack_user_id}
    statement = conflict_insert(conn, drafts).values(id=draft.id, **whose, **kept)
    statement = statement.on_conflict_do_update(
        index_elements=["id"],
        set_=kept,
        where=(c.team_id == draft.team_id) & (c.slack_user_id == draft.slack_user_id),
    )
    return (await conn.execute(statement.returning(c.id))).first() is not None


async def draft_by_id(
    conn: ReadConnection, draft_id: str, *, team_id: str, slack_user_id: str, at: datetime
) -> Draft | None:
    """This person's draft; None when there is none of this id, or it is void."""
    c = drafts.c
    theirs = (c.team_id == team_id, c.slack_user_id == slack_user_id, c.expires_at > at)
    row = (await conn.execute(select(drafts).where(c.id == draft_id, *theirs))).mappings().first()
    if row is None:
        return None
    return Draft(
        id=row["id"],
        team_id=row["team_id"],
        slack_user_id=row["slack_user_id"],
        fields=json.loads(row["fields_json"]),
        expires_at=row["expires_at"],
    )
