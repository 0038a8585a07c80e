"""What a changed definition of a custom field means for the records that were there before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from store.facts import keep_fact, read_fact
from store.field_contacts import (
    KINDS,
    Fields,
    bury_some_of_fields,
    count_of_fields,
    email_fields,
    forget_fields,
    holders_of,
    save_contacts_of,
)
from store.records import RecordId
from sync.errors import StopError
from sync.job import Job
from sync.plan import Absence, Step, step_for
from sync.turn import confirm_turn

# The stream that brings the definitions, by the name that every connector gives it.
DEFINITIONS = "custom_fields"
_CHUNK = 200
# The key of the fact under which those names stand, beside the kinds of records.
_ASKED = "asked"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """The fields of each kind of record whose contacts are there; of those `asked` a person has to say that they go."""

    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    asked: frozenset[str] = frozenset()


async def follow_definitions(job: Job) -> StopError | None:
    """Make contacts of what records hold in fields that have become e-mail fields; bury those of fields that are none.

    When too many contacts would fall, they stay, and what is returned asks a person. What is under way when we are
    killed is done again with the next run.
    """
    name = job.source.name
    async with job.store.read() as conn:
        known = _decoded(await read_fact(conn, _fact(name)))
        now = {kind: await email_fields(conn, name, kind) for kind in KINDS}
    for kind, fields in now.items():
        new = sorted(fields.keys() - (known.names.get(kind, frozenset()) - known.asked))
        if new:
            await _fill(job, kind, fields, new)
    gone = {kind: names - now[kind].keys() for kind, names in known.names.items()}
    stop = await _question(job, sorted(frozenset().union(*gone.values())))
    if stop is None:
        await _bury(job, sorted(frozenset().union(*gone.values())))
        gone = {}
    names = {kind: frozenset(fields) | gone.get(kind, frozenset()) for kind, fields in now.items()}
    await _keep(job, _Known(names=names, asked=frozenset().union(*gone.values())))
    return stop


async def _fill(job: Job, kind: str, fields: Fields, new: list[str]) -> None:
    after: RecordId | None = None
    while True:
        async with job.store.write() as conn:
            held = await holders_of(conn, job.source.name, kind, new, after=after, limit=_CHUNK)
            if not held:
                return
            await save_contacts_of(conn, held, fields, at=job.clock())
            await confirm_turn(conn, job, job.clock())
        after = held[-1].id


async def _question(job: Job, gone: list[str]) -> StopError | None:
    name, title = job.source.name, job.source.title
    async with job.store.read() as conn:
        lost = Absence(living=await count_of_fields(conn, name), absent=await count_of_fields(conn, name, gone))
    if step_for(lost, job.deletions, accepted=job.order.accept_deletions) is not Step.ASK:
        return None
    return StopError(
        f"{title} has no e-mail fields {', '.join(gone)} any more: {lost.absent:,} of {lost.living:,} contacts from "
        f"fields would be marked as deleted. See whether the fields are gone, or our role has lost its rights; if they "
        f"are gone: `tesorio sync {name} --stream {DEFINITIONS} --accept-deletions`"
    )


async def _bury(job: Job, gone: list[str]) -> None:
    """In transactions of their own, so that nobody waits long for their turn."""
    if not gone:
        return
    buried = _CHUNK
    while buried == _CHUNK:
        async with job.store.write() as conn:
            await confirm_turn(conn, job, job.clock())
            buried = await bury_some_of_fields(conn, job.source.name, gone, at=job.clock(), limit=_CHUNK)
    async with job.store.write() as conn:
        await forget_fields(conn, job.source.name, gone)


async def _keep(job: Job, known: _Known) -> None:
    told = {kind: sorted(names) for kind, names in known.names.items()} | {_ASKED: sorted(known.asked)}
    async with job.store.write() as conn:
        await confirm_turn(conn, job, job.clock())
        await keep_fact(conn, _fact(job.source.name), json.dumps(told))


def _decoded(fact: str | None) -> _Known:
    found = {kind: frozenset(names) for kind, names in json.loads(fact or "{}").items()}
    return _Known(asked=found.pop(_ASKED, frozenset()), names=found)


def _fact(source: str) -> str:
    return f"{source}.email_fields"
