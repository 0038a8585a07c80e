"""Linking a Slack person to the account that has their e-mail: what stands in the way of it, and doing it.

Everything is looked up when it is done: what a form or a button said before may be true no more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from bot.access import SlackPerson
from bot.deps import Deps
from bot.slack.membership import SlackProfile, UnreachableError, read_profile
from bot.views.connect import Situation
from bot.views.question import Question
from store.db import ReadConnection, WriteConnection
from store.link_requests import (
    LinkRequest,
    RequestState,
    link_request,
    move_link_request,
    newest_link_request,
    offer_link,
)
from store.slack_people import Standing
from store.users import (
    Role,
    SlackLink,
    User,
    claim_account,
    linked_people,
    linked_user,
    links_of_account,
    user_by_email,
)

# How long a form that was opened may be confirmed, and an admin's answer be waited for.
_OFFER = timedelta(minutes=10)
_WAIT = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prospect:
    """A person who wants to be linked. `account` is the one that they have, or would get."""

    person: SlackPerson
    situation: Situation
    profile: SlackProfile | None = None
    account: User | None = None

    @property
    def actor(self) -> str:
        """How the audit trail names them."""
        is_linked = self.situation is Situation.LINKED and self.account
        return f"user:{self.account.id}" if is_linked and self.account else slack_actor(self.person)


_NOT_FOR: Mapping[Standing, Situation] = {
    Standing.GUEST: Situation.GUEST,
    Standing.STRANGER: Situation.STRANGER,
    Standing.BOT: Situation.BOT,
    Standing.DEACTIVATED: Situation.DEACTIVATED,
}


def slack_actor(person: SlackPerson) -> str:
    """How the audit trail names somebody who is not linked."""
    return f"slack:{person.team_id}:{person.user_id}"


async def look(deps: Deps, person: SlackPerson) -> Prospect:
    """How it stands with this person now."""
    if person.team_id != deps.team_id:
        return Prospect(person=person, situation=Situation.STRANGER)
    try:
        profile = await read_profile(deps.slack, person.user_id, deps.team_id)
    except UnreachableError:
        return Prospect(person=person, situation=Situation.UNREACHABLE)
    obstacle = obstacle_of(profile)
    if obstacle is not None:
        return Prospect(person=person, profile=profile, situation=obstacle)
    async with deps.store.read() as conn:
        situation, account = await _in_store(deps, conn, person, profile)
    return Prospect(person=person, profile=profile, situation=situation, account=account)


def obstacle_of(profile: SlackProfile) -> Situation | None:
    """Why Slack's own word on a person rules a link out; None when it does not."""
    if profile.standing in _NOT_FOR:
        return _NOT_FOR[profile.standing]
    if not profile.email:
        return Situation.NO_EMAIL
    return None if profile.is_email_confirmed else Situation.UNCONFIRMED


async def offer(
    deps: Deps, prospect: Prospect, account: User, question: Question | None = None, *, asked_in: str = ""
) -> LinkRequest:
    """A request that the person can confirm once, for a few minutes; `question` is what they asked, and where."""
    now = deps.clock()
    request = LinkRequest(
        id=uuid4().hex,
        team_id=prospect.person.team_id,
        slack_user_id=prospect.person.user_id,
        user_id=account.id,
        name=prospect.profile.name if prospect.profile else "",
        email=account.email,
        made_at=now,
        expires_at=now + _OFFER,
        question=question.line if question else None,
        asked_in=asked_in if question else None,
        asked_at=question.at if question else None,
    )
    async with deps.store.write() as conn:
        await offer_link(conn, request)
    return request


async def checked_offer(deps: Deps, person: SlackPerson, request_id: str) -> tuple[LinkRequest | None, Prospect]:
    """The request that this person confirms, and how it stands with them; OUTDATED when one is not for the other."""
    if person.team_id != deps.team_id:
        return None, Prospect(person=person, situation=Situation.STRANGER)
    async with deps.store.read() as conn:
        request = await link_request(conn, request_id)
    if request is None or (request.team_id, request.slack_user_id) != (person.team_id, person.user_id):
        return None, Prospect(person=person, situation=Situation.OUTDATED)
    found = await look(deps, person)
    if found.account is not None and found.account.id != request.user_id:
        return request, replace(found, situation=Situation.OUTDATED, account=None)
    return request, found


async def wait_for_admin(deps: Deps, conn: WriteConnection, request: LinkRequest) -> bool:
    """Whether the request, not used so far, waits for an admin from now on."""
    now, before = deps.clock(), RequestState.OFFERED
    return await move_link_request(conn, request.id, before, RequestState.WAITING, at=now, expires_at=now + _WAIT)


async def use_request(
    deps: Deps, conn: WriteConnection, request: LinkRequest, before: RequestState, admin: User | None = None
) -> bool:
    """Whether the request, which was in this state, has linked the person now. Raises AccountTakenError."""
    now = deps.clock()
    decided_by = admin.id if admin else ""
    if not await move_link_request(conn, request.id, before, RequestState.LINKED, at=now, decided_by=decided_by):
        return False
    link = SlackLink(
        team_id=request.team_id,
        slack_user_id=request.slack_user_id,
        user_id=request.user_id,
        linked_at=now,
        linked_by=f"user:{admin.id}" if admin else "Slack e-mail",
    )
    await claim_account(conn, link)
    return True


async def checked_wait(deps: Deps, request: LinkRequest) -> Situation:
    """Whether somebody who waits for an admin can be linked as they asked; READY when they can."""
    try:
        profile = await read_profile(deps.slack, request.slack_user_id, deps.team_id)
    except UnreachableError:
        return Situation.UNREACHABLE
    obstacle = obstacle_of(profile)
    if obstacle is not None:
        return obstacle
    async with deps.store.read() as conn:
        account = await user_by_email(conn, profile.email)
    is_same = account is not None and account.is_active and account.id == request.user_id
    return Situation.READY if is_same else Situation.OUTDATED


async def _in_store(
    deps: Deps, conn: ReadConnection, person: SlackPerson, profile: SlackProfile
) -> tuple[Situation, User | None]:
    linked = await linked_user(conn, person.team_id, person.user_id)
    if linked is not None:
        return Situation.LINKED, linked
    account = await user_by_email(conn, profile.email)
    if account is None or not account.is_active:
        return Situation.NO_ACCOUNT, None
    if any(link.slack_user_id != person.user_id for link in await links_of_account(conn, person.team_id, account.id)):
        return Situation.TAKEN, None
    return await _asked_before(conn, person, deps.clock()) or await _approvable(deps, conn), account


async def _asked_before(conn: ReadConnection, person: SlackPerson, now: datetime) -> Situation | None:
    states = (RequestState.WAITING, RequestState.REFUSED)
    known = await newest_link_request(conn, person.team_id, person.user_id, states, now)
    if known is None:
        return None
    return Situation.WAITING if known.state is RequestState.WAITING else Situation.REFUSED


async def _approvable(deps: Deps, conn: ReadConnection) -> Situation:
    if not deps.rules.slack.link_approval or await linked_people(conn, deps.team_id, role=Role.ADMIN):
        return Situation.READY
    return Situation.NO_ADMIN
