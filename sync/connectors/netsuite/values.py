"""Reading single fields of a SuiteTalk record: text, references, dates, money. Pure; a bad value names its field."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from store.money import InvalidAmountError, Money, money_from_text
from sync.compact import compact_json
from sync.connectors.netsuite.pages import Tree, many

_T = TypeVar("_T")

_VALUE_CHARACTERS = 60
# No receivable is older, and none falls due later: such a date is somebody's «none» or a slip of the hand.
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_DATE_CHARACTERS = len("2026-11-22")


class UnreadableFieldError(ValueError):
    """A field whose value cannot be taken over: «dueDate: «31/12/26» is no date»."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")


def text(tree: Tree, field: str) -> str | None:
    """The text of a field; None when it is absent, nil or blank."""
    value = tree.get(field)
    # What most are, in the fewest steps: a ledger has a hundred million fields.
    if value.__class__ is str:
        return value.strip() or None
    if value is None:
        return None
    found = value.get("#text") if isinstance(value, dict) else None
    return found.strip() or None if isinstance(found, str) else None


def boolean(tree: Tree, field: str) -> bool:
    """Whether the field is there and true (xsd:boolean)."""
    return text(tree, field) in {"true", "1"}


def reference_id(tree: Tree, field: str) -> str | None:
    """The internal id that a reference points at."""
    value = tree.get(field)
    return value.get("@internalId") or None if isinstance(value, dict) else None


def reference_name(tree: Tree, field: str) -> str | None:
    """The display name of what a reference points at."""
    value = tree.get(field)
    return text(value, "name") if isinstance(value, dict) else None


def instant(tree: Tree, field: str) -> datetime | None:
    """An instant in UTC. Raises UnreadableFieldError for a text that is none, or that leaves its zone open."""
    value = text(tree, field)
    return None if value is None else _instant_of(value, field)


def _instant_of(value: str, field: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise UnreadableFieldError(field, f"«{value[:_VALUE_CHARACTERS]}» is no date") from None
    if moment.tzinfo is None:
        raise UnreadableFieldError(field, f"«{value[:_VALUE_CHARACTERS]}» has no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise UnreadableFieldError(field, f"«{value[:_VALUE_CHARACTERS]}» is out of range") from None


def calendar_date(tree: Tree, field: str, zone: ZoneInfo) -> date | None:
    """The date that a field means.

    SuiteTalk writes a date as the midnight of the token user's zone, expressed in Pacific time, so the day is only
    right in that zone. Raises UnreadableFieldError.
    """
    value = text(tree, field)
    return None if value is None else _date_of(value, field, zone)


# A ledger has few days and many dates.
@lru_cache(maxsize=10_000)
def _date_of(value: str, field: str, zone: ZoneInfo) -> date:
    if len(value) == _DATE_CHARACTERS:
        day = _plain_date(value, field)
    else:
        day = _day_of(_instant_of(value, field), field, zone)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise UnreadableFieldError(field, f"«{value[:_VALUE_CHARACTERS]}» is no date of a business")
    return day


def _plain_date(value: str, field: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise UnreadableFieldError(field, f"«{value}» is no date") from None


def _day_of(moment: datetime, field: str, zone: ZoneInfo) -> date:
    try:
        return moment.astimezone(zone).date()
    except OverflowError:
        raise UnreadableFieldError(field, f"«{moment}» is out of range") from None


def money(tree: Tree, field: str, currency: str) -> Money | None:
    """An amount in the currency; None when the field is absent or nil. Raises UnreadableFieldError."""
    value = text(tree, field)
    if value is None:
        return None
    try:
        return money_from_text(value, currency)
    except InvalidAmountError as error:
        raise UnreadableFieldError(field, str(error)) from None


def number(tree: Tree, field: str) -> Decimal | None:
    """A number whatever it counts; None when the field is absent or nil. Raises UnreadableFieldError."""
    value = text(tree, field)
    if value is None:
        return None
    try:
        found = Decimal(value.replace("_", ","))
    except InvalidOperation:
        raise UnreadableFieldError(field, f"«{value[:_VALUE_CHARACTERS]}» is no number") from None
    if not found.is_finite():
        raise UnreadableFieldError(field, f"«{value[:_VALUE_CHARACTERS]}» is no number")
    return found


def rate(tree: Tree, field: str) -> str | None:
    """An exchange rate as it was written; None when the field is absent. Raises UnreadableFieldError."""
    value = text(tree, field)
    if value is None:
        return None
    try:
        found = Decimal(value.replace("_", ","))
    except InvalidOperation:
        raise UnreadableFieldError(field, f"«{value[:_VALUE_CHARACTERS]}» is no rate") from None
    if not found.is_finite() or found <= 0:
        raise UnreadableFieldError(field, f"«{value[:_VALUE_CHARACTERS]}» is no rate")
    return value


def one_of(tree: Tree, field: str, meanings: Mapping[str, _T]) -> _T | None:
    """What an enumeration's value means; None when the field is absent.

    Raises UnreadableFieldError for a value that we do not know: NetSuite has a new one, and to guess would mislead.
    """
    value = text(tree, field)
    if value is None:
        return None
    if value not in meanings:
        raise UnreadableFieldError(field, f"«{value[:_VALUE_CHARACTERS]}» is a value that we do not know")
    return meanings[value]


def custom_fields(tree: Tree, zone: ZoneInfo) -> str:
    """The custom fields as JSON: per script id its type (Long, String, Select …) and its value.

    What is a midnight in the token user's zone is a day, as in `calendar_date`, and is kept as one: 2026-11-22.
    """
    holder = tree.get("customFieldList")
    entries = many(holder.get("customField")) if isinstance(holder, dict) else []
    found = {_script_id(entry): _custom_value(entry, zone) for entry in entries if isinstance(entry, dict)}
    return compact_json(found) if found else "{}"


def rest(tree: Tree, taken: frozenset[str], *, with_lists: bool = True) -> str:
    """What of a record has no field of its own, as JSON, so that nothing pulled is lost.

    `with_lists=False` is for records whose lists come with a single one only: kept, they would make the record differ
    by how it was last read.
    """
    kept = {name: value for name, value in tree.items() if name not in taken}
    if not with_lists:
        kept = {name: value for name, value in kept.items() if not name.endswith("List") or _is_reference(value)}
    return compact_json(kept)


def row_fields(tree: Tree) -> Tree:
    """A row of an advanced search as if it were a record: fields of joins are called «join.field».

    The row's own internal id becomes the record's.
    """
    fields = {
        name if join == "basic" else f"{join}.{name}": _searched(cells)
        for join, part in tree.items()
        if isinstance(part, dict)
        for name, cells in part.items()
    }
    return fields | {"@internalId": reference_id(fields, "internalId")}


def _searched(cells: Any) -> Any:
    values = [cell.get("searchValue") for cell in many(cells) if isinstance(cell, dict)]
    return values[0] if len(values) == 1 else values or None


def _script_id(entry: Tree) -> str:
    found: str = entry.get("@scriptId") or entry.get("@internalId") or ""
    return found


def _custom_value(entry: Tree, zone: ZoneInfo) -> Tree:
    kind, value = _custom_type(entry.get("@type")), entry.get("value")
    if isinstance(value, str) and kind == "Date":
        return {"type": kind, "value": _day_or_instant(value, zone)}
    if isinstance(value, str) and kind != "MultiSelect":
        return {"type": kind, "value": value}
    if kind == "MultiSelect":
        return {"type": kind, "value": [_plain(each) for each in many(value)]}
    if isinstance(value, list):
        value = value[0] if value else None
    return {"type": kind, "value": _plain(value)}


@lru_cache(maxsize=10_000)
def _day_or_instant(value: str, zone: ZoneInfo) -> str:
    """The day that begins in this zone with the instant; else what was written."""
    try:
        moment = datetime.fromisoformat(value)
        local = moment.astimezone(zone) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return value
    return local.date().isoformat() if local is not None and local.time() == datetime.min.time() else value


@lru_cache(maxsize=100)
def _custom_type(reference: str | None) -> str:
    return (reference or "").removesuffix("CustomFieldRef")


def _is_reference(value: Any) -> bool:
    """Also some that are called lists are one, chosen from a list: billAddressList."""
    return isinstance(value, dict) and "@internalId" in value


def _plain(value: Any) -> Any:
    if _is_reference(value):
        return {"id": value["@internalId"], "name": value.get("name")}
    return value
