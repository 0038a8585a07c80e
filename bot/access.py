"""Who may do what: decided here, when the action runs, from the store as it is then."""

from dataclasses import dataclass
from enum import Enum

from store.db import ReadConnection
from store.users import Role, User, linked_user


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
    """Whether the person may; `user` is the account that they act as, when there is one."""

    allowed: bool
    user: User | None
    person: SlackPerson

    @property
    def actor(self) -> str:
        """How the audit trail names them."""
        return f"user:{self.user.id}" if self.user else f"slack:{self.person.team_id}:{self.person.user_id}"


async def decide(conn: ReadConnection, person: SlackPerson, wanted: Capability) -> Decision:
    """Only a person linked to an active account whose role allows it may; everyone else may nothing."""
    user = await linked_user(conn, person.team_id, person.user_id)
    return Decision(allowed=user is not None and user.role in wanted.value, user=user, person=person)
