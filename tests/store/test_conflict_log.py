"""The conflict log: counted by field, paged, decided in one go, and reopened."""

from datetime import datetime, timedelta

from store.conflict_log import (
    count_decided,
    count_decided_at,
    count_undecided,
    decide_some,
    decided_by_people,
    reopen_conflict,
    undecided,
)
from store.crm.conflicts import Choice, conflicts_of
from store.crm.decide import FieldState
from store.db import Store
from store.records import RecordId, record_id
from tests.store.make import AT, make_customer, save
from tests.store.make_crm import customer_in, make_account, tesorio_rules, with_rules

LATER = AT + timedelta(hours=1)
BY = "user:1"


def customer_id(number: int) -> RecordId:
    return record_id("netsuite", "customer", str(number))


async def differing(store: Store, *numbers: int) -> None:
    """Customers whose name and telephone the CRM says otherwise."""
    await with_rules(store, tesorio_rules())
    for number in numbers:
        await save(store, make_customer(str(number), phone="+1 555 0100"))
        await save(store, make_account(number, key=str(number), phone=f"+1 555 9{number:03}"))


async def decided_all(
    store: Store, choice: Choice, field: str, *, until: datetime = AT, limit: int = 2, at: datetime = LATER
) -> list[int]:
    """How many each transaction decided, to the end."""
    told: list[int] = []
    after, is_more = None, True
    while is_more:
        async with store.write() as conn:
            number, after = await decide_some(conn, choice, field, until=until, after=after, limit=limit, by=BY, at=at)
        told.append(number)
        is_more = after is not None
    return told


class TestLog:
    async def test_counts_by_field_and_pages_the_oldest_first(self, store: Store) -> None:
        await differing(store, 1, 2, 3)
        async with store.read() as conn:
            counts = await count_undecided(conn)
            first = await undecided(conn, "phone", limit=2, offset=0)
            rest = await undecided(conn, "phone", limit=2, offset=2)
            later = await undecided(conn, "", limit=9, offset=4)

        assert counts == {"name": 3, "phone": 3}
        assert [each.customer_id for each in (*first, *rest)] == [customer_id(each) for each in (1, 2, 3)]
        assert {each.field for each in (*first, *rest)} == {"phone"}
        assert len(later) == 2

    async def test_one_field_is_decided_for_all_and_the_others_stay_open(self, store: Store) -> None:
        await differing(store, 1, 2, 3, 4, 5)
        told = await decided_all(store, Choice.ACCEPT, "phone")

        assert told == [2, 2, 1]
        assert (await customer_in(store, customer_id(3))).phone == "+1 555 9003"
        assert (await customer_in(store, customer_id(3))).name == "Customer 3"
        async with store.read() as conn:
            assert await count_undecided(conn) == {"name": 5}
            assert await count_decided(conn) == {"phone": 5}
            assert await count_decided_at(conn, Choice.ACCEPT, by=BY, at=LATER) == 5
            [one] = await decided_by_people(conn, "phone", limit=1, offset=4)
        assert (one.standing.state, one.standing.decided_by) == (FieldState.ACCEPTED, BY)
        assert await decided_all(store, Choice.ACCEPT, "phone") == [0]

    async def test_all_fields_at_once_and_none_that_came_after_the_question(self, store: Store) -> None:
        await differing(store, 1)
        assert await decided_all(store, Choice.KEEP, "", until=AT - timedelta(seconds=1)) == [0]
        assert sum(await decided_all(store, Choice.KEEP, "")) == 2
        async with store.read() as conn:
            assert await count_undecided(conn) == {}
            assert await count_decided(conn) == {"name": 1, "phone": 1}

    async def test_what_is_reopened_is_the_erp_s_again_and_asked_anew(self, store: Store) -> None:
        await differing(store, 1)
        await decided_all(store, Choice.ACCEPT, "phone")
        async with store.write() as conn:
            was = await reopen_conflict(conn, customer_id(1), "phone", at=LATER)
        async with store.write() as conn:
            again = await reopen_conflict(conn, customer_id(1), "phone", at=LATER)

        assert was is not None
        assert was.standing.state is FieldState.ACCEPTED
        assert again is None
        assert (await customer_in(store, customer_id(1))).phone == "+1 555 0100"
        async with store.read() as conn:
            assert await count_undecided(conn, until=LATER) == {"name": 1, "phone": 1}
            assert await count_undecided(conn, until=AT) == {"name": 1}
            standings = {each.field: each.standing for each in await conflicts_of(conn, customer_id(1))}
        assert (standings["phone"].state, standings["phone"].decided_by) == (FieldState.OPEN, None)

    async def test_what_agrees_meanwhile_is_gone_when_it_is_reopened(self, store: Store) -> None:
        await differing(store, 1)
        await decided_all(store, Choice.ACCEPT, "phone")
        await save(store, make_account(1, key="1", phone="+1 555 0100", name="Customer 1"))
        async with store.write() as conn:
            await reopen_conflict(conn, customer_id(1), "phone", at=LATER)
        async with store.read() as conn:
            assert "phone" not in await count_undecided(conn)
            assert await count_decided(conn) == {}
