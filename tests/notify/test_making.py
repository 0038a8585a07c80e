"""A subscription is made once of what was submitted, whatever happens to the durable work that makes it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.access import Decision, SlackPerson
from bot.notify.draft import TO_ME, Draft
from bot.notify.making import make, making_payload, may_change
from store.audit import recent_subjects
from store.day_marks import marked_day
from store.portfolio import InvoiceFilter
from store.subscriptions import (
    PauseCause,
    Rhythm,
    delete_subscription,
    pause_subscription,
    subscription_by_id,
    subscriptions_of,
)
from store.users import Role, User, deactivate_user
from tests.notify.make import ANA, CHANNEL, TEAM, Notifier, linked, make_subscription, subscribed
from tests.store.make import AT

DRAFT = Draft(where=CHANNEL, events="payment", zone="UTC", rhythm="daily", digest_at="08:00")
NEW = {"nonce": "n1", "here": CHANNEL, "subscription": ""}


def decision(user_id: str = "o1", role: Role = Role.FINANCE) -> Decision:
    user = User(id=user_id, email="a@m.example", name="Ana", role=role, is_active=True, created_at=AT)
    return Decision(allowed=True, user=user, person=SlackPerson(team_id=TEAM, user_id=ANA))


@pytest.fixture
async def ana(notifier: Notifier) -> str:
    """Her account's id."""
    return await linked(notifier.deps.store)


def payload(user_id: str, draft: Draft = DRAFT, **memory: str) -> dict[str, str]:
    return making_payload(draft, InvoiceFilter(owner="Ann"), decision(user_id), NEW | memory, AT)


class TestMake:
    async def test_run_again_changes_nothing_that_was_done_since(self, notifier: Notifier, ana: str) -> None:
        await make(notifier.deps, "w", payload(ana))
        async with notifier.deps.store.write() as conn:
            await pause_subscription(conn, "n1", PauseCause.PERSON, "", at=AT)
        await make(notifier.deps, "w", payload(ana))
        async with notifier.deps.store.read() as conn:
            [made] = await subscriptions_of(conn, ana)
        assert (made.id, made.rhythm, made.wanted.owner, made.paused_at) == ("n1", Rhythm.DAILY, "Ann", AT)
        assert len(await notifier.posts()) == 1

    async def test_its_first_digest_is_the_next_that_is_due(self, notifier: Notifier, ana: str) -> None:
        await make(notifier.deps, "w", payload(ana))
        async with notifier.deps.store.read() as conn:
            assert await marked_day(conn, "digest/n1") == AT.date()

    async def test_an_edit_keeps_when_it_was_made(self, notifier: Notifier, ana: str) -> None:
        await make(notifier.deps, "w", payload(ana))
        later = payload(ana, replace(DRAFT, where=TO_ME), nonce="n2", subscription="n1")
        await make(notifier.deps, "w2", later | {"at": (AT + timedelta(days=1)).isoformat()})
        async with notifier.deps.store.read() as conn:
            [edited] = await subscriptions_of(conn, ana)
        assert (edited.id, edited.created_at, edited.counts_from) == ("n1", AT, AT + timedelta(days=1))
        assert edited.is_direct
        assert (await notifier.texts())[-1].startswith("You changed your updates.")

    @pytest.mark.parametrize("memory", [{"nonce": "s1"}, {"nonce": "n2", "subscription": "s1"}])
    async def test_another_s_is_not_taken_over(self, notifier: Notifier, ana: str, memory: dict[str, str]) -> None:
        """What the form remembers may be forged: an id of another's as its own name, or as what it edits."""
        store = notifier.deps.store
        theirs = await subscribed(store, owner_id=await linked(store, "U0BEN"), owner_slack="U0BEN")
        await make(notifier.deps, "w", payload(ana, DRAFT, **memory))
        async with store.read() as conn:
            assert await subscription_by_id(conn, "s1") == theirs
            assert await recent_subjects(conn, f"user:{ana}", "subscribe.make.denied", among=9) == ("s1",)
        assert await notifier.posts() == []

    async def test_of_two_that_are_equal_the_later_is_told_who_was_sooner(self, notifier: Notifier, ana: str) -> None:
        store, ben = notifier.deps.store, await linked(notifier.deps.store, "U0BEN")
        his = payload(ben, nonce="n2") | {"owner_slack": "U0BEN"}
        await asyncio.gather(make(notifier.deps, "w", payload(ana)), make(notifier.deps, "w2", his))
        async with store.read() as conn:
            made = (*await subscriptions_of(conn, ana), *await subscriptions_of(conn, ben))
        assert len(made) == 1
        assert len(await notifier.posts()) == 1
        [told] = await notifier.posts("subscription")
        assert told.payload["channel"] == ({ANA, "U0BEN"} - {made[0].owner_slack}).pop()
        assert "Your updates were not set up a second time. This channel already gets this from" in told.payload["text"]
        # The work may run again after a crash.
        await asyncio.gather(make(notifier.deps, "w", payload(ana)), make(notifier.deps, "w2", his))
        assert (len(await notifier.posts()), len(await notifier.posts("subscription"))) == (1, 1)

    async def test_who_lost_the_right_meanwhile_makes_none(self, notifier: Notifier, ana: str) -> None:
        asked = payload(ana)
        async with notifier.deps.store.write() as conn:
            await deactivate_user(conn, asked["owner_id"])
        await make(notifier.deps, "w", asked)
        async with notifier.deps.store.read() as conn:
            assert await subscription_by_id(conn, "n1") is None

    async def test_an_edit_of_what_was_deleted_makes_nothing(self, notifier: Notifier, ana: str) -> None:
        await make(notifier.deps, "w", payload(ana))
        async with notifier.deps.store.write() as conn:
            await delete_subscription(conn, "n1")
        await make(notifier.deps, "w2", payload(ana, nonce="n2", subscription="n1"))
        async with notifier.deps.store.read() as conn:
            assert await subscription_by_id(conn, "n1") is None
        assert len(await notifier.posts()) == 1


class TestMayChange:
    @pytest.mark.parametrize(
        ("who", "role", "changes", "may"),
        [
            ("o1", Role.FINANCE, {}, True),
            ("o2", Role.FINANCE, {}, False),
            ("o2", Role.ADMIN, {}, True),
            ("o2", Role.ADMIN, {"channel_id": ANA}, False),
            ("o1", Role.FINANCE, {"channel_id": ANA}, True),
            # Whoever set it up may no more: anybody who may act takes it over.
            ("o2", Role.FINANCE, {"pause_cause": PauseCause.OWNER}, True),
            ("o2", Role.FINANCE, {"pause_cause": PauseCause.OWNER, "channel_id": ANA}, False),
        ],
    )
    def test_by_owner_and_role(self, who: str, role: Role, changes: dict[str, str], may: bool) -> None:  # noqa: FBT001 - a table's column
        one = make_subscription(owner_id="o1", **changes)
        assert may_change(decision(who, role), one) is may
        assert not may_change(replace(decision(who, role), allowed=False), one)
