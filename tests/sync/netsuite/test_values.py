import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.money import Money
from sync.connectors.netsuite.values import (
    UnreadableFieldError,
    boolean,
    calendar_date,
    custom_fields,
    instant,
    money,
    reference_id,
    reference_name,
    rest,
    text,
)

PACIFIC = ZoneInfo("America/Los_Angeles")
ZONES = [
    "Pacific/Pago_Pago",
    "America/Los_Angeles",
    "America/New_York",
    "UTC",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Pacific/Auckland",
]


def as_suitetalk_writes(day: date, zone: ZoneInfo) -> str:
    """Midnight of that day in the user's zone, expressed in Pacific time."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(PACIFIC).isoformat(timespec="milliseconds")


class TestCalendarDate:
    def test_takes_the_day_of_the_users_zone(self) -> None:
        # Oracle's own example: 21 February in GMT-6 comes as two hours before Pacific midnight.
        tree = {"dueDate": "2017-02-20T22:00:00.000-08:00"}
        assert calendar_date(tree, "dueDate", ZoneInfo("America/Chicago")) == date(2017, 2, 21)

    @given(day=st.dates(date(2015, 1, 1), date(2035, 12, 31)), zone=st.sampled_from(ZONES))
    def test_is_never_off_by_one(self, day: date, zone: str) -> None:
        tree = {"dueDate": as_suitetalk_writes(day, ZoneInfo(zone))}
        assert calendar_date(tree, "dueDate", ZoneInfo(zone)) == day

    def test_takes_a_plain_date_as_it_is(self) -> None:
        assert calendar_date({"d": "2026-03-01"}, "d", PACIFIC) == date(2026, 3, 1)

    def test_an_absent_or_nil_date_is_none(self) -> None:
        assert calendar_date({"d": None}, "d", PACIFIC) is None
        assert calendar_date({}, "d", PACIFIC) is None

    @pytest.mark.parametrize("value", ["31/12/26", "2026-13-01", "2026-12-01T00:00:00", "0001-01-01T00:00:00+14:00"])
    def test_a_bad_date_is_named_with_its_field(self, value: str) -> None:
        with pytest.raises(UnreadableFieldError, match="dueDate: "):
            calendar_date({"dueDate": value}, "dueDate", PACIFIC)


class TestInstant:
    def test_is_in_utc(self) -> None:
        found = instant({"at": "2026-11-20T10:00:00.000-08:00"}, "at")
        assert found == datetime(2026, 11, 20, 18, tzinfo=UTC)
        assert found is not None
        assert found.tzinfo is UTC


class TestMoney:
    @pytest.mark.parametrize(
        ("value", "currency", "minor"),
        [
            ("1234.5", "USD", 123450),
            ("1.23456789E7", "USD", 1234567890),
            ("-3.0", "JPY", -3),
            ("0.125", "KWD", 125),
            ("0.0", "EUR", 0),
        ],
    )
    def test_reads_an_xsd_double_exactly(self, value: str, currency: str, minor: int) -> None:
        assert money({"total": value}, "total", currency) == Money(currency=currency, minor=minor)

    @pytest.mark.parametrize("value", ["NaN", "INF", "12,50", "abc", "0.001", "1e400"])
    def test_a_bad_amount_is_named_with_its_field(self, value: str) -> None:
        with pytest.raises(UnreadableFieldError, match="total: "):
            money({"total": value}, "total", "USD")

    def test_nil_is_none_and_not_zero(self) -> None:
        assert money({"total": None}, "total", "USD") is None


class TestPlainFields:
    def test_text_is_trimmed_and_blank_is_none(self) -> None:
        assert (text({"a": "  x "}, "a"), text({"a": "  "}, "a"), text({}, "a")) == ("x", None, None)

    def test_text_with_attributes_is_still_text(self) -> None:
        assert text({"a": {"@lang": "en", "#text": "x"}}, "a") == "x"

    @pytest.mark.parametrize(("value", "expected"), [("true", True), ("1", True), ("false", False), (None, False)])
    def test_boolean(self, value: str | None, *, expected: bool) -> None:
        assert boolean({"b": value}, "b") is expected

    def test_a_reference_has_id_and_name(self) -> None:
        tree = {"terms": {"@internalId": "4", "name": "Net 30"}, "bare": {"@internalId": "5"}, "odd": "x"}
        assert (reference_id(tree, "terms"), reference_name(tree, "terms")) == ("4", "Net 30")
        assert (reference_id(tree, "bare"), reference_name(tree, "bare")) == ("5", None)
        assert (reference_id(tree, "odd"), reference_name(tree, "odd")) == (None, None)


class TestCustomFields:
    def test_keeps_type_and_value_by_script_id(self) -> None:
        entries = [
            {"@internalId": "1", "@scriptId": "custentity_tier", "@type": "StringCustomFieldRef", "value": "Gold"},
            {
                "@scriptId": "custentity_region",
                "@type": "SelectCustomFieldRef",
                "value": {"@internalId": "3", "@typeId": "12", "name": "EMEA"},
            },
            {
                "@scriptId": "custentity_tags",
                "@type": "MultiSelectCustomFieldRef",
                "value": {"@internalId": "7", "name": "x"},
            },
        ]
        found = json.loads(custom_fields({"customFieldList": {"customField": entries}}, PACIFIC))
        assert found == {
            "custentity_tier": {"type": "String", "value": "Gold"},
            "custentity_region": {"type": "Select", "value": {"id": "3", "name": "EMEA"}},
            "custentity_tags": {"type": "MultiSelect", "value": [{"id": "7", "name": "x"}]},
        }

    @pytest.mark.parametrize("zone", ["Pacific/Honolulu", "America/New_York", "UTC", "Asia/Tokyo", "Pacific/Auckland"])
    @pytest.mark.parametrize("day", [date(2026, 1, 31), date(2026, 7, 1), date(2026, 11, 1)])
    def test_a_date_is_the_day_that_people_typed_in_any_zone(self, zone: str, day: date) -> None:
        assert self.dated(as_suitetalk_writes(day, ZoneInfo(zone)), ZoneInfo(zone)) == day.isoformat()

    @pytest.mark.parametrize(
        "value", ["2026-12-01T09:15:00.000-08:00", "2026-12-01T08:00:00", "0001-01-01T00:00:00+14:00", "soon", ""]
    )
    def test_an_instant_and_what_is_no_date_stay_as_they_are(self, value: str) -> None:
        assert self.dated(value, PACIFIC) == value

    def dated(self, value: str, zone: ZoneInfo) -> str:
        entry = {"@scriptId": "custbody_day", "@type": "DateCustomFieldRef", "value": value}
        found = json.loads(custom_fields({"customFieldList": {"customField": [entry]}}, zone))
        return str(found["custbody_day"]["value"])

    def test_none_at_all_is_an_empty_object(self) -> None:
        assert custom_fields({}, PACIFIC) == "{}"


class TestRest:
    def test_keeps_what_has_no_field_of_its_own_in_a_stable_order(self) -> None:
        assert rest({"z": "1", "a": {"@internalId": "2"}, "taken": "x"}, frozenset({"taken"})) == (
            '{"a":{"@internalId":"2"},"z":"1"}'
        )
