"""What a changed definition of a custom field means for the records that were there before."""

import json

from store.facts import keep_fact, read_fact
from store.field_contacts import KINDS, Fields, bury_fields, email_fields, holders_of, save_contacts_of
from store.records import RecordId
from sync.job import Job
from sync.turn import confirm_turn

# The stream that brings the definitions, by the name that every connector gives it.
DEFINITIONS = "custom_fields"
_CHUNK = 200


async def follow_definitions(job: Job) -> None:
    """Make contacts of what records hold in fields that have become e-mail fields; bury those of fields that are none.

    What is under way when we are killed is done again with the next run.
    """
    name = job.source.name
    async with job.store.read() as conn:
        known = _decoded(await read_fact(conn, _fact(name)))
        now = {kind: await email_fields(conn, name, kind) for kind in KINDS}
    if _names(now) == known:
        return
    for kind, fields in now.items():
        new = sorted(_names(now)[kind] - known.get(kind, frozenset()))
        if new:
            await _fill(job, kind, fields, new)
    gone = sorted({each for kind, names in known.items() for each in names - _names(now)[kind]})
    async with job.store.write() as conn:
        await bury_fields(conn, name, gone, at=job.clock())
        await keep_fact(conn, _fact(name), json.dumps({kind: sorted(fields) for kind, fields in now.items()}))
        await confirm_turn(conn, job, job.clock())


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


def _names(fields: dict[str, Fields]) -> dict[str, frozenset[str]]:
    return {kind: frozenset(of_kind) for kind, of_kind in fields.items()}


def _decoded(fact: str | None) -> dict[str, frozenset[str]]:
    found = json.loads(fact) if fact else {kind: [] for kind in KINDS}
    return {kind: frozenset(names) for kind, names in found.items()}


def _fact(source: str) -> str:
    return f"{source}.email_fields"
