"""Which news a subscription wants, as a table of decisions."""

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.notify.news import News
from bot.notify.wanted import days_to_cross, is_equal, is_wanted, notice_of
from store.custom_values import CustomMatch
from store.invoices import InvoiceStatus
from store.portfolio import InvoiceFilter
from store.subscriptions import NewsKind, Rhythm
from tests.notify.make import TODAY, make_subscription
from tests.store.make import AT, make_customer, make_invoice, usd
from tests.store.test_custom_values import FIELD, choice, fields

REP = "Ann Lee"
CUSTOMER = make_customer(sales_rep=REP, subsidiary="US", credit_limit=usd(100_000))


def news(kind: NewsKind, **changes: Any) -> News:
    invoice = make_invoice(due_date=date(2026, 11, 21), sales_rep=REP, subsidiary="US")
    known: dict[str, Any] = {
        "occasion": "1",
        "at": AT,
        "origin": "netsuite",
        "invoice": invoice,
        "customer": CUSTOMER,
        "amount": invoice.open_balance,
    }
    return News(kind=kind, **known | changes)


def wants(filter_: dict[str, Any], told: News, **changes: Any) -> bool:
    return is_wanted(make_subscription(wanted=InvoiceFilter(**filter_), **changes), told, TODAY)


PAST_DUE, PAYMENT, LARGE = NewsKind.PAST_DUE, NewsKind.PAYMENT, NewsKind.LARGE_INVOICE
LIMIT, NOTE, TROUBLE = NewsKind.CREDIT_LIMIT, NewsKind.ERP_NOTE, NewsKind.SYNC_TROUBLE
OF_CUSTOMER = {"invoice": None}
PAID_IN_FULL = {
    "invoice": make_invoice(due_date=date(2026, 10, 1), status=InvoiceStatus.PAID, open_balance=usd(0)),
    "amount": usd(1_200_00),
}


class TestIsWanted:
    @pytest.mark.parametrize(
        ("wanted", "kind", "changes", "expected"),
        [
            ({}, PAST_DUE, {}, True),
            ({"days_over": 30}, PAST_DUE, {}, False),
            ({"days_over": 0}, PAST_DUE, {}, True),
            ({"amount_over": Decimal(100)}, PAST_DUE, {}, False),
            ({"amount_over": Decimal(99)}, PAST_DUE, {}, True),
            ({"owner": REP, "subsidiary": "US", "currency": "USD", "customer_id": CUSTOMER.id}, PAST_DUE, {}, True),
            ({"owner": "Bo"}, PAST_DUE, {}, False),
            ({"currency": "EUR"}, PAST_DUE, {}, False),
            # Due today is not past due.
            ({}, PAST_DUE, {"invoice": make_invoice(due_date=TODAY)}, False),
            # It was past due by its earlier due date, too.
            ({}, PAST_DUE, {"previous_due": date(2026, 11, 1)}, False),
            ({}, PAST_DUE, {"previous_due": date(2026, 12, 1)}, True),
            ({"days_over": 30}, PAST_DUE, {"invoice": make_invoice(due_date=date(2026, 10, 22))}, True),
            ({}, PAYMENT, PAID_IN_FULL, True),
            # By what was paid and how late, not by what is left.
            ({"amount_over": Decimal(1_000)}, PAYMENT, PAID_IN_FULL, True),
            ({"amount_over": Decimal(1_200)}, PAYMENT, PAID_IN_FULL, False),
            ({"days_over": 30}, PAYMENT, PAID_IN_FULL, True),
            ({"days_over": 60}, PAYMENT, PAID_IN_FULL, False),
            # How large is large, the subscription has to say.
            ({}, LARGE, {}, False),
            ({"amount_over": Decimal(99)}, LARGE, {}, True),
            ({"amount_over": Decimal(99), "days_over": 30}, LARGE, {}, True),
            ({"amount_over": Decimal(100)}, LARGE, {}, False),
            ({"amount_over": Decimal(99), "owner": "Bo"}, LARGE, {}, False),
            ({}, LIMIT, OF_CUSTOMER, True),
            ({"owner": REP, "subsidiary": "US", "currency": "USD", "days_over": 90}, LIMIT, OF_CUSTOMER, True),
            ({"amount_over": Decimal(100)}, LIMIT, OF_CUSTOMER, False),
            ({"currency": "EUR"}, LIMIT, OF_CUSTOMER, False),
            ({"subsidiary": "UK"}, LIMIT, OF_CUSTOMER, False),
            ({}, LIMIT, OF_CUSTOMER | {"customer": None}, False),
            ({}, NOTE, {}, True),
            ({"owner": "Bo"}, NOTE, {}, False),
            ({"owner": REP, "amount_over": Decimal(10_000)}, NOTE, OF_CUSTOMER | {"amount": None}, True),
            ({"owner": "Bo"}, NOTE, OF_CUSTOMER | {"amount": None}, False),
            ({"owner": "Bo", "amount_over": Decimal(1)}, TROUBLE, {"invoice": None, "customer": None}, True),
        ],
    )
    def test_by_filter(self, wanted: dict[str, Any], kind: NewsKind, changes: dict[str, Any], expected: bool) -> None:  # noqa: FBT001 - a table's column
        assert wants(wanted, news(kind, **changes)) is expected

    @pytest.mark.parametrize("kind", NewsKind)
    def test_only_the_kinds_that_were_chosen(self, kind: NewsKind) -> None:
        others = tuple(each for each in NewsKind if each is not kind)
        assert not wants({"amount_over": Decimal(1)}, news(kind), events=others)

    def test_not_what_happened_before_it(self) -> None:
        assert not wants({}, news(PAST_DUE), counts_from=AT + timedelta(seconds=1))
        assert wants({}, news(PAST_DUE), counts_from=AT)


class TestNoticeOf:
    def test_is_the_same_whenever_it_is_found_and_another_for_each_occasion(self) -> None:
        one = make_subscription()
        first = notice_of(one, news(PAST_DUE))
        assert first.id == notice_of(one, news(PAST_DUE, at=AT + timedelta(days=1))).id
        others = [
            notice_of(replace(one, id="s2"), news(PAST_DUE)).id,
            notice_of(one, news(PAST_DUE, occasion="2")).id,
            notice_of(one, news(PAYMENT)).id,
            notice_of(one, news(PAST_DUE, invoice=None)).id,
        ]
        assert len({first.id, *others}) == 5

    def test_of_a_source_is_about_no_record(self) -> None:
        found = notice_of(make_subscription(), news(TROUBLE, invoice=None, customer=None, text="down"))
        assert (found.about_id, found.origin, found.text) == ("", "netsuite", "down")


class TestDaysToCross:
    @pytest.mark.parametrize(("days_over", "day"), [(None, 1), (0, 1), (30, 31)])
    def test_is_the_first_day_that_is_wanted(self, days_over: int | None, day: int) -> None:
        assert days_to_cross(InvoiceFilter(days_over=days_over)) == day


class TestIsEqual:
    @pytest.mark.parametrize(
        ("changes", "equal"),
        [
            ({"filter_text": "amount > 10,000", "owner_id": "o2"}, True),
            ({"events": (NewsKind.PAYMENT, NewsKind.PAST_DUE)}, True),
            ({"digest_at": time(9), "time_zone": "Europe/Paris"}, True),
            ({"events": (NewsKind.PAYMENT,)}, False),
            ({"wanted": InvoiceFilter(days_over=3)}, False),
            ({"rhythm": Rhythm.DAILY}, False),
            ({"quiet_from": time(22), "quiet_until": time(7)}, False),
            ({"id": "s1"}, False),
        ],
    )
    def test_by_what_is_told_and_when(self, changes: dict[str, Any], equal: bool) -> None:  # noqa: FBT001 - a table's column
        one = make_subscription(events=(NewsKind.PAST_DUE, NewsKind.PAYMENT))
        assert is_equal(one, replace(one, **{"id": "s2"} | changes)) is equal


class TestCustomFields:
    @pytest.mark.parametrize(
        ("kind", "value", "told", "expected"),
        [
            ("invoice", "Fax", PAST_DUE, True),
            ("invoice", "Pigeon", PAST_DUE, False),
            ("customer", "Fax", PAYMENT, True),
            ("customer", "Pigeon", PAYMENT, False),
            ("customer", "Fax", LIMIT, True),
            ("customer", "Pigeon", LIMIT, False),
        ],
    )
    def test_narrow_down_what_is_told(self, kind: str, value: str, told: NewsKind, *, expected: bool) -> None:
        sent_by = fields({"type": "MultiSelect", "value": [choice("Fax"), choice("Post")]})
        about = {
            "invoice": make_invoice(due_date=date(2026, 11, 21), custom_fields_json=sent_by),
            "customer": make_customer(custom_fields_json=sent_by),
        }
        wanted = {"custom": CustomMatch(kind=kind, script_id=FIELD, value=value)}
        assert wants(wanted, news(told, **about), events=(told,)) is expected
