"""`tesorio users`: the product's accounts and whom they are in Slack."""

from typing import Annotated
from uuid import uuid4

import typer
from slack_sdk.errors import SlackApiError

from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async, say
from bot.clock import utc_now
from bot.deliver import slack_post
from bot.root.data import open_store
from bot.settings import Settings
from bot.slack.client import SlackClient, slack_refusal
from bot.slack.membership import profile_of
from bot.views.connect import now_connected
from store.audit import AuditEvent, append_audit
from store.db import ReadConnection, Store, WriteConnection
from store.deliveries import add_deliveries
from store.facts import SLACK_TEAM_ID, read_fact
from store.link_requests import RequestState, move_link_request, newest_link_request
from store.slack_people import Standing
from store.users import (
    AccountTakenError,
    DuplicateUserError,
    Role,
    SlackLink,
    User,
    add_user,
    claim_account,
    deactivate_user,
    linked_user,
    list_users,
    reopen_user,
    set_role,
    unlink_account,
    user_by_email,
)

users = typer.Typer(help="Accounts of this product: who may ask, and who they are in Slack.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(help="The account's e-mail.")]


def register(app: typer.Typer) -> None:
    """Add `users` to the command line."""
    app.add_typer(users, name="users")


@users.command("add")
def add(
    email: Email,
    name: Annotated[str, typer.Option(help="The person's name.")] = "",
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.VIEWER,
) -> None:
    """Make an account, or open a closed one again. Link it to a person in Slack with `tesorio users link`."""

    async def work() -> None:
        async with open_store(current_settings()) as store, store.write() as conn:
            known = await user_by_email(conn, _plausible(email))
            if known is not None and not known.is_active:
                await reopen_user(conn, known.id, name=name or known.name, role=role)
                await _audit(conn, "users.reopen", known, {"role": role.value})
                say(f"{known.email} is open again, as {role.value}. Link it with `tesorio users link`.")
                return
            try:
                user = await add_user(conn, email=email, name=name or email, role=role, at=utc_now())
            except DuplicateUserError as error:
                raise CommandError(str(error)) from None
            await _audit(conn, "users.add", user, {"role": role.value})
        say(f"{user.email} is now {role.value}.")

    run_async(work)


@users.command("list")
def list_(as_json: Json = False) -> None:
    """Show the accounts with their Slack links."""

    async def work() -> None:
        async with open_store(current_settings(), create=False) as store, store.read() as conn:
            found = await list_users(conn)
        rows = [
            {
                "email": user.email,
                "name": user.name,
                "role": user.role.value,
                "active": "yes" if user.is_active else "no",
                "slack": " ".join(f"{link.team_id}/{link.slack_user_id}" for link in links),
            }
            for user, links in found
        ]
        print_json(rows) if as_json else print_table("Accounts", rows)

    run_async(work)


@users.command("remove")
def remove(email: Email) -> None:
    """Close an account and cut its Slack links, at once. Its notes and history stay."""

    async def work() -> None:
        async with open_store(current_settings(), create=False) as store, store.write() as conn:
            user = await _known(conn, email)
            await deactivate_user(conn, user.id)
            await _audit(conn, "users.remove", user, {})
        say(f"{user.email} is closed.")

    run_async(work)


@users.command("role")
def role_(email: Email, role: Annotated[Role, typer.Argument(help="viewer, finance or admin.")]) -> None:
    """Give an account another role."""

    async def work() -> None:
        async with open_store(current_settings(), create=False) as store, store.write() as conn:
            user = await _known(conn, email)
            await set_role(conn, user.id, role)
            await _audit(conn, "users.role", user, {"role": role.value})
        say(f"{user.email} is now {role.value}.")

    run_async(work)


@users.command("link")
def link(
    email: Email,
    slack_user: Annotated[str, typer.Option(help="The Slack member id (U…). Looked up by e-mail when left out.")] = "",
) -> None:
    """Let a person in the connected Slack workspace act as this account."""

    async def work() -> None:
        settings = current_settings()
        async with open_store(settings, create=False) as store:
            async with store.read() as conn:
                await _known(conn, email)
            team_id, user_id = await _slack_member(settings, store, email, slack_user)
            async with store.write() as conn:
                user = await _known(conn, email)
                link = SlackLink(
                    team_id=team_id,
                    slack_user_id=user_id,
                    user_id=user.id,
                    linked_at=utc_now(),
                    linked_by="command line",
                )
                before = await linked_user(conn, team_id, user_id)
                await _claim(conn, user, link)
                if before != user:
                    await _connected(conn, user, link)
                await _audit(conn, "users.link", user, {"slack": f"{team_id}/{user_id}"})
        no_more = f", and {before.email} no more" if before and before != user else ""
        say(f"{user_id} in workspace {team_id} is now {user.email}{no_more}.")

    run_async(work)


@users.command("unlink")
def unlink(email: Email) -> None:
    """Cut an account off from Slack; it stays, and may be linked again."""

    async def work() -> None:
        async with open_store(current_settings(), create=False) as store, store.write() as conn:
            user = await _known(conn, email)
            if not await unlink_account(conn, user.id):
                raise CommandError(f"{user.email} is not linked to anybody in Slack")
            await _audit(conn, "users.unlink", user, {})
        say(f"{user.email} is linked to nobody in Slack any more.")

    run_async(work)


async def _claim(conn: WriteConnection, user: User, link: SlackLink) -> None:
    try:
        await claim_account(conn, link)
    except AccountTakenError:
        if not user.is_active:
            raise CommandError(f"{user.email} is closed, and a closed account cannot be linked") from None
        raise CommandError(
            f"{user.email} is linked to another Slack user already; `tesorio users unlink {user.email}` cuts that"
        ) from None


async def _connected(conn: WriteConnection, user: User, link: SlackLink) -> None:
    """Have the person told in Slack, and no admin asked about them any more."""
    told = slack_post(
        now_connected(user),
        id=f"connect-{uuid4().hex}-linked",
        kind="connect",
        channel=link.slack_user_id,
        at=link.linked_at,
    )
    await add_deliveries(conn, [told])
    waiting, at = (RequestState.WAITING,), link.linked_at
    asked = await newest_link_request(conn, link.team_id, link.slack_user_id, waiting, at)
    if asked is not None:
        await move_link_request(conn, asked.id, RequestState.WAITING, RequestState.LINKED, at=at)


def _plausible(email: str) -> str:
    local, _, domain = email.partition("@")
    if not local or "." not in domain or any(character.isspace() for character in email):
        raise CommandError(f"«{email}» is not an e-mail address")
    return email


async def _known(conn: ReadConnection, email: str) -> User:
    user = await user_by_email(conn, email)
    if user is None:
        raise CommandError(f"no account has the e-mail {email}; `tesorio users add {email}` makes one")
    return user


async def _slack_member(settings: Settings, store: Store, email: str, slack_user: str) -> tuple[str, str]:
    """The workspace and member to link, asked of Slack where it is not given. Guests and strangers are refused."""
    settings.require_slack()
    client = SlackClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    team_id = str((await client.auth_test())["team_id"])
    async with store.read() as conn:
        bound = await read_fact(conn, SLACK_TEAM_ID)
    if bound is not None and bound != team_id:
        raise CommandError(f"the tokens belong to workspace {team_id}, this store to {bound}")
    try:
        found = await (client.users_info(user=slack_user) if slack_user else client.users_lookupByEmail(email=email))
    except SlackApiError as error:
        raise CommandError(
            f"Slack does not know {slack_user or email} ({slack_refusal(error)}); give --slack-user U…"
        ) from None
    member = found.get("user") or {}
    profile = profile_of(member, team_id)
    if profile.standing is not Standing.MEMBER:
        raise CommandError("only full members of the connected workspace can be linked")
    if not slack_user and not profile.is_email_confirmed:
        raise CommandError(
            f"{email} is not confirmed in Slack, so it proves nothing; name the person by --slack-user U…"
        )
    return team_id, profile.user_id


async def _audit(conn: WriteConnection, action: str, user: User, detail: dict[str, str]) -> None:
    event = AuditEvent(at=utc_now(), actor="system", action=action, subject=f"user:{user.id}", detail=detail)
    await append_audit(conn, [event])
