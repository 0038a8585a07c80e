"""Custom fields that people see: those that the settings list, with their labels, and what a record has in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

from bot.deps import Desk
from bot.rules import CustomFieldRules
from bot.views.amounts import Place, day
from store.custom_fields import count_fields, labelled_fields
from store.custom_values import value_names
from store.customers import Customer
from store.db import ReadConnection
from store.invoices import Invoice

CustomKind = Literal["customer", "invoice"]
_DATE_CHARACTERS = len("2026-11-22")
_MAX_DIGITS = 30
_YES, _NO = frozenset({"true", "t", "1"}), frozenset({"false", "f", "0"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownField:
    """A custom field by the label that people know. `field_type` is one of `CustomField`; «» where it is not known."""

    kind: CustomKind
    script_id: str
    label: str
    field_type: str = ""


async def shown_fields(conn: ReadConnection, rules: CustomFieldRules, kind: CustomKind) -> tuple[ShownField, ...]:
    """The listed fields of one kind of record, in the order of the settings."""
    listed: Mapping[str, str] = getattr(rules, kind)
    defined = await labelled_fields(conn, kind, tuple(listed)) if listed else {}
    return tuple(_shown(kind, script_id, label, defined.get(script_id)) for script_id, label in listed.items())


def field_words(field: ShownField, record: Customer | Invoice, place: Place) -> str | None:
    """What a record has in a field, as people write it; None when that is nothing."""
    names = value_names(record.custom_fields_json, field.script_id)
    return ", ".join(shown_value(name, field.field_type, place) for name in names) or None


def fields_words(
    fields: Sequence[ShownField], record: Customer | Invoice | None, place: Place
) -> tuple[tuple[str, str | None], ...]:
    """Label and content of each field."""
    return tuple((each.label, field_words(each, record, place) if record else None) for each in fields)


async def unknown_fields(conn: ReadConnection, rules: CustomFieldRules) -> tuple[str, ...]:
    """The listed fields that no source defines; () while the definitions were never read."""
    if not await count_fields(conn):
        return ()
    found: list[str] = []
    kinds: tuple[CustomKind, ...] = ("customer", "invoice")
    for kind in kinds:
        listed = tuple(getattr(rules, kind))
        known = await labelled_fields(conn, kind, listed) if listed else {}
        found += [f"{kind}.{script_id}" for script_id in listed if script_id not in known]
    return tuple(found)


async def table_fields(deps: Desk, conn: ReadConnection) -> tuple[ShownField, ...]:
    """What tables of invoices show: the invoice's own fields, then its customer's."""
    kinds: tuple[CustomKind, ...] = ("invoice", "customer")
    return tuple([each for kind in kinds for each in await shown_fields(conn, deps.custom_fields, kind)])


def custom_cells(
    fields: Sequence[ShownField], invoice: Invoice, customer: Customer | None, place: Place
) -> tuple[str, ...]:
    """What an invoice, or its customer, has in each of these fields; «» where that is nothing."""
    records = {"invoice": invoice, "customer": customer}
    found = ((each, records[each.kind]) for each in fields)
    return tuple((field_words(each, record, place) if record else None) or "" for each, record in found)


def shown_value(value: str, field_type: str, place: Place) -> str:
    """One value of a field of this type; what is not of that type stays as it is."""
    if field_type == "check" and value.lower() in _YES | _NO:
        return "Yes" if value.lower() in _YES else "No"
    if field_type == "date":
        return _date_words(value, place)
    if field_type in {"money", "decimal", "integer", "percent"}:
        return _number_words(value, field_type)
    return value


def _shown(kind: CustomKind, script_id: str, label: str, defined: tuple[str, str] | None) -> ShownField:
    known_label, field_type = defined or ("", "")
    return ShownField(kind=kind, script_id=script_id, label=label or known_label or script_id, field_type=field_type)


def _date_words(value: str, place: Place) -> str:
    """A date of the company: SuiteTalk writes it as an instant, the midnight with which it begins."""
    try:
        if len(value) == _DATE_CHARACTERS:
            return day(date.fromisoformat(value), place)
        moment = datetime.fromisoformat(value)
        return day(moment.astimezone(place.time_zone).date(), place) if moment.tzinfo else value
    except (ValueError, OverflowError):
        # No date, or one at the very end of the calendar that another zone knows no more.
        return value


def _number_words(value: str, field_type: str) -> str:
    """With thousands apart and without idle zeros; money has two decimals, and the currency of its record."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return value
    if not number.is_finite() or abs(number.adjusted()) > _MAX_DIGITS:
        # «1E+999999» would be written out with all its zeros.
        return value
    if field_type == "money":
        return f"{number:,.2f}"
    shown = f"{number:,f}"
    plain = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return f"{plain}%" if field_type == "percent" else plain
