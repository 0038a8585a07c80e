import asyncio
from typing import Any

import pytest

from store.db import Store
from store.users import (
    AccountTakenError,
    DuplicateUserError,
    Role,
    SlackLink,
    User,
    active_users,
    add_user,
    claim_account,
    count_users,
    deactivate_user,
    link_slack,
    linked_people,
    linked_user,
    links_of_account,
    list_users,
    set_role,
    slack_link,
    unlink_account,
    unlink_slack,
    user_by_email,
    user_by_id,
)
from tests.store.make import AT


async def add(store: Store, email: str = "ana@example.com", role: Role = Role.VIEWER) -> User:
    async with store.write() as conn:
        return await add_user(conn, email=email, name="Ana", role=role, at=AT)


def make_link(user: User, **values: Any) -> SlackLink:
    known: dict[str, Any] = {
        "team_id": "T1",
        "slack_user_id": "U1",
        "user_id": user.id,
        "linked_at": AT,
        "linked_by": "admin",
    }
    return SlackLink(**known | values)


async def link(store: Store, user: User, **values: Any) -> None:
    async with store.write() as conn:
        await link_slack(conn, make_link(user, **values))


async def seen_as(store: Store, slack_user_id: str = "U1", team_id: str = "T1") -> User | None:
    async with store.read() as conn:
        return await linked_user(conn, team_id, slack_user_id)


class TestAccounts:
    async def test_are_found_by_email_without_case(self, store: Store) -> None:
        user = await add(store, " Ana@Example.com ")
        assert user.email == "ana@example.com"
        async with store.read() as conn:
            assert await user_by_email(conn, "ANA@example.com\n") == user
            assert await user_by_email(conn, "ben@example.com") is None

    async def test_have_an_email_of_their_own(self, store: Store) -> None:
        await add(store)
        with pytest.raises(DuplicateUserError, match="ANA@example"):
            await add(store, "ANA@example.com")

    async def test_made_twice_at_once_are_one(self, store: Store) -> None:
        made = await asyncio.gather(*(add(store) for _ in range(8)), return_exceptions=True)
        assert sorted(type(one).__name__ for one in made) == ["DuplicateUserError"] * 7 + ["User"]

    async def test_change_their_role(self, store: Store) -> None:
        user, other = await add(store), await add(store, "ben@example.com")
        async with store.write() as conn:
            await set_role(conn, user.id, Role.ADMIN)
        async with store.read() as conn:
            assert {found.email: found.role for found, _ in await list_users(conn)} == {
                user.email: Role.ADMIN,
                other.email: Role.VIEWER,
            }

    async def test_are_listed_by_email_with_their_links(self, store: Store) -> None:
        ben, ana = await add(store, "ben@example.com"), await add(store)
        await link(store, ben)
        await link(store, ben, slack_user_id="U2")
        async with store.read() as conn:
            listed = await list_users(conn)
        assert [(user, {one.slack_user_id for one in links}) for user, links in listed] == [
            (ana, set()),
            (ben, {"U1", "U2"}),
        ]

    async def test_are_counted_while_active(self, store: Store) -> None:
        user = await add(store)
        await add(store, "ben@example.com")
        async with store.write() as conn:
            await deactivate_user(conn, user.id)
            assert await count_users(conn) == 1


class TestSlackLinks:
    async def test_a_linked_person_acts_as_the_account(self, store: Store) -> None:
        user = await add(store, role=Role.FINANCE)
        assert await seen_as(store) is None
        await link(store, user)
        assert await seen_as(store) == user

    async def test_a_link_holds_in_its_workspace_only(self, store: Store) -> None:
        await link(store, await add(store))
        assert await seen_as(store, team_id="T2") is None
        assert await seen_as(store, "U2") is None

    async def test_a_new_link_replaces_the_person_s_old_one(self, store: Store) -> None:
        await link(store, await add(store))
        ben = await add(store, "ben@example.com")
        await link(store, ben, linked_by="other admin")
        assert await seen_as(store) == ben
        async with store.read() as conn:
            assert [links for _, links in await list_users(conn)] == [(), (make_link(ben, linked_by="other admin"),)]

    async def test_a_closed_account_sees_nothing(self, store: Store) -> None:
        user = await add(store)
        await link(store, user)
        async with store.write() as conn:
            await deactivate_user(conn, user.id)
        assert await seen_as(store) is None
        await link(store, user)
        assert await seen_as(store) is None


async def claim(store: Store, user: User, **values: Any) -> None:
    async with store.write() as conn:
        await claim_account(conn, make_link(user, **values))


class TestClaims:
    async def test_an_account_goes_to_one_person_of_a_workspace(self, store: Store) -> None:
        user = await add(store)
        await claim(store, user)
        with pytest.raises(AccountTakenError):
            await claim(store, user, slack_user_id="U2")
        await claim(store, user)
        await claim(store, user, team_id="T2", slack_user_id="U3")
        assert (await seen_as(store), await seen_as(store, "U2")) == (user, None)

    async def test_of_several_at_once_one_gets_it(self, store: Store) -> None:
        user = await add(store)
        tries = (claim(store, user, slack_user_id=f"U{number}") for number in range(8))
        ended = await asyncio.gather(*tries, return_exceptions=True)
        assert sorted(type(each).__name__ for each in ended) == ["AccountTakenError"] * 7 + ["NoneType"]
        async with store.read() as conn:
            assert len(await links_of_account(conn, "T1", user.id)) == 1

    async def test_a_closed_account_goes_to_nobody(self, store: Store) -> None:
        user = await add(store)
        async with store.write() as conn:
            await deactivate_user(conn, user.id)
        with pytest.raises(AccountTakenError):
            await claim(store, user)


class TestUnlinking:
    async def test_of_a_person(self, store: Store) -> None:
        user = await add(store)
        await link(store, user)
        async with store.write() as conn:
            assert not await unlink_slack(conn, "T2", "U1")
            assert await unlink_slack(conn, "T1", "U1")
            assert not await unlink_slack(conn, "T1", "U1")
            assert await slack_link(conn, "T1", "U1") is None

    async def test_of_an_account_in_all_workspaces(self, store: Store) -> None:
        user = await add(store)
        await link(store, user)
        await link(store, user, team_id="T2")
        async with store.write() as conn:
            assert await unlink_account(conn, user.id) == 2
            assert await unlink_account(conn, user.id) == 0


class TestLinkedPeople:
    async def test_are_listed_by_name_and_role(self, store: Store) -> None:
        ana, ben = await add(store, role=Role.ADMIN), await add(store, "ben@example.com")
        await link(store, ana)
        await link(store, ben, slack_user_id="U2")
        await link(store, ben, slack_user_id="U3", team_id="T2")
        async with store.read() as conn:
            people = await linked_people(conn, "T1")
            assert {(user.email, each.slack_user_id) for user, each in people} == {(ana.email, "U1"), (ben.email, "U2")}
            assert [user for user, _ in await linked_people(conn, "T1", role=Role.ADMIN)] == [ana]
            assert await active_users(conn, Role.ADMIN) == (ana,)
            assert await slack_link(conn, "T1", "U1") == make_link(ana)
            assert await user_by_id(conn, ben.id) == ben
            assert await user_by_id(conn, "nobody") is None
