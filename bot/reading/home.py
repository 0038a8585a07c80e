"""What somebody's Home shows, read from the store in one snapshot."""

from collections.abc import Sequence
from datetime import datetime

from bot.access import SlackPerson
from bot.crm.log import conflicts_part
from bot.crm.reading import rules_now, summary_of, titles_of
from bot.crm.steps import settled_lines
from bot.deps import Deps
from bot.reading.cards import place_of
from bot.views.amounts import as_of, counted, money
from bot.views.connect import Asked
from bot.views.home import Freshness, Home, RecentCard
from bot.views.home_admin import MAX_ASKED, MAX_TROUBLES, AdminPart, Finding
from bot.views.home_crm import CrmPart
from bot.views.home_rows import MAX_ROWS
from bot.views.names import customer_name, invoice_number, short_name
from bot.views.values import RecordRef
from store.audit import recent_subjects
from store.checkups import last_checkup
from store.crm.accounts import owner_names
from store.crm.rules import has_key
from store.crm.setup import switched
from store.cursors import Cursor, list_cursors
from store.customers import customers_by_id
from store.db import ReadConnection
from store.deliveries import DeliveryState
from store.invoices import invoices_by_id
from store.link_requests import LinkRequest, count_waiting_link_requests, waiting_link_requests
from store.outbox import count_deliveries, listed_deliveries
from store.own_customers import count_customers_of, count_customers_past_due_of, customers_past_due_of
from store.quarantine import count_quarantined
from store.records import RecordId
from store.runs import Outcome, SyncRun, latest_runs
from store.subscriptions import subscriptions_of
from store.tie_out import known_differences, latest_tie_out
from store.users import Role, User, linked_user, slack_link, user_by_id

# Of an account's newest events so many are looked through for cards: a glance back, not a history.
_EVENTS = 200
_RECENT = 5
# Differences that are named, and how much of a name.
_LARGEST, _MAX_NAME = 3, 30
TROUBLED = (DeliveryState.UNKNOWN, DeliveryState.REJECTED, DeliveryState.DEAD)


async def home_of(deps: Deps, conn: ReadConnection, person: SlackPerson) -> Home | None:
    """The Home of a linked person; None for everybody else."""
    account = await linked_user(conn, person.team_id, person.user_id)
    link = await slack_link(conn, person.team_id, person.user_id)
    if account is None or link is None:
        return None
    today, name = deps.today(), await _own_name(conn, account)
    runs = await latest_runs(conn)
    return Home(
        account=account,
        linked_at=link.linked_at,
        place=place_of(deps),
        customers=await customers_past_due_of(conn, name, today, limit=MAX_ROWS),
        customers_past_due=await count_customers_past_due_of(conn, name, today),
        customers_in_all=await count_customers_of(conn, name),
        follows=await subscriptions_of(conn, account.id),
        recent=await _recent(conn, account),
        sources=_sources(deps, await list_cursors(conn), runs),
        admin=await _admin(deps, conn, runs) if account.role is Role.ADMIN else None,
        conflicts=await conflicts_part(deps, conn) if account.role is Role.ADMIN else None,
        crm=await _crm(deps, conn) if account.role is Role.ADMIN else None,
    )


async def _own_name(conn: ReadConnection, account: User) -> str:
    """By what name customers are this person's: what the CRM calls them by their e-mail address, else their own."""
    for name in await owner_names(conn, account.email):
        if await count_customers_of(conn, name):
            return name
    return account.name


async def _crm(deps: Deps, conn: ReadConnection) -> CrmPart | None:
    crm = deps.crm
    if crm is None:
        return None
    last = await switched(conn)
    # The settings alone may say enough.
    is_on = last.is_on if last else has_key(await rules_now(conn, crm))
    now, at = deps.clock(), deps.rules.sync.daily_at
    return CrmPart(
        titles=titles_of(crm, deps.source_titles),
        address=crm.address,
        switched=last,
        summary=await summary_of(conn, crm, now=now, daily_at=at, zone=deps.zone) if is_on else None,
        settled=settled_lines(crm.settled),
    )


async def _recent(conn: ReadConnection, account: User) -> tuple[RecentCard, ...]:
    subjects = await recent_subjects(conn, f"user:{account.id}", "card.shown", among=_EVENTS)
    ids = tuple(RecordId(subject) for subject in subjects[:_RECENT])
    customers, invoices = await customers_by_id(conn, ids), await invoices_by_id(conn, ids)
    debtors = await customers_by_id(conn, [each.customer_id for each in invoices.values() if each.customer_id])
    found: list[RecentCard] = []
    for record_id in ids:
        if customer := customers.get(record_id):
            found.append(_card(RecordRef(kind="customer", record_id=record_id), customer_name(customer), "Customer"))
        elif invoice := invoices.get(record_id):
            debtor = debtors.get(invoice.customer_id) if invoice.customer_id else None
            of_whom = f"Invoice of {customer_name(debtor)}" if debtor else "Invoice"
            found.append(_card(RecordRef(kind="invoice", record_id=record_id), invoice_number(invoice), of_whom))
    return tuple(found)


def _card(ref: RecordRef, label: str, detail: str) -> RecentCard:
    return RecentCard(ref=ref, label=label, detail=detail)


def _sources(deps: Deps, cursors: Sequence[Cursor], runs: Sequence[SyncRun]) -> tuple[Freshness, ...]:
    now = deps.clock()
    return tuple(
        _freshness(deps, title, _covered([each for each in cursors if each.source == name]), _failure(name, runs), now)
        for name, title in deps.source_titles.items()
    )


def _freshness(deps: Deps, title: str, covered: datetime | None, trouble: str, now: datetime) -> Freshness:
    is_stale = covered is not None and now - covered > deps.stale_after
    return Freshness(source=title, as_of=covered, is_stale=is_stale, trouble=trouble)


def _covered(cursors: Sequence[Cursor]) -> datetime | None:
    """Up to when all streams of a source have been read; None while one of them never was."""
    instants = [each.covered_until for each in cursors if each.covered_until is not None]
    return min(instants) if instants and len(instants) == len(cursors) else None


def _failure(source: str, runs: Sequence[SyncRun]) -> str:
    """Why a source's last reading failed, «» when it did not."""
    return next((run.error or "no reason" for run in runs if run.source == source and _has_failed(run)), "")


def _has_failed(run: SyncRun) -> bool:
    return run.outcome is Outcome.FAILED


async def _admin(deps: Deps, conn: ReadConnection, runs: Sequence[SyncRun]) -> AdminPart:
    now = deps.clock()
    waiting = await waiting_link_requests(conn, deps.team_id, now, limit=MAX_ASKED)
    counts = await count_deliveries(conn)
    return AdminPart(
        asked=tuple([each for each in [await _asked(conn, request) for request in waiting] if each]),
        asked_in_all=await count_waiting_link_requests(conn, deps.team_id, now),
        troubles=await listed_deliveries(conn, TROUBLED, limit=MAX_TROUBLES),
        troubles_in_all=sum(counts.get(state, 0) for state in TROUBLED),
        findings=await _findings(deps, conn, runs),
        targets=deps.target_titles,
    )


async def _asked(conn: ReadConnection, request: LinkRequest) -> Asked | None:
    account = await user_by_id(conn, request.user_id)
    return Asked(id=request.id, name=request.name, account=account) if account else None


async def _findings(deps: Deps, conn: ReadConnection, runs: Sequence[SyncRun]) -> tuple[Finding, ...]:
    """What is known without asking anybody: readings that failed or wait, unreadable records, the doctor."""
    found: list[Finding] = []
    for run in runs:
        about = f"{deps.source_titles.get(run.source, run.source)} {run.stream}"
        if _has_failed(run):
            found.append(Finding(about=about, detail=f"the last reading failed: {run.error or 'no reason'}"))
        if run.outcome is Outcome.STOPPED:
            found.append(Finding(about=about, detail=run.error or "waits for an admin"))
        if unread := await count_quarantined(conn, run.source, run.stream):
            found.append(Finding(about=about, detail=f"{counted(unread, 'record')} could not be read"))
    return (*found, *await _differences(deps, conn), *await _ailments(deps, conn))


async def _ailments(deps: Deps, conn: ReadConnection) -> list[Finding]:
    """What the doctor found, asked by somebody or by the program itself."""
    last = await last_checkup(conn)
    if last is None:
        return []
    when = as_of(last.at, place_of(deps))
    return [
        Finding(about=each.check.capitalize(), detail=f"{each.detail} · {when}. {each.remedy}".strip())
        for each in last.ailments
    ]


async def _differences(deps: Deps, conn: ReadConnection) -> list[Finding]:
    found: list[Finding] = []
    for source, title in deps.source_titles.items():
        tied = await latest_tie_out(conn, source)
        if tied and tied.differing:
            detail = f"{tied.differing:,} of {tied.compared:,} are not what the open items come to"
            largest = await _largest(deps, conn, source)
            found.append(Finding(about=f"{title} balances", detail=f"{detail}; the largest: {largest}"))
    return found


async def _largest(deps: Deps, conn: ReadConnection, source: str) -> str:
    """«ABC Inc $50.00, Sun €3.00»: by how much the source's own balances differ."""
    known = await known_differences(conn, source, limit=_LARGEST)
    customers = await customers_by_id(conn, [each.customer_id for each in known])
    named = ((customers.get(each.customer_id), each.amount) for each in known)
    names = ((short_name(one.name, _MAX_NAME) if one else "unknown", amount) for one, amount in named)
    return ", ".join(f"{name} {money(amount, place_of(deps))}" for name, amount in names)
