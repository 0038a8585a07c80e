import asyncio
import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from store.audit import AuditEvent, append_audit, audit_events, first_broken_audit, recent_subjects
from store.db import Store
from tests.store.make import AT, rows


def event(number: int = 0, **values: Any) -> AuditEvent:
    known: dict[str, Any] = {"at": AT + timedelta(seconds=number), "actor": "user:1", "action": "lookup.customer"}
    return AuditEvent(**known | values)


async def append(store: Store, *events: AuditEvent) -> None:
    async with store.write() as conn:
        await append_audit(conn, events)


async def first_broken(store: Store) -> int | None:
    async with store.read() as conn:
        return await first_broken_audit(conn)


@pytest.fixture
async def trail(store: Store) -> Store:
    """A store with ten events, numbered from 1, in three batches."""
    for batch in (range(3), range(3, 4), range(4, 10)):
        await append(store, *(event(number, subject=f"customer {number}", detail={"n": number}) for number in batch))
    return store


class TestAppendAudit:
    async def test_an_empty_trail_holds(self, store: Store) -> None:
        await append(store)
        assert await first_broken(store) is None

    async def test_an_untouched_trail_holds(self, trail: Store) -> None:
        assert [row["sequence"] for row in await rows(trail, audit_events)] == list(range(1, 11))
        assert await first_broken(trail) is None

    async def test_keeps_what_people_pasted(self, store: Store) -> None:
        query = "<!channel> ünï «'\";-- \x00 \ud800 🧾 \u202e"
        await append(store, event(subject=query, actor=f"slack:{query}", detail={"query": query, "at": AT}))
        (row,) = await rows(store, audit_events)
        assert json.loads(row["detail_json"]) == {"query": query, "at": str(AT)}
        assert row["subject"] == query.replace("\x00", "?").replace("\ud800", "?")
        assert await first_broken(store) is None

    async def test_an_instant_of_another_zone_is_the_same_instant(self, store: Store) -> None:
        await append(store, event(at=datetime(2026, 11, 22, 10, 0, 0, 1, tzinfo=timezone(timedelta(hours=1)))))
        (row,) = await rows(store, audit_events)
        assert row["at"] == AT + timedelta(microseconds=1)
        assert await first_broken(store) is None

    async def test_many_appenders_make_one_chain(self, store: Store) -> None:
        other = Store(store.url.render_as_string(hide_password=False))
        batches = [[event(10 * n + k, subject=f"{n}") for k in range(3)] for n in range(10)]
        await asyncio.gather(*(append((store, other)[n % 2], *batch) for n, batch in enumerate(batches)))
        await other.close()
        assert len(await rows(store, audit_events)) == 30
        assert await first_broken(store) is None


class TestFirstBrokenAudit:
    @pytest.mark.sampled
    @pytest.mark.parametrize(
        "edit",
        [
            {"actor": "user:2"},
            {"action": "note.submit"},
            {"subject": "customer 99"},
            {"detail_json": '{"n": 99}'},
            {"at": AT},
            {"hash": "f" * 64},
            {"previous_hash": "f" * 64},
        ],
    )
    async def test_finds_an_edited_event(self, trail: Store, edit: dict[str, Any]) -> None:
        async with trail.write() as conn:
            await conn.execute(update(audit_events).where(audit_events.c.sequence == 5).values(edit))
        assert await first_broken(trail) == 5

    @pytest.mark.parametrize(("deleted", "found"), [(1, 2), (5, 6), (9, 10)])
    async def test_finds_a_gap(self, trail: Store, deleted: int, found: int) -> None:
        async with trail.write() as conn:
            await conn.execute(delete(audit_events).where(audit_events.c.sequence == deleted))
        assert await first_broken(trail) == found

    async def test_finds_a_swap(self, trail: Store) -> None:
        by_place = {row["sequence"]: row for row in await rows(trail, audit_events)}
        async with trail.write() as conn:
            await conn.execute(delete(audit_events).where(audit_events.c.sequence.in_([4, 7])))
            await conn.execute(insert(audit_events), [by_place[4] | {"sequence": 7}, by_place[7] | {"sequence": 4}])
        assert await first_broken(trail) == 4

    async def test_finds_an_event_put_in_between_with_a_hash_of_its_own(self, trail: Store) -> None:
        await append(trail, event(11))
        forged = {row["sequence"]: row for row in await rows(trail, audit_events)}[11]
        async with trail.write() as conn:
            await conn.execute(delete(audit_events).where(audit_events.c.sequence.in_([5, 11])))
            await conn.execute(insert(audit_events), [forged | {"sequence": 5}])
        assert await first_broken(trail) == 5

    async def test_a_cut_off_tail_shows_only_outside(self, trail: Store) -> None:
        noted = (await rows(trail, audit_events))[-1]["hash"]
        async with trail.write() as conn:
            await conn.execute(delete(audit_events).where(audit_events.c.sequence > 8))
        assert await first_broken(trail) is None
        assert (await rows(trail, audit_events))[-1]["hash"] != noted

    async def test_looks_beyond_the_first_batch(self, store: Store) -> None:
        await append(store, *(event(number) for number in range(2_500)))
        assert await first_broken(store) is None
        async with store.write() as conn:
            await conn.execute(update(audit_events).where(audit_events.c.sequence == 2_400).values(subject="edited"))
        assert await first_broken(store) == 2_400


class TestRecentSubjects:
    async def test_are_an_actor_s_own_newest_first_and_each_once(self, store: Store) -> None:
        shown = [event(number, action="card.shown", subject=f"c{number % 3}") for number in range(5)]
        await append(store, *shown, event(6, subject="looked for"), event(7, action="card.shown", actor="user:2"))
        async with store.read() as conn:
            assert await recent_subjects(conn, "user:1", "card.shown", among=100) == ("c1", "c0", "c2")
            assert await recent_subjects(conn, "user:1", "card.shown", among=2) == ("c1",)
            assert await recent_subjects(conn, "user:3", "card.shown", among=100) == ()
