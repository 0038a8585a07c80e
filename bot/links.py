"""Addresses of records in the systems that they come from, as people copy them from their browser. Pure.

Hosts and paths are those of the systems' own web applications: NetSuite gives each account a host of its own
(<account>.app.netsuite.com), Invoiced has one for all.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, urlsplit

from bot.views.values import RecordKind, RecordRef
from store.records import record_id

_KINDS: tuple[RecordKind, ...] = ("invoice", "customer")
_MAX_CHARACTERS = 2000
_IDENTIFIER = re.compile(r"[0-9]{1,20}")
_AROUND = ".,;:!?()[]\"'"
_WEB = frozenset({"http", "https"})


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressForm:
    """How a system writes the addresses of one kind of record.

    `domain` is the host, or with `is_account_in_host` what follows the account in it. The record's id is the group of
    `path`, or the parameter `id` of the query.
    """

    system: str
    kind: RecordKind
    domain: str
    path: re.Pattern[str]
    is_account_in_host: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordLink:
    """A record that an address names. `account_host` is where the address says whose account it is, else empty."""

    ref: RecordRef
    account_host: str = ""

    def is_to(self, address: str | None) -> bool:
        """Whether it leads into the account in which the record has this address, not into somebody else's."""
        return not self.account_host or _host(address or "") == self.account_host


_NETSUITE = "app.netsuite.com"
_INVOICED = ("app.invoiced.com", "app.sandbox.invoiced.com")
FORMS = (
    AddressForm(
        system="netsuite",
        kind="invoice",
        domain=_NETSUITE,
        path=re.compile(r"/app/accounting/transactions/(?:custinvc|transaction)\.nl"),
        is_account_in_host=True,
    ),
    AddressForm(
        system="netsuite",
        kind="customer",
        domain=_NETSUITE,
        path=re.compile(r"/app/common/entity/(?:custjob|customer|entity)\.nl"),
        is_account_in_host=True,
    ),
    *(
        AddressForm(system="invoiced", kind=kind, domain=domain, path=re.compile(rf"/{kind}s/([0-9]{{1,20}})"))
        for domain in _INVOICED
        for kind in _KINDS
    ),
)
DOMAINS = frozenset(form.domain for form in FORMS)


def addresses(text: str) -> tuple[str, ...]:
    """The web addresses among the words of a text, without the punctuation behind them."""
    return tuple(
        word.strip(_AROUND) for word in text.split() if word.lower().lstrip(_AROUND).startswith(("http://", "https://"))
    )


def record_link(address: str) -> RecordLink | None:
    """The record that an address names; None for every other text."""
    parts = _parts(address)
    if parts is None:
        return None
    return next((link for form in FORMS if (link := _by_form(form, parts))), None)


def _by_form(form: AddressForm, parts: SplitResult) -> RecordLink | None:
    host = parts.hostname or ""
    is_of_system = host.endswith(f".{form.domain}") if form.is_account_in_host else host == form.domain
    path = form.path.fullmatch(parts.path)
    if not is_of_system or path is None:
        return None
    identifiers = path.groups() or parse_qs(parts.query).get("id", ())
    if len(identifiers) != 1 or not _IDENTIFIER.fullmatch(identifiers[0]):
        return None
    ref = RecordRef(kind=form.kind, record_id=record_id(form.system, form.kind, identifiers[0]))
    return RecordLink(ref=ref, account_host=host if form.is_account_in_host else "")


def _parts(address: str) -> SplitResult | None:
    """The parts of a web address; None for what is none, or overlong."""
    if len(address) > _MAX_CHARACTERS or any(character.isspace() for character in address):
        return None
    try:
        # Slack writes the ampersands of a link as it writes those of a text.
        parts = urlsplit(address.replace("&amp;", "&"))
        is_plain = parts.port is None and not parts.username and not parts.password
    except ValueError:
        return None
    return parts if is_plain and parts.scheme in _WEB else None


def _host(address: str) -> str:
    parts = _parts(address)
    return (parts.hostname or "") if parts else ""
