"""What a changed definition of a custom field means for the records that were there before."""

from collections.abc import Mapping, Sequence

from store.field_contacts import (
    KINDS,
    Fields,
    bury_some_of_fields,
    count_of_fields,
    email_fields,
    forget_fields,
    holders_of,
    made_of,
    save_contacts_of,
)
from store.known_fields import KnownFields, are_told, keep_known_fields, read_known_fields
from store.records import RecordId
from sync.errors import StopError
from sync.job import Job
from sync.plan import Absence, Step, step_for
from sync.turn import confirm_turn

_CHUNK = 200


async def follow_definitions(job: Job, stream: str) -> StopError | None:
    """Make contacts of what records hold in fields that have become e-mail fields; bury those of fields that are none.

    Nothing unless the stream has told which custom fields there are. When too many contacts would fall, they stay, and
    what is returned asks a person. What is under way when we are killed is done again with the next run.
    """
    name = job.source.name
    async with job.store.read() as conn:
        if not await are_told(conn, name, stream):
            return None
        known = await read_known_fields(conn, name)
        now = {kind: await email_fields(conn, name, kind) for kind in KINDS}
        held = {kind: await made_of(conn, name, kind) for kind in KINDS}
    for kind, fields in now.items():
        if new := sorted(fields.keys() - known.settled.get(kind, frozenset())):
            await _fill(job, kind, held[kind], new)
    gone = {kind: names - now[kind].keys() for kind, names in known.names.items()}
    # Those given up were answered for before, by a run that did not come to its end.
    undecided = frozenset().union(*gone.values()) - known.given_up
    stop = await _question(job, stream, sorted(undecided))
    await _let_go(job, now, gone, undecided if stop else frozenset())
    return stop


async def _let_go(
    job: Job, now: Mapping[str, Fields], gone: Mapping[str, frozenset[str]], asked: frozenset[str]
) -> None:
    """Bury the contacts of fields that are gone, but for those of which a person was asked; keep which are left.

    The fields are given up before the first burial: whoever saves a record meanwhile revives none of their contacts.
    """
    given_up = frozenset().union(*gone.values()) - asked
    names = {kind: gone.get(kind, frozenset()) | fields.keys() for kind, fields in now.items()}
    if given_up:
        await _keep(job, KnownFields(names=names, asked=asked, given_up=given_up))
        await _bury(job, sorted(given_up))
    left = {kind: (gone.get(kind, frozenset()) & asked) | fields.keys() for kind, fields in now.items()}
    await _keep(job, KnownFields(names=left, asked=asked), forgotten=sorted(given_up))


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


async def _question(job: Job, stream: str, gone: list[str]) -> StopError | None:
    name, title = job.source.name, job.source.title
    async with job.store.read() as conn:
        lost = Absence(living=await count_of_fields(conn, name), absent=await count_of_fields(conn, name, gone))
    if step_for(lost, job.deletions, accepted=job.order.accept_deletions) is not Step.ASK:
        return None
    return StopError(
        f"{title} has no e-mail fields {', '.join(gone)} any more: {lost.absent:,} of {lost.living:,} contacts from "
        f"fields would be marked as deleted. See whether the fields are gone, or our role has lost its rights; if they "
        f"are gone: `tesorio sync {name} --stream {stream} --accept-deletions`"
    )


async def _bury(job: Job, gone: list[str]) -> None:
    """In transactions of their own, so that nobody waits long for their turn."""
    buried = _CHUNK
    while buried == _CHUNK:
        async with job.store.write() as conn:
            await confirm_turn(conn, job, job.clock())
            buried = await bury_some_of_fields(conn, job.source.name, gone, at=job.clock(), limit=_CHUNK)


async def _keep(job: Job, known: KnownFields, *, forgotten: Sequence[str] = ()) -> None:
    async with job.store.write() as conn:
        # These first, as in saving a page: on PostgreSQL two runs then wait for each other in one order only.
        await keep_known_fields(conn, job.source.name, known)
        await forget_fields(conn, job.source.name, forgotten)
        await confirm_turn(conn, job, job.clock())
