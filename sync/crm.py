"""What a pull of a CRM does besides: follow changed rules first, then fetch what customers turned out to have there."""

from dataclasses import replace
from datetime import timedelta

import structlog

from store.crm.accounts import KIND, account_record_id
from store.crm.links import forget_past_links
from store.crm.rules import CrmRules, chosen_over, crm_rules, rules_of
from store.crm.switch import (
    ACCOUNTS,
    CONTACTS,
    NOTES,
    awaited,
    begin_switch,
    bury_some,
    chosen,
    count_awaited,
    end_switch,
    end_waiting,
    hand_over,
    read_again,
    switch_some,
)
from store.db import ReadConnection, Store
from store.pulled import prepared_records, tombstone_records, upsert_prepared
from store.records import RecordId
from store.runs import SyncRun
from sync.connector import Crm, Source
from sync.errors import NotPermittedError, RejectedError
from sync.job import Clock, Job, PullOrder
from sync.plan import DeletionRules
from sync.turn import confirm_turn, turn

# Customers in one transaction.
_CHUNK = 200
# Which customer an account was is told of for a month; a year of it helps whoever looks for a reason.
_PAST_KEPT = timedelta(days=400)
# Of more accounts than this it takes fewer requests to read all of them anew.
MOST_FETCHED = 200
_log = structlog.get_logger(__name__)


async def wanted_rules(conn: ReadConnection, system: str, source: Crm) -> CrmRules:
    """The rules that are to hold: what the settings say, and where they are silent what was chosen in Slack."""
    return replace(rules_of(chosen_over(source.choices, await chosen(conn))), system=system)


async def follow_choices(source: Source, store: Store, *, run_id: str, clock: Clock) -> None:
    """Let the choices hold now, without a word to the CRM, which may not let us in any more. Raises TakenError."""
    order = PullOrder(run_id=run_id)
    job = Job(source=source, store=store, order=order, clock=clock, progress=_unseen, deletions=DeletionRules())
    async with turn(job):
        await begin_crm(job)


async def begin_crm(job: Job) -> None:
    """Follow the rules that are to hold; nothing for a source that is no CRM."""
    if not isinstance(job.source, Crm):
        return
    async with job.store.read() as conn:
        rules = await wanted_rules(conn, job.source.name, job.source)
    job.source.match_on(rules.account_field)
    now = job.clock()
    async with job.store.write() as conn:
        is_changed = await begin_switch(conn, rules, run_id=job.order.run_id, at=now)
        await forget_past_links(conn, before=now - _PAST_KEPT)
        await confirm_turn(conn, job, now)
    if is_changed:
        await _switch(job, rules)
    await _read_all_anew(job)


async def after_stream(job: Job, stream: str) -> None:
    """One of the CRM's streams was read to its end."""
    if not isinstance(job.source, Crm):
        return
    if stream == ACCOUNTS:
        await _fetch_awaited(job)
    if stream == CONTACTS:
        await _hand_over(job)


def _unseen(_run: SyncRun) -> None:
    """Nothing is read, so there is no progress to see."""


async def _switch(job: Job, rules: CrmRules) -> None:
    """In transactions of their own, so that nobody waits long for their turn."""
    after: RecordId | None = None
    is_more = True
    while is_more:
        async with job.store.write() as conn:
            await confirm_turn(conn, job, job.clock())
            after = await switch_some(conn, rules, after=after, limit=_CHUNK, at=job.clock())
        is_more = after is not None
    is_more = True
    while is_more:
        async with job.store.write() as conn:
            await confirm_turn(conn, job, job.clock())
            after = await bury_some(conn, rules, after=after, limit=_CHUNK, at=job.clock())
        is_more = after is not None
    async with job.store.write() as conn:
        await confirm_turn(conn, job, job.clock())
        await end_switch(conn)


async def _read_all_anew(job: Job) -> None:
    """Customers came after the accounts that they are: that many are not asked for one by one."""
    async with job.store.write() as conn:
        await confirm_turn(conn, job, job.clock())
        if await count_awaited(conn) > MOST_FETCHED:
            for stream in (ACCOUNTS, CONTACTS, NOTES):
                await read_again(conn, job.source.name, stream, run_id=job.order.run_id)
            await end_waiting(conn)


async def _fetch_awaited(job: Job) -> None:
    async with job.store.read() as conn:
        ids = await awaited(conn, limit=MOST_FETCHED)
    for source_id in ids:
        try:
            await _fetch(job, source_id)
        except (RejectedError, NotPermittedError) as error:
            _log.warning("crm.account_not_read", source=job.source.name, account=source_id, reason=str(error))


async def _fetch(job: Job, source_id: str) -> None:
    """The account with its contacts and notes; one that is there no more leaves its customer."""
    records = await job.source.fetch(KIND, source_id, since=None)
    prepared, now = await prepared_records(records), job.clock()
    known = account_record_id(job.source.name, source_id)
    async with job.store.write() as conn:
        await confirm_turn(conn, job, now)
        await upsert_prepared(conn, prepared, at=now)
        if not records:
            await tombstone_records(conn, KIND, [known], at=now)
        await end_waiting(conn, [known])


async def _hand_over(job: Job) -> None:
    async with job.store.read() as conn:
        rules = await crm_rules(conn)
    is_more = rules is not None
    while rules is not None and is_more:
        async with job.store.write() as conn:
            await confirm_turn(conn, job, job.clock())
            is_more = await hand_over(conn, rules, limit=_CHUNK)
