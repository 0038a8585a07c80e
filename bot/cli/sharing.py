"""`tesorio share`: a record to a person or channel in Slack, by the rules of «Share to Slack»."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import uuid4
from zoneinfo import ZoneInfo

import typer
from slack_sdk.errors import SlackApiError

from bot.access import Capability
from bot.cli.find import Kind
from bot.cli.shell import CommandError, Json, current_settings, print_json, run_async, say
from bot.clock import utc_now
from bot.lookup.find import find as find_record
from bot.lookup.index import LookupIndex
from bot.lookup.match import Match
from bot.reading.cards import read_card
from bot.root.data import AlreadyRunningError, only_one, open_store
from bot.root.sources import build_sources
from bot.rules import CustomFieldRules
from bot.settings import Settings
from bot.shares.sharing import (
    KIND,
    Destination,
    NotThereError,
    channel_destination,
    find_person,
    rules_for,
    share_delivery,
    share_event,
)
from bot.slack.audience import audience_of
from bot.slack.client import SlackClient, slack_reason
from bot.slack.membership import UnreachableError
from bot.slack.private_channels import is_hidden_from
from bot.views.shared import MAX_MESSAGE, PRODUCT, Sharing, record_name
from bot.views.values import RecordRef
from store.audit import append_audit
from store.channels import Channel, channel_called
from store.db import ReadConnection, Store
from store.deliveries import DeliveryState, add_deliveries, delivery_by_id
from store.facts import read_fact
from store.sending import FINAL
from store.users import Role, User, links_of_account, user_by_email
from sync.connector import Crm

# So long a running bot is given to post it, before the command says that it is on its way.
_PATIENCE = timedelta(seconds=5)
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sender:
    """Whoever shares: an account with its Slack user, or the product itself."""

    name: str = PRODUCT
    role: Role | None = None
    slack_user: str = ""
    actor: str = "system"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Desk:
    """What a card needs to know of this installation, from the settings."""

    clock: Callable[[], datetime]
    zone: ZoneInfo
    locale: str
    stale_after: timedelta
    source_titles: Mapping[str, str]
    ledger_titles: Mapping[str, str]
    custom_fields: CustomFieldRules
    # What is shared has one button, and it is another one.
    can_mail: bool = False

    def today(self) -> date:
        """The company's calendar date."""
        return self.clock().astimezone(self.zone).date()


def register(app: typer.Typer) -> None:
    """Add `share` to the command line."""
    app.command("share")(share)


def share(
    kind: Annotated[Kind, typer.Argument(help="invoice or customer.")],
    text: Annotated[list[str], typer.Argument(help="A number or a name, in whole or in part.")],
    *,
    to: Annotated[str, typer.Option(help="A channel («#sales») or the e-mail of a person in Slack.")],
    message: Annotated[str, typer.Option(help="What to say with it.")] = "",
    as_: Annotated[str, typer.Option("--as", help="The account that shares it; else, and unlinked, «Tesorio».")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Also when the record is only the closest match.")] = False,
    outside: Annotated[
        bool, typer.Option("--outside", help="Also where people outside the company read it; --as an admin.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Post a record's summary to a person or channel in Slack, as «Share to Slack» does."""
    if len(message) > MAX_MESSAGE:
        raise typer.BadParameter(f"at most {MAX_MESSAGE:,} characters; these are {len(message):,}")

    async def work() -> None:
        settings = current_settings()
        async with open_store(settings, create=False) as store:
            sender = await _sender(store, as_)
            found = await _found(settings, store, kind, " ".join(text), yes=yes)
            place = await _place(settings, store, to, sender, outside=outside)
            doubt = "" if found.is_exact else " ".join(text)
            ref = RecordRef(kind=found.kind, record_id=found.record_id)
            sharing = Sharing(ref=ref, by=sender.name, text=message, doubt=doubt, is_redacted=place.is_outside)
            delivery_id = await _write(settings, store, sharing, place, sender)
            state = await _watched(settings, store, delivery_id)
        if as_json:
            print_json({"id": delivery_id, "to": place.id, "state": state.value})
        else:
            say(_outcome(state, place))

    run_async(work)


async def _sender(store: Store, email: str) -> _Sender:
    if not email:
        return _Sender()
    async with store.read() as conn:
        account = await user_by_email(conn, email)
        if account is None or not account.is_active:
            raise CommandError(f"no active account has the e-mail {email}")
        if account.role not in Capability.ACT.value:
            raise CommandError(f"{email} is {account.role.value}, and may not share")
        slack_user = await _slack_user(conn, account)
    # Whoever is nobody in Slack is not named there, as people could neither ask nor know them.
    name = account.name if slack_user else PRODUCT
    return _Sender(name=name, role=account.role, slack_user=slack_user, actor=f"user:{account.id}")


async def _slack_user(conn: ReadConnection, account: User) -> str:
    links = await links_of_account(conn, await read_fact(conn, "slack.team_id") or "", account.id)
    return links[0].slack_user_id if links else ""


async def _found(settings: Settings, store: Store, kind: Kind, text: str, *, yes: bool) -> Match:
    index = await LookupIndex.open_for_reading(settings.data_dir / "index")
    try:
        async with store.read() as conn:
            found = await find_record(conn, index, kind.value, text)
            if found.answer is None:
                raise CommandError(f"nothing matches «{text}»")
            if found.answer.is_exact or yes:
                return found.answer
            card = await read_card(_desk(settings), conn, _ref(found.answer))
    finally:
        if index is not None:
            await index.close()
    name = record_name(card) if card else found.answer.label
    raise CommandError(f"the closest match for «{text}» is {name} ({found.answer.why}); --yes shares it")


def _ref(match: Match) -> RecordRef:
    return RecordRef(kind=match.kind, record_id=match.record_id)


async def _place(settings: Settings, store: Store, to: str, sender: _Sender, *, outside: bool) -> Destination:
    try:
        place = await (_person(settings, store, to) if "@" in to else _channel(settings, store, to, sender))
    except NotThereError as reason:
        raise CommandError(str(reason)) from None
    except UnreachableError as error:
        raise CommandError(f"Slack did not answer about {to} ({error}); try again") from None
    if place.is_outside and not outside:
        raise CommandError(f"people outside the company read {place.label}; --outside confirms that they may")
    return place


async def _channel(settings: Settings, store: Store, name: str, sender: _Sender) -> Destination:
    async with store.read() as conn:
        channel = await channel_called(conn, name)
    if channel is None or await _is_hidden(settings, sender, channel):
        raise NotThereError(
            f"No channel that Tesorio was added to is called «{name}». Type /invite @tesorio there, or "
            "/tesorio add where the app is already, while the bot runs."
        )
    rules = rules_for(settings.rules.slack.external_channels, sender.role)
    return channel_destination(channel, audience_of(channel.facts), rules)


async def _is_hidden(settings: Settings, sender: _Sender, channel: Channel) -> bool:
    """Whether whoever shares is not in it, and may not learn of it; the product itself shares where the app is."""
    if not sender.role or not channel.facts.is_private:
        return False
    if not sender.slack_user:
        return True
    settings.require_slack()
    slack = SlackClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    return await is_hidden_from(slack, sender.slack_user, channel)


async def _person(settings: Settings, store: Store, email: str) -> Destination:
    settings.require_slack()
    slack = SlackClient(token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url)
    async with store.read() as conn:
        team_id = await read_fact(conn, "slack.team_id") or str((await slack.auth_test())["team_id"])
    try:
        found = await slack.users_lookupByEmail(email=email)
        return await find_person(slack, str(found["user"]["id"]), team_id)
    except SlackApiError as error:
        raise CommandError(f"Slack knows nobody with the e-mail {email} ({slack_reason(error)})") from None


async def _write(settings: Settings, store: Store, sharing: Sharing, place: Destination, sender: _Sender) -> str:
    delivery_id = f"{KIND}-{uuid4().hex}"
    desk = _desk(settings)
    async with store.write() as conn:
        post = await share_delivery(desk, conn, sharing, place, delivery_id=delivery_id, by=sender.slack_user)
        if post is None:
            raise CommandError("this record is not known here any more")
        await add_deliveries(conn, [post])
        await append_audit(conn, [share_event(desk, sharing, place, sender.actor)])
    return delivery_id


async def _watched(settings: Settings, store: Store, delivery_id: str) -> DeliveryState:
    """How far it has come, once it has come to an end or long enough was waited for a running bot."""
    until = utc_now() + (_PATIENCE if _is_running(settings) else timedelta())
    while True:
        async with store.read() as conn:
            delivery = await delivery_by_id(conn, delivery_id)
        state = delivery.state if delivery else DeliveryState.QUEUED
        if state in FINAL or utc_now() >= until:
            return state
        await asyncio.sleep(_LOOK_SECONDS)


def _is_running(settings: Settings) -> bool:
    try:
        with only_one(settings.data_dir):
            return False
    except AlreadyRunningError:
        return True


def _outcome(state: DeliveryState, place: Destination) -> str:
    if state is DeliveryState.SENT:
        return f"Sent to {place.label}." if place.is_person else f"Posted in {place.label}."
    if state in FINAL:
        raise CommandError(f"not posted in {place.label}; `tesorio outbox list` says why")
    return f"On its way to {place.label}. It is posted as soon as the bot runs (`tesorio run`)."


def _desk(settings: Settings) -> _Desk:
    sources = build_sources(settings)
    return _Desk(
        clock=utc_now,
        zone=settings.timezone,
        locale=settings.rules.display.locale,
        stale_after=timedelta(hours=settings.rules.sync.stale_after_hours),
        source_titles={source.name: source.title for source in sources},
        ledger_titles={source.name: source.title for source in sources if not isinstance(source, Crm)},
        custom_fields=settings.rules.custom_fields,
    )
