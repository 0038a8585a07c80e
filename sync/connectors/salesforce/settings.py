"""The settings of a Salesforce organisation: who we are there, where it answers, and what of it is wanted."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from sync.connectors.salesforce.credentials import Certificate, Credentials, Password, Secret
from sync.crm_settings import CrmSettings
from sync.settings import settings_from

# What helps against an answer that is too large.
PAGE_REMEDY = "lower [salesforce] page_size"
_APP = "Setup > External Client App Manager in Salesforce, tab Settings, OAuth Settings > Consumer Key and Secret"
_HINTS = {
    "SALESFORCE_DOMAIN": "Setup > My Domain in Salesforce, for example acme.my or acme--uat.sandbox.my",
    "SALESFORCE_CLIENT_ID": _APP,
    "SALESFORCE_CLIENT_SECRET": _APP,
    "SALESFORCE_PRIVATE_KEY": "the key of the app's certificate; SALESFORCE_PRIVATE_KEY_FILE may name its file",
    "SALESFORCE_SECURITY_TOKEN": "Settings > Reset My Security Token in Salesforce; it comes by e-mail",
}
_WAYS = (
    "set SALESFORCE_CLIENT_ID with SALESFORCE_CLIENT_SECRET, or with SALESFORCE_USERNAME and SALESFORCE_PRIVATE_KEY; "
    "or SALESFORCE_USERNAME with SALESFORCE_PASSWORD and SALESFORCE_SECURITY_TOKEN"
)
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_SHARED_DOMAINS = frozenset({"login", "test"})
_FIELD = r"^[A-Za-z][A-Za-z0-9_]{0,79}$"


def _domain(value: str) -> str:
    """«acme.my» of what people copy: an address of the setup, of Lightning, or the name alone."""
    host = value.lower().removeprefix("https://").rstrip("/")
    name = host.removesuffix(".salesforce.com").removesuffix(".salesforce-setup.com")
    if host.endswith(".lightning.force.com"):
        name = f"{host.removesuffix('.lightning.force.com')}.my"
    if not _DOMAIN.fullmatch(name):
        raise ValueError("is no domain of Salesforce's")
    return name


def _address(value: str) -> str:
    parts = urlsplit(value)
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment or "\\" in value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain or parts.path.strip("/"):
        raise ValueError("is no http:// or https:// address of a host")
    return f"{parts.scheme}://{parts.netloc}"


def _key(value: SecretStr) -> SecretStr:
    # Long to load, and whoever signs in another way has no key.
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import RSAKey  # noqa: PLC0415

    try:
        is_private = RSAKey.import_key(value.get_secret_value()).is_private
    except (ValueError, TypeError, JoseError):
        is_private = False
    if not is_private:
        raise ValueError("is no private RSA key in PEM form")
    return value


FigureName = Literal["outstanding", "past_due", "open_invoices", "past_due_invoices", "average_payment_delay"]
_Seconds = Annotated[float, Field(ge=0, le=3600)]


class SalesforceSettings(CrmSettings):
    """Credentials and addresses come from the environment, the rest from the table [salesforce] of tesorio.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True)

    domain: Annotated[str, AfterValidator(_domain)] = Field(alias="SALESFORCE_DOMAIN")
    url: Annotated[str, AfterValidator(_address)] | None = Field(None, alias="SALESFORCE_URL")
    client_secret: SecretStr | None = Field(None, alias="SALESFORCE_CLIENT_SECRET")
    username: str | None = Field(None, alias="SALESFORCE_USERNAME")
    private_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(None, alias="SALESFORCE_PRIVATE_KEY")
    password: SecretStr | None = Field(None, alias="SALESFORCE_PASSWORD")
    security_token: SecretStr | None = Field(None, alias="SALESFORCE_SECURITY_TOKEN")
    # The last of them, as which others it needs depends on all.
    client_id: str | None = Field(None, alias="SALESFORCE_CLIENT_ID", validate_default=True)
    api_version: str = Field("62.0", alias="SALESFORCE_API_VERSION", pattern=r"^[3-9]\d\.0$")

    # Which custom fields of accounts and contacts are read; all of them by default.
    custom_fields: tuple[Annotated[str, Field(pattern=_FIELD)], ...] | None = None
    # Notes written here become those of «Notes & Attachments», or the enhanced ones of «Notes».
    note_kind: Literal["note", "content_note"] = "note"
    # What customers owe, written into these fields of their accounts, in the company's base currency or in this one.
    figures: Mapping[FigureName, Annotated[str, Field(pattern=_FIELD)]] = Field(default_factory=dict)
    figures_currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")
    page_size: int = Field(2000, ge=1, le=2000)
    # Beyond so many rows Bulk API 2.0 takes fewer requests; it answers in pages of so many rows.
    bulk_above: int = Field(20_000, ge=0)
    bulk_page_size: int = Field(2000, ge=1, le=100_000)
    bulk_poll_seconds: _Seconds = 5.0
    overlap_minutes: int = Field(10, ge=0, le=7 * 24 * 60)
    lag_seconds: int = Field(0, ge=0, le=3600)
    # Formula fields and sharing change without a trace: everything is read again after so many days.
    sweep_days: int = Field(7, ge=1, le=366)
    concurrency: int = Field(4, ge=1, le=20)
    # Of the requests that Salesforce grants in 24 hours to all programs together, reading leaves the rest to others.
    api_share: float = Field(0.8, gt=0, le=1)
    connect_timeout_seconds: float = Field(10, gt=0, le=120)
    read_timeout_seconds: float = Field(120, gt=0, le=900)
    total_timeout_seconds: float = Field(300, gt=0, le=900)
    max_answer_megabytes: int = Field(100, ge=1, le=1000)
    retry_attempts: int = Field(5, ge=1, le=20)
    busy_attempts: int = Field(15, ge=1, le=50)
    retry_wait_seconds: _Seconds = 1.0
    retry_wait_max_seconds: _Seconds = 30.0

    @field_validator("client_id")
    @classmethod
    def _has_a_way_in(cls, value: str | None, info: ValidationInfo) -> str | None:
        known = {**info.data, "client_id": value}
        if _credentials_in(known) is not None:
            return value
        if value and known.get("client_secret"):
            raise ValueError("logs in with its secret at a My Domain only: set SALESFORCE_DOMAIN to it")
        raise ValueError(_WAYS)

    @classmethod
    def from_mapping(cls, env: Mapping[str, str], rules: Mapping[str, Any]) -> "SalesforceSettings":
        """The settings from the environment and from [salesforce]. Raises SettingsError naming every problem."""
        return settings_from(cls, env, rules, hints=_HINTS, table="salesforce")

    @property
    def credentials(self) -> Credentials:
        """What we log in with: the best of the ways that are set up."""
        found = _credentials_in({name: getattr(self, name) for name in ("client_id", *_OTHERS)})
        if found is None:
            raise AssertionError("settings without a way to log in were let through")
        return found

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may hold."""
        held = (self.client_secret, self.private_key, self.password, self.security_token)
        return tuple(each.get_secret_value() for each in held if each is not None)

    @property
    def address(self) -> str:
        """The host that requests go to unless a login names another: as set, else the domain's."""
        return self.url or f"https://{self.domain}.salesforce.com"

    @property
    def app_address(self) -> str | None:
        """Where people open records in a browser; None when we know no My Domain."""
        return None if self.domain in _SHARED_DOMAINS else f"https://{self.domain}.salesforce.com"

    @property
    def audience(self) -> str:
        """The domain that a signed assertion is for: all organisations share one of two."""
        is_sandbox = self.domain == "test" or ".sandbox." in f".{self.domain}."
        return "test" if is_sandbox else "login"

    @property
    def overlap(self) -> timedelta:
        """How far an incremental read goes back behind the last one."""
        return timedelta(minutes=self.overlap_minutes)

    @property
    def lag(self) -> timedelta:
        """How long a change is left alone, so that a window is closed before it is read."""
        return timedelta(seconds=self.lag_seconds)


_OTHERS = ("domain", "client_secret", "username", "private_key", "password", "security_token")


def _credentials_in(known: Mapping[str, Any]) -> Credentials | None:
    """The first way in that is set up whole: a secret at a My Domain, a certificate, a password."""
    client_id, username = known.get("client_id"), known.get("username")
    held = {name: each.get_secret_value() for name, each in known.items() if isinstance(each, SecretStr)}
    if client_id and "client_secret" in held and known.get("domain") not in _SHARED_DOMAINS:
        return Secret(client_id=client_id, client_secret=held["client_secret"])
    if client_id and username and "private_key" in held:
        return Certificate(client_id=client_id, username=username, private_key=held["private_key"])
    if username and held.keys() >= {"password", "security_token"}:
        return Password(username=username, password=held["password"], security_token=held["security_token"])
    return None
