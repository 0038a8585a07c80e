"""What a person who asked for a CSV is told, and how the file is called."""

from datetime import date

from bot.filters import FILTER_USAGE
from bot.views.amounts import Place, counted
from bot.views.misses import not_understood
from bot.views.parts import Message
from bot.views.provenance import Provenance, provenance_words
from bot.views.scope import scope_words
from bot.views.table_ref import TableKind, TableRef
from bot.views.text import escaped
from store.keys import plain_words

_MAX_NAME = 40
_NAMES: dict[TableKind, str] = {
    "aging": "aging",
    "overdue": "past-due-invoices",
    "customers": "past-due-customers",
    "open": "open-invoices",
    "payments": "payments",
}
_NOUNS: dict[TableKind, str] = {
    "aging": "row",
    "overdue": "past-due invoice",
    "customers": "row",
    "open": "open invoice",
    "payments": "row",
}


def csv_started() -> Message:
    """The button was pressed; the file follows."""
    return not_understood("Your CSV is being made. It comes as a file in your messages with Tesorio, in a moment.")


def csv_too_long(most: int) -> Message:
    """There is more than a file may hold."""
    return not_understood(f"A CSV holds {most:,} rows at most, and this has more. Narrow it down, with {FILTER_USAGE}.")


def csv_failed(reason: str) -> Message:
    """Slack did not take the file; `reason` is Slack's code."""
    return not_understood(f"Your CSV could not be delivered: {reason}. Ask your administrator if it happens again.")


def csv_in_doubt() -> Message:
    """It is not known whether the file arrived."""
    doubt = "Slack did not say whether your CSV arrived."
    return not_understood(f"{doubt} If it is not in your messages with Tesorio, press CSV again.")


def csv_name(ref: TableRef, customer: str, today: date) -> str:
    """«open-invoices-abc-inc-2026-11-22.csv»."""
    of = plain_words(customer)[:_MAX_NAME].strip().replace(" ", "-")
    return "-".join(filter(None, (_NAMES[ref.kind], of, today.isoformat()))) + ".csv"


def csv_words(ref: TableRef, customer: str, rows: int, provenance: Provenance, place: Place) -> str:
    """What stands above the file, as mrkdwn: «57 past-due invoices · sales rep Robin Ray (as of …)»."""
    about = scope_words(ref.filter, customer)
    of = f" · {about}" if about else ""
    return escaped(f"{counted(rows, _NOUNS[ref.kind])}{of} {provenance_words(provenance, place)}")
