"""Accounts in this product, and the Slack people they are linked to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import Boolean, Column, RowMapping, String, Table, bindparam, delete, func, select, update

from store.db import ReadConnection, WriteConnection
from store.schema import Instant, metadata
from store.upsert import conflict_insert


class Role(StrEnum):
    """What an account may do: a viewer looks things up, finance also acts, an admin also runs the house."""

    VIEWER = "viewer"
    FINANCE = "finance"
    ADMIN = "admin"


class DuplicateUserError(ValueError):
    """An account with this e-mail exists already."""


class AccountTakenError(Exception):
    """The account is linked to somebody else in this workspace, or closed: this person cannot act as it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """An account. E-mails are compared without case; a deactivated account keeps its history but sees nothing."""

    id: str
    email: str
    name: str
    role: Role
    is_active: bool
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackLink:
    """Which account a Slack person acts as, in one workspace."""

    team_id: str
    slack_user_id: str
    user_id: str
    linked_at: datetime
    linked_by: str


users = Table(
    "users",
    metadata,
    Column("id", String, primary_key=True),
    Column("email", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("role", String, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

slack_links = Table(
    "slack_links",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("slack_user_id", String, primary_key=True),
    Column("user_id", String, nullable=False, index=True),
    Column("linked_at", Instant, nullable=False),
    Column("linked_by", String, nullable=False),
)


# Built once: it is asked with every request.
_LINKED = (
    select(users)
    .join(slack_links, slack_links.c.user_id == users.c.id)
    .where(
        slack_links.c.team_id == bindparam("team_id"),
        slack_links.c.slack_user_id == bindparam("slack_user_id"),
        users.c.is_active.is_(True),
    )
)


async def add_user(conn: WriteConnection, *, email: str, name: str, role: Role, at: datetime) -> User:
    """A new active account. Raises DuplicateUserError when the e-mail is taken."""
    user = User(id=uuid4().hex, email=email.strip().lower(), name=name, role=role, is_active=True, created_at=at)
    statement = conflict_insert(conn, users).values(asdict(user))
    made = await conn.execute(statement.on_conflict_do_nothing(index_elements=["email"]))
    if made.rowcount != 1:
        raise DuplicateUserError(f"{email} has an account already")
    return user


async def user_by_email(conn: ReadConnection, email: str) -> User | None:
    """The account with this e-mail, active or not."""
    row = (await conn.execute(select(users).where(users.c.email == email.strip().lower()))).mappings().first()
    return _user(row) if row else None


async def list_users(conn: ReadConnection) -> Sequence[tuple[User, tuple[SlackLink, ...]]]:
    """Every account with its links, by e-mail."""
    links = [_link(row) for row in (await conn.execute(select(slack_links))).mappings()]
    found = [_user(row) for row in (await conn.execute(select(users).order_by(users.c.email))).mappings()]
    return [(user, tuple(link for link in links if link.user_id == user.id)) for user in found]


async def set_role(conn: WriteConnection, user_id: str, role: Role) -> None:
    """Give an account another role, from the next thing it does on."""
    await conn.execute(update(users).where(users.c.id == user_id).values(role=role.value))


async def deactivate_user(conn: WriteConnection, user_id: str) -> None:
    """Close an account and cut its Slack links; its notes and audit events stay."""
    await conn.execute(update(users).where(users.c.id == user_id).values(is_active=False))
    await unlink_account(conn, user_id)


async def reopen_user(conn: WriteConnection, user_id: str, *, name: str, role: Role) -> None:
    """Open a closed account again, with this name and role; its Slack links stay cut."""
    opened = {"is_active": True, "name": name, "role": role.value}
    await conn.execute(update(users).where(users.c.id == user_id).values(opened))


async def link_slack(conn: WriteConnection, link: SlackLink) -> None:
    """Let a Slack person act as an account, replacing what that person was linked to before."""
    statement = conflict_insert(conn, slack_links).values(asdict(link))
    kept = {name: statement.excluded[name] for name in ("user_id", "linked_at", "linked_by")}
    await conn.execute(statement.on_conflict_do_update(index_elements=["team_id", "slack_user_id"], set_=kept))


async def claim_account(conn: WriteConnection, link: SlackLink) -> None:
    """Link a person to an open account that nobody else of the workspace acts as. Raises AccountTakenError.

    Of several who claim an account at once, one gets it.
    """
    c = slack_links.c
    # SQLite has one writer anyway; elsewhere the account's row is the turn that claimants take.
    open_account = select(users.c.id).where(users.c.id == link.user_id, users.c.is_active.is_(True)).with_for_update()
    is_open = (await conn.execute(open_account)).first()
    others = select(c.slack_user_id).where(
        c.team_id == link.team_id, c.user_id == link.user_id, c.slack_user_id != link.slack_user_id
    )
    if is_open is None or (await conn.execute(others.limit(1))).first():
        raise AccountTakenError
    await link_slack(conn, link)


async def unlink_slack(conn: WriteConnection, team_id: str, slack_user_id: str) -> bool:
    """Cut a person's link; whether there was one."""
    c = slack_links.c
    cut = await conn.execute(delete(slack_links).where(c.team_id == team_id, c.slack_user_id == slack_user_id))
    return cut.rowcount == 1


async def unlink_account(conn: WriteConnection, user_id: str) -> int:
    """Cut all links of an account; how many there were."""
    return (await conn.execute(delete(slack_links).where(slack_links.c.user_id == user_id))).rowcount


async def slack_link(conn: ReadConnection, team_id: str, slack_user_id: str) -> SlackLink | None:
    """How this person is linked."""
    c = slack_links.c
    query = select(slack_links).where(c.team_id == team_id, c.slack_user_id == slack_user_id)
    row = (await conn.execute(query)).mappings().first()
    return _link(row) if row else None


async def links_of_account(conn: ReadConnection, team_id: str, user_id: str) -> tuple[SlackLink, ...]:
    """Who of a workspace acts as this account."""
    c = slack_links.c
    query = select(slack_links).where(c.team_id == team_id, c.user_id == user_id).order_by(c.slack_user_id)
    return tuple(_link(row) for row in (await conn.execute(query)).mappings())


async def linked_people(
    conn: ReadConnection, team_id: str, *, role: Role | None = None
) -> tuple[tuple[User, SlackLink], ...]:
    """The active accounts of people in a workspace with their links, by name; only those of a role, if one is given."""
    query = (
        select(users, *(column.label(f"link_{column.name}") for column in slack_links.c))
        .join(slack_links, slack_links.c.user_id == users.c.id)
        .where(slack_links.c.team_id == team_id, users.c.is_active.is_(True))
        .order_by(users.c.name, slack_links.c.slack_user_id)
    )
    if role is not None:
        query = query.where(users.c.role == role.value)
    return tuple((_user(row), _link_beside(row)) for row in (await conn.execute(query)).mappings())


async def user_by_id(conn: ReadConnection, user_id: str) -> User | None:
    """The account with this id, active or not."""
    row = (await conn.execute(select(users).where(users.c.id == user_id))).mappings().first()
    return _user(row) if row else None


async def active_users(conn: ReadConnection, role: Role) -> tuple[User, ...]:
    """The active accounts of a role, by name."""
    query = select(users).where(users.c.role == role.value, users.c.is_active.is_(True)).order_by(users.c.name)
    return tuple(_user(row) for row in (await conn.execute(query)).mappings())


async def linked_user(conn: ReadConnection, team_id: str, slack_user_id: str) -> User | None:
    """The active account that this Slack person acts as; None for everyone who may see nothing."""
    person = {"team_id": team_id, "slack_user_id": slack_user_id}
    row = (await conn.execute(_LINKED, person)).mappings().first()
    return _user(row) if row else None


async def count_users(conn: ReadConnection) -> int:
    """How many active accounts there are."""
    query = select(func.count()).select_from(users).where(users.c.is_active.is_(True))
    return int((await conn.execute(query)).scalar_one())


def _user(row: RowMapping) -> User:
    return User(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        role=Role(row["role"]),
        is_active=row["is_active"],
        created_at=row["created_at"],
    )


def _link(row: RowMapping) -> SlackLink:
    return SlackLink(**{name: row[name] for name in SlackLink.__dataclass_fields__})


def _link_beside(row: RowMapping) -> SlackLink:
    return SlackLink(**{name: row[f"link_{name}"] for name in SlackLink.__dataclass_fields__})
