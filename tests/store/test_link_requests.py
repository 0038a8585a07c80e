import asyncio
from datetime import timedelta
from typing import Any

import pytest

from store.db import Store
from store.link_requests import (
    LinkRequest,
    RequestState,
    count_waiting_link_requests,
    link_request,
    move_link_request,
    newest_link_request,
    offer_link,
    waiting_link_requests,
)
from tests.store.make import AT

SOON = AT + timedelta(minutes=10)
WEEK = AT + timedelta(days=7)


def make_request(id_: str = "r1", **values: Any) -> LinkRequest:
    known: dict[str, Any] = {
        "id": id_,
        "team_id": "T1",
        "slack_user_id": "U1",
        "user_id": "a1",
        "name": "Eva Lima",
        "email": "eva@example.com",
        "made_at": AT,
        "expires_at": SOON,
    }
    return LinkRequest(**known | values)


async def put(store: Store, *requests: LinkRequest) -> None:
    async with store.write() as conn:
        for request in requests:
            await offer_link(conn, request)


async def move(store: Store, before: RequestState, after: RequestState, id_: str = "r1", **values: Any) -> bool:
    async with store.write() as conn:
        return await move_link_request(conn, id_, before, after, **{"at": AT} | values)


async def waiting(store: Store, at: Any = AT, team: str = "T1") -> tuple[list[str], int]:
    async with store.read() as conn:
        found = await waiting_link_requests(conn, team, at, limit=2)
        return [each.id for each in found], await count_waiting_link_requests(conn, team, at)


class TestOffer:
    async def test_takes_the_place_of_what_was_not_confirmed(self, store: Store) -> None:
        await put(store, make_request(), make_request("r2", slack_user_id="U2"), make_request("r3"))
        async with store.read() as conn:
            assert await link_request(conn, "r1") is None
            assert await link_request(conn, "r2") is not None
            assert await link_request(conn, "r3") == make_request("r3")


class TestMove:
    async def test_works_once_of_many_at_once(self, store: Store) -> None:
        await put(store, make_request())
        tries = [move(store, RequestState.OFFERED, RequestState.LINKED) for _ in range(8)]
        assert sorted(await asyncio.gather(*tries)) == [False] * 7 + [True]

    @pytest.mark.parametrize("late", [timedelta(), timedelta(seconds=1)])
    async def test_works_no_more_when_it_is_void(self, store: Store, late: timedelta) -> None:
        await put(store, make_request())
        assert not await move(store, RequestState.OFFERED, RequestState.LINKED, at=SOON + late)

    async def test_tells_who_decided_when_and_until_when_it_waits(self, store: Store) -> None:
        await put(store, make_request())
        assert await move(store, RequestState.OFFERED, RequestState.WAITING, expires_at=WEEK)
        assert await move(store, RequestState.WAITING, RequestState.REFUSED, decided_by="a9", at=SOON)
        async with store.read() as conn:
            found = await link_request(conn, "r1")
        assert found == make_request(state=RequestState.REFUSED, decided_by="a9", decided_at=SOON, expires_at=WEEK)

    async def test_of_nothing_is_nothing(self, store: Store) -> None:
        assert not await move(store, RequestState.OFFERED, RequestState.LINKED)


class TestWaiting:
    async def test_is_listed_oldest_first_and_counted(self, store: Store) -> None:
        for number in range(3):
            made = AT - timedelta(minutes=number)
            await put(store, make_request(f"r{number}", slack_user_id=f"U{number}", made_at=made))
            await move(store, RequestState.OFFERED, RequestState.WAITING, f"r{number}", expires_at=WEEK)
        await put(store, make_request("offered", slack_user_id="U9"))
        assert await waiting(store) == (["r2", "r1"], 3)
        assert await waiting(store, WEEK) == ([], 0)
        assert await waiting(store, team="T2") == ([], 0)

    async def test_a_person_s_newest_is_found_by_its_state(self, store: Store) -> None:
        await put(store, make_request())
        await move(store, RequestState.OFFERED, RequestState.WAITING, expires_at=WEEK)
        await put(store, make_request("r2", made_at=SOON))
        async with store.read() as conn:
            found = await newest_link_request(conn, "T1", "U1", [RequestState.WAITING], AT)
            assert found is not None
            assert found.id == "r1"
            both = [RequestState.WAITING, RequestState.OFFERED]
            newest = await newest_link_request(conn, "T1", "U1", both, AT)
            assert newest is not None
            assert newest.id == "r2"
            assert await newest_link_request(conn, "T1", "U1", [RequestState.REFUSED], AT) is None
            assert await newest_link_request(conn, "T1", "U2", both, AT) is None
