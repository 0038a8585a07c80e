"""What a filled-in contact form means, what is wrong with it, and what of it a system changed meanwhile. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from bot.contacting.ways import UnfitAddressError, typed_email, typed_phone
from bot.replying.reply_form import FormError
from bot.slack.view_request import ViewRequest
from bot.views.contact_form import EMAIL, INPUTS, LABELS, LAST, NO_ROLE, PHONE, PRIMARY, ContactFields
from bot.views.text import literal
from store.contacts import Contact

_DIGITS = 8
_MAX_TOLD = 60
_MAX_LINE = 400
_NAMES = tuple(each.name for each in fields(ContactFields))
_NAME_PARTS = frozenset({"first_name", "last_name"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciled:
    """The form with what a system changed while it was open; `news` says so, a sentence each."""

    typed: ContactFields
    news: tuple[str, ...] = ()


def typed_in(request: ViewRequest) -> ContactFields:
    """What a person entered, on one line each."""
    found = {name: _line(request.text(action_id)) for name, action_id in INPUTS.items()}
    return ContactFields(**found | {"role": "" if found["role"] == NO_ROLE else found["role"]})


def fields_of(contact: Contact) -> ContactFields:
    """A contact as its form shows it; one whose source told only a whole name has its last word as last name."""
    first, last = contact.first_name or "", contact.last_name or ""
    if not first and not last:
        first, _, last = contact.name.rpartition(" ")
    return ContactFields(
        first_name=first,
        last_name=last,
        title=contact.title or "",
        email=contact.email or "",
        phone=contact.phone or "",
        role=PRIMARY if contact.is_primary else contact.role or "",
    )


def marks_of(known: ContactFields) -> str:
    """A few digits for each field, by which a later look sees which of them have changed."""
    return "".join(_mark(getattr(known, name)) for name in _NAMES)


def reconciled(typed: ContactFields, marks: str, now: ContactFields, source: str) -> Reconciled:
    """Compare the form with the contact as it was when the form was made (`marks`) and as it is now.

    What only the system changed is taken over; what both changed stays as it was typed. `source` is how people call it.
    """
    was = {name: _mark_in(marks, name) for name in _NAMES}
    changed = [name for name in _NAMES if _mark(getattr(now, name)) != was[name]]
    taken = {name: getattr(now, name) for name in changed if _mark(getattr(typed, name)) == was[name]}
    news = [_news(name, getattr(now, name), source) for name in changed if getattr(typed, name) != getattr(now, name)]
    return Reconciled(typed=replace(typed, **taken), news=tuple(news))


def changed_since(typed: ContactFields, marks: Mapping[str, str], now: ContactFields, source: str) -> Reconciled | None:
    """The form that was saved before and comes once more, about the contact as it is now; None when it is the same.

    `marks` has those of what was «typed» then, and of what was «saved» of that. What was not changed since is as it is
    now, and what both changed as it was typed.
    """
    kept = {name for name in _NAMES if _mark(getattr(typed, name)) == _mark_in(marks["typed"], name)}
    moved = [name for name in _NAMES if _mark(getattr(now, name)) != _mark_in(marks["saved"], name)]
    found = replace(typed, **{name: getattr(now, name) for name in kept})
    if found == now:
        return None
    told = [name for name in moved if name in kept or getattr(typed, name) != getattr(now, name)]
    return Reconciled(typed=found, news=tuple(_news(name, getattr(now, name), source) for name in told))


def checked(typed: ContactFields, before: ContactFields | None, country: str | None) -> ContactFields:
    """What is to be saved. Raises FormError with everything that has to be put right.

    What stands there as it was `before` is not judged: the system has taken it once.
    """
    known, errors, found = before or ContactFields(), dict[str, str](), typed
    if not typed.first_name and not typed.last_name:
        errors[LAST] = "Write a name."
    try:
        if typed.email and typed.email != known.email:
            found = replace(found, email=typed_email(typed.email))
    except UnfitAddressError as error:
        errors[EMAIL] = str(error)
    try:
        if typed.phone and typed.phone != known.phone:
            found = replace(found, phone=typed_phone(typed.phone, country))
    except UnfitAddressError as error:
        errors[PHONE] = str(error)
    if errors:
        raise FormError(errors)
    return found


def full_name(typed: ContactFields) -> str:
    """«Bea Mueller»."""
    return " ".join(filter(None, (typed.first_name, typed.last_name)))


def changes_between(before: ContactFields, after: ContactFields) -> dict[str, str]:
    """The fields that differ, as they are to be."""
    return {name: getattr(after, name) for name in _NAMES if getattr(before, name) != getattr(after, name)}


def changed_contact(contact: Contact, changes: Mapping[str, str]) -> Contact:
    """The contact with these fields of its form as they are here, «» for those that are emptied."""
    changed = replace(
        contact,
        title=changes.get("title", contact.title) or None,
        email=changes.get("email", contact.email) or None,
        phone=changes.get("phone", contact.phone) or None,
    )
    if _NAME_PARTS & changes.keys():
        typed = replace(fields_of(contact), **changes)
        first, last = typed.first_name or None, typed.last_name or None
        changed = replace(changed, name=full_name(typed), first_name=first, last_name=last)
    if "role" not in changes:
        return changed
    is_primary = changes["role"] == PRIMARY
    return replace(changed, is_primary=is_primary, role=changed.role if is_primary else changes["role"] or None)


def fields_changed(changes: Mapping[str, str]) -> frozenset[str]:
    """The fields of a contact that differ once these fields of its form have changed."""
    return frozenset(changes) | (_NAME_PARTS | {"name"} if _NAME_PARTS & changes.keys() else frozenset())


def _news(name: str, value: str, source: str) -> str:
    told = f"now «{literal(value, _MAX_TOLD)}»" if value else "empty now"
    return f"{LABELS[INPUTS[name]]} is {told} in {source}."


def _mark(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:_DIGITS]


def _mark_in(marks: str, name: str) -> str:
    start = _NAMES.index(name) * _DIGITS
    return marks[start : start + _DIGITS]


def _line(typed: str) -> str:
    """One line of what every database takes; the form itself takes no longer one."""
    return " ".join(typed.encode("utf-8", "replace").decode().replace("\x00", "").split())[:_MAX_LINE]
