# ruff: noqa: RUF001 - digits of other scripts are the point here
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.money import InvalidAmountError, Money, exponent, money_from_text

LARGEST = 10**16


class TestExponent:
    @pytest.mark.parametrize(
        ("currency", "decimals"),
        [("USD", 2), ("EUR", 2), ("RSD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3), ("CLF", 4), ("XXX", 2)],
    )
    def test_is_that_of_iso_4217(self, currency: str, decimals: int) -> None:
        assert exponent(currency) == decimals


class TestMoneyFromText:
    @pytest.mark.parametrize(
        ("text", "currency", "minor"),
        [
            ("1234.5", "USD", 123_450),
            ("-1234.56", "USD", -123_456),
            ("-0.00", "USD", 0),
            ("+7", "USD", 700),
            (" 7.00\n", "USD", 700),
            (".5", "USD", 50),
            ("1.10000000000000000000000000000000000000", "USD", 110),
            ("1.5E3", "USD", 150_000),
            ("1.0E-2", "USD", 1),
            ("1234", "JPY", 1234),
            ("1234.000", "JPY", 1234),
            ("1.234", "KWD", 1234),
            ("0.0001", "CLF", 1),
            ("٣٫٥".replace("٫", "."), "USD", 350),
            ("100000000000000.00", "USD", LARGEST),
            ("-100000000000000.00", "USD", -LARGEST),
        ],
    )
    def test_is_exact(self, text: str, currency: str, minor: int) -> None:
        assert money_from_text(text, currency) == Money(currency=currency, minor=minor)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            " ",
            "1e999",
            "NaN",
            "sNaN",
            "inf",
            "-Infinity",
            "1.234,56",
            "1,234.56",
            "1 234",
            "1_234",
            "$5",
            "0x10",
            "५a",
        ],
    )
    def test_refuses_what_is_no_plain_amount(self, text: str) -> None:
        with pytest.raises(InvalidAmountError):
            money_from_text(text, "USD")

    @pytest.mark.parametrize(
        ("text", "currency"),
        [
            ("0.005", "USD"),
            ("1.5", "JPY"),
            ("1.2345", "KWD"),
            ("1e-999999", "USD"),
            ("1.0000000000000000000000000000000000000001", "USD"),
        ],
    )
    def test_never_rounds(self, text: str, currency: str) -> None:
        with pytest.raises(InvalidAmountError, match="more decimals"):
            money_from_text(text, currency)

    @pytest.mark.parametrize("text", ["100000000000000.01", "-100000000000000.01", "9e19", "0e999999"])
    def test_refuses_what_the_database_could_not_add_up(self, text: str) -> None:
        with pytest.raises(InvalidAmountError, match="kept"):
            money_from_text(text, "USD")

    def test_quotes_only_the_start_of_a_long_text(self) -> None:
        with pytest.raises(InvalidAmountError) as caught:
            money_from_text("9" * 1_000_000, "USD")
        assert len(str(caught.value)) < 100

    @given(st.integers(-LARGEST, LARGEST), st.sampled_from(["USD", "JPY", "KWD", "CLF"]))
    def test_reads_what_decimal_writes(self, minor: int, currency: str) -> None:
        money = Money(currency=currency, minor=minor)
        assert money_from_text(str(money.decimal), currency) == money


class TestMoney:
    def test_adds_and_subtracts_in_one_currency(self) -> None:
        five, two = Money(currency="USD", minor=500), Money(currency="USD", minor=200)
        assert five + two == Money(currency="USD", minor=700)
        assert two - five == Money(currency="USD", minor=-300)

    def test_refuses_to_mix_currencies(self) -> None:
        with pytest.raises(ValueError, match="EUR and USD"):
            Money(currency="EUR", minor=1) + Money(currency="USD", minor=1)

    @pytest.mark.parametrize(("currency", "shown"), [("USD", "12.34"), ("JPY", "1234"), ("KWD", "1.234")])
    def test_is_shown_with_the_decimals_of_its_currency(self, currency: str, shown: str) -> None:
        assert str(Money(currency=currency, minor=1234).decimal) == shown
        assert Money(currency=currency, minor=1234).decimal == Decimal(shown)
