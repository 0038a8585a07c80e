"""Between a frozen record and its table row, for records whose amounts are all in one currency."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import RowMapping

from store.money import Money

# Set by the store itself, when a person asks for a record anew.
_NOT_PULLED = "refreshed_at"


def plain_names(record_type: type, *besides: str) -> tuple[str, ...]:
    """The fields of a record that are columns as they stand; `besides` are those that are not."""
    return tuple(field.name for field in fields(record_type) if field.name not in besides)


def plain_values(record: object, names: Sequence[str]) -> dict[str, Any]:
    """The columns of these fields."""
    # Not asdict: it copies deeply, which takes as long as writing the row.
    kept, values = _reader(tuple(names))
    return dict(zip(kept, values(record), strict=True))


@cache
def _reader(names: tuple[str, ...]) -> tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]:
    """Those of the names that a pull tells, and what reads their values all at once."""
    kept = tuple(name for name in names if name != _NOT_PULLED)
    return kept, attrgetter(*kept)


def amounts_row(record: object, names: Sequence[str], currency: str) -> dict[str, Any]:
    """`<name>_minor` of each amount, and the currency of them all; an amount that is None stays so.

    Raises ValueError when an amount is in another currency.
    """
    row: dict[str, Any] = {"currency": currency}
    for name in names:
        amount: Money | None = getattr(record, name)
        if amount is not None and amount.currency != currency:
            raise ValueError(f"{name} is in {amount.currency}, not in {currency}")
        row[f"{name}_minor"] = None if amount is None else amount.minor
    return row


def amounts_from(row: RowMapping, names: Sequence[str]) -> dict[str, Any]:
    """The amounts of `amounts_row`."""
    return {name: _money(row["currency"], row[f"{name}_minor"]) for name in names}


def _money(currency: str, minor: int | None) -> Money | None:
    return None if minor is None else Money(currency=currency, minor=minor)
