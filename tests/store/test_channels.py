from datetime import timedelta
from typing import Any

import pytest

from store.channels import (
    Channel,
    ChannelFacts,
    change_channel,
    change_channel_id,
    channel_by_id,
    channel_called,
    channels_checked_before,
    destinations,
    forget_channel,
    member_channel_ids,
    note_added,
    put_channel,
)
from store.db import Store
from store.slack_people import SlackPersonFacts, Standing, put_people, standings
from tests.store.make import AT

LATER = AT + timedelta(minutes=1)


async def put(store: Store, channel_id: str = "C1", *, at: Any = AT, **facts: Any) -> None:
    known: dict[str, Any] = {"name": "sales", "is_member": True}
    async with store.write() as conn:
        await put_channel(conn, ChannelFacts(id=channel_id, **known | facts), asked_at=at)


async def add(store: Store, channel_id: str = "C1", *, was_linked: bool = True) -> None:
    async with store.write() as conn:
        await note_added(conn, channel_id, by="U1", was_linked=was_linked, at=AT)


async def change(store: Store, channel_id: str = "C1", **changes: Any) -> None:
    async with store.write() as conn:
        await change_channel(conn, channel_id, LATER, **changes)


async def read(store: Store, channel_id: str = "C1") -> Channel | None:
    async with store.read() as conn:
        return await channel_by_id(conn, channel_id)


async def names(store: Store, typed: str = "", *, with_external: bool = False) -> list[str]:
    async with store.read() as conn:
        return [each.facts.name for each in await destinations(conn, typed, with_external=with_external)]


class TestFacts:
    async def test_are_what_slack_said_last(self, store: Store) -> None:
        assert await read(store) is None
        await put(store)
        await put(store, at=LATER, name="deals", has_guests=True)
        found = await read(store)
        assert found is not None
        assert (found.facts.name, found.facts.has_guests, found.checked_at) == ("deals", True, LATER)

    async def test_an_answer_from_before_an_event_is_old_news(self, store: Store) -> None:
        await put(store)
        await change(store, is_archived=True)
        await put(store, at=LATER - timedelta(seconds=1))
        found = await read(store)
        assert found is not None
        assert found.facts.is_archived
        await put(store, at=LATER)
        found = await read(store)
        assert found is not None
        assert not found.facts.is_archived

    async def test_an_event_about_an_unknown_channel_makes_none(self, store: Store) -> None:
        await change(store, is_archived=True)
        assert await read(store) is None


class TestWhoAddedIt:
    async def test_is_kept_beside_the_facts(self, store: Store) -> None:
        await put(store)
        await add(store)
        await put(store, at=LATER, name="deals")
        found = await read(store)
        assert found is not None
        assert (found.added_by, found.added_at, found.was_adder_linked) == ("U1", AT, True)
        assert found.is_destination

    async def test_a_channel_heard_of_first_counts_as_external(self, store: Store) -> None:
        await add(store)
        found = await read(store)
        assert found is not None
        assert (found.facts.is_known, found.facts.is_external, found.is_destination) == (False, True, False)
        await put(store)
        assert await names(store) == ["sales"]

    @pytest.mark.parametrize("by_event", [True, False])
    async def test_goes_with_the_app(self, store: Store, by_event: bool) -> None:  # noqa: FBT001 - a parameter of the test
        await put(store)
        await add(store)
        await (change(store, is_member=False) if by_event else put(store, at=LATER, is_member=False))
        found = await read(store)
        assert found is not None
        assert (found.added_by, found.was_adder_linked) == ("", False)

    async def test_goes_with_a_new_id(self, store: Store) -> None:
        await put(store)
        await put(store, "C2")
        await add(store)
        async with store.write() as conn:
            await change_channel_id(conn, "C1", "C2")
        assert await read(store) is None
        found = await read(store, "C2")
        assert found is not None
        assert found.is_destination


class TestLists:
    async def test_destinations_are_searched_by_name(self, store: Store) -> None:
        for number, name in enumerate(("sales", "presales", "100%", "ar_team")):
            await put(store, f"C{number}", name=name)
            await add(store, f"C{number}")
        assert await names(store) == ["100%", "ar_team", "presales", "sales"]
        assert await names(store, "#Sales") == ["sales", "presales"]
        assert await names(store, "%") == ["100%"]
        assert await names(store, "_") == ["ar_team"]

    @pytest.mark.parametrize(
        ("facts", "is_listed", "is_listed_with_external"),
        [
            ({}, True, True),
            ({"is_external": True}, False, True),
            ({"has_guests": True}, False, True),
            ({"is_archived": True}, False, False),
            ({"is_known": False}, False, False),
            ({"is_direct": True}, False, False),
        ],
    )
    async def test_destinations_are_open_to_sharing(
        self, store: Store, facts: dict[str, Any], *, is_listed: bool, is_listed_with_external: bool
    ) -> None:
        await put(store, **facts)
        await add(store)
        assert bool(await names(store)) == is_listed
        assert bool(await names(store, with_external=True)) == is_listed_with_external

    async def test_nobody_linked_has_added_it(self, store: Store) -> None:
        await put(store)
        await add(store, was_linked=False)
        assert await names(store) == []

    async def test_called(self, store: Store) -> None:
        await put(store, "C1", is_member=False)
        await put(store, "C2")
        async with store.read() as conn:
            for name, channel_id in (("#sales", "C2"), ("SALES", "C2"), ("C1", "C1")):
                found = await channel_called(conn, name)
                assert found is not None
                assert found.facts.id == channel_id
            assert await channel_called(conn, "nowhere") is None

    async def test_ours_and_old_ones(self, store: Store) -> None:
        await put(store, "C1")
        await put(store, "C2", at=LATER, is_member=False)
        await put(store, "D1", is_direct=True)
        async with store.write() as conn:
            assert await member_channel_ids(conn) == {"C1"}
            assert await channels_checked_before(conn, LATER, limit=9) == ("C1", "D1")
            await forget_channel(conn, "C1")
            assert await channels_checked_before(conn, LATER, limit=9) == ("D1",)


class TestPeople:
    async def test_are_what_slack_said_last(self, store: Store) -> None:
        def person(user_id: str, standing: Standing) -> SlackPersonFacts:
            return SlackPersonFacts(user_id=user_id, standing=standing, seen_at=AT)

        async with store.write() as conn:
            await put_people(conn, [])
            await put_people(conn, [person("U1", Standing.MEMBER), person("U2", Standing.BOT)])
            await put_people(conn, [person("U1", Standing.MEMBER), person("U1", Standing.GUEST)])
            assert await standings(conn, ["U1", "U2", "U3"]) == {"U1": Standing.GUEST, "U2": Standing.BOT}
