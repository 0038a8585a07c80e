"""E-mail addresses as people write them into one field: any number, parted by commas, semicolons or blanks. Pure."""

import re
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

# No list of recipients is longer; more is something else in the wrong field.
_MOST_CHARACTERS = 4_000
_SHOWN = 60
# «Ada Byron <ada@example.com>»: the address is what counts.
_BRACKETED = re.compile(r"<([^<>\s]+@[^<>\s]+)>")
_PARTING = re.compile(r"[,;\s]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """What a field holds: addresses in their normal form, each once, and what is none, as it was written."""

    valid: tuple[str, ...] = ()
    invalid: tuple[str, ...] = ()


def addresses_in(value: str) -> Addresses:
    """The addresses in a field's value."""
    if len(value) > _MOST_CHARACTERS:
        return Addresses(invalid=(_short(value),))
    written = [each for part in re.split(r"[,;\n]", value) for each in _written(part)]
    valid = {found.casefold(): found for each in written if (found := _normal(each))}
    return Addresses(
        valid=tuple(valid.values()), invalid=tuple(_short(each) for each in written if _normal(each) is None)
    )


def _written(part: str) -> list[str]:
    bracketed = _BRACKETED.findall(part)
    return bracketed or [each for each in _PARTING.split(part) if each]


# A thorough look takes a tenth of what writing a row does, and a customer's invoices mostly have one address.
@lru_cache(maxsize=50_000)
def _normal(written: str) -> str | None:
    try:
        return validate_email(written, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError:
        return None


def _short(written: str) -> str:
    return written if len(written) <= _SHOWN else f"{written[: _SHOWN - 1]}…"
