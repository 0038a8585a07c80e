"""Which sales rep, subsidiary, currency and customer a filter means: names as people type them, found in the store."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.deps import Deps
from bot.filters import ME, FieldFilter, Filter, FilterError
from bot.reading.cards import place_of
from bot.reading.custom_fields import ShownField, shown_value, table_fields
from bot.reading.matches import found_for
from bot.views.text import clean, literal, shortened
from store.crm.accounts import owner_names
from store.custom_days import day_of
from store.custom_values import values_in_use
from store.customers import Customer, customer_by_id
from store.db import ReadConnection
from store.keys import plain_words
from store.portfolio import currencies, owners, subsidiaries
from store.users import User

_NAMED = 5
# Of a field in which nearly every record has a value of its own nobody filters.
_MAX_VALUES = 2000
_MAX_NAME = 40
# What `literal` may put around a name.
_ISOLATES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Meaning:
    """A filter whose names are the store's own, and its customer, which no longer stands in the filter."""

    filter: Filter
    customer: Customer | None = None


async def meaning_of(deps: Deps, conn: ReadConnection, typed: Filter, user: User) -> Meaning:
    """What was meant by this person. Raises FilterError, with what there is to choose from, for what nobody has."""
    return Meaning(
        filter=replace(
            typed,
            owner=await _owner(conn, typed.owner, user) if typed.owner else "",
            subsidiary=_only(typed.subsidiary, await subsidiaries(conn), "subsidiary") if typed.subsidiary else "",
            currency=_only(typed.currency, await currencies(conn), "currency") if typed.currency else "",
            customer="",
            field=await _field(deps, conn, typed.field) if typed.field else None,
        ),
        customer=await _customer(deps, conn, typed.customer) if typed.customer else None,
    )


async def filter_complaint(deps: Deps, conn: ReadConnection, error: FilterError, *also: str) -> str:
    """What to say of a filter that is not understood; `also` is what else can be typed where it was.

    For a name without a word before it, how it would have been understood.
    """
    meant = await _named(deps, conn, error.stray) if error.stray else ()
    if not meant:
        return error.sentence(*also)
    named = [f'{word}:"{_short(name)}"' for word, name in meant[:_NAMED]]
    return f"{error} Did you mean {_either(named)}?"


async def _named(deps: Deps, conn: ReadConnection, stray: str) -> tuple[tuple[str, str], ...]:
    """The filters, by word and name, that a name alone may stand for."""
    of_lists = [
        (word, name)
        for word, names in (("owner", await owners(conn)), ("subsidiary", await subsidiaries(conn)))
        for name in names_like(stray, names)
    ]
    found = await found_for(deps, conn, "customer", stray)
    customers = [("customer", match.label) for match in found.candidates] if found.answer else []
    return (*of_lists, *customers)


def names_like(typed: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names that are this one, whatever the case; else those of which some words begin like all of its words."""
    known = tuple(names)
    wanted = plain_words(typed)
    same = tuple(name for name in known if name == typed) or tuple(
        name for name in known if plain_words(name) == wanted
    )
    return same or tuple(name for name in known if wanted and _has_words(plain_words(name), wanted))


async def _owner(conn: ReadConnection, typed: str, user: User) -> str:
    names = await owners(conn)
    if typed != ME:
        return _only(typed, names, "sales rep")
    by_email = [name for name in await owner_names(conn, user.email) if name in names]
    # Only the whole name: another's customers, taken for one's own, would go unnoticed.
    own = {plain_words(user.name), plain_words(user.email.partition("@")[0])}
    found = by_email[:1] or [name for name in names if plain_words(name) in own]
    if len(found) != 1:
        raise FilterError(f"No sales rep is called {_shown(user.name)} like you. {_known(names, 'sales rep')}")
    return found[0]


async def _field(deps: Deps, conn: ReadConnection, typed: FieldFilter) -> FieldFilter:
    """One of the fields that the settings list, and a value that some record has in it."""
    fields = await table_fields(deps, conn)
    label = _only(typed.label, list(dict.fromkeys(each.label for each in fields)), "custom field")
    place, meant = place_of(deps), [each for each in fields if each.label == label]
    known: dict[str, tuple[ShownField, str]] = {}
    for field in meant:
        for value in await values_in_use(conn, field.kind, field.script_id, limit=_MAX_VALUES):
            known.setdefault(shown_value(value, field.field_type, place), (field, value))
    # A day may be typed as it is shown, or with its numbers alone: 2026-12-01.
    is_date = any(each.field_type == "date" for each in meant)
    wanted = shown_value(typed.value, "date", place) if is_date else typed.value
    field, value = known[_only(wanted, tuple(known), f"value of {_short(label)}")]
    # Of a day there may be many instants, and each comes to be shown like that.
    day = day_of(value, str(place.time_zone)) if field.field_type == "date" else ""
    return FieldFilter(
        label=label,
        value=day or value,
        kind=field.kind,
        script_id=field.script_id,
        zone=str(place.time_zone) if day else "",
    )


async def _customer(deps: Deps, conn: ReadConnection, typed: str) -> Customer | None:
    """The customer if there is no doubt which: a list of another one's invoices would look just the same."""
    found = await found_for(deps, conn, "customer", typed)
    if found.answer is not None and (found.answer.is_exact or not found.others):
        return await customer_by_id(conn, found.answer.record_id)
    near = [match.label for match in found.candidates]
    if not near:
        raise FilterError(f"No customer is called {_shown(typed)}.")
    raise FilterError(f"Which customer is {_shown(typed)}: {_listed(near)}? Type the whole name.")


def _only(typed: str, names: Sequence[str], what: str) -> str:
    found = names_like(typed, names)
    if len(found) == 1:
        return found[0]
    if found:
        raise FilterError(f"Which {what} is {_shown(typed)}: {_listed(found)}? Type more of the name.")
    raise FilterError(f"No {what} is called {_shown(typed)}. {_known(names, what)}")


def _has_words(name: str, wanted: str) -> bool:
    words = name.split()
    return all(any(word.startswith(each) for word in words) for each in wanted.split())


def _known(names: Sequence[str], what: str) -> str:
    return f"There is {_listed(names)}." if names else f"The store knows no {what} yet."


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    shown = [_shown(name) for name in names[:_NAMED]]
    return _either(shown) if more <= 0 else f"{', '.join(shown)} and {more:,} more"


def _either(several: Sequence[str]) -> str:
    *most, last = several
    return f"{', '.join(most)} or {last}" if most else last


def _shown(name: str) -> str:
    return f"«{_short(name)}»"


def _short(name: str) -> str:
    return literal(shortened(clean(name), _MAX_NAME - _ISOLATES), _MAX_NAME)
