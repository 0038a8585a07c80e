import pytest

from bot.replying.typed_amount import AmountError, typed_money
from store.money import Money


class TestTypedMoney:
    @pytest.mark.parametrize(
        ("text", "minor"),
        [
            ("1234.5", 123_450),
            ("1,234.50", 123_450),
            ("1.234,50", 123_450),
            ("1 234,50", 123_450),
            ("1\u00a0234.50", 123_450),
            ("1'234.50", 123_450),
            ("1\u2019234.50", 123_450),
            ("1,234", 123_400),
            ("1,234,567", 123_456_700),
            ("1.234.567", 123_456_700),
            ("12,5", 1_250),
            (" $500 ", 50_000),
            ("500 USD", 50_000),
            ("usd500", 50_000),
        ],
    )
    def test_any_usual_way_of_writing_is_understood(self, text: str, minor: int) -> None:
        assert typed_money(text, ["USD"], locale="en_US") == Money(currency="USD", minor=minor)

    @pytest.mark.parametrize(
        ("text", "locale", "minor"), [("1.234", "de_DE", 123_400), ("1,234", "en_US", 123_400), ("1,23", "en_US", 123)]
    )
    def test_the_locale_says_what_one_sign_means(self, text: str, locale: str, minor: int) -> None:
        assert typed_money(text, ["EUR"], locale=locale).minor == minor

    @pytest.mark.parametrize(("text", "locale"), [("1.234", "en_US"), ("1,234", "de_DE")])
    def test_what_could_mean_two_amounts_is_asked_about(self, text: str, locale: str) -> None:
        with pytest.raises(AmountError, match="could mean two amounts"):
            typed_money(text, ["EUR"], locale=locale)
        assert typed_money(text, ["KWD"], locale=locale) == Money(currency="KWD", minor=1_234)

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("", "no amount"),
            ("soon", "no amount"),
            ("-5", "no amount"),
            ("1e5", "no amount"),
            ("5 or 6", "no amount"),
            ("1,23,456.7", "no amount"),
            ("1,234.567,8", "no amount"),
            ("1.2345", "more decimals"),
            ("0.00", "more than zero"),
            ("€5", "is not in USD"),
            ("5 GBP", "is not in USD"),
            ("9" * 30, "."),
        ],
    )
    def test_anything_else_is_refused_in_a_sentence(self, text: str, complaint: str) -> None:
        with pytest.raises(AmountError, match=complaint) as refused:
            typed_money(text, ["USD"], locale="en_US")
        assert str(refused.value).endswith(".")

    def test_one_of_several_currencies_has_to_be_named(self) -> None:
        with pytest.raises(AmountError, match="Write the currency, too: USD or EUR"):
            typed_money("5", ["USD", "EUR"], locale="en_US")
        assert typed_money("€5", ["USD", "EUR"], locale="en_US") == Money(currency="EUR", minor=500)
        assert typed_money("EUR 5", ["USD", "EUR"], locale="en_US") == Money(currency="EUR", minor=500)
