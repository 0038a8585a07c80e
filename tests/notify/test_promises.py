"""Promises to pay: judged once, by what came, and told to who recorded them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feed import read_on
from bot.promises.judge import FEATURE, judge_due, outcome, reader, shares
from bot.promises.messages import end_of_day
from store.cursors import advance_cursor, claim_cursor
from store.db import Store
from store.invoices import InvoiceStatus
from store.promises import Promise, PromiseState, add_promise, promise_by_id
from store.records import RecordId
from store.sending import Refused
from store.users import deactivate_user
from tests.notify.make import ANA, CUSTOMER, Notifier, invoices, linked, pay
from tests.store.make import AT, make_invoice, save, usd

INVOICE = RecordId("netsuite:invoice:1")


def promise(name: str = "p1", **changes: object) -> Promise:
    known: dict[str, object] = {
        "id": name,
        "about_id": INVOICE,
        "amount": usd(6_000),
        "owed": usd(10_000),
        "promised_on": date(2026, 11, 24),
        "made_at": AT,
        "author": "Ana",
        "author_id": "a",
        "slack_user": ANA,
        "note_id": RecordId("n"),
    }
    return Promise(**known | changes)  # type: ignore[arg-type]  # a table's row has no types


class TestOutcome:
    @pytest.mark.parametrize(
        ("received", "is_over", "state"),
        [
            (None, False, PromiseState.OPEN),
            (5_999, False, PromiseState.OPEN),
            (6_000, False, PromiseState.KEPT),
            (6_001, True, PromiseState.KEPT),
            (5_999, True, PromiseState.PARTLY_KEPT),
            (1, True, PromiseState.PARTLY_KEPT),
            (0, True, PromiseState.BROKEN),
            (None, True, PromiseState.BROKEN),
        ],
    )
    def test_by_what_came(self, received: int | None, is_over: bool, state: PromiseState) -> None:  # noqa: FBT001 - a table's column
        one = promise(received=None if received is None else usd(received))
        assert outcome(one, is_over=is_over) is state


class TestShares:
    def test_the_soonest_promise_first(self) -> None:
        soon, later = promise("soon", received=usd(5_000)), promise("later")
        assert shares(usd(3_000), [soon, later]) == ((soon, usd(1_000)), (later, usd(2_000)))

    def test_what_is_taken_back_comes_off_the_latest_and_off_none_more_than_it_got(self) -> None:
        soon, later = promise("soon", received=usd(5_000)), promise("later", received=usd(1_000))
        assert shares(usd(-3_000), [soon, later]) == ((later, usd(-1_000)), (soon, usd(-2_000)))
        assert shares(usd(-9_000), [soon, promise("none")]) == ((soon, usd(-5_000)),)

    def test_nothing_in_another_currency_and_no_more_than_was_promised(self) -> None:
        assert shares(usd(9_000), [promise()]) == ((promise(), usd(6_000)),)
        assert shares(replace(usd(9_000), currency="EUR"), [promise()]) == ()

    @given(paid=st.integers(0, 10**6), amounts=st.lists(st.tuples(st.integers(1, 10**5), st.integers(0, 10**5))))
    def test_counts_no_cent_twice(self, paid: int, amounts: list[tuple[int, int]]) -> None:
        several = [promise(str(n), amount=usd(a), received=usd(min(a, r))) for n, (a, r) in enumerate(amounts)]
        found = shares(usd(paid), several)
        assert sum(share.minor for _, share in found) <= paid
        assert all(0 < share.minor <= each.amount.minor - (each.received or usd(0)).minor for each, share in found)


class TestEndOfDay:
    def test_is_the_company_s_midnight(self) -> None:
        assert end_of_day(date(2026, 11, 24), ZoneInfo("America/New_York")) == datetime(2026, 11, 25, 5, tzinfo=UTC)


class TestJudge:
    async def test_kept_as_soon_as_it_has_come(self, notifier: Notifier) -> None:
        store = await self._promised(notifier, promise())
        await self._pay(notifier, 4_000, then=2_000)
        assert await self._state(store) is PromiseState.KEPT
        [told] = await notifier.texts("promise")
        assert told.startswith("Promise kept, $60.00 came in payments or credits: INV-1 of ABC Inc.")
        await self._look(notifier)
        assert len(await notifier.posts("promise")) == 1

    async def test_what_was_taken_back_did_not_come(self, notifier: Notifier) -> None:
        store = await self._promised(notifier, promise())
        [invoice] = invoices(1)
        for minor in (4_000, -4_000, 4_000):
            invoice = await pay(notifier, invoice, minor)
            await self._look(notifier)
            notifier.clock.forward(minutes=1)
        assert await self._state(store) is PromiseState.OPEN
        await pay(notifier, invoice, 2_000)
        await self._look(notifier)
        assert await self._state(store) is PromiseState.KEPT

    async def test_kept_by_what_is_taken_back_it_waits_again(self, notifier: Notifier) -> None:
        store = await self._promised(notifier, promise())
        [invoice] = invoices(1)
        invoice = await pay(notifier, invoice, 7_000)
        await self._look(notifier)
        assert await self._state(store) is PromiseState.KEPT
        # What is left still covers it.
        notifier.clock.forward(minutes=1)
        invoice = await pay(notifier, invoice, -1_000)
        await self._look(notifier)
        assert await self._state(store) is PromiseState.KEPT
        for _ in range(2):
            notifier.clock.forward(minutes=1)
            invoice = await pay(notifier, invoice, -2_000)
            await self._look(notifier)
        assert await self._state(store) is PromiseState.OPEN
        _, *told = await notifier.texts("promise")
        assert [text.split(": ")[0] for text in told] == ["A payment was taken back, so a promise is open again"]
        assert "$20.00 of $60.00 has still to come, by " in told[0]
        notifier.clock.forward(minutes=1)
        await pay(notifier, invoice, 4_000)
        await self._look(notifier)
        assert await self._state(store) is PromiseState.KEPT
        anew = (await notifier.texts("promise"))[-1]
        assert anew.startswith("Promise kept, $60.00 came")
        assert anew.endswith("A payment was taken back since you were told of it before.")

    async def test_taken_back_after_its_day_it_is_judged_anew_in_one_message(self, notifier: Notifier) -> None:
        store = await self._promised(notifier, promise())
        [invoice] = invoices(1)
        invoice = await pay(notifier, invoice, 6_000)
        await self._look(notifier)
        notifier.clock.forward(days=5)
        await self._read_source(notifier, notifier.clock())
        await pay(notifier, invoice, -6_000)
        await self._look(notifier)
        assert await self._state(store) is PromiseState.BROKEN
        _, *told = await notifier.texts("promise")
        assert len(told) == 1
        assert told[0].startswith("Promise broken, nothing of $60.00 came: INV-1 of ABC Inc.")
        assert "A payment was taken back since" in told[0]

    async def test_of_a_customer_is_reopened_too(self, notifier: Notifier) -> None:
        store = await self._promised(notifier, promise(about_id=CUSTOMER.id))
        [invoice] = invoices(1)
        invoice = await pay(notifier, invoice, 6_000)
        await self._look(notifier)
        notifier.clock.forward(minutes=1)
        await pay(notifier, invoice, -1_000)
        await self._look(notifier)
        assert await self._state(store) is PromiseState.OPEN
        assert "$10.00 of $60.00 has still to come" in (await notifier.texts("promise"))[-1]

    async def test_of_a_customer_that_no_erp_has_is_judged_when_the_others_were_read(self, notifier: Notifier) -> None:
        lead = RecordId("salesforce:customer:1")
        store = await self._promised(notifier, promise(about_id=lead))
        notifier.clock.forward(days=5)
        await self._look(notifier)
        assert await self._state(store) is PromiseState.OPEN
        await self._read_source(notifier, notifier.clock())
        await self._look(notifier)
        assert await self._state(store) is PromiseState.BROKEN

    async def test_of_a_customer_counts_all_its_invoices(self, notifier: Notifier) -> None:
        store = await self._promised(notifier, promise(about_id=CUSTOMER.id))
        await self._pay(notifier, 6_000)
        assert await self._state(store) is PromiseState.KEPT

    @pytest.mark.parametrize(
        ("paid", "state", "words"),
        [
            (1_000, PromiseState.PARTLY_KEPT, "Promise partly kept, $50.00 did not come"),
            (0, PromiseState.BROKEN, "Promise broken, nothing of $60.00 came"),
        ],
    )
    async def test_only_once_the_source_was_read_after_the_day(
        self, notifier: Notifier, paid: int, state: PromiseState, words: str
    ) -> None:
        store = await self._promised(notifier, promise())
        if paid:
            await self._pay(notifier, paid)
        notifier.clock.now = datetime(2026, 11, 25, 0, 1, tzinfo=UTC)
        await self._look(notifier)
        assert await self._state(store) is PromiseState.OPEN
        await self._read_source(notifier, datetime(2026, 11, 24, 23, 59, tzinfo=UTC))
        assert await self._state(store) is PromiseState.OPEN
        await self._read_source(notifier, datetime(2026, 11, 25, tzinfo=UTC))
        assert await self._state(store) is state
        [told] = await notifier.texts("promise")
        assert told.startswith(words)

    async def test_by_a_payment_that_came_with_the_reading(self, notifier: Notifier) -> None:
        """The pull commits its last page, the payment and how far it read, after the feed was looked at."""
        store = await self._promised(notifier, promise())
        notifier.clock.now = datetime(2026, 11, 25, 2, tzinfo=UTC)
        [invoice] = invoices(1)
        await pay(notifier, invoice, 6_000)
        async with store.write() as conn:
            cursor = await claim_cursor(conn, "netsuite", "invoices", "r")
            await advance_cursor(conn, cursor, value="x", covered_until=notifier.clock.now)
        await judge_due(notifier.deps)
        assert await self._state(store) is PromiseState.KEPT
        assert len(await notifier.posts("promise")) == 1

    async def test_says_once_that_its_source_was_not_read(self, notifier: Notifier) -> None:
        store = await self._promised(notifier, promise())
        notifier.clock.now = datetime(2026, 12, 1, 23, 59, tzinfo=UTC)
        await self._look(notifier)
        assert await notifier.texts("promise") == []
        notifier.clock.forward(minutes=1)
        for _ in range(2):
            await self._look(notifier)
        [told] = await notifier.texts("promise")
        why, _, promised = told.partition(" Promised: ")
        asked, _, reason = why.partition(". ")
        assert asked == "A promise can't be judged yet: INV-1 of ABC Inc"
        assert reason == "Invoices of NetSuite were not read since the promised day."
        assert promised == "$60.00 of $100.00 then open, by 24 Nov 2026."
        assert await self._state(store) is PromiseState.OPEN

    async def test_a_void_invoice_breaks_no_promise(self, notifier: Notifier) -> None:
        store = await self._promised(notifier, promise())
        await save(
            store, make_invoice("1", status=InvoiceStatus.VOIDED, open_balance=usd(0), due_date=date(2027, 1, 1))
        )
        notifier.clock.now = datetime(2026, 11, 26, tzinfo=UTC)
        await self._read_source(notifier, notifier.clock.now)
        assert await self._state(store) is PromiseState.WITHDRAWN
        assert await notifier.posts("promise") == []

    async def test_what_came_before_it_was_made_does_not_count(self, notifier: Notifier) -> None:
        store = await self._promised(notifier, promise(made_at=AT + timedelta(hours=1)))
        await self._pay(notifier, 6_000)
        assert await self._state(store) is PromiseState.OPEN

    async def test_an_author_who_may_see_nothing_is_told_nothing(self, notifier: Notifier) -> None:
        store = await self._promised(notifier, promise())
        async with store.write() as conn:
            await deactivate_user(conn, self._author)
        await self._pay(notifier, 6_000)
        assert await self._state(store) is PromiseState.KEPT
        assert await notifier.posts("promise") == []

    async def test_one_who_lost_access_since_is_not_sent_it(self, notifier: Notifier) -> None:
        store = await self._promised(notifier, promise())
        await self._pay(notifier, 6_000)
        [post] = await notifier.posts("promise")
        assert await FEATURE.checks["promise"](notifier.deps, post) is None
        async with store.write() as conn:
            await deactivate_user(conn, self._author)
        refused = await FEATURE.checks["promise"](notifier.deps, post)
        assert isinstance(refused, Refused)

    async def _promised(self, notifier: Notifier, one: Promise) -> Store:
        store = notifier.deps.store
        await save(store, CUSTOMER, *invoices(1))
        self._author = await linked(store)
        await self._look(notifier)
        async with store.write() as conn:
            await add_promise(conn, one, at=AT)
        notifier.clock.forward(minutes=1)
        return store

    async def _pay(self, notifier: Notifier, minor: int, *, then: int = 0) -> None:
        [invoice] = invoices(1)
        paid = await pay(notifier, invoice, minor)
        if then:
            await pay(notifier, paid, then)
        await self._look(notifier)

    async def _look(self, notifier: Notifier) -> None:
        while await read_on(notifier.deps.store, reader(notifier.deps)):
            pass
        await judge_due(notifier.deps)

    async def _read_source(self, notifier: Notifier, until: datetime) -> None:
        async with notifier.deps.store.write() as conn:
            cursor = await claim_cursor(conn, "netsuite", "invoices", "r")
            await advance_cursor(conn, cursor, value="x", covered_until=until)
        await self._look(notifier)

    async def _state(self, store: Store) -> PromiseState:
        async with store.read() as conn:
            known = await promise_by_id(conn, "p1")
        assert known is not None
        return known.state
