"""The conflict log as Slack shows it, read from the store."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.crm.keys import Titles
from bot.crm.reading import titles_of
from bot.deps import Deps
from bot.reading.cards import place_of
from bot.views.conflict_log import PER_PAGE, ConflictLog, LogRef, log_modal
from bot.views.conflicts import MAX_CONFLICTS, ConflictsPart
from store.conflict_log import count_decided, count_undecided, decided_by_people, undecided
from store.crm.conflicts import Conflict, count_open_conflicts, open_conflicts
from store.db import ReadConnection
from store.users import user_by_id

# How an account is named in what it decided.
_ACCOUNT = "user:"


async def conflicts_part(deps: Deps, conn: ReadConnection) -> ConflictsPart:
    """What Home shows of it."""
    listed = await open_conflicts(conn, limit=MAX_CONFLICTS)
    return ConflictsPart(
        listed=listed,
        undecided=await count_open_conflicts(conn),
        decided=sum((await count_decided(conn)).values()),
        titles=system_titles(deps, listed),
    )


async def log_view(deps: Deps, ref: LogRef, *, said: str = "") -> dict[str, Any]:
    """The window with a page of the log; with the last page where there are fewer by now."""
    async with deps.store.read() as conn:
        here, other = (count_decided, count_undecided) if ref.is_decided else (count_undecided, count_decided)
        counts, others = await here(conn), await other(conn)
        last = max(0, (counts.get(ref.field, 0) if ref.field else sum(counts.values())) - 1)
        ref = replace(ref, offset=min(ref.offset, last) // PER_PAGE * PER_PAGE)
        read = decided_by_people if ref.is_decided else undecided
        listed = await read(conn, ref.field, limit=PER_PAGE, offset=ref.offset)
        people = {by: await _name(conn, by) for by in {each.standing.decided_by or "" for each in listed}}
    log = ConflictLog(
        ref=ref,
        listed=listed,
        counts=counts,
        others=sum(others.values()),
        titles=system_titles(deps, listed),
        at=deps.clock(),
        people=people,
        said=said,
    )
    return log_modal(log, place_of(deps))


def system_titles(deps: Deps, listed: Sequence[Conflict] = ()) -> Titles:
    """What people call both systems: those of the conflicts, or the ones that are set up."""
    if listed:
        erp, crm = (deps.source_titles.get(origin, origin) for origin in (listed[0].origin, listed[0].crm))
        return Titles(erp=erp, crm=crm)
    return titles_of(deps.crm, deps.source_titles) if deps.crm else Titles(erp="the ERP", crm="the CRM")


async def _name(conn: ReadConnection, by: str) -> str:
    """Who decided, by name; as it was kept where that is no account."""
    account = await user_by_id(conn, by.removeprefix(_ACCOUNT)) if by.startswith(_ACCOUNT) else None
    return account.name if account else by
