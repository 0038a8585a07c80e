"""What was typed, in the forms under which the store keeps numbers and names."""

import re
import unicodedata
from dataclasses import dataclass

from store.keys import name_key, number_key, sorted_name_key

# No number and no name is longer: what is may be a pasted page, and its first words are not what was meant.
_MOST_CHARACTERS = 200
_LEAD_IN = re.compile(r"(?:invoices?|inv|bill|number|num|no|nr)(?=[0-9]|inv|number|num|no|nr)")
_MOST_KEYS = 3
_PREFIX_AND_DIGITS = re.compile(r"[a-z]*([0-9]+)")
_QUOTED_CHARACTERS = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class InvoiceQuery:
    """An invoice number as typed.

    `keys` are its normal forms, the fullest first: people write «invoice no. 123» where the ERP says 123.
    `digits` is the number after a prefix of letters or none, empty when it is written otherwise.
    """

    text: str
    keys: tuple[str, ...]
    digits: str

    @property
    def may_be_a_tail(self) -> bool:
        """Whether the digits may be the last ones of a longer number: not after a prefix that says otherwise."""
        return bool(self.keys) and self.keys[-1].isdigit()

    @property
    def is_bare(self) -> bool:
        """Whether a number without prefix was typed: then INV-123 and SI-123 are both «123»."""
        return self.may_be_a_tail and f"inv{self.keys[-1]}" not in self.keys


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerQuery:
    """A customer's name or number as typed, with the keys of a name."""

    text: str
    key: str
    sorted_key: str


def invoice_query(text: str) -> InvoiceQuery:
    """The forms of a typed invoice number; no keys when it has neither letters nor digits, or is too long."""
    typed = literal(text)
    keys = _without_lead_ins(number_key(typed))
    digits = _PREFIX_AND_DIGITS.fullmatch(keys[0]) if keys else None
    return InvoiceQuery(text=typed, keys=keys, digits=digits[1] if digits else "")


def customer_query(text: str) -> CustomerQuery:
    """The forms of a typed customer name; empty keys when it has neither letters nor digits, or is too long."""
    typed = literal(text)
    return CustomerQuery(text=typed, key=name_key(typed), sorted_key=sorted_name_key(typed))


def is_too_long(text: str) -> bool:
    """Whether no name and no number can be that long: such a text finds nothing."""
    return len(text.strip()) > _MOST_CHARACTERS


def literal(text: str) -> str:
    """The text as it could stand in a record, safe for every database; empty when none could be that long."""
    if is_too_long(text):
        return ""
    # PostgreSQL takes neither NUL nor halves of surrogate pairs.
    return unicodedata.normalize("NFC", text.strip().encode(errors="ignore").decode().replace("\x00", ""))


def quoted(text: str) -> str:
    """The text as a sentence can carry it: on one line, cut when long."""
    line = " ".join(text.split())
    return f"«{line if len(line) <= _QUOTED_CHARACTERS else line[: _QUOTED_CHARACTERS - 1] + '…'}»"


def _without_lead_ins(key: str) -> tuple[str, ...]:
    keys = [key] if key else []
    while 0 < len(keys) < _MOST_KEYS and (lead_in := _LEAD_IN.match(keys[-1])):
        keys.append(number_key(keys[-1][lead_in.end() :]))
    return tuple(keys)
