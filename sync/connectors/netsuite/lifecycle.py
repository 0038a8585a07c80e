"""Oracle's dates: how long an endpoint of SuiteTalk is supported and answers, and when SOAP and its logins end. Pure.

The table is Oracle's («Support and availability of SOAP web services endpoints», of 2026); releases are written 2026.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

LAST_ENDPOINT = "2025_2"
NO_NEW_TOKENS = "2027.1"
TOKENS_END = "2028.1"
SOAP_ENDS = "2028.2"
# Accounts get a release over some months; by these all have it.
_FIRST_RELEASE_MONTH, _SECOND_RELEASE_MONTH = 4, 10


class Support(StrEnum):
    """What Oracle does about an endpoint."""

    SUPPORTED = "supported"
    REACHABLE = "reachable, no more supported"
    GONE = "gone"
    UNKNOWN = "none that Oracle has announced"


@dataclass(frozen=True, slots=True)
class _Life:
    """The last releases in which an endpoint is supported, and in which it still answers."""

    supported: str
    reachable: str


_LIVES: Mapping[str, _Life] = {
    "2025_2": _Life("2028.1", "2028.1"),
    **dict.fromkeys(("2025_1", "2024_2"), _Life("2027.1", "2028.1")),
    "2024_1": _Life("2026.2", "2028.1"),
    "2023_2": _Life("2026.1", "2028.1"),
    "2023_1": _Life("2025.2", "2028.1"),
    **dict.fromkeys(("2022_2", "2022_1", "2021_2"), _Life("2025.1", "2028.1")),
    "2021_1": _Life("2024.1", "2027.2"),
    "2020_2": _Life("2023.2", "2027.1"),
    "2020_1": _Life("2023.1", "2026.2"),
    "2019_2": _Life("2022.2", "2026.1"),
    "2019_1": _Life("2022.1", "2025.2"),
}


def release_at(day: date) -> str:
    """The NetSuite release that all accounts have on a day, as far as the usual months tell."""
    if day.month >= _SECOND_RELEASE_MONTH:
        return f"{day.year}.2"
    return f"{day.year}.1" if day.month >= _FIRST_RELEASE_MONTH else f"{day.year - 1}.2"


def support_of(endpoint: str, release: str) -> Support:
    """What Oracle does about the endpoint («2025_2») in a release."""
    life = _LIVES.get(endpoint)
    if life is None:
        return Support.UNKNOWN if endpoint > LAST_ENDPOINT else Support.GONE
    if release <= life.supported:
        return Support.SUPPORTED
    return Support.REACHABLE if release <= life.reachable else Support.GONE


def last_release_of(endpoint: str) -> str | None:
    """The last release in which the endpoint answers; None for one that is not in Oracle's table."""
    life = _LIVES.get(endpoint)
    return None if life is None else life.reachable


def is_soap_over(release: str) -> bool:
    """Whether no endpoint answers any more."""
    return release >= SOAP_ENDS
