"""Record ids: 15 characters in which case matters, and the 18 that end with a checksum of that case."""

import string
from functools import lru_cache

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_CHECKSUM = string.ascii_uppercase + "012345"
_CHUNK = 5
SHORT, LONG = 15, 18
_POD = "Hs"


def new_id(prefix: str, number: int) -> str:
    """The 18-character id of the `number`th record of a kind; ids ascend with their numbers."""
    return long_id(f"{prefix}{_POD}{_base62(number):0>10}")


def long_id(short: str) -> str:
    """The 18 characters of a 15-character id."""
    return short + "".join(_checksum(short[at : at + _CHUNK]) for at in range(0, SHORT, _CHUNK))


def known_id(text: str) -> str | None:
    """The 18-character id that this text means, as 15 or as 18 characters; None when it is no id."""
    if len(text) not in {SHORT, LONG} or not (text.isascii() and text.isalnum()):
        return None
    full = long_id(text[:SHORT])
    return full if text in {text[:SHORT], full} else None


@lru_cache(4096)
def _checksum(chunk: str) -> str:
    return _CHECKSUM[sum(1 << place for place, letter in enumerate(chunk) if letter.isupper())]


def _base62(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, len(ALPHABET))
        digits = ALPHABET[digit] + digits
    return digits
