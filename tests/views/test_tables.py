"""Tables and charts of any records: Slack accepts every form of them, and they say what they are of."""

import json
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.filters import Filter
from bot.views.amounts import short_money
from bot.views.contacts import ContactList, contacts_modal
from bot.views.csv_notices import csv_name, csv_words
from bot.views.debtor_table import DEBTORS_PER_PAGE, DebtorTable, debtor_table
from bot.views.invoice_table import ROWS_PER_PAGE, InvoiceTable, Listed, invoice_table
from bot.views.parts import Message
from bot.views.portfolio import Debtor, Portfolio, headline, portfolio_message, share_words
from bot.views.portfolio_menus import Menus, chosen_name, menu_row, ref_of_block
from bot.views.table_ref import InvalidTableError, TableRef, decode_table, encode_table, meant_invoices
from sandbox.slack import blocks as rules
from store.money import Money
from store.open_invoices import Position
from store.portfolio_aging import PastDue
from tests.views import hostile
from tests.views.make import NETSUITE, PLACE, make_aging, make_invoice
from tests.views.shown import nodes, texts

_NAMES = hostile.texts.map(lambda text: " ".join(text.replace('"', "").split())[:100])
_FILTERS = st.builds(
    Filter,
    owner=_NAMES,
    subsidiary=_NAMES,
    currency=st.sampled_from(("", "EUR")),
    amount_over=st.none() | st.decimals(0, 10**15, places=2),
    days_over=st.none() | st.integers(0, 36_500),
)
_POSITIONS = st.none() | st.builds(Position, due_date=hostile.dates, invoice_id=hostile.ids)
_REFS = st.builds(
    TableRef,
    kind=st.sampled_from(("aging", "overdue", "customers", "open")),
    filter=_FILTERS,
    customer_id=st.none() | hostile.ids,
    after=_POSITIONS,
    before=_POSITIONS,
    first=st.integers(1, 10**6),
)
_AGINGS = st.lists(hostile.agings, max_size=7).map(tuple)
_OWES = st.builds(
    PastDue,
    customer_id=hostile.ids,
    past_due_balance=hostile.monies(),
    invoices=st.integers(1, 10**6),
    oldest_due_date=hostile.dates,
)
_DEBTORS = st.lists(st.builds(Debtor, name=hostile.texts, owes=_OWES), max_size=40).map(tuple)
_SHARED: dict[str, Any] = {"place": hostile.places, "provenance": hostile.provenances}
_PORTFOLIOS = st.builds(
    Portfolio,
    **_SHARED,
    filter=_FILTERS,
    aging=_AGINGS,
    largest=_DEBTORS,
    menus=st.builds(
        Menus,
        ref=_REFS,
        owners=st.lists(hostile.texts, max_size=5).map(tuple) | st.just(tuple(f"Rep {n}" for n in range(150))),
        subsidiaries=st.lists(hostile.texts, max_size=5).map(tuple),
    ),
)
_ROWS = st.lists(st.builds(Listed, invoice=hostile.invoices, customer=hostile.texts), max_size=ROWS_PER_PAGE).map(tuple)
_TABLES = st.builds(
    InvoiceTable,
    **_SHARED,
    ref=_REFS,
    rows=_ROWS,
    totals=_AGINGS,
    has_previous=st.booleans(),
    has_next=st.booleans(),
    customer=st.sampled_from(("", "ABC Inc")),
)


_DEBTOR_TABLES = st.builds(
    DebtorTable,
    **_SHARED,
    ref=_REFS,
    debtors=_DEBTORS.map(lambda debtors: debtors[:DEBTORS_PER_PAGE]),
    totals=_AGINGS,
    customers=st.integers(0, 10**6),
    rows=st.integers(0, 10**6),
)
_QUICK = settings(max_examples=20)
# What may stand in a message's text without Slack reading it as a mention, link, quotation or formatting.
_INTERPRETED = re.compile(r"[<>*~`\x00-\x1f\u200b\u202a-\u202e\ud800-\udfff]|://|&(?!amp;|lt;|gt;)")
_MAX_JSON_CHARACTERS = 13_000


def assert_sound(message: Message) -> None:
    """Slack accepts the message in each of its forms, and nothing in it comes alive."""
    assert 0 < len(message.text) <= 4000
    assert not _INTERPRETED.search(message.text)
    for blocks in filter(None, (message.blocks, message.simpler_blocks)):
        assert rules.message_errors(list(blocks)) == ()
        assert not rules.too_long(blocks)
        assert rules.only_one_table(blocks)
        assert len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) <= _MAX_JSON_CHARACTERS
        for node in nodes(blocks):
            assert_node_sound(node)
    kinds = {block["type"] for block in message.simpler_blocks}
    assert not kinds & {"table", "data_table", "data_visualization"}


def assert_node_sound(node: dict[str, Any]) -> None:
    if node.get("type") == "mrkdwn":
        assert node["verbatim"] is True
        assert not re.search(r"[<>](?!$)", node["text"].replace("⚠️ *Stale* · ", ""))
    if node.get("type") == "plain_text":
        assert node["emoji"] is False
    if node.get("type") == "link":
        assert node["url"].startswith(("http", "mailto:"))


class TestAnyRecords:
    @pytest.mark.soak
    @pytest.mark.timeout(3600)
    @settings(_QUICK, max_examples=10_000)
    @given(
        _PORTFOLIOS.map(portfolio_message) | _TABLES.map(invoice_table) | _DEBTOR_TABLES.map(debtor_table),
    )
    def test_ten_thousand_random_tables(self, message: Message) -> None:
        assert_sound(message)

    @_QUICK
    @given(_PORTFOLIOS)
    def test_aging(self, shown: Portfolio) -> None:
        assert_sound(portfolio_message(shown))

    @_QUICK
    @given(_TABLES)
    def test_invoices(self, shown: InvoiceTable) -> None:
        assert_sound(invoice_table(shown))

    @_QUICK
    @given(_DEBTOR_TABLES)
    def test_debtors(self, shown: DebtorTable) -> None:
        assert_sound(debtor_table(shown))

    @_QUICK
    @given(
        st.builds(
            ContactList,
            **_SHARED,
            customer=hostile.customers,
            contacts=st.lists(hostile.contacts, max_size=30).map(tuple),
            has_more=st.booleans(),
        )
    )
    def test_contacts(self, shown: ContactList) -> None:
        assert rules.view_errors(contacts_modal(shown), "modal") == ()

    @_QUICK
    @given(_REFS, hostile.texts)
    def test_the_name_of_a_file(self, ref: TableRef, customer: str) -> None:
        name = csv_name(ref, customer, date(2026, 11, 22))
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
        assert name.endswith("-2026-11-22.csv")
        assert "<" not in csv_words(ref, customer, 3, NETSUITE, PLACE)


class TestTableRef:
    @_QUICK
    @given(_REFS)
    def test_comes_back_as_it_went(self, ref: TableRef) -> None:
        value = encode_table(ref)
        assert not value or decode_table(value) == ref

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "[]",
            "null",
            "x" * 5000,
            "[" * 5000,
            '{"v": 2, "table": "aging", "first": 1}',
            '{"v": 1, "table": "users", "first": 1}',
            '{"v": 1, "table": "aging", "first": 0}',
            '{"v": 1, "table": "aging", "first": true}',
            '{"v": 1, "table": "aging", "first": 1, "filter": "who:me"}',
            '{"v": 1, "table": "aging", "first": 1, "after": ["soon", "x"]}',
            '{"v": 1, "table": "aging", "first": 1, "more": 1}',
            '{"v":1,"table":"aging","first":1}',
        ],
    )
    def test_what_we_did_not_write_is_refused(self, value: str) -> None:
        with pytest.raises(InvalidTableError):
            decode_table(value)

    def test_past_due_is_a_matter_of_a_day(self) -> None:
        assert meant_invoices(TableRef(kind="overdue")).days_over == 0
        assert meant_invoices(TableRef(kind="overdue", filter=Filter(days_over=30))).days_over == 30
        assert meant_invoices(TableRef(kind="open")).days_over is None

    @pytest.mark.parametrize("block_id", ["", "aging.menus|", "lookup.match|1", "aging.menus|{}"])
    def test_menus_of_another_block_are_refused(self, block_id: str) -> None:
        with pytest.raises(InvalidTableError):
            ref_of_block(block_id)

    def test_options_stand_for_names(self) -> None:
        assert (chosen_name("*"), chosen_name("=*"), chosen_name("==")) == ("", "*", "=")
        with pytest.raises(InvalidTableError):
            chosen_name("Robin")


class TestHeadline:
    def test_says_what_is_open_and_past_due_of_each_currency(self) -> None:
        usd = make_aging(86_000_000, 34_000_000)
        eur = make_aging(5_000, currency="EUR")
        assert headline([usd], PLACE) == "$1.2M open, $340K past due (28%)"
        assert headline([usd, eur], PLACE) == "$1.2M open, $340K past due (28%) · €50.00 open, nothing past due"
        assert headline([usd, eur, make_aging(1, currency="GBP")], PLACE).endswith(" · 1 more currency")
        assert headline([], PLACE) == "Nothing is open"

    @pytest.mark.parametrize(
        ("part", "whole", "said"),
        [(0, 5, "0%"), (5, 5, "100%"), (1, 1000, "<1%"), (999, 1000, ">99%"), (1, 8, "13%"), (2834, 10_000, "28%")],
    )
    def test_a_share_is_never_rounded_to_all_or_nothing(self, part: int, whole: int, said: str) -> None:
        assert share_words(part, whole) == said

    @pytest.mark.parametrize(
        ("currency", "minor", "said"),
        [
            ("USD", 99_999_900, "$1M"),
            ("USD", 34_012_050, "$340K"),
            ("USD", 145_249_274, "$1.5M"),
            ("USD", 145_000_001, "$1.5M"),
            ("USD", -145_000_000, "-$1.5M"),
            ("USD", 125_100_000, "$1.3M"),
            ("USD", 254_900_000, "$2.5M"),
            ("USD", 1_234_999, "$12.3K"),
            ("USD", 12_345_678_900, "$123M"),
            ("USD", 95_000, "$950.00"),
            ("JPY", 1_234_567, "¥1.2M"),
            ("KWD", -1_234_567_890, "-KWD\xa01.2M"),
            ("USD", 0, "$0.00"),
        ],
    )
    def test_amounts_are_short(self, currency: str, minor: int, said: str) -> None:
        assert short_money(Money(currency=currency, minor=minor), PLACE) == said

    @pytest.mark.parametrize(
        ("locale", "said"), [("de_DE", "1,5\xa0Mio.\xa0$"), ("en_IN", "$14.5L"), ("ja_JP", "$145万")]
    )
    def test_amounts_are_rounded_to_the_unit_of_the_locale(self, locale: str, said: str) -> None:
        assert short_money(Money(currency="USD", minor=145_249_274), replace(PLACE, locale=locale)) == said


class TestInvoiceTable:
    def make(self, **values: Any) -> InvoiceTable:
        rows = (Listed(invoice=make_invoice(), customer="ABC Inc"),)
        known: dict[str, Any] = {
            "ref": TableRef(kind="overdue"),
            "place": PLACE,
            "provenance": NETSUITE,
            "rows": rows,
            "totals": (make_aging(0, 5_000),),
        }
        return InvoiceTable(**known | values)

    def test_sorts_by_size_and_reads_as_money(self) -> None:
        [table] = [each for each in invoice_table(self.make()).blocks if each["type"] == "data_table"]
        _, customer, days, amount = table["rows"][1]
        assert customer == {"type": "raw_text", "text": "ABC Inc"}
        assert days["type"] == amount["type"] == "raw_number"
        assert Decimal(str(amount["value"])) == make_invoice().open_balance.decimal

    def test_says_when_a_page_has_emptied_meanwhile(self) -> None:
        shown = texts(invoice_table(self.make(rows=())).blocks)
        assert "No invoice on this page any more." in shown


class TestMenus:
    def elements(self, **values: Any) -> list[str]:
        return [element["action_id"] for element in self.row(**values)["elements"]]

    def row(self, **values: Any) -> dict[str, Any]:
        [row] = menu_row(Menus(**{"ref": TableRef(kind="aging")} | values))
        row_json: dict[str, Any] = row.to_dict()
        return row_json

    def test_where_there_is_no_choice_there_is_no_menu(self) -> None:
        assert self.elements(owners=("A",), subsidiaries=()) == ["overdue.open", "csv.send"]
        assert self.elements(owners=("A", "B"))[0] == "aging.owner"

    def test_a_choice_can_be_taken_back(self) -> None:
        chosen = TableRef(kind="aging", filter=Filter(owner="A"))
        [menu, *_] = self.row(ref=chosen, owners=("A",))["elements"]
        assert [option["value"] for option in menu["options"]] == ["*", "=A"]

    def test_a_filter_that_a_block_cannot_remember_has_buttons_only(self) -> None:
        long = TableRef(kind="aging", filter=Filter(owner="o" * 100, subsidiary="s" * 100, currency="EUR"))
        assert self.row(ref=long, owners=("A", "B"))["block_id"] == "aging.buttons"
