"""Whom an e-mail goes to, and what is wrong with what was entered. Pure."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from bot.emailing.email_files import too_much
from bot.mail.settings import MailRules, checked_address, not_allowed
from bot.replying.reply_form import FormError
from bot.slack.view_request import ViewRequest
from bot.views.email import (
    ATTACH,
    CC,
    MAX_SUBJECT,
    MAX_TEXT,
    MAX_VALUE,
    OTHERS,
    SUBJECT,
    TEXT,
    TO,
    FileChoice,
    Recipient,
)
from bot.views.text import size
from store.addresses import addresses_in
from store.contacts import Contact, is_ours
from store.customers import Customer

MAX_ADDRESSES = 20
# The value of the customer's own address among those of its contacts.
COMPANY = "company"
_BETWEEN = re.compile(r"[\s,;]+")
# «Pat Jones <pat@abc.com>», as people copy it from their mail program.
_NAMED = re.compile(r"""(?:"[^"]*"|[^<>,;"@])*<([^<>\s]+)>""")
_MAX_SHOWN = 60
_MAX_TYPED = 2000


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What stands in the form. `chosen` are the values of recipients and `files` the ids of files, in their order."""

    chosen: tuple[str, ...] = ()
    others: str = ""
    cc: str = ""
    subject: str = ""
    text: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressed:
    """An e-mail that can be sent: plain addresses, once each. `meant_for` are those that a test address stands for."""

    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    text: str
    meant_for: tuple[str, ...] = ()


def filled_in(request: ViewRequest) -> Filled:
    """What a person entered."""
    return Filled(
        chosen=request.choices(TO),
        others=_one_line(request.text(OTHERS))[:_MAX_TYPED],
        cc=_one_line(request.text(CC))[:_MAX_TYPED],
        subject=_one_line(request.text(SUBJECT)),
        text=_storable(request.text(TEXT)).strip(),
        files=request.choices(ATTACH),
    )


def recipients_of(
    of_invoice: Iterable[Contact], of_customer: Iterable[Contact], customer: Customer | None
) -> tuple[Recipient, ...]:
    """Whom one may want to write to: those of the invoice, the customer's contacts, its own address; each once.

    Who looks after the customer in our own company comes last.
    """
    theirs = tuple(of_customer)
    found = [replace(each, is_own=True) for contact in of_invoice for each in _recipients(contact, "for this invoice")]
    found += [each for contact in theirs if not is_ours(contact) for each in _recipients(contact, _place_of(contact))]
    if customer is not None:
        found += _addressed(COMPANY, customer.name, "company", customer.email)
    ours = [each for contact in theirs if is_ours(contact) for each in _recipients(contact, _place_of(contact))]
    found += [replace(each, is_colleague=True) for each in ours]
    known: dict[str, Recipient] = {}
    for each in found:
        known.setdefault(each.address.casefold(), each)
    return tuple(known.values())


def addressed(
    filled: Filled, known: Sequence[Recipient], rules: MailRules, files: Sequence[FileChoice] = ()
) -> Addressed:
    """The e-mail as it can be sent with these files. Raises FormError with everything that has to be put right."""
    errors = {ATTACH: told} if (told := too_much(files)) else dict[str, str]()
    by_value = {each.value: checked_address(each.address) for each in known}
    chosen = [by_value[value] for value in filled.chosen if value in by_value]
    to = _unique([*chosen, *_addresses(filled.others, OTHERS, errors)])
    known_to = {each.casefold() for each in to}
    cc = tuple(each for each in _unique(_addresses(filled.cc, CC, errors)) if each.casefold() not in known_to)
    if not to and OTHERS not in errors:
        errors[TO if known else OTHERS] = "Choose somebody, or type an address."
    for action_id, those in ((OTHERS if filled.others else TO, to), (CC, cc)):
        _check(those, action_id, rules, errors)
    _check_words(filled, errors)
    if errors:
        raise FormError(errors)
    if rules.redirect_to:
        return _redirected(filled, to, cc, rules.redirect_to)
    return Addressed(to=to, cc=cc, subject=filled.subject, text=filled.text)


def preferred(known: Sequence[Recipient]) -> tuple[str, ...]:
    """Who is chosen at first: all that are for this very invoice, else the first; never a colleague."""
    own = tuple(each.value for each in known if each.is_own)
    others = tuple(each.value for each in known if not each.is_colleague)
    return own[:MAX_ADDRESSES] or others[:1]


def _redirected(filled: Filled, to: tuple[str, ...], cc: tuple[str, ...], instead: str) -> Addressed:
    return Addressed(to=(instead,), cc=(), subject=filled.subject, text=filled.text, meant_for=(*to, *cc))


def _recipients(contact: Contact, detail: str) -> list[Recipient]:
    return _addressed(contact.id, contact.name, detail, contact.email, contact.other_email)


def _addressed(key: str, name: str, detail: str, *fields: str | None) -> list[Recipient]:
    """One recipient for each address in these fields: systems of record do not keep people from writing several."""
    known = addresses_in(", ".join(filter(None, fields))).valid
    keys = (key if nth == 0 else f"{key}|{address}" for nth, address in enumerate(known))
    return [
        Recipient(value=_value(each), name=name, address=address, detail=detail)
        for each, address in zip(keys, known, strict=True)
    ]


def _value(key: str) -> str:
    """What stands for it in the form: the id of a contact from a custom field may be longer than a menu can carry."""
    return key if size(key) <= MAX_VALUE else hashlib.sha256(key.encode()).hexdigest()


def _place_of(contact: Contact) -> str:
    """What somebody is at the customer."""
    return "primary contact" if contact.is_primary else contact.title or contact.role or ""


def _addresses(typed: str, action_id: str, errors: dict[str, str]) -> list[str]:
    found = []
    for each in filter(None, _BETWEEN.split(_NAMED.sub(r"\1,", typed))):
        try:
            found.append(checked_address(each.strip("<>")))
        except ValueError:
            errors.setdefault(action_id, f"«{each[:_MAX_SHOWN]}» is no e-mail address.")
    return found


def _check(those: Sequence[str], action_id: str, rules: MailRules, errors: dict[str, str]) -> None:
    if len(those) > MAX_ADDRESSES:
        errors.setdefault(action_id, f"At most {MAX_ADDRESSES} addresses at once.")
    if refused := not_allowed(rules, those):
        allowed = ", ".join(rules.allowed_domains)[:_MAX_TYPED]
        errors.setdefault(action_id, f"{refused[0]}: mail may only go to {allowed}, as an administrator has set.")


def _check_words(filled: Filled, errors: dict[str, str]) -> None:
    if not filled.subject:
        errors[SUBJECT] = "Write a subject."
    if len(filled.subject) > MAX_SUBJECT:
        errors[SUBJECT] = f"At most {MAX_SUBJECT} characters."
    if not filled.text:
        errors[TEXT] = "Write something first."
    if len(filled.text) > MAX_TEXT:
        errors[TEXT] = f"At most {MAX_TEXT:,} characters; these are {len(filled.text):,}."


def _unique(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple({each.casefold(): each for each in addresses}.values())


def _storable(typed: str) -> str:
    """The text without what no database takes: half a surrogate pair, and NUL."""
    return typed.encode("utf-8", "replace").decode().replace("\x00", "")


def _one_line(typed: str) -> str:
    return " ".join(_storable(typed).split())
