"""Amounts, dates and fields that are not what they should be: told with field and value, and never guessed."""

from collections.abc import Callable
from typing import Any

import pytest

from store.pulled import Record
from sync.connector import Broken
from sync.connectors.netsuite.stream import Stream, read_record
from sync.connectors.netsuite.streams import STREAMS
from tests.sync.netsuite import trees
from tests.sync.netsuite.trees import ACCOUNT, DAY, applied

Make = Callable[..., dict[str, Any]]
MADE: dict[str, Make] = {
    "subsidiaries": trees.subsidiary_tree,
    "accounts": trees.account_tree,
    "exchange_rates": trees.rate_tree,
    "contacts": trees.contact_tree,
    "customers": trees.customer_tree,
    "invoices": trees.invoice_tree,
    "payments": trees.payment_tree,
    "credit_memos": trees.credit_memo_tree,
    "sales_orders": trees.sales_order_tree,
}
AMOUNTS = [
    ("customers", "creditLimit"),
    ("invoices", "total"),
    ("invoices", "amountRemaining"),
    ("payments", "payment"),
    ("payments", "unapplied"),
    ("credit_memos", "total"),
    ("credit_memos", "unapplied"),
    ("sales_orders", "total"),
]
RATES = [(name, "exchangeRate") for name in ("exchange_rates", "invoices", "payments", "credit_memos", "sales_orders")]
DATES = [
    ("exchange_rates", "effectiveDate"),
    ("invoices", "tranDate"),
    ("invoices", "dueDate"),
    ("payments", "tranDate"),
    ("credit_memos", "tranDate"),
    ("sales_orders", "tranDate"),
]
# Without these a record means nothing, or something else.
NEEDED = [
    ("subsidiaries", "name"),
    ("accounts", "acctName"),
    ("invoices", "tranId"),
    ("invoices", "entity"),
    ("invoices", "currency"),
    ("invoices", "total"),
    ("payments", "customer"),
    ("payments", "payment"),
    ("credit_memos", "entity"),
    ("credit_memos", "total"),
    ("sales_orders", "entity"),
    ("sales_orders", "total"),
]


def read(name: str, /, **changes: Any) -> Record | Broken:
    stream: Stream = STREAMS[name]
    found = read_record(stream, MADE[name](**changes), ACCOUNT)
    assert not isinstance(found, tuple)
    return found  # type: ignore[return-value]  # no stream here tells of deletions


def reason(name: str, /, **changes: Any) -> str:
    found = read(name, **changes)
    assert isinstance(found, Broken)
    assert found.source_id == MADE[name]()["@internalId"]
    return found.reason


@pytest.mark.parametrize(("name", "field"), AMOUNTS)
class TestAmounts:
    @pytest.mark.parametrize(
        "value", ["1e999", "NaN", "INF", "-Infinity", "0.005", "1.234,56", "1,234.56", "1_000", "12a"]
    )
    def test_that_are_none_are_told_with_their_value(self, name: str, field: str, value: str) -> None:
        told = reason(name, **{field: value})
        assert told.startswith(f"{field}: ")
        assert value in told

    @pytest.mark.parametrize("value", ["-0.00", "0", "1E2", "100.000", "-5.0"])
    def test_that_are_odd_but_right_are_taken(self, name: str, field: str, value: str) -> None:
        assert not isinstance(read(name, **{field: value}), Broken)


@pytest.mark.parametrize(("name", "field"), RATES)
class TestRates:
    @pytest.mark.parametrize("value", ["NaN", "INF", "0", "-1.2", "1,08", "1_0", "much"])
    def test_that_are_none_are_told_with_their_value(self, name: str, field: str, value: str) -> None:
        assert reason(name, **{field: value}) == f"{field}: «{value}» is no rate"


@pytest.mark.parametrize(("name", "field"), DATES)
class TestDates:
    @pytest.mark.parametrize(
        "value",
        [
            "0001-01-01",
            "9999-12-31",
            "2026-02-30",
            "0001-01-01T00:00:00.000-08:00",
            "9999-12-31T23:59:59.000-08:00",
            "2026-02-30T00:00:00.000-08:00",
            "2026-10-20T00:00:00",
            "31/02/soon",
        ],
    )
    def test_that_are_none_are_told_with_their_value(self, name: str, field: str, value: str) -> None:
        told = reason(name, **{field: value})
        assert told.startswith(f"{field}: ")
        assert value[:10] in told

    def test_of_a_leap_day_are_taken(self, name: str, field: str) -> None:
        assert not isinstance(read(name, **{field: "2028-02-29"}), Broken)


class TestRows:
    def test_a_wrong_amount_in_a_line_is_told(self) -> None:
        assert "amount: «NaN»" in reason("invoices", itemList={"item": {"amount": "NaN"}})
        part = {"amount": "1.0", "amountDue": "0.005"}
        assert "amountDue: «0.005»" in reason("invoices", installmentList={"installment": part})

    def test_a_wrong_application_is_told(self) -> None:
        assert "amount: «1e999»" in reason("payments", applyList={"apply": applied("900", "1e999")})
        assert "applyDate" in reason("credit_memos", applyList={"apply": applied("9", "1.0", applyDate="9999-12-31")})
        nowhere = {"apply": "true", "amount": "1.0"}
        assert "doc: is missing" in reason("payments", applyList={"apply": nowhere})


class TestDrift:
    @pytest.mark.parametrize(("name", "field"), NEEDED)
    @pytest.mark.parametrize("value", [None, "", "   "])
    def test_a_field_that_is_missing_empty_or_renamed_is_told(self, name: str, field: str, value: str | None) -> None:
        changes = {field: value, f"{field}Renamed": MADE[name]()[field]}
        assert reason(name, **changes) == f"{field}: is missing"

    @pytest.mark.parametrize(
        ("name", "field", "value"),
        [
            ("customers", "creditHoldOverride", "_perhaps"),
            ("invoices", "approvalStatus", {"@internalId": "42"}),
            ("invoices", "currency", {"@internalId": "42"}),
            ("subsidiaries", "currency", {"@internalId": "42"}),
            ("exchange_rates", "transactionCurrency", {"@internalId": "42"}),
        ],
    )
    def test_a_value_that_is_new_is_told_where_it_decides_something(self, name: str, field: str, value: Any) -> None:
        assert reason(name, **{field: value}).startswith(f"{field}: «")

    def test_words_that_only_people_read_may_be_new(self) -> None:
        assert not isinstance(read("accounts", acctType="_cryptoAsset"), Broken)
        assert not isinstance(read("sales_orders", status=None, orderStatus="_onTheMoon"), Broken)

    def test_a_record_without_an_id_is_told(self) -> None:
        found = read_record(STREAMS["invoices"], trees.invoice_tree() | {"@internalId": ""}, ACCOUNT)
        assert isinstance(found, Broken)
        assert (found.source_id, found.reason) == ("?", "internalId: is missing")

    def test_the_rest_of_a_record_is_read_when_a_field_is_odd_in_shape(self) -> None:
        odd = {"memo": {"#text": "hello"}, "terms": "Net 30", "applyList": "none", "customFieldList": None}
        assert not isinstance(read("payments", tranDate=DAY, **odd), Broken)
