"""Subsidiaries, accounts, rates, contacts, orders, balances and deletions."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from store.money import Money
from sync.connector import Gone
from sync.connectors.netsuite.mapping import (
    balance,
    contact,
    exchange_rate,
    gl_account,
    gone,
    sales_order,
    subsidiary,
)
from sync.connectors.netsuite.values import UnreadableFieldError, row_fields
from tests.sync.netsuite.trees import (
    ACCOUNT,
    account_tree,
    balance_tree,
    contact_tree,
    rate_tree,
    reference,
    sales_order_tree,
    subsidiary_tree,
)


class TestSubsidiary:
    def test_carries_names_currency_and_parent(self) -> None:
        found = subsidiary(subsidiary_tree(), ACCOUNT)
        assert (found.id, found.name, found.legal_name) == ("netsuite:subsidiary:2", "HQ EMEA", "Example GmbH")
        assert (found.parent_id, found.currency, found.country) == ("netsuite:subsidiary:1", "EUR", "_germany")
        assert (found.is_elimination, found.is_inactive, found.source_changed_at) == (False, False, None)
        assert json.loads(found.extra_json) == {}


class TestGLAccount:
    def test_carries_number_name_and_type(self) -> None:
        found = gl_account(account_tree(), ACCOUNT)
        assert (found.id, found.number, found.name) == ("netsuite:gl_account:122", "1100", "Accounts Receivable")
        assert (found.type, found.parent_id) == ("_accountsReceivable", "netsuite:gl_account:100")
        assert json.loads(found.extra_json) == {"generalRate": "_current"}

    def test_has_a_currency_only_when_it_says_so(self) -> None:
        single = replace(ACCOUNT, currency="USD")
        assert gl_account(account_tree(), single).currency is None
        assert gl_account(account_tree(currency={"@internalId": "2"}), single).currency == "EUR"


class TestExchangeRate:
    def test_says_what_one_unit_costs_and_since_when(self) -> None:
        found = exchange_rate(rate_tree(), ACCOUNT)
        assert (found.id, found.base_currency, found.currency) == ("netsuite:exchange_rate:33", "USD", "EUR")
        assert (found.rate, found.effective_date) == ("1.0875", date(2026, 10, 20))

    @pytest.mark.parametrize("field", ["baseCurrency", "transactionCurrency", "exchangeRate", "effectiveDate"])
    def test_without_a_part_is_told(self, field: str) -> None:
        with pytest.raises(UnreadableFieldError, match=f"{field}: is missing"):
            exchange_rate(rate_tree(**{field: None}), replace(ACCOUNT, currency="USD"))


class TestContact:
    def test_carries_names_and_ways_to_reach(self) -> None:
        found = contact(contact_tree(), ACCOUNT)
        assert (found.id, found.name, found.customer_id) == (
            "netsuite:contact:40",
            "Ada Byron",
            "netsuite:customer:17",
        )
        assert (found.email, found.other_email) == ("ada@example.com", "ada.byron@example.com")
        assert (found.phone, found.mobile_phone, found.title) == ("+1 555 0100", "+1 555 0101", "Controller")

    def test_is_primary_when_a_search_says_so(self) -> None:
        assert not contact(contact_tree(), ACCOUNT).is_primary
        assert contact(contact_tree(), replace(ACCOUNT, marked=frozenset({"40"}))).is_primary

    def test_of_nobody_yet_is_kept(self) -> None:
        assert contact(contact_tree(company=None), ACCOUNT).customer_id is None

    def test_is_named_by_its_id_when_it_has_no_name(self) -> None:
        assert contact(contact_tree(firstName=None, lastName=None), ACCOUNT).name == "Ada Byron"
        with pytest.raises(UnreadableFieldError, match="entityId: is missing"):
            contact(contact_tree(firstName=None, lastName=None, entityId=None), ACCOUNT)


class TestSalesOrder:
    def test_carries_identity_and_amount(self) -> None:
        found = sales_order(sales_order_tree(), ACCOUNT)
        assert (found.number, found.total, found.order_date) == (
            "T-8000",
            Money(currency="USD", minor=300_00),
            date(2026, 10, 20),
        )
        assert (found.po_number, found.payment_terms, found.status) == ("PO 7", "Net 30", "Pending Fulfillment")

    def test_without_a_status_text_takes_the_enumeration(self) -> None:
        found = sales_order(sales_order_tree(status=None, orderStatus="_pendingBillingPartFulfilled"), ACCOUNT)
        assert found.status == "Pending Billing Part Fulfilled"

    def test_keeps_the_addresses_that_were_chosen_for_it_and_no_list(self) -> None:
        chosen = reference("31", "Omaha")
        tree = sales_order_tree(billAddressList=chosen, itemList={"item": {"line": "1"}})
        kept = json.loads(sales_order(tree, ACCOUNT).extra_json)
        assert (kept["billAddressList"], "itemList" in kept) == (chosen, False)


class TestBalance:
    def test_is_what_the_search_says(self) -> None:
        found = balance(balance_tree(), ACCOUNT)
        assert (found.id, found.customer_id) == ("netsuite:balance:17", "netsuite:customer:17")
        assert (found.balance.minor, found.days_past_due) == (1200_50, 12)
        assert (found.past_due, found.deposits) == (
            Money(currency="USD", minor=200_00),
            Money(currency="USD", minor=80_00),
        )

    def test_is_in_the_customers_own_currency_where_there_are_several(self) -> None:
        found = balance(balance_tree(currency={"@internalId": "3"}, fxBalance="900", balance="6.05"), ACCOUNT)
        assert found.balance == Money(currency="JPY", minor=900)

    def test_may_be_a_credit(self) -> None:
        assert balance(balance_tree(balance="-50.0"), ACCOUNT).balance.minor == -50_00

    def test_of_a_row_is_read_column_by_column(self) -> None:
        row = {
            "@type": "CustomerSearchRow",
            "basic": {
                "internalId": {"searchValue": {"@internalId": "17"}},
                "currency": {"searchValue": {"@internalId": "1"}},
                "balance": {"searchValue": "5.0"},
            },
        }
        found = balance(row_fields(row), ACCOUNT)
        assert (found.source_id, found.balance.minor, found.past_due) == ("17", 5_00, None)

    def test_days_that_are_no_number_are_told(self) -> None:
        with pytest.raises(UnreadableFieldError, match="daysOverdue: «soon»"):
            balance(balance_tree(daysOverdue="soon"), ACCOUNT)


class TestRowFields:
    def test_columns_of_joins_carry_their_join(self) -> None:
        row = {
            "basic": {"internalId": {"searchValue": {"@internalId": "3"}}, "title": {"searchValue": "Call"}},
            "transactionJoin": {"internalId": {"searchValue": {"@internalId": "900"}}},
        }
        assert row_fields(row) == {
            "@internalId": "3",
            "internalId": {"@internalId": "3"},
            "title": "Call",
            "transactionJoin.internalId": {"@internalId": "900"},
        }

    def test_a_column_may_have_several_values_or_none(self) -> None:
        row = {"basic": {"a": [{"searchValue": "1"}, {"searchValue": "2"}], "b": {}}}
        assert row_fields(row) == {"@internalId": None, "a": ["1", "2"], "b": None}


class TestGone:
    def test_names_the_record_and_when_it_went(self) -> None:
        tree = {
            "deletedDate": "2026-11-20T10:00:00.000-08:00",
            "record": {"@internalId": "6000", "@recordType": "customerDeposit", "@type": "RecordRef", "name": "DEP-1"},
        }
        at = datetime(2026, 11, 20, 18, tzinfo=UTC)
        assert gone(tree, ACCOUNT) == Gone(kind="payment", source_id="6000", at=at)

    @pytest.mark.parametrize(
        "record", [None, {"@recordType": "vendor", "@internalId": "1"}, {"@recordType": "invoice"}]
    )
    def test_what_cannot_be_read_is_told(self, record: object) -> None:
        with pytest.raises(UnreadableFieldError):
            gone({"record": record}, ACCOUNT)
