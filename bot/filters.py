"""What narrows a list of invoices down, as people type it: `owner:me subsidiary:"EU West" amount>10k days>30`.

Pure. Names stand as they were typed; which record or person they mean is for `bot.filter_names` to find out.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

ME = "me"
FILTER_USAGE = "owner:me customer:NAME subsidiary:NAME currency:EUR amount>10k days>30"
_MAX_NAME = 100
_MAX_DAYS = 36_500
_MAX_AMOUNT = Decimal(10**15)
_SHOWN = 40

# A word with its sign, outside quotation marks; what follows up to the next one is its value.
# A colon stands close to its word: NetSuite writes subsidiaries as «Parent : Child».
_CONDITION = re.compile(r'(?:(?<=\s)|^)([^\W\d_]+)(:|\s*(?:>=|>|<=|<|=))\s*("[^"]*"|[^\s"]\S*|)')
_QUOTES = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb", '"""""')
_DAYS = re.compile(r"(\d{1,18})\s*(?:d|days?)?", re.IGNORECASE)
# «10.000» is ten thousand to some and ten to others, so three digits after a point are not accepted.
_AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,18})(\.\d{1,2})?\s*([km]?)", re.IGNORECASE)
_THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000}
# Of a field that was found: kind, script id, the time zone of a day, label.
_FOUND_FIELD = re.compile(r"(customer|invoice)\.([A-Za-z0-9_.-]{1,100})(?:@([A-Za-z0-9_+/-]{1,60}))?\|(.+)")
_CURRENCY = re.compile(r"[A-Za-z]{3}")


class FilterError(ValueError):
    """A filter that cannot be meant; the message is a sentence for whoever typed it.

    `stray` is what was typed where a filter should begin, and may be a name.
    """

    def __init__(self, said: str, *, stray: str = "", lists_filters: bool = False) -> None:
        super().__init__(said)
        self.stray = stray
        self._lists_filters = lists_filters

    def sentence(self, *also: str) -> str:
        """The sentence, with the filters that there are where that helps; `also` is what else can be typed here."""
        return f"{self} Filters are: {' '.join((FILTER_USAGE, *also))}." if self._lists_filters else str(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldFilter:
    """A custom field and its value. `kind` and `script_id` are «» until the store has said which field is meant.

    With a `zone` the value is a day there, such as 2026-11-22.
    """

    label: str
    value: str
    kind: str = ""
    script_id: str = ""
    zone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """What was typed; what is empty or None does not restrict.

    `owner` is a sales rep's name or «me»; `currency` an ISO code in capitals. `amount_over` is in whole units of each
    invoice's own currency and means its open balance; `days_over` means days past due. Both ends are excluded.
    """

    owner: str = ""
    customer: str = ""
    subsidiary: str = ""
    currency: str = ""
    amount_over: Decimal | None = None
    days_over: int | None = None
    field: FieldFilter | None = None


def parse_filter(text: str) -> Filter:
    """The filter in a text. Raises FilterError that names what is not understood."""
    typed = text.translate(_QUOTES).strip()
    found = list(_CONDITION.finditer(typed))
    if typed and (not found or found[0].start() > 0):
        stray = typed[: found[0].start()] if found else typed
        raise _stray(stray.strip())
    values: dict[str, object] = {}
    for position, condition in enumerate(found):
        end = found[position + 1].start() if position + 1 < len(found) else len(typed)
        name, value = _condition(condition[1].lower(), condition[2].strip(), typed[condition.start(3) : end])
        if name in values:
            raise FilterError(f"«{_short(condition[1])}» says again what was said before; give it once.")
        values[name] = value
    return Filter(**values)  # type: ignore[arg-type]  # each reader gives what its own member takes


def filter_words(wanted: Filter) -> str:
    """The filter as it can be typed again; «» when it restricts nothing."""
    named = ((name, getattr(wanted, name)) for name in ("owner", "customer", "subsidiary", "currency"))
    parts = [f"{name}:{_quoted(value)}" for name, value in named if value]
    if wanted.amount_over is not None:
        parts.append(f"amount>{wanted.amount_over:f}")
    if wanted.days_over is not None:
        parts.append(f"days>{wanted.days_over}")
    if wanted.field is not None:
        parts.append(f'field:"{_field_words(wanted.field)}"')
    return " ".join(parts)


def _condition(word: str, sign: str, value: str) -> tuple[str, object]:
    """The member of Filter that a word sets, and what to."""
    if word not in _READERS:
        raise FilterError(f"There is no filter «{_short(word)}».", lists_filters=True)
    wanted_sign, member, read = _READERS[word]
    written = value.strip().strip('"').strip()
    if sign != wanted_sign:
        raise FilterError(f"Write {word}{wanted_sign}… instead of {word}{sign}…")
    if not written:
        raise FilterError(f"What should follow {word}{sign}? For example {_EXAMPLES[member]}.")
    return member, read(written)


def _name(written: str) -> str:
    if len(written) > _MAX_NAME or '"' in written:
        raise FilterError(f"«{_short(written)}» is no name.", lists_filters=True)
    return ME if written.lower() == ME else " ".join(written.split())


def _field(written: str) -> FieldFilter:
    """«Region=EMEA»; what `_field_words` writes of a field that was found has its id in front."""
    name, sign, value = written.partition("=")
    found = _FOUND_FIELD.fullmatch(name.strip())
    label = found[4] if found else name
    if not (sign and label.strip() and value.strip()):
        raise FilterError(f"«{_short(written)}» needs a field and its value. Write for example {_EXAMPLES['field']}.")
    kind, script_id, zone = (found[1], found[2], found[3] or "") if found else ("", "", "")
    return FieldFilter(label=_name(label), value=_name(value), kind=kind, script_id=script_id, zone=zone)


def _field_words(wanted: FieldFilter) -> str:
    zone = f"@{wanted.zone}" if wanted.zone else ""
    known = f"{wanted.kind}.{wanted.script_id}{zone}|" if wanted.script_id else ""
    return f"{known}{wanted.label}={wanted.value}"


def _currency(written: str) -> str:
    if not _CURRENCY.fullmatch(written):
        raise FilterError(f"«{_short(written)}» is no currency. Write its three letters, for example currency:EUR.")
    return written.upper()


def _amount(written: str) -> Decimal:
    found = _AMOUNT.fullmatch(written)
    if found is None:
        raise FilterError(f"«{_short(written)}» is no amount. Write for example amount>10000 or amount>10k.")
    whole, cents, unit = found[1].replace(",", ""), found[2] or "", found[3].lower()
    amount = Decimal(whole + cents) * _THOUSANDS[unit]
    if amount > _MAX_AMOUNT:
        raise FilterError(f"«{_short(written)}» is more than any invoice is for.")
    return amount


def _days(written: str) -> int:
    found = _DAYS.fullmatch(written)
    if found is None:
        raise FilterError(f"«{_short(written)}» is no number of days. Write for example days>30.")
    if int(found[1]) > _MAX_DAYS:
        raise FilterError(f"«{_short(written)}» is too many: write at most {_MAX_DAYS:,} days.")
    return int(found[1])


def _quoted(name: str) -> str:
    return name if name.isalnum() else f'"{name}"'


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"


def _stray(typed: str) -> FilterError:
    """A number alone means days, unless it is too large or says itself that it is an amount."""
    days = _DAYS.fullmatch(typed)
    if days and int(days[1]) <= _MAX_DAYS:
        return FilterError(f"Did you mean days>{int(days[1])}?")
    if _AMOUNT.fullmatch(typed):
        return FilterError(f"Did you mean amount>{''.join(typed.split())}?")
    return FilterError(f"«{_short(typed)}» is no filter.", stray=typed, lists_filters=True)


_EXAMPLES = {
    "owner": "owner:me",
    "customer": 'customer:"ABC Inc"',
    "subsidiary": 'subsidiary:"EU West"',
    "currency": "currency:EUR",
    "amount_over": "amount>10k",
    "days_over": "days>30",
    "field": 'field:"Region=EMEA"',
}
_Reader = tuple[str, str, Callable[[str], object]]
_READERS: Mapping[str, _Reader] = {
    "owner": (":", "owner", _name),
    "customer": (":", "customer", _name),
    "subsidiary": (":", "subsidiary", _name),
    "currency": (":", "currency", _currency),
    "amount": (">", "amount_over", _amount),
    "days": (">", "days_over", _days),
    "overdue": (">", "days_over", _days),
    "field": (":", "field", _field),
}
