from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.netsuite.criteria import Criterion, Shape, criterion_test
from sandbox.netsuite.errors import RefusalError
from sandbox.netsuite.texts import Calendar

CHICAGO = Calendar(ZoneInfo("America/Chicago"))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def passes(shape: Shape, operator: str, values: tuple[str, ...], value: Any) -> bool:
    return criterion_test(shape, Criterion(field="f", operator=operator, values=values), CHICAGO)(value)


class TestCriterionTest:
    @pytest.mark.parametrize(
        ("shape", "operator", "values", "matching", "other"),
        [
            (Shape.TEXT, "is", ("SUN",), "sun", "sunny"),
            (Shape.TEXT, "isNot", ("sun",), "moon", "Sun"),
            (Shape.TEXT, "contains", ("un",), "SUNNY", "moon"),
            (Shape.TEXT, "doesNotContain", ("un",), "moon", "SUNNY"),
            (Shape.TEXT, "startsWith", ("su",), "Sunny", "unsung"),
            (Shape.TEXT, "doesNotStartWith", ("su",), "unsung", "Sunny"),
            (Shape.TEXT, "empty", (), "", "x"),
            (Shape.TEXT, "notEmpty", (), "x", ""),
            (Shape.LONG, "equalTo", ("5",), 5, 6),
            (Shape.LONG, "notEqualTo", ("5",), 6, 5),
            (Shape.LONG, "greaterThan", ("5",), 6, 5),
            (Shape.LONG, "greaterThanOrEqualTo", ("5",), 5, 4),
            (Shape.LONG, "lessThan", ("5",), 4, 5),
            (Shape.LONG, "lessThanOrEqualTo", ("5",), 5, 6),
            (Shape.LONG, "between", ("5", "7"), 7, 8),
            (Shape.LONG, "notBetween", ("5", "7"), 8, 5),
            (Shape.DOUBLE, "greaterThan", ("0.0",), Decimal("0.01"), Decimal(0)),
            (Shape.LONG, "empty", (), None, 1),
            (Shape.LONG, "notEmpty", (), 1, None),
            (Shape.LONG, "lessThan", ("5",), 4, None),
            (Shape.FLAG, "", ("true",), True, False),
            (Shape.ENUM, "anyOf", ("_a", "_b"), "_b", "_c"),
            (Shape.ENUM, "noneOf", ("_a",), "_b", "_a"),
            (Shape.REFERENCE, "anyOf", ("7",), 7, 8),
            (Shape.REFERENCE, "anyOf", ("@NONE@",), None, 8),
            (Shape.DATE, "after", ("2026-11-20T12:00:00Z",), NOON.replace(second=1), NOON),
            (Shape.DATE, "notAfter", ("2026-11-20T12:00:00Z",), NOON, NOON.replace(second=1)),
            (Shape.DATE, "onOrBefore", ("2026-11-20T12:00:00Z",), NOON, NOON.replace(second=1)),
            (Shape.DATE, "notWithin", ("2026-11-20T11:00:00Z", "2026-11-20T12:00:00Z"), NOON.replace(hour=13), NOON),
            # Without an offset the value is Pacific: 04:00 there is noon in UTC.
            (Shape.DATE, "onOrAfter", ("2026-11-20T04:00:00",), NOON, NOON.replace(hour=11)),
            # A day begins at midnight of the user, 06:00 in UTC for Chicago.
            (Shape.DATE, "on", ("2026-11-20T12:00:00Z",), NOON.replace(hour=6), NOON.replace(hour=5)),
            (Shape.DATE, "notOn", ("2026-11-20T12:00:00Z",), NOON.replace(hour=5), NOON),
            (Shape.DATE, "before", ("2026-11-20T06:00:00Z",), date(2026, 11, 19), date(2026, 11, 20)),
            (Shape.DATE, "empty", (), None, date(2026, 11, 20)),
        ],
    )
    def test_operators(
        self, shape: Shape, operator: str, values: tuple[str, ...], matching: object, other: object
    ) -> None:
        assert passes(shape, operator, values, matching)
        assert not passes(shape, operator, values, other)

    @pytest.mark.parametrize(
        ("shape", "operator", "values"),
        [
            (Shape.TEXT, "soundsLike", ("x",)),
            (Shape.TEXT, "is", ()),
            (Shape.LONG, "within", ("1",)),
            (Shape.LONG, "equalTo", ("1", "2")),
            (Shape.LONG, "", ("1",)),
            (Shape.FLAG, "", ()),
            (Shape.ENUM, "anyOf", ()),
            (Shape.REFERENCE, "is", ("1",)),
            (Shape.DATE, "on", ("next week",)),
        ],
    )
    def test_what_is_not_understood_is_refused(self, shape: Shape, operator: str, values: tuple[str, ...]) -> None:
        with pytest.raises(RefusalError) as refused:
            passes(shape, operator, values, None)
        assert refused.value.code == "USER_ERROR"
