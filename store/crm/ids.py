"""Ids of Salesforce: 15 characters in which case counts, or 18 of which the last three tell the case of the others."""

import re

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_SHORT, _LONG, _GROUP = 15, 18, 5
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?")


def crm_id18(text: str) -> str | None:
    """The id in 18 characters, whichever form was given and whatever became of an 18's case; None when it is none."""
    given = text.strip()
    if not _ID.fullmatch(given):
        return None
    if len(given) == _SHORT:
        return given + _checksum(given)
    return _with_case(given[:_SHORT], given[_SHORT:].upper())


def _checksum(short: str) -> str:
    groups = [short[start : start + _GROUP] for start in range(0, _SHORT, _GROUP)]
    return "".join(_ALPHABET[_bits(group)] for group in groups)


def _bits(group: str) -> int:
    return sum(1 << place for place, letter in enumerate(group) if "A" <= letter <= "Z")


def _with_case(short: str, suffix: str) -> str | None:
    """The id with the case that its suffix tells; None when no id has this suffix."""
    if any(letter not in _ALPHABET for letter in suffix):
        return None
    marks = [_ALPHABET.index(suffix[place // _GROUP]) >> place % _GROUP & 1 for place in range(_SHORT)]
    cased = "".join(letter.upper() if mark else letter.lower() for letter, mark in zip(short, marks, strict=True))
    return cased + suffix if _checksum(cased) == suffix else None
