"""`tesorio connect salesforce`: the same steps as in Slack's Home, on a terminal or given as options."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import uuid4

import typer

from bot.cli.shell import CommandError, current_settings, print_table, run_async, say
from bot.cli.syncing import SyncProgress, source_named
from bot.clock import utc_now
from bot.crm.keys import KeyChoice, KeyOffer, Titles
from bot.crm.port import CrmError
from bot.crm.reading import found_now, login_of, summary_of, titles_of
from bot.crm.steps import RULES, NothingChosenError, Wanted, choices_of, offered, require_something, settled_lines
from bot.root.crm import Read, SourceCrm
from bot.root.data import open_store, refresh_index
from bot.root.sources import build_sources
from bot.root.work import deletion_rules
from bot.settings import Settings
from bot.views.amounts import Place
from bot.views.crm import FIRST_READ, summary_rows
from store.audit import AuditEvent, append_audit
from store.crm.rules import CrmChoices
from store.crm.setup import Switched, switch_off, switch_on, switched
from store.crm.switch import chosen
from store.db import Store
from sync.connector import Source
from sync.pull import PullOrder, pull_source

_BY, _ACTOR = "the command line", "system"
# Offers that are shown; those that match nobody are many.
_SHOWN = 15
_OPTIONS = "give the answers as options: --yes, --field, --rules, --[no-]contacts, --[no-]account-managers"


class RuleSet(StrEnum):
    """Whose rules."""

    UPFLOW = "upflow"
    TESORIO = "tesorio"


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What the options say; None is asked for on the terminal."""

    field: str | None
    rules: str | None
    contacts: bool | None
    account_managers: bool | None
    yes: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What the steps work with."""

    settings: Settings
    store: Store
    crm: SourceCrm
    source_titles: Mapping[str, str]

    @property
    def titles(self) -> Titles:
        """What people call both systems."""
        return titles_of(self.crm, self.source_titles)


def connect_salesforce(  # noqa: PLR0917 - typer turns each into an option
    field: Annotated[
        str | None, typer.Option(help="The field that holds the common key, of the account or of the customer.")
    ] = None,
    rules: Annotated[RuleSet | None, typer.Option(help="Whose rules: upflow or tesorio.")] = None,
    contacts: Annotated[bool | None, typer.Option(help="Whether contacts are taken from there.")] = None,
    account_managers: Annotated[bool | None, typer.Option(help="Whether account managers are.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Allow it without being asked.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Switch it off: contacts are the ERP's again.")] = False,
) -> None:
    """Test the login, allow it, choose the field with the key and what is taken from there, and read it at once."""
    given = Given(field=field, rules=rules, contacts=contacts, account_managers=account_managers, yes=yes)

    async def work() -> None:
        settings = current_settings()
        source = source_named(settings, "salesforce")
        titles = {each.name: each.title for each in build_sources(settings)}
        async with open_store(settings) as store, AsyncExitStack() as stack:
            stack.push_async_callback(source.close)
            crm = SourceCrm(source, store, _reading(settings, store), clock=utc_now)
            desk = Desk(settings=settings, store=store, crm=crm, source_titles=titles)
            try:
                await (_switch_off(desk) if off else _connect(desk, given))
            except (CrmError, NothingChosenError) as error:
                raise CommandError(str(error)) from error
            await refresh_index(settings, store)

    run_async(work)


async def _connect(desk: Desk, given: Given) -> None:
    organisation = await _allowed(desk, given)
    key = _chosen_key(desk, given, (await found_now(desk.store, desk.crm, desk.source_titles)).offers)
    async with desk.store.read() as conn:
        last = await switched(conn)
        before = offered(desk.crm.settled, await chosen(conn) if last and last.is_on else None)
    choices = choices_of(key, _wanted(desk, given, before))
    require_something(desk.crm.settled, choices)
    await _switch_on(desk, choices, organisation)
    say(f"Reading {desk.titles.crm} …")
    await desk.crm.pull(f"manual-{uuid4().hex}")
    async with desk.store.read() as conn:
        at, zone, now = desk.settings.rules.sync.daily_at, desk.settings.timezone, utc_now()
        found = await summary_of(conn, desk.crm, now=now, daily_at=at, zone=zone)
    today = utc_now().astimezone(desk.settings.timezone).date()
    place = Place(today=today, time_zone=desk.settings.timezone, locale=desk.settings.rules.display.locale)
    for line in summary_rows(desk.titles, found, place):
        say(line)
    say("`tesorio run` reads it from now on.")


async def _allowed(desk: Desk, given: Given) -> str:
    """Test the login and have it allowed; the organisation's id. Raises CommandError, also for a no."""
    crm = desk.crm
    say(f"{desk.titles.crm} is at {crm.address}: {crm.way}")
    for line in settled_lines(crm.settled):
        say(f"Set in tesorio.toml: {line}")
    found = await login_of(crm)
    for each in found.checks:
        remedy = f"\n    {each.remedy}" if each.remedy and not each.ok else ""
        say(f"{'ok ' if each.ok else 'NOT'} {each.check}: {each.detail}{remedy}")
    if not found.organisation:
        raise CommandError(f"{desk.titles.crm} did not let us in")
    if not given.yes:
        question = f"Allow Tesorio to read organisation {found.organisation}?"
        with _answered(question):
            is_allowed = typer.confirm(question)
        if not is_allowed:
            raise CommandError("not allowed, so nothing was changed")
    return found.organisation


def _chosen_key(desk: Desk, given: Given, offers: Sequence[KeyOffer]) -> KeyChoice:
    """The choice that an option names, else the one that is chosen on the terminal. Raises CommandError."""
    if not offers:
        raise CommandError(f"no field holds a key; see docs/{desk.crm.name}.md, and read both systems once")
    if not any(each.matches for each in offers):
        say(f"No field matches any customer yet. {FIRST_READ.format(desk.titles.erp)}")
    if given.field is not None:
        named = [
            each.choice for each in offers if given.field in {each.choice.account_field, each.choice.customer_field}
        ]
        if not named:
            raise CommandError(f"no field «{given.field}» may hold the key; there are {_names(offers)}")
        return named[0]
    shown = offers[:_SHOWN]
    rows = [{"number": number, "field": each.label, "would": each.detail} for number, each in enumerate(shown, 1)]
    print_table("Which field holds the common key?", rows)
    number = _asked("Number", [str(row["number"]) for row in rows], "1")
    return shown[int(number) - 1].choice


def _names(offers: Sequence[KeyOffer]) -> str:
    return ", ".join(sorted({each.choice.customer_field or each.choice.account_field for each in offers}))


def _wanted(desk: Desk, given: Given, before: Wanted) -> Wanted:
    """What is taken; what tesorio.toml sets is not asked for."""
    settled = desk.crm.settled
    rules = settled.rules or given.rules
    if rules is None:
        for name, text in RULES.items():
            say(f"{name}: {text.format(crm=desk.titles.crm, erp=desk.titles.erp)}")
        rules = _asked("By whose rules?", list(RULES), before.rules)
    return Wanted(
        rules=rules,
        contacts=_yes("Take contacts?", settled.contacts, given.contacts, before=before.contacts),
        account_managers=_yes(
            "Take account managers?", settled.account_managers, given.account_managers, before=before.account_managers
        ),
    )


def _asked(question: str, answers: Sequence[str], default: str) -> str:
    """One of the answers, asked for until it is."""
    told = ""
    while told not in answers:
        with _answered(question):
            told = str(typer.prompt(question, default=default)).strip()
    return told


def _yes(question: str, *known: bool | None, before: bool) -> bool:
    told = next((each for each in known if each is not None), None)
    if told is not None:
        return told
    with _answered(question):
        return typer.confirm(question, default=before)


@contextmanager
def _answered(question: str) -> Iterator[None]:
    """A question to which nobody is there to answer is wrong usage. Raises CommandError for that."""
    try:
        yield
    except typer.Abort as error:
        if sys.stdin.isatty():
            raise
        raise CommandError(f"nobody answered «{question}»: {_OPTIONS}") from error


async def _switch_on(desk: Desk, choices: CrmChoices, organisation: str) -> None:
    decision = _decision(desk, organisation, is_on=True)
    detail = {"rules": choices.rules, "match_by": choices.match_by, "organisation": organisation}
    async with desk.store.write() as conn:
        await switch_on(conn, desk.crm.settled, choices, decision)
        event = AuditEvent(at=decision.at, actor=_ACTOR, action="crm.switched_on", subject=desk.crm.name, detail=detail)
        await append_audit(conn, [event])


async def _switch_off(desk: Desk) -> None:
    async with desk.store.read() as conn:
        last = await switched(conn)
    if last is None or not last.is_on:
        raise CommandError(f"{desk.titles.crm} is not switched on")
    decision = _decision(desk, last.organisation, is_on=False)
    async with desk.store.write() as conn:
        await switch_off(conn, decision)
        event = AuditEvent(at=decision.at, actor=_ACTOR, action="crm.switched_off", subject=desk.crm.name)
        await append_audit(conn, [event])
    await desk.crm.follow()
    say(f"{desk.titles.crm} is switched off: contacts are {desk.titles.erp}'s.")


def _decision(desk: Desk, organisation: str, *, is_on: bool) -> Switched:
    now = utc_now()
    return Switched(
        system=desk.crm.name,
        key=uuid4().hex,
        is_on=is_on,
        at=now,
        since=now,
        by=_BY,
        organisation=organisation,
    )


def _reading(settings: Settings, store: Store) -> Read:
    """A reading here and now, to its end."""

    async def read(source: Source, run_id: str) -> None:
        with SyncProgress() as progress:
            await pull_source(
                source,
                store,
                PullOrder(run_id=run_id),
                clock=utc_now,
                progress=progress.show,
                deletions=deletion_rules(settings.rules),
            )

    return read
