"""E-mail addresses and telephone numbers as people type them, checked for their form only: nothing is asked. Pure."""

from functools import lru_cache

import phonenumbers
from babel import Locale
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

_MAX_SHOWN = 60
_CODE_LETTERS = 2
_EXAMPLE = "+1 212 555 0123"
# What people write in place of the names that CLDR has.
_MORE_NAMES = {"usa": "US", "u.s.a.": "US", "u.s.": "US", "uk": "GB", "great britain": "GB", "england": "GB"}


class UnfitAddressError(ValueError):
    """No address or number that could be meant; the message is a sentence for whoever typed it."""


def typed_email(typed: str) -> str:
    """The address as it is to be kept. Raises UnfitAddressError."""
    try:
        found = validate_email(typed.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise UnfitAddressError(f"«{_short(typed)}» is no e-mail address. {error}") from None
    return found.normalized


def typed_phone(typed: str, country: str | None) -> str:
    """The number in its international form, «+44 20 7946 0958 x12».

    `country` is the ISO code of the one that a number without it is meant to be in. Raises UnfitAddressError.
    """
    try:
        number = phonenumbers.parse(typed, country)
    except NumberParseException:
        number = None
    if number is None or phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        raise UnfitAddressError(
            f"«{_short(typed)}» is no telephone number. Write it whole, with its country: {_EXAMPLE}."
        )
    return str(phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL))


def country_of(address: str | None) -> str | None:
    """The ISO code of the country that the last lines of a postal address name; None when they name none."""
    for line in reversed((address or "").splitlines()):
        name = line.strip()
        if found := _countries().get(name.casefold()):
            return found
        if len(name) == _CODE_LETTERS and name in phonenumbers.SUPPORTED_REGIONS:
            return name
    return None


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Codes by the English names in small letters."""
    known = {name.casefold(): code for code, name in Locale("en").territories.items() if len(code) == _CODE_LETTERS}
    return known | _MORE_NAMES


def _short(typed: str) -> str:
    shown = " ".join(typed.split())
    return shown if len(shown) <= _MAX_SHOWN else f"{shown[:_MAX_SHOWN]}…"
