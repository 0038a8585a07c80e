"""What the buttons and menus of a table carry: which table it is, what narrows it down, where its page begins.

It comes back from Slack and may have been forged or come from an older version, so reading it refuses whatever
`encode_table` does not write. It names no person: whoever presses the button sees what they may see.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal, get_args

from bot.filters import Filter, FilterError, filter_words, parse_filter
from bot.views.text import size
from store.custom_values import CustomMatch
from store.open_invoices import Position
from store.portfolio import InvoiceFilter
from store.records import RecordId

TableKind = Literal["aging", "overdue", "customers", "open", "payments"]

_VERSION = 1
# Slack's limit for the value of a button.
_MAX_CHARACTERS = 2000
_MAX_FIRST = 10_000_000


class InvalidTableError(ValueError):
    """The value was not written by this version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableRef:
    """A page of a table: «aging» and «overdue» of the company, «customers» past due, «open» invoices of one.

    «payments» are of one customer or one invoice.

    In `filter` the owner is a sales rep as the source writes the name, and the customer stands beside it as
    `customer_id`. The page begins behind `after`, or ends ahead of `before`; `first` is the number of its first row.
    """

    kind: TableKind
    filter: Filter = field(default_factory=Filter)
    customer_id: RecordId | None = None
    invoice_id: RecordId | None = None
    after: Position | None = None
    before: Position | None = None
    first: int = 1

    @property
    def start(self) -> "TableRef":
        """The first page of the same table."""
        return replace(self, after=None, before=None, first=1)


def meant_invoices(ref: TableRef) -> InvoiceFilter:
    """The invoices that the table is about, for the store; «overdue» and «customers» are about those past due."""
    least_days = 0 if ref.kind in {"overdue", "customers"} else None
    return InvoiceFilter(
        owner=ref.filter.owner or None,
        customer_id=ref.customer_id,
        subsidiary=ref.filter.subsidiary or None,
        currency=ref.filter.currency or None,
        amount_over=ref.filter.amount_over,
        days_over=ref.filter.days_over if ref.filter.days_over is not None else least_days,
        custom=meant_custom(ref.filter),
    )


def meant_custom(wanted: Filter) -> CustomMatch | None:
    """The value of a custom field that a filter means, once the field was found."""
    field_ = wanted.field
    if field_ is None or not field_.script_id:
        return None
    return CustomMatch(kind=field_.kind, script_id=field_.script_id, value=field_.value, zone=field_.zone)


def encode_table(ref: TableRef) -> str:
    """The value of a button; «» when it is more than Slack lets one carry, or a name cannot be typed as a filter."""
    if not _can_be_typed(ref.filter):
        return ""
    known = {
        "v": _VERSION,
        "table": ref.kind,
        "filter": filter_words(ref.filter),
        "customer": ref.customer_id,
        "invoice": ref.invoice_id,
        "after": _written(ref.after),
        "before": _written(ref.before),
        "first": ref.first,
    }
    text = json.dumps({name: value for name, value in known.items() if value}, ensure_ascii=False)
    return text if size(text) <= _MAX_CHARACTERS else ""


def decode_table(value: str) -> TableRef:
    """The page that a value stands for. Raises InvalidTableError for anything that `encode_table` does not write."""
    try:
        found = json.loads(value)
        ref = _ref(found) if isinstance(found, dict) and found.get("v") == _VERSION else None
    except (FilterError, KeyError, RecursionError, TypeError, ValueError):
        ref = None
    if ref is None or encode_table(ref) != value:
        raise InvalidTableError(f"«{value[:40]}» stands for no table")
    return ref


def _ref(found: dict[str, Any]) -> TableRef:
    first = found["first"]
    if found["table"] not in get_args(TableKind) or type(first) is not int or not 1 <= first <= _MAX_FIRST:
        raise ValueError(first)
    if found["table"] == "payments" and ("customer" in found) == ("invoice" in found):
        raise ValueError("payments of nobody")
    return TableRef(
        kind=found["table"],
        filter=parse_filter(str(found.get("filter", ""))),
        customer_id=RecordId(str(found["customer"])) if "customer" in found else None,
        invoice_id=RecordId(str(found["invoice"])) if "invoice" in found else None,
        after=_read(found.get("after")),
        before=_read(found.get("before")),
        first=first,
    )


def _can_be_typed(wanted: Filter) -> bool:
    """Whether it can be read again: a name may have what stands for quotation marks in it."""
    try:
        return parse_filter(filter_words(wanted)) == wanted
    except FilterError:
        return False


def _written(place: Position | None) -> list[str] | None:
    return [place.due_date.isoformat(), place.invoice_id] if place else None


def _read(place: Any) -> Position | None:
    if place is None:
        return None
    due, invoice_id = map(str, place)
    return Position(due_date=date.fromisoformat(due), invoice_id=RecordId(invoice_id))
