import pytest

from bot.reading.custom_fields import shown_value
from tests.views.make import PLACE


class TestShownValue:
    @pytest.mark.parametrize(
        ("value", "field_type", "expected"),
        [
            ("true", "check", "Yes"),
            ("F", "check", "No"),
            ("maybe", "check", "maybe"),
            ("2026-11-21T15:00:00.000-08:00", "date", "22 Nov 2026"),
            ("2026-11-22", "date", "22 Nov 2026"),
            ("soon", "date", "soon"),
            ("0001-01-01T00:00:00+14:00", "date", "0001-01-01T00:00:00+14:00"),
            ("9999-12-31T23:59:59-12:00", "date", "9999-12-31T23:59:59-12:00"),
            ("1E+999999", "money", "1E+999999"),
            ("1E-999999", "decimal", "1E-999999"),
            ("1234567.5", "money", "1,234,567.50"),
            ("1234.50", "decimal", "1,234.5"),
            ("1200", "integer", "1,200"),
            ("12.0", "percent", "12%"),
            ("NaN", "decimal", "NaN"),
            ("x", "integer", "x"),
            ("true", "text", "true"),
        ],
    )
    def test_reads_as_people_write_it(self, value: str, field_type: str, expected: str) -> None:
        assert shown_value(value, field_type, PLACE) == expected
