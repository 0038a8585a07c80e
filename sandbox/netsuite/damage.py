"""Records that are answered otherwise than they are kept: broken ones, and fields that are called something else.

It works on the text of a record, where a wrong value can be as wrong as it likes.
"""

import re
from dataclasses import dataclass

_AMOUNTS = "total|amountRemaining|unapplied|creditLimit|payment"
_COLUMNS = frozenset({"creditlimit", "foreignamountunpaid", "foreigntotal"})
_DAYS = "dueDate|tranDate|dateCreated|effectiveDate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wound:
    """What stands where the record's amounts and days should be: a text, xsi:nil for None, or «keep»."""

    amount: str | None
    day: str | None


KEEP = "keep"


class Damage:
    """Wounds by internal id, and what has become of the fields of every record."""

    def __init__(self) -> None:
        self._wounds: dict[int, Wound] = {}
        self._renamed: dict[str, str | None] = {}
        self._values: dict[str, str] = {}

    def wound(self, internal_id: int, wound: Wound) -> None:
        self._wounds[internal_id] = wound

    def heal(self, internal_id: int) -> None:
        """Raises KeyError when there was no wound."""
        del self._wounds[internal_id]

    def rename(self, field: str, name: str | None) -> None:
        """The field has another name in all records, or is gone from them when the name is None."""
        self._renamed[field] = name

    def replace(self, field: str, value: str) -> None:
        """The field says this in every record that has it."""
        self._values[field] = value

    def clear(self) -> None:
        self._wounds.clear()
        self._renamed.clear()
        self._values.clear()

    def done_to(self, internal_id: int, record: str) -> str:
        """The text of the record as it is answered."""
        wound = self._wounds.get(internal_id)
        if wound:
            record = _said(_said(record, _AMOUNTS, wound.amount), _DAYS, wound.day)
        for field, value in self._values.items():
            record = _said(record, field, value)
        for field, name in self._renamed.items():
            record = _without(record, field) if name is None else _called(record, field, name)
        return record

    def done_to_row(self, row: dict[str, str]) -> dict[str, str]:
        """A row of SuiteQL as it is answered: the wrong amount of its record, which a null leaves out."""
        found = row.get("id", "")
        wound = self._wounds.get(int(found)) if found.isdecimal() else None
        if wound is None or wound.amount == KEEP:
            return row
        if wound.amount is None:
            return {name: value for name, value in row.items() if name not in _COLUMNS}
        return row | {name: wound.amount for name in row if name in _COLUMNS}


def _said(record: str, fields: str, value: str | None) -> str:
    if value == KEEP:
        return record
    told = r"\g<1> xsi:nil='true'></\g<2>>" if value is None else rf"\g<1>>{value}</\g<2>>"
    return re.sub(rf"(<(\w+:(?:{fields})))>[^<]*</\2>", told, record)


def _called(record: str, field: str, name: str) -> str:
    return re.sub(rf"(</?\w+:){field}(?=[\s/>])", rf"\g<1>{name}", record)


def _without(record: str, field: str) -> str:
    return re.sub(rf"<(\w+:{field})(?:\s[^>]*)?(?:/>|>.*?</\1>)", "", record, flags=re.DOTALL)
