from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

from store.crossings import due_between
from store.day_marks import mark_day, marked_day, unmark_days
from store.db import Store
from store.money import Money
from store.notices import (
    Notice,
    add_notices,
    drop_waiting,
    forget_notices,
    known_notices,
    mark_told,
    subscriptions_waiting,
    told_since,
    waiting_notices,
)
from store.portfolio import InvoiceFilter
from store.records import RecordId
from store.source_alerts import SourceAlert, alerts_since, move_alert, source_alert
from store.subscriptions import (
    ChannelSubscription,
    NewsKind,
    PauseCause,
    Rhythm,
    active_subscriptions,
    delete_subscription,
    move_subscriptions,
    note_offer,
    pause_subscription,
    put_subscription,
    resume_subscription,
    subscription_by_id,
    subscriptions_in,
    subscriptions_of,
    unoffered_subscriptions,
)
from tests.store.make import AT, make_invoice, save

FULL = ChannelSubscription(
    id="s1",
    channel_id="C1",
    owner_id="o1",
    owner_slack="U1",
    events=(NewsKind.PAST_DUE, NewsKind.PAYMENT),
    time_zone="Europe/Paris",
    created_at=AT,
    counts_from=AT,
    filter_text="amount>10.50",
    wanted=InvoiceFilter(owner="Ann", customer_id=RecordId("x:customer:1"), amount_over=Decimal("10.50"), days_over=3),
    rhythm=Rhythm.WEEKLY,
    digest_at=time(16, 30),
    digest_weekday=4,
    quiet_from=time(22),
    quiet_until=time(7),
)
PLAIN = replace(
    FULL, id="s2", channel_id="U1", events=(), filter_text="", wanted=InvoiceFilter(), quiet_from=None, quiet_until=None
)
NOTICE = Notice(
    id="n1", subscription_id="s1", kind=NewsKind.PAYMENT, at=AT, about_id=RecordId("x:invoice:1"), origin="x"
)


async def kept(store: Store, *several: ChannelSubscription) -> None:
    async with store.write() as conn:
        for each in several:
            await put_subscription(conn, each)


class TestSubscriptions:
    async def test_come_back_as_they_were(self, store: Store) -> None:
        await kept(store, FULL, PLAIN)
        async with store.read() as conn:
            assert await subscription_by_id(conn, "s1") == FULL
            assert await subscription_by_id(conn, "s2") == PLAIN
            assert await subscription_by_id(conn, "s3") is None
            assert await subscriptions_of(conn, "o1") == (FULL, PLAIN)
            assert await subscriptions_in(conn, "C1") == (FULL,)
            assert await active_subscriptions(conn) == (FULL, PLAIN)
        assert PLAIN.is_direct
        assert not FULL.is_direct

    async def test_one_takes_the_place_of_its_elder(self, store: Store) -> None:
        newer = replace(FULL, events=(), rhythm=Rhythm.DAILY)
        await kept(store, FULL, newer)
        async with store.read() as conn:
            assert await subscriptions_of(conn, "o1") == (newer,)

    async def test_pause_and_resume_once(self, store: Store) -> None:
        await kept(store, FULL)
        later = AT + timedelta(hours=1)
        async with store.write() as conn:
            assert await pause_subscription(conn, "s1", PauseCause.CHANNEL, "Gone.", at=AT)
            assert not await pause_subscription(conn, "s1", PauseCause.PERSON, "", at=later)
            paused = await subscription_by_id(conn, "s1")
            assert paused == replace(FULL, paused_at=AT, pause_cause=PauseCause.CHANNEL, pause_reason="Gone.")
            assert await active_subscriptions(conn) == ()
            assert await unoffered_subscriptions(conn) == (paused,)
            assert await note_offer(conn, "s1", at=later)
            assert not await note_offer(conn, "s1", at=later)
            assert await unoffered_subscriptions(conn) == ()
            assert await resume_subscription(conn, "s1", at=later)
            assert not await resume_subscription(conn, "s1", at=later)
            assert await subscription_by_id(conn, "s1") == replace(FULL, counts_from=later)

    async def test_move_and_end(self, store: Store) -> None:
        await kept(store, FULL, PLAIN)
        async with store.write() as conn:
            await move_subscriptions(conn, "C1", "C2")
            assert await subscriptions_in(conn, "C2") == (replace(FULL, channel_id="C2"),)
            assert await delete_subscription(conn, "s1")
            assert not await delete_subscription(conn, "s1")
            assert await subscriptions_of(conn, "o1") == (PLAIN,)


class TestNotices:
    async def test_wait_and_are_told_once(self, store: Store) -> None:
        paid = replace(NOTICE, id="n2", amount=Money(currency="KWD", minor=1_500), text="x")
        async with store.write() as conn:
            await add_notices(conn, [paid, NOTICE])
            await add_notices(conn, [replace(NOTICE, text="again")])
            await add_notices(conn, [])
            assert await waiting_notices(conn, "s1", limit=9) == (NOTICE, paid)
            assert await subscriptions_waiting(conn) == {"s1"}
            assert await known_notices(conn, ["n1", "n3"]) == {"n1"}
            await mark_told(conn, ["n1", "n2"], at=AT, delivery_id="d", is_gathered=True)
            assert await waiting_notices(conn, "s1", limit=9) == ()
            assert await subscriptions_waiting(conn) == frozenset()
            told = await told_since(conn, "s1", AT, limit=9)
            assert [(each.id, each.told_at, each.delivery_id, each.is_gathered) for each in told] == [
                ("n1", AT, "d", True),
                ("n2", AT, "d", True),
            ]
            assert await told_since(conn, "s1", AT + timedelta(seconds=1), limit=9) == ()

    async def test_what_was_told_is_not_forgotten(self, store: Store) -> None:
        async with store.write() as conn:
            await add_notices(conn, [NOTICE, replace(NOTICE, id="n2"), replace(NOTICE, id="n3")])
            await mark_told(conn, ["n1"], at=AT, delivery_id="d", is_gathered=False)
            await forget_notices(conn, ["n1", "n2"])
            assert await known_notices(conn, ["n1", "n2", "n3"]) == {"n1", "n3"}
            await drop_waiting(conn, "s1")
            assert await known_notices(conn, ["n1", "n2", "n3"]) == {"n1"}


class TestDayMarks:
    async def test_go_forward_only(self, store: Store) -> None:
        async with store.write() as conn:
            assert await marked_day(conn, "a") is None
            assert await mark_day(conn, "a", date(2026, 11, 22))
            assert not await mark_day(conn, "a", date(2026, 11, 22))
            assert not await mark_day(conn, "a", date(2026, 11, 21))
            assert await mark_day(conn, "a", date(2026, 11, 23))
            assert await marked_day(conn, "a") == date(2026, 11, 23)
            await unmark_days(conn, "a")
            assert await marked_day(conn, "a") is None


class TestSourceAlerts:
    async def test_only_who_saw_the_last_state_moves_it(self, store: Store) -> None:
        async with store.write() as conn:
            fresh = await source_alert(conn, "x")
            assert fresh == SourceAlert(source="x")
            first = replace(fresh, trouble="down", since=AT)
            assert await move_alert(conn, fresh, first)
            assert not await move_alert(conn, fresh, first)
            known = await source_alert(conn, "x")
            assert known == replace(first, version=1)
            told = replace(known, told_at=AT, is_open=True)
            assert await move_alert(conn, known, told)
            assert not await move_alert(conn, known, told)
            assert await alerts_since(conn, AT) == (("x", AT),)
            assert await alerts_since(conn, AT + timedelta(seconds=1)) == ()


class TestDueBetween:
    async def test_comes_in_pages_with_both_days(self, store: Store) -> None:
        days = [date(2026, 11, 1) + timedelta(days=number % 5) for number in range(1_003)]
        await save(store, *[make_invoice(str(number), due_date=day) for number, day in enumerate(days)])
        await save(store, make_invoice("none", due_date=None), make_invoice("gone", deleted_at=AT))
        async with store.read() as conn:
            pages = [page async for page in due_between(conn, date(2026, 11, 2), date(2026, 11, 4))]
        found = [invoice.due_date for page in pages for invoice in page if invoice.due_date]
        assert len(pages) == 2
        assert sorted(found) == sorted(day for day in days if 2 <= day.day <= 4)
