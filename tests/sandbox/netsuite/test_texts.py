from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from sandbox.netsuite.texts import PACIFIC, Calendar, double, text


class TestCalendar:
    def test_date_is_the_users_midnight_with_a_pacific_offset(self) -> None:
        calendar = Calendar(ZoneInfo("Etc/GMT+6"))
        assert calendar.day(date(2017, 2, 21)) == "2017-02-20T22:00:00.000-08:00"

    @pytest.mark.parametrize(
        ("zone", "day", "expected"),
        [
            (PACIFIC, date(2026, 7, 1), "2026-07-01T00:00:00.000-07:00"),
            (ZoneInfo("Asia/Tokyo"), date(2026, 1, 1), "2025-12-31T07:00:00.000-08:00"),
            (ZoneInfo("Pacific/Honolulu"), date(2026, 1, 1), "2026-01-01T02:00:00.000-08:00"),
        ],
    )
    def test_other_zones_and_summer_time(self, zone: ZoneInfo, day: date, expected: str) -> None:
        assert Calendar(zone).day(day) == expected

    def test_instant_and_the_users_day(self) -> None:
        tokyo, instant = Calendar(ZoneInfo("Asia/Tokyo")), datetime(2026, 11, 22, 16, tzinfo=UTC)
        assert tokyo.instant(instant) == "2026-11-22T08:00:00.000-08:00"
        assert tokyo.user_day(instant) == date(2026, 11, 23)


class TestDouble:
    @pytest.mark.parametrize(
        ("minor", "exponent", "expected"),
        [
            (0, 2, "0.0"),
            (123450, 2, "1234.5"),
            (-5, 2, "-0.05"),
            (100, 0, "100.0"),
            (1, 3, "0.001"),
            (999_999_999, 2, "9999999.99"),
            (1_000_000_000, 2, "1.0E7"),
            (123_456_789, 0, "1.23456789E8"),
        ],
    )
    def test_amounts(self, minor: int, exponent: int, expected: str) -> None:
        assert double(minor, exponent) == expected


class TestText:
    def test_markup_is_escaped_and_control_characters_go(self) -> None:
        assert text("<a> & \x07b\r\n") == "&lt;a&gt; &amp; b&#13;\n"
