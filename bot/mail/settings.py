"""The mail server and the sender's address, from the settings; and whom mail may go to. Pure."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, ConfigDict, SecretStr, field_validator

_PORTS = {"smtp": 587, "smtps": 465}
_FORM = "smtp://user:password@host:587, or smtps://… for a port that begins with TLS"

Tls = Literal["none", "starttls", "implicit"]


class MailRules(BaseModel):
    """Whom mail may go to: these domains and those below them, or anybody; with `redirect_to`, that address alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    allowed_domains: tuple[str, ...] = ()
    redirect_to: str = ""

    @field_validator("redirect_to")
    @classmethod
    def _address(cls, value: str) -> str:
        return checked_address(value) if value else value


@dataclass(frozen=True, kw_only=True, slots=True)
class MailSettings:
    """How mail leaves. `sender` is the address, with a name where one was set; `rules` say whom it may go to."""

    host: str
    port: int
    tls: Tls
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)
    rules: MailRules = field(default_factory=MailRules)


def checked_smtp_url(value: SecretStr) -> SecretStr:
    """The address of a mail server, if it is one. Raises ValueError, without the address: it has a password."""
    if value.get_secret_value():
        _server(value.get_secret_value())
    return value


def checked_sender(value: str) -> str:
    """«ar@company.com» or «Accounts Receivable <ar@company.com>». Raises ValueError."""
    if value:
        checked_address(_parsed(value)[1])
    return value


def checked_address(value: str) -> str:
    """One plain address, in the ASCII form in which mail servers take it. Raises ValueError."""
    try:
        found = validate_email(value, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise ValueError(f"this is no e-mail address: {error}") from None
    return found.ascii_email or found.normalized


def mail_settings(url: SecretStr, sender: str, rules: MailRules) -> MailSettings | None:
    """All of it; None where no mail server is set, or no address to send from."""
    if not url.get_secret_value() or not sender:
        return None
    host, port, tls, user, password = _server(url.get_secret_value())
    name, address = _parsed(sender)
    return MailSettings(
        host=host,
        port=port,
        tls=tls,
        user=user,
        password=password,
        sender=Address(display_name=name, addr_spec=checked_address(address)),
        rules=rules,
    )


def not_allowed(rules: MailRules, addresses: Iterable[str]) -> tuple[str, ...]:
    """Those of these addresses that mail may not go to."""
    domains = tuple(_ascii(each.strip().strip("@.").lower()) for each in rules.allowed_domains)
    return tuple(each for each in addresses if domains and not _is_in(each.rpartition("@")[2].lower(), domains))


def _ascii(domain: str) -> str:
    """The form in which addresses have it, of a domain that was set in its own letters."""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain


def _is_in(domain: str, allowed: tuple[str, ...]) -> bool:
    return any(domain == each or domain.endswith(f".{each}") for each in allowed if each)


def _parsed(sender: str) -> tuple[str, str]:
    """Name and address; without brackets all of it is the address."""
    name, bracket, rest = sender.strip().rpartition("<")
    if not bracket:
        return "", sender.strip()
    return " ".join(name.replace('"', " ").split()), rest.removesuffix(">") if rest.endswith(">") else ""


def _server(url: str) -> tuple[str, int, Tls, str, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError(f"this is not the address of a mail server: {_FORM}") from None
    host = parts.hostname or ""
    if parts.scheme not in _PORTS or not host or parts.path not in {"", "/"}:
        raise ValueError(f"this is not the address of a mail server: {_FORM}")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    tls = _tls(parts.scheme, host, parts.query)
    if tls == "none" and password and not _is_loopback(host):
        raise ValueError("without TLS the password would be readable on its way: leave starttls=off out")
    return host, port or _PORTS[parts.scheme], tls, user, password


def _tls(scheme: str, host: str, query: str) -> Tls:
    asked = parse_qs(query, keep_blank_values=True)
    if asked not in ({}, {"starttls": ["off"]}, {"starttls": ["on"]}):
        raise ValueError("only ?starttls=on or ?starttls=off may stand behind the address of a mail server")
    if scheme == "smtps":
        return "implicit"
    wanted = asked.get("starttls", ["off" if _is_loopback(host) else "on"])
    return "starttls" if wanted == ["on"] else "none"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
