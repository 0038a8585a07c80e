"""Those who may see nothing: one of each kind, made anew for each use, with an account that waits as a trap."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bot.access import SlackPerson
from sandbox.slack.feed import Happening
from sandbox.slack.seed import OTHER_TEAM_ID, TEAM_ID
from store.users import SlackLink, deactivate_user, link_slack
from tests.bot.newcomers import account_for, newcomer
from tests.bot.world import World

# What each kind is in Slack. All but the first have an active account with their own, confirmed e-mail: what keeps
# them out is nothing but what they are.
_UNLINKED, _CLOSED, _UNKNOWN = "unlinked", "account closed", "unknown to Slack"
_MEMBERS: Mapping[str, Mapping[str, Any]] = {
    _UNLINKED: {},
    "guest": {"is_restricted": True},
    "guest of one channel": {"is_restricted": True, "is_ultra_restricted": True},
    "of another workspace": {"team_id": OTHER_TEAM_ID},
    "deactivated in Slack": {"deleted": True},
    "bot": {"is_bot": True},
    "workflow": {"is_bot": True, "name": "workflow"},
    _CLOSED: {},
}
KINDS = (*_MEMBERS, _UNKNOWN)
# The short run tries every door with one of these, and with one of the others.
CHIEF_KINDS = (_UNLINKED, "guest", "of another workspace", "deactivated in Slack", "bot")
PROGRAMS = frozenset({"bot", "workflow"})


async def stranger(world: World, kind: str) -> SlackPerson:
    """Somebody of this kind who has done nothing yet."""
    member = newcomer(world, **_MEMBERS.get(kind, {}))
    person = SlackPerson(team_id=member.team_id, user_id=member.id)
    if kind == _UNKNOWN:
        del world.slack.core.state.members[member.id]
    if kind in {_UNLINKED, _UNKNOWN}:
        return person
    account = await account_for(world, member)
    if kind == _CLOSED:
        async with world.store.write() as conn:
            await deactivate_user(conn, account.id)
            # As if the closing had met the linking half-way.
            link = SlackLink(
                team_id=TEAM_ID, slack_user_id=member.id, user_id=account.id, linked_at=world.clock(), linked_by="test"
            )
            await link_slack(conn, link)
    return person


class Seen:
    """All that the app showed anybody while one looked."""

    def __init__(self) -> None:
        self.happenings: list[Happening] = []
        self.acks: list[Any] = []

    def text(self) -> str:
        """Everything in one text, for looking through."""
        return " ".join(map(str, [*self.happenings, *self.acks]))


@contextmanager
def looking(world: World) -> Iterator[Seen]:
    """Gathers what the app shows until the block ends: messages, views, Homes."""
    seen = Seen()
    with world.slack.core.feed.listen() as queue:
        yield seen
        while not queue.empty():
            seen.happenings.append(queue.get_nowait())


def data_of(world: World) -> tuple[str, ...]:
    """Words that only the store can have told: names, numbers and addresses of customers, and amounts on their cards.

    Without the names that our own examples have.
    """
    names = [customer.name for customer in world.ledger.customers.values()]
    numbers = [invoice.number for invoice in world.ledger.invoices.values()]
    emails = [customer.email for customer in world.ledger.customers.values()]
    examples = {"ABC Inc", "INV-12345", "INV-123"}
    told = (
        "17,250",
        "16,250",
        "Net 30",
        "CUST1001",
        "owes $",
        "days past due",
        "ana@meridian.example",
        "ben@meridian.example",
    )
    return (*(word for word in (*names, *numbers, *emails) if word not in examples), *told)


def kinds_for(position: int) -> tuple[str, ...]:
    """The kinds that the short run tries at the door of this position: they take turns, so that each meets many."""
    others = [kind for kind in KINDS if kind not in CHIEF_KINDS]
    return (CHIEF_KINDS[position % len(CHIEF_KINDS)], others[position % len(others)])
