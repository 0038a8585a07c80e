"""Amounts as people type them: «1,234.50», «1.234,50», «1 234», «€500», «500 EUR». Pure."""

import re
import unicodedata
from collections.abc import Sequence

from babel import Locale
from babel.numbers import get_currency_symbol, get_decimal_symbol

from store.money import InvalidAmountError, Money, exponent, money_from_text

_SHOWN = 40
_CODE = re.compile(r"[A-Za-z]{3}")
_NUMBER = re.compile(r"[0-9]+(?:[.,'\u2019 ][0-9]+)*")
_SPACES = re.compile(r"\s+")
_APOSTROPHES = str.maketrans({"\u2019": "'"})
_THOUSAND_DIGITS = 3


class AmountError(ValueError):
    """The text is no amount that could be meant; the message is a sentence for whoever typed it."""


def typed_money(text: str, currencies: Sequence[str], *, locale: str) -> Money:
    """The amount in a text, in one of the currencies that it can be in; only one of several has to be named.

    `locale` is a CLDR name and decides what «1,234» means. Raises AmountError for what could mean two things.
    """
    shown = f"«{text.strip()[:_SHOWN]}»"
    found = _NUMBER.search(_SPACES.sub(" ", text.strip()).translate(_APOSTROPHES))
    if found is None:
        raise AmountError(f"{shown} is no amount. Write it like 1234.50.")
    around = (found.string[: found.start()] + found.string[found.end() :]).strip()
    currency = _currency(around, currencies, shown, locale)
    try:
        amount = money_from_text(_plain(found[0], currency, locale, shown), currency)
    except InvalidAmountError as error:
        raise AmountError(f"{error}.") from error
    if amount.minor == 0:
        raise AmountError("The amount must be more than zero.")
    return amount


def _currency(around: str, currencies: Sequence[str], shown: str, locale: str) -> str:
    """The currency that stands beside the number, or the only one that it can be in."""
    known = " or ".join(currencies)
    if not around:
        if len(currencies) == 1:
            return currencies[0]
        raise AmountError(f"Write the currency, too: {known}.")
    named = [each for each in currencies if around.upper() == each or around == _symbol(each, locale)]
    if len(named) == 1:
        return named[0]
    if _CODE.fullmatch(around) or unicodedata.category(around[0]) == "Sc":
        raise AmountError(f"{shown} is not in {known}.")
    raise AmountError(f"{shown} is no amount. Write it like 1234.50.")


def _symbol(currency: str, locale: str) -> str:
    return str(get_currency_symbol(currency, locale=Locale.parse(locale)))


def _plain(number: str, currency: str, locale: str, shown: str) -> str:
    """The number with a point before its decimals and nothing between its thousands."""
    signs = [sign for sign in number if not sign.isdecimal()]
    if not signs:
        return number
    last = signs[-1]
    if _is_grouped(number, signs, currency, locale, shown):
        return _without(number, shown)
    whole, _, decimals = number.rpartition(last)
    return f"{_without(whole, shown)}.{decimals}"


def _is_grouped(number: str, signs: list[str], currency: str, locale: str, shown: str) -> bool:
    """Whether the last sign only parts thousands."""
    last = signs[-1]
    if last in " '" or signs.count(last) > 1:
        return True
    if len(signs) > 1 or len(number.rpartition(last)[2]) != _THOUSAND_DIGITS:
        return False
    if last == get_decimal_symbol(Locale.parse(locale)):
        if exponent(currency) == _THOUSAND_DIGITS:
            return False
        raise AmountError(f"{shown} could mean two amounts. Write it without thousands separators, like 1234.50.")
    return True


def _without(number: str, shown: str) -> str:
    """The number without what parts its thousands, which must be one sign throughout, before three digits each."""
    groups = re.split(r"[^0-9]", number)
    signs = {sign for sign in number if not sign.isdecimal()}
    if len(signs) > 1 or any(len(group) != _THOUSAND_DIGITS for group in groups[1:]):
        raise AmountError(f"{shown} is no amount. Write it like 1234.50.")
    return "".join(groups)
