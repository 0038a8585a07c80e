"""Who may do what: decided here, when the action runs, from the store as it is then."""

from dataclasses import dataclass
from enum import Enum

from store.db import ReadConnection
from store.users import Role, User, active_users, linked_user

_LEAST_FIRST = (Role.VIEWER, Role.FINANCE, Role.ADMIN)


class Capability(Enum):
    """What a person may want to do, with the roles that may."""

    LOOK_UP = frozenset({Role.VIEWER, Role.FINANCE, Role.ADMIN})
    ACT = frozenset({Role.FINANCE, Role.ADMIN})
    RUN_THE_HOUSE = frozenset({Role.ADMIN})


@dataclass(frozen=True, kw_only=True, slots=True)
class SlackPerson:
    """Whoever a Slack request came from. `team_id` is the person's own workspace, which may not be ours."""

    team_id: str
    user_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Whether the person may; `user` is the account that they act as, when there is one.

    When it is that account's role that forbids it, `takes` is the least role that may, and `admins` names whom to ask.
    """

    allowed: bool
    user: User | None
    person: SlackPerson
    takes: Role | None = None
    admins: tuple[str, ...] = ()

    @property
    def actor(self) -> str:
        """How the audit trail names them."""
        return f"user:{self.user.id}" if self.user else f"slack:{self.person.team_id}:{self.person.user_id}"


async def decide(conn: ReadConnection, person: SlackPerson, wanted: Capability) -> Decision:
    """Only a person linked to an active account whose role allows it may; everyone else may nothing."""
    user = await linked_user(conn, person.team_id, person.user_id)
    if user is None or user.role in wanted.value:
        return Decision(allowed=user is not None, user=user, person=person)
    takes = next(role for role in _LEAST_FIRST if role in wanted.value)
    admins = tuple(admin.name for admin in await active_users(conn, Role.ADMIN))
    return Decision(allowed=False, user=user, person=person, takes=takes, admins=admins)
