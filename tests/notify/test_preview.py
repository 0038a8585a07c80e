"""The dry run agrees with what is really posted."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from time import thread_time

import pytest

from bot.notify import preview as dry_run
from bot.notify.preview import Preview, messages, preview
from bot.views.subscribe import preview_words
from store.portfolio import InvoiceFilter
from store.subscriptions import ChannelSubscription, NewsKind, Rhythm
from tests.notify.make import Notifier, begun, invoices, make_subscription, pay
from tests.notify.test_rhythm import several
from tests.store.make import AT, make_invoice, save

WEEK = timedelta(days=7)


async def tried(notifier: Notifier, subscription: ChannelSubscription) -> Preview:
    return await preview(notifier.deps, subscription)


class TestPreview:
    @pytest.mark.sampled(keep=3)
    @pytest.mark.parametrize(
        ("wanted", "count"),
        [
            ({}, 12),
            ({"events": (NewsKind.PAYMENT,)}, 4),
            ({"events": (NewsKind.PAST_DUE,)}, 7),
            ({"wanted": InvoiceFilter(days_over=2), "events": (NewsKind.PAST_DUE,)}, 7),
            ({"wanted": InvoiceFilter(owner="Nobody")}, 0),
        ],
    )
    async def test_says_what_was_posted(self, notifier: Notifier, wanted: dict[str, object], count: int) -> None:
        """A week of the real thing, and then the dry run of the same subscription."""
        due = [make_invoice(f"d{day}", due_date=AT.date() + timedelta(days=day)) for day in range(-6, 10)]
        known = [*invoices(4), *due]
        subscription: dict[str, object] = {"wanted": InvoiceFilter(amount_over=Decimal(1))} | wanted
        await begun(notifier, *known, **subscription, counts_from=AT)
        for day in range(7):
            notifier.clock.forward(hours=23, minutes=59, seconds=59)
            if day < 3:
                await pay(notifier, known[day], 500)
            if day == 4:
                # Told as past due before it was paid.
                await pay(notifier, due[7], 10_000)
                await save(notifier.deps.store, make_invoice("n", due_date=date(2027, 1, 1)), at=notifier.clock())
            await notifier.look()
        posted = len(await notifier.posts())
        found = await tried(notifier, make_subscription(**subscription))
        assert found.messages == posted
        assert sum(number for _, number in found.news) >= posted
        assert posted == count

    async def test_of_a_store_without_changes_is_nothing(self, notifier: Notifier) -> None:
        await begun(notifier)
        notifier.clock.forward(days=30)
        assert await tried(notifier, make_subscription()) == Preview(messages=0, news=())

    async def test_counts_no_more_than_it_says(self, notifier: Notifier, monkeypatch: pytest.MonkeyPatch) -> None:
        due = [make_invoice(f"d{number}", due_date=AT.date() - timedelta(days=1)) for number in range(6)]
        await begun(notifier, *due)
        past_due = make_subscription(events=(NewsKind.PAST_DUE,))
        assert not (await tried(notifier, past_due)).is_partial
        monkeypatch.setattr(dry_run, "MOST", 5)
        found = await tried(notifier, past_due)
        assert found == Preview(messages=5, news=((NewsKind.PAST_DUE, 5),), is_partial=True)
        assert preview_words(found).endswith("so it may have been more.")

    async def test_a_first_reading_is_not_too_much_to_count(
        self, notifier: Notifier, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In the week after it, thousands of changes are no news; what came after them is."""
        known = invoices(8)
        await begun(notifier, *known)
        monkeypatch.setattr(dry_run, "MOST", 5)
        paid = make_subscription(events=(NewsKind.PAYMENT,))
        assert await tried(notifier, paid) == Preview(messages=0, news=())
        for invoice in known[:5]:
            await pay(notifier, invoice, 500)
        notifier.clock.forward(hours=1)
        assert not (await tried(notifier, paid)).is_partial
        await pay(notifier, known[5], 500)
        notifier.clock.forward(hours=1)
        assert (await tried(notifier, paid)).is_partial


class TestMessages:
    @pytest.mark.parametrize(("rhythm", "count"), [(Rhythm.AT_ONCE, 1), (Rhythm.DAILY, 7), (Rhythm.WEEKLY, 1)])
    def test_by_rhythm(self, rhythm: Rhythm, count: int) -> None:
        one = make_subscription(rhythm=rhythm)
        assert messages(one, several(14, AT - timedelta(hours=2)), AT - WEEK, AT) == count

    @pytest.mark.parametrize("apart", [timedelta(0), timedelta(minutes=1)])
    def test_of_a_flood_are_counted_in_no_time(self, apart: timedelta) -> None:
        flood = [replace(each, at=AT - WEEK + apart * place) for place, each in enumerate(several(10_000, AT))]
        began = thread_time()
        messages(make_subscription(), flood, AT - WEEK, AT)
        assert thread_time() - began < 2

    def test_quiet_hours_gather(self) -> None:
        one = make_subscription(quiet_from=time(0), quiet_until=time(8))
        night = [*several(3, AT - timedelta(hours=6)), *several(2, AT - timedelta(minutes=30))]
        assert messages(one, night, AT - WEEK, AT) == 3
        assert messages(replace(one, quiet_from=None), night, AT - WEEK, AT) == 5
