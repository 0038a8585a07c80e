from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest
from babel import UnknownLocaleError

from bot.views.amounts import Place, as_of, counted, day, lateness, money, negated
from store.money import Money
from tests.views.make import PLACE, TODAY, usd


def _in(locale: str) -> Place:
    return Place(time_zone=UTC, today=TODAY, locale=locale)


class TestMoney:
    @pytest.mark.parametrize(
        ("currency", "minor", "expected"),
        [
            ("USD", 1234500, "$12,345.00"),
            ("USD", -1250, "-$12.50"),
            ("USD", 0, "$0.00"),
            ("JPY", 1234500, "¥1,234,500"),
            ("KWD", 1234567, "KWD\u00a01,234.567"),
            ("RSD", 123450, "RSD\u00a01,234.50"),
            ("EUR", 2**63 - 1, "€92,233,720,368,547,758.07"),
            ("XQZ", 100, "XQZ\u00a01.00"),
        ],
    )
    def test_shows_the_decimals_of_iso_4217(self, currency: str, minor: int, expected: str) -> None:
        assert money(Money(currency=currency, minor=minor), PLACE) == expected

    def test_follows_the_locale(self) -> None:
        assert money(usd(1234500), _in("de_DE")) == "12.345,00\u00a0$"

    def test_an_unknown_locale_is_named(self) -> None:
        with pytest.raises(UnknownLocaleError, match="xx_YY"):
            money(usd(1), _in("xx_YY"))

    def test_a_currency_that_is_no_code_stays_short(self) -> None:
        assert len(money(Money(currency="x" * 3000, minor=1), PLACE)) <= 60

    def test_negated_keeps_the_currency(self) -> None:
        assert negated(usd(-5)) == usd(5)


class TestDates:
    def test_day_first_with_the_month_in_letters(self) -> None:
        assert day(date(2026, 1, 5), PLACE) == "5 Jan 2026"
        assert day(date(2026, 5, 5), _in("de_DE")) == "5 Mai 2026"

    def test_as_of_is_in_the_companys_time_zone(self) -> None:
        assert as_of(datetime(2026, 11, 22, 8, 12, tzinfo=UTC), PLACE) == "as of 09:12 CET, 22 Nov"
        tokyo = Place(time_zone=ZoneInfo("Asia/Tokyo"), today=TODAY)
        assert as_of(datetime(2026, 11, 21, 23, 5, tzinfo=UTC), tokyo) == "as of 08:05 JST, 22 Nov"

    @pytest.mark.parametrize(
        ("zone", "expected"),
        [
            (UTC, "08:12 UTC"),
            (ZoneInfo("America/New_York"), "03:12 EST"),
            (ZoneInfo("America/Sao_Paulo"), "05:12 UTC-03"),
        ],
    )
    def test_as_of_names_the_zone(self, zone: tzinfo, expected: str) -> None:
        place = Place(time_zone=zone, today=TODAY)
        assert as_of(datetime(2026, 11, 22, 8, 12, tzinfo=UTC), place) == f"as of {expected}, 22 Nov"

    def test_as_of_another_year_says_so(self) -> None:
        assert as_of(datetime(2025, 12, 31, 8, 0, tzinfo=UTC), PLACE) == "as of 09:00 CET, 31 Dec 2025"


class TestLateness:
    @pytest.mark.parametrize(
        ("due", "expected"),
        [
            (date(2026, 11, 10), "12 days past due"),
            (date(2026, 11, 21), "1 day past due"),
            (date(2026, 11, 22), "due today"),
            (date(2026, 11, 23), "due tomorrow"),
            (date(2026, 11, 25), "due in 3 days"),
            (date(2022, 11, 22), "1,461 days past due"),
        ],
    )
    def test_in_words(self, due: date, expected: str) -> None:
        assert lateness(due, TODAY) == expected

    def test_counted(self) -> None:
        assert [counted(number, "day") for number in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
