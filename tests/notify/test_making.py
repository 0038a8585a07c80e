"""A subscription is made once of what was submitted, whatever happens to the durable work that makes it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.access import Decision, SlackPerson
from bot.notify.draft import TO_ME, Draft
from bot.notify.making import make, making_payload, may_change
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
from store.users import Role, User
from tests.notify.make import ANA, CHANNEL, TEAM, Notifier, make_subscription
from tests.store.make import AT

DRAFT = Draft(where=CHANNEL, events="payment", zone="UTC", rhythm="daily", digest_at="08:00")
NEW = {"nonce": "n1", "here": CHANNEL, "subscription": ""}


def decision(user_id: str = "o1", role: Role = Role.FINANCE) -> Decision:
    user = User(id=user_id, email="a@m.example", name="Ana", role=role, is_active=True, created_at=AT)
    return Decision(allowed=True, user=user, person=SlackPerson(team_id=TEAM, user_id=ANA))


def payload(draft: Draft = DRAFT, **memory: str) -> dict[str, str]:
    return making_payload(draft, InvoiceFilter(owner="Ann"), decision(), NEW | memory, AT)


class TestMake:
    async def test_run_again_changes_nothing_that_was_done_since(self, notifier: Notifier) -> None:
        await make(notifier.deps, "w", payload())
        async with notifier.deps.store.write() as conn:
            await pause_subscription(conn, "n1", PauseCause.PERSON, "", at=AT)
        await make(notifier.deps, "w", payload())
        async with notifier.deps.store.read() as conn:
            [made] = await subscriptions_of(conn, "o1")
        assert (made.id, made.rhythm, made.wanted.owner, made.paused_at) == ("n1", Rhythm.DAILY, "Ann", AT)
        assert len(await notifier.posts()) == 1

    async def test_its_first_digest_is_the_next_that_is_due(self, notifier: Notifier) -> None:
        await make(notifier.deps, "w", payload())
        async with notifier.deps.store.read() as conn:
            assert await marked_day(conn, "digest/n1") == AT.date()

    async def test_an_edit_keeps_when_it_was_made(self, notifier: Notifier) -> None:
        await make(notifier.deps, "w", payload())
        later = payload(replace(DRAFT, where=TO_ME), nonce="n2", subscription="n1")
        await make(notifier.deps, "w2", later | {"at": (AT + timedelta(days=1)).isoformat()})
        async with notifier.deps.store.read() as conn:
            [edited] = await subscriptions_of(conn, "o1")
        assert (edited.id, edited.created_at, edited.counts_from) == ("n1", AT, AT + timedelta(days=1))
        assert edited.is_direct
        assert (await notifier.texts())[-1].startswith("You changed your updates.")

    async def test_an_edit_of_what_was_deleted_makes_nothing(self, notifier: Notifier) -> None:
        await make(notifier.deps, "w", payload())
        async with notifier.deps.store.write() as conn:
            await delete_subscription(conn, "n1")
        await make(notifier.deps, "w2", payload(nonce="n2", subscription="n1"))
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
