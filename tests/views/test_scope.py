"""What a table or a subscription is narrowed down to, in words."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.filters import Filter
from bot.views.invoice_table import InvoiceTable, Listed, invoice_table
from bot.views.portfolio_menus import name_choices
from bot.views.scope import scope_words
from bot.views.subscribe import subscription_words
from bot.views.table_ref import TableRef
from store.portfolio import InvoiceFilter
from tests.notify.make import make_subscription
from tests.views.make import NETSUITE, PLACE, make_aging, make_invoice

_LONG = "Corvane Instruments Europe : Northern Division : " + "Laboratory Equipment " * 4


class TestScopeWords:
    @pytest.mark.parametrize(
        ("name", "shown"),
        [
            ("EU West", "subsidiary EU West"),
            ("Corvane Instruments Europe : Corvane Instruments France", "subsidiary Corvane Instruments France"),
            (_LONG, "subsidiary Laboratory Equipment Laboratory Equipment Laboratory Equi…"),
        ],
    )
    def test_a_subsidiary_is_called_by_its_own_name(self, name: str, shown: str) -> None:
        assert scope_words(Filter(subsidiary=name)) == shown


class TestNameChoices:
    def test_shows_the_last_part_unless_two_read_the_same(self) -> None:
        names = ("Group : East", "Group : West", "Other : West")
        shown = [choice.label for choice in name_choices("All", names)]
        assert shown == ["All", "East", "Group : West", "Other : West"]


class TestSubscriptionWords:
    def test_says_the_filter_as_tables_do(self) -> None:
        wanted = InvoiceFilter(owner="Ana Silva", amount_over=Decimal(10_000), days_over=30)
        one = make_subscription(filter_text='overdue>30d amount>10k owner:me customer:"ABC Inc"', wanted=wanted)
        said = "customer ABC Inc · sales rep Ana Silva · over 10,000 · more than 30 days past due"
        assert said in subscription_words(one)
        assert "overdue>" not in subscription_words(one)


class TestDaysPastDue:
    def test_of_what_is_not_yet_due_are_none(self) -> None:
        later = make_invoice(due_date=PLACE.today + timedelta(days=18))
        table = InvoiceTable(
            ref=TableRef(kind="open", customer_id=later.customer_id),
            place=PLACE,
            provenance=NETSUITE,
            rows=(Listed(invoice=later, customer="ABC Inc"),),
            totals=(make_aging(5_000),),
            customer="ABC Inc",
        )
        [drawn] = [each for each in invoice_table(table).blocks if each["type"] == "data_table"]
        assert drawn["rows"][1][1] == {"type": "raw_text", "text": "-"}
