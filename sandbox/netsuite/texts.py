"""Values as the service writes them: instants and days with a Pacific offset, amounts as doubles, escaped text."""

from datetime import date, datetime, time
from decimal import Decimal
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")

# Doubles are written in scientific notation from here on, as the service's own number formatting does.
_SCIENTIFIC_FROM = Decimal(10_000_000)
_CONTROL = dict.fromkeys(code for code in range(32) if chr(code) not in "\t\n\r")


class Calendar:
    """Dates and instants for one token user.

    A date has no time of its own: it comes back as midnight in the user's time zone, said with the Pacific offset, so
    2017-02-21 of a user in GMT-6 is 2017-02-20T22:00:00.000-08:00.
    """

    def __init__(self, user_zone: ZoneInfo) -> None:
        self.user_zone = user_zone
        self._days: dict[date, str] = {}

    def day(self, day: date) -> str:
        if day not in self._days:
            self._days[day] = self.instant(datetime.combine(day, time(), self.user_zone))
        return self._days[day]

    def instant(self, instant: datetime) -> str:
        return instant.astimezone(PACIFIC).isoformat(timespec="milliseconds")

    def user_day(self, instant: datetime) -> date:
        """The date that the user's calendar shows at this instant."""
        return instant.astimezone(self.user_zone).date()


def double(minor: int, exponent: int) -> str:
    """An amount as an xsd:double: 1234.5, 0.0, and 1.25E7 from ten million on."""
    amount = Decimal(minor).scaleb(-exponent).normalize()
    if abs(amount) >= _SCIENTIFIC_FROM:
        mantissa, power = f"{amount:E}".split("E+")
        return f"{_with_point(mantissa)}E{power}"
    return _with_point(f"{amount:f}")


def _with_point(number: str) -> str:
    return number if "." in number else f"{number}.0"


def text(value: str) -> str:
    """Element content: escaped, without the control characters that XML 1.0 forbids."""
    return escape(value.translate(_CONTROL), {"\r": "&#13;"})


def attribute(value: str) -> str:
    """An attribute's value, for double quotes."""
    return text(value).replace('"', "&quot;")


def boolean(value: bool) -> str:  # noqa: FBT001 -- the value itself is the argument
    return "true" if value else "false"
