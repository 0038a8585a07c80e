"""Amounts, dates and lateness in the words that people read."""

import copy
import re
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, format_compact_currency

from bot.views.text import literal
from store.money import Money, exponent

_MAX_AMOUNT = 60
# CLDR wants a no-break space between a code and the number («KWD 1.500»); babel leaves it out.
_LETTER_BY_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_CODE_BY_DIGIT = re.compile(r"(?<=^[A-Z]{3})(?=\d)|(?<=^-[A-Z]{3})(?=\d)")
_SHORT_FROM = 1000
# What a headline keeps of a number: «$1.5M», «$12.3M», «$123M».
_DECIMALS, _DIGITS = 1, 3
_DAY, _DAY_AND_YEAR = "d MMM", "d MMM y"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """For whom we write: the company's time zone and calendar date, and the locale of amounts and month names.

    `locale` is a CLDR name such as «en_US» or «de_DE»; an unknown one raises babel's UnknownLocaleError when used.
    """

    time_zone: tzinfo
    today: date
    locale: str = "en_US"


def money(amount: Money, place: Place) -> str:
    """«$1,234.50»: the locale's format with the decimals of ISO 4217 (CLDR would show RSD without any)."""
    pattern = _currency_pattern(place.locale, exponent(amount.currency))
    text = pattern.apply(amount.decimal, _locale(place.locale), currency=amount.currency, currency_digits=False)
    # An unknown currency's code is printed as the source wrote it, so it is outside text too.
    return literal(_LETTER_BY_DIGIT.sub("\u00a0", text), _MAX_AMOUNT)


def short_money(amount: Money, place: Place) -> str:
    """«$1.2M», «$340K», «$950.00»: for headlines, where the size matters and the cents do not."""
    if abs(amount.decimal) < _SHORT_FROM:
        return money(amount, place)
    rounded = _rounded(amount.decimal, _locale(place.locale))
    text = format_compact_currency(rounded, amount.currency, locale=_locale(place.locale), fraction_digits=_DECIMALS)
    return literal(_CODE_BY_DIGIT.sub("\u00a0", text), _MAX_AMOUNT)


def more_currencies(number: int) -> str:
    """«1 more currency», «3 more currencies»: how many are not shown."""
    return f"{number:,} more {'currency' if number == 1 else 'currencies'}"


def _rounded(amount: Decimal, locale: Locale) -> Decimal:
    """The amount as a headline shows it, rounded once and half up, so that babel has nothing left to round.

    That it is rounded before its unit is chosen makes 999,999 a million.
    """
    decimals, digits = _unit_exponent(amount, locale) - _DECIMALS, amount.adjusted() + 1 - _DIGITS
    quantum = Decimal(1).scaleb(max(decimals, digits))
    return (amount / quantum).quantize(Decimal(1), rounding=ROUND_HALF_UP) * quantum


def _unit_exponent(amount: Decimal, locale: Locale) -> int:
    """The power of ten that the locale shortens an amount of this size by: 6 for «$1.2M», 0 where it does not."""
    formats = locale.compact_currency_formats["short"]["other"]
    magnitude = max((each for each in map(int, formats) if each <= abs(amount)), default=1)
    pattern = formats[str(magnitude)].pattern if magnitude > 1 else "0"
    return 0 if pattern == "0" else len(str(magnitude)) - pattern.count("0")


def negated(amount: Money) -> Money:
    """The amount with the other sign: what a negative open balance is worth as a credit."""
    return Money(currency=amount.currency, minor=-amount.minor)


def day(value: date, place: Place) -> str:
    """«22 Nov 2026»: day first and the month in letters, so that no reader takes one for the other."""
    return format_date(value, _DAY_AND_YEAR, locale=_locale(place.locale))


def as_of(instant: datetime, place: Place) -> str:
    """«as of 09:12 EST, 22 Nov» in the company's time zone, with the year when it is not this one."""
    return f"as of {moment(instant, place)}"


def moment(instant: datetime, place: Place) -> str:
    """«09:12 EST, 22 Nov», likewise."""
    local = instant.astimezone(place.time_zone)
    pattern = _DAY if local.year == place.today.year else _DAY_AND_YEAR
    return f"{local:%H:%M} {_zone_name(local)}, {format_date(local.date(), pattern, locale=_locale(place.locale))}"


def lateness(due_date: date, today: date) -> str:
    """«12 days past due», «due today», «due tomorrow», «due in 3 days». It is for invoices with an open balance."""
    days = (due_date - today).days
    if days < 0:
        return f"{counted(-days, 'day')} past due"
    if days > 1:
        return f"due in {counted(days, 'day')}"
    return "due tomorrow" if days else "due today"


def counted(number: int, noun: str) -> str:
    """«1 day», «12 days»; for nouns whose plural takes an s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _zone_name(local: datetime) -> str:
    """«EST»; «UTC-03» for a zone whose abbreviation is only a number."""
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name


@lru_cache(maxsize=64)
def _locale(name: str) -> Locale:
    # Given a name, babel would parse it anew for every amount and date of a card.
    return Locale.parse(name)


@lru_cache(maxsize=64)
def _currency_pattern(locale: str, decimals: int) -> NumberPattern:
    pattern: NumberPattern = copy.copy(_locale(locale).currency_formats["standard"])
    pattern.frac_prec = (decimals, decimals)
    return pattern
