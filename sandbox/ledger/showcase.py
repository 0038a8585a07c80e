"""Invoices with a fixed outcome, so that a demo and a test can name them whatever the size of the ledger."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """`base_major` is the amount before tax in whole units of the base currency; `paid_percent` is settled."""

    days_past_due: int
    base_major: int
    paid_percent: int = 0
    number: str | None = None


SHOWN: dict[str, tuple[Shown, ...]] = {
    "Sun Microsystems, Inc.": (
        Shown(days_past_due=-18, base_major=48_200),
        Shown(days_past_due=12, base_major=17_250, number="INV-12345"),
        Shown(days_past_due=44, base_major=9_980, paid_percent=40),
        Shown(days_past_due=75, base_major=31_600),
        Shown(days_past_due=140, base_major=2_475),
    ),
    "Sun Microsystems Federal, Inc.": (
        Shown(days_past_due=-5, base_major=12_000),
        Shown(days_past_due=33, base_major=6_400),
    ),
    "ABC Inc": (
        Shown(days_past_due=21, base_major=5_400, number="INV-123"),
        Shown(days_past_due=-9, base_major=1_860),
    ),
    "ABC Industries": (Shown(days_past_due=95, base_major=7_300),),
    "<!channel> & Co": (Shown(days_past_due=61, base_major=880, paid_percent=25),),
}

# Numbers that the running sequence leaves free for the showcase.
NUMBERS = frozenset(shown.number for invoices in SHOWN.values() for shown in invoices if shown.number)

# Open credit memos and deposits of fixed customers, in whole units of the base currency.
CREDITED = {"ABC Industries": 1_250, "First National Bank of Omaha": 640}
AHEAD = {"ABC Industries": 500, "Granite Peak Holdings": 5_000}
