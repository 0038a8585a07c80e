"""Requests of Slack people to be linked to an account: offered to them, waiting for an admin, decided.

A request names one person of one workspace and one account, can be used once, and ends by itself.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    RowMapping,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata


class RequestState(StrEnum):
    """How far a request has come."""

    OFFERED = "offered"  # shown to the person, who has not confirmed it
    WAITING = "waiting"  # for an admin
    LINKED = "linked"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class LinkRequest:
    """Whom (`name` in Slack) to link to which account (`user_id`); `email` is the one that both had.

    Void from `expires_at` on. `decided_by` is the account of the admin who decided, empty where nobody had to.
    `question` is the line that the person had typed at `asked_at` in the conversation `asked_in`, to be answered to
    nobody else once they are linked; None when they had asked nothing.
    """

    id: str
    team_id: str
    slack_user_id: str
    user_id: str
    name: str
    email: str
    made_at: datetime
    expires_at: datetime
    state: RequestState = RequestState.OFFERED
    decided_by: str = ""
    decided_at: datetime | None = None
    question: str | None = None
    asked_in: str | None = None
    asked_at: datetime | None = None


link_requests = Table(
    "link_requests",
    metadata,
    Column("id", String, primary_key=True),
    Column("team_id", String, nullable=False),
    Column("slack_user_id", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", String, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("state", String, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", Instant),
    Column("question", Text),
    Column("asked_in", String),
    Column("asked_at", Instant),
    Index("ix_link_requests_team_id_slack_user_id", "team_id", "slack_user_id"),
    Index("ix_link_requests_state_made_at", "state", "made_at"),
)


async def offer_link(conn: WriteConnection, request: LinkRequest) -> None:
    """Keep a new request in place of those that the person was offered before and never confirmed."""
    c = link_requests.c
    await conn.execute(
        delete(link_requests).where(
            c.team_id == request.team_id,
            c.slack_user_id == request.slack_user_id,
            c.state == RequestState.OFFERED.value,
        )
    )
    await conn.execute(insert(link_requests).values(asdict(request) | {"state": request.state.value}))


async def link_request(conn: ReadConnection, request_id: str) -> LinkRequest | None:
    """One request; None when there is none of this id."""
    query = select(link_requests).where(link_requests.c.id == request_id)
    row = (await conn.execute(query)).mappings().first()
    return _request(row) if row else None


async def newest_link_request(
    conn: ReadConnection, team_id: str, slack_user_id: str, states: Sequence[RequestState], at: datetime
) -> LinkRequest | None:
    """The person's newest request in one of these states that is not void yet."""
    c = link_requests.c
    query = (
        select(link_requests)
        .where(c.team_id == team_id, c.slack_user_id == slack_user_id, *_living(states, at))
        .order_by(c.made_at.desc(), c.id)
        .limit(1)
    )
    row = (await conn.execute(query)).mappings().first()
    return _request(row) if row else None


async def waiting_link_requests(
    conn: ReadConnection, team_id: str, at: datetime, *, limit: int
) -> tuple[LinkRequest, ...]:
    """What waits for an admin of this workspace, the oldest first."""
    c = link_requests.c
    query = (
        select(link_requests)
        .where(c.team_id == team_id, *_living((RequestState.WAITING,), at))
        .order_by(c.made_at, c.id)
        .limit(limit)
    )
    return tuple(_request(row) for row in (await conn.execute(query)).mappings())


async def count_waiting_link_requests(conn: ReadConnection, team_id: str, at: datetime) -> int:
    """How many wait."""
    query = select(func.count()).select_from(link_requests)
    waiting = query.where(link_requests.c.team_id == team_id, *_living((RequestState.WAITING,), at))
    return int((await conn.execute(waiting)).scalar_one())


async def move_link_request(
    conn: WriteConnection,
    request_id: str,
    before: RequestState,
    after: RequestState,
    *,
    at: datetime,
    decided_by: str = "",
    expires_at: datetime | None = None,
) -> bool:
    """Whether the request went from one state into the other now: of several who try, one succeeds, and none later.

    Once it is decided, what the person had asked is forgotten.
    """
    values: dict[str, Any] = {"state": after.value, "decided_by": decided_by, "decided_at": at}
    if after in {RequestState.LINKED, RequestState.REFUSED}:
        values["question"] = None
    if expires_at is not None:
        values["expires_at"] = expires_at
    c = link_requests.c
    moved = await conn.execute(update(link_requests).where(c.id == request_id, *_living((before,), at)).values(values))
    return moved.rowcount == 1


def _living(states: Sequence[RequestState], at: datetime) -> tuple[ColumnElement[bool], ...]:
    return link_requests.c.state.in_([state.value for state in states]), link_requests.c.expires_at > at


def _request(row: RowMapping) -> LinkRequest:
    values = {name: row[name] for name in LinkRequest.__dataclass_fields__ if name != "state"}
    return LinkRequest(state=RequestState(row["state"]), **values)
