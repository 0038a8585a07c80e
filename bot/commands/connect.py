"""«Connect»: a Slack user is linked to the account with their e-mail, at once or when an admin has approved it.

What Slack, the accounts and earlier requests say is looked up again at every step, and a request works once.
"""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability, SlackPerson
from bot.commands.asked import answer_later
from bot.commands.guard import admitted
from bot.commands.home import show_home
from bot.deliver import slack_post
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.linking import (
    Prospect,
    checked_offer,
    checked_wait,
    look,
    offer,
    slack_actor,
    use_request,
    wait_for_admin,
)
from bot.slack.modals import open_over, update_modal
from bot.slack.view_request import ViewRequest, view_request
from bot.views.connect import (
    PURPOSE,
    TITLE,
    Asked,
    Situation,
    approval_asked,
    approval_decided,
    connect_modal,
    disconnected,
    not_approved,
    now_connected,
    outcome_modal,
    request_gone,
    request_refused,
)
from bot.views.metadata import OutdatedViewError, unpack
from bot.views.modal import loading_modal
from bot.views.parts import Message
from bot.views.question import Question, read_question
from store.audit import AuditEvent, append_audit
from store.db import WriteConnection
from store.deliveries import Delivery, add_deliveries
from store.link_requests import LinkRequest, RequestState, link_request, move_link_request
from store.users import AccountTakenError, Role, User, active_users, linked_people, slack_link, unlink_slack, user_by_id

KIND = "connect"
# With these a person is no further; the audit trail calls the attempt denied.
_FINE = frozenset({Situation.READY, Situation.LINKED, Situation.WAITING})


async def open_form(deps: Deps, request: ActionRequest) -> None:
    """«Connect» was pressed: the form, or why there is none."""
    view_id = await open_over(deps, request, TITLE)
    if view_id is None:
        return
    found = await look(deps, request.person)
    _note(deps, found, "connect.open")
    question = read_question(request.value)
    if found.situation is Situation.LINKED and question is not None:
        known_as = f"{request.person.user_id}-{request.action_ts}"
        await answer_later(deps, request.person, question, asked_in=request.reply.channel_id, known_as=known_as)
    if found.situation is not Situation.READY or found.account is None or found.profile is None:
        await update_modal(deps, view_id, await _outcome(deps, found))
        return
    made = await offer(deps, found, found.account, question, asked_in=request.reply.channel_id)
    form = connect_modal(
        found.profile.email,
        found.account,
        made.id,
        needs_approval=deps.rules.slack.link_approval,
        question=made.question or "",
    )
    await update_modal(deps, view_id, form)


async def confirm(deps: Deps, request: ViewRequest) -> dict[str, Any]:
    """The person has said yes: what the modal shows next."""
    found = await _confirmed(deps, request.person, _request_id(request.metadata))
    _note(deps, found, "connect.submit")
    deps.outbox.ring()
    if found.situation is Situation.LINKED:
        await show_home(deps, request.person)
    return await _outcome(deps, found)


async def decide(deps: Deps, request: ActionRequest, *, approve: bool) -> None:
    """An admin approves or declines; whoever decides first does."""
    allowed = await admitted(
        deps,
        request.person,
        Capability.RUN_THE_HOUSE,
        action=request.action_id,
        subject=request.value,
        reply=request.reply,
    )
    if allowed is None or allowed.user is None:
        return
    told = await _decided(deps, allowed.user, request.value, approve=approve)
    deps.outbox.ring()
    await _answer(deps, request, told)
    await show_home(deps, request.person)


async def disconnect(deps: Deps, request: ActionRequest) -> None:
    """A person cuts their own link."""
    allowed = await admitted(
        deps, request.person, Capability.LOOK_UP, action=request.action_id, subject="", reply=request.reply
    )
    if allowed is None or allowed.user is None:
        return
    await cut_link(deps, request.person, allowed.actor, "disconnected on Home")
    await deps.answering.post_privately(request.reply, disconnected())


async def cut_link(deps: Deps, person: SlackPerson, actor: str, reason: str) -> bool:
    """Cut a person's link, audited, and empty their Home; whether there was one."""
    async with deps.store.write() as conn:
        link = await slack_link(conn, person.team_id, person.user_id)
        if link is None:
            return False
        await unlink_slack(conn, person.team_id, person.user_id)
        detail = {"slack": f"{person.team_id}/{person.user_id}", "reason": reason}
        subject = f"user:{link.user_id}"
        event = AuditEvent(at=deps.clock(), actor=actor, action="users.unlink", subject=subject, detail=detail)
        await append_audit(conn, [event])
    await show_home(deps, person)
    return True


async def _confirmed(deps: Deps, person: SlackPerson, request_id: str) -> Prospect:
    """How it stands after the person has confirmed; nothing is done unless all still fits."""
    request, found = await checked_offer(deps, person, request_id)
    if request is None or found.account is None or found.situation is not Situation.READY:
        return found
    try:
        async with deps.store.write() as conn:
            if deps.rules.slack.link_approval:
                situation = await _ask_admins(deps, conn, request, found.account)
            else:
                situation = await _link(deps, conn, request, found.account)
    except AccountTakenError:
        situation = Situation.TAKEN
    if situation is Situation.LINKED:
        await _answer_question(deps, request, asked_in=request.asked_in or "")
    return Prospect(person=person, situation=situation, profile=found.profile, account=found.account)


async def _link(deps: Deps, conn: WriteConnection, request: LinkRequest, account: User) -> Situation:
    if not await use_request(deps, conn, request, RequestState.OFFERED):
        return Situation.OUTDATED
    await _put(conn, _to_person(deps, request, now_connected(account), "linked"))
    await _audit(deps, conn, f"user:{account.id}", "users.link", request)
    return Situation.LINKED


async def _ask_admins(deps: Deps, conn: WriteConnection, request: LinkRequest, account: User) -> Situation:
    if not await wait_for_admin(deps, conn, request):
        return Situation.OUTDATED
    asked = approval_asked(Asked(id=request.id, name=request.name, account=account))
    admins = await linked_people(conn, deps.team_id, role=Role.ADMIN)
    for _, link in admins:
        admin = link.slack_user_id
        id_ = f"connect-{request.id}-ask-{admin}"
        await _put(conn, slack_post(asked, id=id_, kind=KIND, channel=admin, at=deps.clock()))
    await _audit(deps, conn, _requester(request), "users.link.asked", request)
    return Situation.WAITING


async def _decided(deps: Deps, admin: User, request_id: str, *, approve: bool) -> Message:
    async with deps.store.read() as conn:
        request = await link_request(conn, request_id)
        account = await user_by_id(conn, request.user_id) if request else None
    if request is None or account is None or request.state is not RequestState.WAITING:
        return request_gone()
    asked = Asked(id=request.id, name=request.name, account=account)
    return await (_approve if approve else _refuse)(deps, admin, request, asked)


async def _approve(deps: Deps, admin: User, request: LinkRequest, asked: Asked) -> Message:
    situation = await checked_wait(deps, request)
    if situation is not Situation.READY:
        return not_approved(asked, situation)
    try:
        async with deps.store.write() as conn:
            if not await use_request(deps, conn, request, RequestState.WAITING, admin):
                return request_gone()
            await _put(conn, _to_person(deps, request, now_connected(asked.account), "linked"))
            await _audit(deps, conn, f"user:{admin.id}", "users.link", request)
    except AccountTakenError:
        return not_approved(asked, Situation.TAKEN)
    await show_home(deps, SlackPerson(team_id=request.team_id, user_id=request.slack_user_id))
    # Hours may have passed: a message of ours is found, what only they see in a channel is overlooked.
    await _answer_question(deps, request, asked_in="")
    return approval_decided(asked, admin.name, approved=True)


async def _refuse(deps: Deps, admin: User, request: LinkRequest, asked: Asked) -> Message:
    before, after = RequestState.WAITING, RequestState.REFUSED
    async with deps.store.write() as conn:
        if not await move_link_request(conn, request.id, before, after, at=deps.clock(), decided_by=admin.id):
            return request_gone()
        await _put(conn, _to_person(deps, request, request_refused([admin.name]), "refused"))
        await _audit(deps, conn, f"user:{admin.id}", "users.link.refused", request)
    return approval_decided(asked, admin.name, approved=False)


async def _answer_question(deps: Deps, request: LinkRequest, *, asked_in: str) -> None:
    """What they had asked is answered, now that they are linked."""
    if request.question is None or request.asked_at is None:
        return
    question = Question(line=request.question, at=request.asked_at)
    person = SlackPerson(team_id=request.team_id, user_id=request.slack_user_id)
    await answer_later(deps, person, question, asked_in=asked_in, known_as=request.id)


async def _answer(deps: Deps, request: ActionRequest, told: Message) -> None:
    """In the place of the message with the buttons; from Home, where there is none, as a message of its own."""
    answer = deps.answering.replace if request.reply.message_ts else deps.answering.post_privately
    await answer(request.reply, told)


async def _outcome(deps: Deps, found: Prospect) -> dict[str, Any]:
    async with deps.store.read() as conn:
        admins = [admin.name for admin in await active_users(conn, Role.ADMIN)]
    email = found.profile.email if found.profile else ""
    return outcome_modal(found.situation, account=found.account, email=email, admins=admins)


def _request_id(metadata: str) -> str:
    """The request that a form was opened for; «» for a form that is not ours."""
    try:
        return unpack(PURPOSE, metadata).get("request", "")
    except OutdatedViewError:
        return ""


def _to_person(deps: Deps, request: LinkRequest, message: Message, what: str) -> Delivery:
    id_ = f"connect-{request.id}-{what}"
    return slack_post(message, id=id_, kind=KIND, channel=request.slack_user_id, at=deps.clock())


async def _put(conn: WriteConnection, delivery: Delivery) -> None:
    await add_deliveries(conn, [delivery])


async def _audit(deps: Deps, conn: WriteConnection, actor: str, action: str, request: LinkRequest) -> None:
    detail = {"slack": f"{request.team_id}/{request.slack_user_id}", "request": request.id}
    event = AuditEvent(at=deps.clock(), actor=actor, action=action, subject=f"user:{request.user_id}", detail=detail)
    await append_audit(conn, [event])


def _requester(request: LinkRequest) -> str:
    return slack_actor(SlackPerson(team_id=request.team_id, user_id=request.slack_user_id))


def _note(deps: Deps, found: Prospect, action: str) -> None:
    name = action if found.situation in _FINE else f"{action}.denied"
    deps.audit.note(AuditEvent(at=deps.clock(), actor=found.actor, action=name, subject=found.situation.value))


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_open(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await open_form(deps, action_request(body))

    async def on_submit(ack: Any, body: dict[str, Any]) -> None:
        request = view_request(body)
        # The answer may have to wait for Slack, and Slack does not wait for the answer.
        await ack(response_action="update", view=loading_modal(TITLE))
        await update_modal(deps, request.view_id, await confirm(deps, request))

    async def on_approve(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await decide(deps, action_request(body), approve=True)

    async def on_refuse(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await decide(deps, action_request(body), approve=False)

    async def on_unlink(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await disconnect(deps, action_request(body))

    app.action("connect.open")(on_open)
    app.view("connect.submit")(on_submit)
    app.action("connect.approve")(on_approve)
    app.action("connect.refuse")(on_refuse)
    app.action("connect.unlink")(on_unlink)


FEATURE = Feature(scopes=frozenset({"chat:write", "users:read", "users:read.email"}), register=_register)
