"""The settings of a NetSuite account: who we are there, where it answers, and how hard we may ask."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationInfo, field_validator

from sync.connectors.netsuite.passport import Credentials
from sync.connectors.netsuite.suiteql.tokens import Certificate, key_of
from sync.errors import NotPermittedError
from sync.settings import settings_from

# What helps against an answer that is too large.
PAGE_REMEDY = "lower [netsuite] page_size"
_ACCOUNT = re.compile(r"[A-Za-z0-9]+([_-][A-Za-z0-9]+)*")
_TOKENS = "Setup > Users/Roles > Access Tokens in NetSuite; shown once, when the token is made"
_INTEGRATION = "Setup > Integration > Manage Integrations in NetSuite; shown once, when the integration is made"
_HINTS = {
    "NETSUITE_ACCOUNT_ID": "Setup > Company > Company Information in NetSuite, for example 1234567 or 1234567_SB1",
    "NETSUITE_CONSUMER_KEY": _INTEGRATION,
    "NETSUITE_CONSUMER_SECRET": _INTEGRATION,
    "NETSUITE_TOKEN_ID": _TOKENS,
    "NETSUITE_TOKEN_SECRET": _TOKENS,
    "NETSUITE_TIMEZONE": "the zone in Home > Set Preferences of the token's user, for example America/New_York",
    "NETSUITE_ENDPOINT_VERSION": "for example 2025_2",
    "NETSUITE_PRIVATE_KEY": "the key of the certificate; NETSUITE_PRIVATE_KEY_FILE may name its file",
}

_NAME_CHARACTERS = 40
SUITEQL_STREAMS = (
    "subsidiaries",
    "accounts",
    "exchange_rates",
    "custom_fields",
    "contacts",
    "customers",
    "invoices",
    "payments",
    "deposit_applications",
    "credit_memos",
    "refunds",
    "journal_entries",
    "sales_orders",
    "balances",
    "deletions",
)
_CERTIFICATE_FIELDS = ("client_id", "certificate_id", "private_key")
_TOKEN_FIELDS = ("consumer_key", "consumer_secret", "token_id", "token_secret")


def _account(value: str) -> str:
    if not _ACCOUNT.fullmatch(value):
        raise ValueError("is not an account id")
    return value.upper().replace("-", "_")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone of the IANA database") from None
    return value


def _address(value: str) -> str:
    parts = urlsplit(value)
    is_plain = not (parts.username or parts.password or parts.fragment or "\\" in value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain:
        raise ValueError("is no http:// or https:// address")
    return value


def _with_script(value: str) -> str:
    if not {"script", "deploy"} <= set(parse_qs(urlsplit(value).query)):
        raise ValueError("lacks ?script=…&deploy=…; copy the external URL of the script's deployment")
    return value


def _key(value: SecretStr) -> SecretStr:
    # Where a value has to be one line, the ends of a key's lines are written as \n.
    key = value.get_secret_value().replace("\\n", "\n")
    key_of(key)
    return SecretStr(key)


_Url = Annotated[str, AfterValidator(_address)]
_Seconds = Annotated[float, Field(ge=0, le=3600)]


class NetSuiteSettings(BaseModel):
    """Credentials and addresses come from the environment, the rest from the table [netsuite] of tesorio.toml.

    `page_size` defaults to a fifth of what SuiteTalk allows (5 to 1,000): with invoice lines a page of 200 stays near
    one megabyte, and a page is what is held in memory, sent again on a failure and read again after a crash.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, hide_input_in_errors=True)

    account_id: Annotated[str, AfterValidator(_account)] = Field(alias="NETSUITE_ACCOUNT_ID")
    client_id: str | None = Field(None, alias="NETSUITE_CLIENT_ID")
    certificate_id: str | None = Field(None, alias="NETSUITE_CERTIFICATE_ID")
    private_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(None, alias="NETSUITE_PRIVATE_KEY")
    # All four or, where a certificate stands in for them, none: SOAP has no other login.
    consumer_key: SecretStr | None = Field(None, alias="NETSUITE_CONSUMER_KEY", validate_default=True)
    consumer_secret: SecretStr | None = Field(None, alias="NETSUITE_CONSUMER_SECRET", validate_default=True)
    token_id: SecretStr | None = Field(None, alias="NETSUITE_TOKEN_ID", validate_default=True)
    token_secret: SecretStr | None = Field(None, alias="NETSUITE_TOKEN_SECRET", validate_default=True)
    # SuiteTalk itself takes a user without a zone to be in Pacific time.
    timezone: Annotated[str, AfterValidator(_zone)] = Field("America/Los_Angeles", alias="NETSUITE_TIMEZONE")
    endpoint_version: str = Field("2025_2", alias="NETSUITE_ENDPOINT_VERSION", pattern=r"^20\d\d_[12]$")
    wsdl: str | None = Field(None, alias="NETSUITE_WSDL")
    soap_url: _Url | None = Field(None, alias="NETSUITE_SOAP_URL")
    restlet_url: Annotated[_Url, AfterValidator(_with_script)] | None = Field(None, alias="NETSUITE_RESTLET_URL")
    rest_url: _Url | None = Field(None, alias="NETSUITE_REST_URL")

    page_size: int = Field(200, ge=5, le=1000)
    concurrency: int = Field(2, ge=1, le=50)
    invoice_lines: bool = True
    # Which files of the cabinet hang on invoices; their content is fetched when somebody asks for it.
    invoice_files: bool = False
    # Leads and prospects owe nothing; they come in once they are customers.
    customer_stages: Annotated[tuple[Literal["customer", "prospect", "lead"], ...], Field(min_length=1)] = ("customer",)
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")
    overlap_minutes: int = Field(30, ge=0, le=7 * 24 * 60)
    lag_seconds: int = Field(60, ge=0, le=3600)
    # Records whose edits no date tells are all read again after so many days.
    sweep_days: int = Field(7, ge=1, le=366)
    window_records: int = Field(10_000, ge=100, le=100_000)
    # Searches that find so many are fetched and read by a process of their own; with 0 none is.
    aside_records: int = Field(5_000, ge=0)
    connect_timeout_seconds: float = Field(10, gt=0, le=120)
    read_timeout_seconds: float = Field(60, gt=0, le=900)
    # NetSuite itself cuts a connection after 15 minutes.
    total_timeout_seconds: float = Field(300, gt=0, le=900)
    max_answer_megabytes: int = Field(100, ge=1, le=1000)
    retry_attempts: int = Field(5, ge=1, le=20)
    busy_attempts: int = Field(15, ge=1, le=50)
    retry_wait_seconds: _Seconds = 1.0
    retry_wait_max_seconds: _Seconds = 30.0

    # Custom fields that hold e-mail addresses, where the role may not read which do, or more of them.
    email_fields: tuple[Annotated[str, Field(pattern=r"^cust(entity|body)_?[a-z0-9_]{1,60}$")], ...] = ()
    # The streams that are read by SuiteQL over REST, and not by SOAP; «all» are those that can be.
    suiteql: tuple[str, ...] = ()
    # What our external ids begin with, so that those of other integrations are told apart.
    external_id_prefix: str = Field("tesorio-", pattern=r"^[A-Za-z0-9_-]{1,20}$")
    # Whether a message takes an external id; where an account refuses it, what a message says identifies it.
    message_keys: bool = True
    # The internal ids of contact roles, by name, as in Setup > Sales > CRM Lists.
    contact_roles: dict[str, Annotated[str, Field(pattern=r"^-?\d+$")]] = Field(default_factory=dict)

    @field_validator(*_TOKEN_FIELDS)
    @classmethod
    def _all_or_none(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """All of the token's four, or none of them and a certificate."""
        earlier = [info.data.get(name) for name in _TOKEN_FIELDS[: _TOKEN_FIELDS.index(str(info.field_name))]]
        is_certified = all(info.data.get(name) for name in _CERTIFICATE_FIELDS)
        if value is None and (any(earlier) or not is_certified):
            raise ValueError("is missing")
        if value is not None and not all(earlier):
            raise ValueError("is of no use without the other three: consumer key and secret, token id and secret")
        return value

    @field_validator("suiteql")
    @classmethod
    def _with_certificate(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if unknown := set(value) - {"all", *SUITEQL_STREAMS}:
            named = ", ".join(f"«{each[:_NAME_CHARACTERS]}»" for each in sorted(unknown))
            raise ValueError(f"{named} cannot be read by SuiteQL, but {', '.join(SUITEQL_STREAMS)}, or all")
        if value and not all(info.data.get(name) for name in _CERTIFICATE_FIELDS):
            raise ValueError("needs NETSUITE_CLIENT_ID, NETSUITE_CERTIFICATE_ID and NETSUITE_PRIVATE_KEY")
        return value

    @classmethod
    def from_mapping(cls, env: Mapping[str, str], rules: Mapping[str, Any]) -> "NetSuiteSettings":
        """The settings from the environment and from [netsuite]. Raises SettingsError naming every problem."""
        return settings_from(cls, env, rules, hints=_HINTS, table="netsuite")

    @property
    def has_tokens(self) -> bool:
        """Whether SOAP may be used: without, all that is read comes by SuiteQL, and nothing is sent."""
        return self.token_secret is not None

    @property
    def by_suiteql(self) -> frozenset[str]:
        """The names of the streams that are read by SuiteQL."""
        everything = "all" in self.suiteql or not self.has_tokens
        return frozenset(SUITEQL_STREAMS) if everything else frozenset(self.suiteql)

    @property
    def credentials(self) -> Credentials:
        """What a request is signed with. Raises NotPermittedError where no token is set."""
        secrets = [getattr(self, name) for name in _TOKEN_FIELDS]
        if not all(secrets):
            raise NotPermittedError("a token for SOAP: none is set, and this comes by SOAP only")
        consumer_key, consumer_secret, token_id, token_secret = (each.get_secret_value() for each in secrets)
        return Credentials(
            account=self.account_id,
            consumer_key=consumer_key,
            consumer_secret=consumer_secret,
            token_id=token_id,
            token_secret=token_secret,
        )

    @property
    def certificate(self) -> Certificate | None:
        """What OAuth 2.0 tokens are asked for with; None where it is not set up."""
        if self.client_id is None or self.certificate_id is None or self.private_key is None:
            return None
        return Certificate(
            client_id=self.client_id,
            certificate_id=self.certificate_id,
            private_key=self.private_key.get_secret_value(),
        )

    @property
    def role_ids(self) -> Mapping[str, str]:
        """The internal ids of contact roles by their names in small letters."""
        return {name.strip().casefold(): role_id for name, role_id in self.contact_roles.items()}

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose midnight stands for a date in this account."""
        return ZoneInfo(self.timezone)

    @property
    def overlap(self) -> timedelta:
        """How far an incremental read goes back behind the last one."""
        return timedelta(minutes=self.overlap_minutes)

    @property
    def lag(self) -> timedelta:
        """How long a change is left alone, so that a window is closed before it is read."""
        return timedelta(seconds=self.lag_seconds)

    @property
    def soap_address(self) -> str:
        """Where requests are posted: the account's own host, since 2019.1 the only one that is allowed."""
        return self.soap_url or f"https://{self._host('suitetalk.api')}/services/NetSuitePort_{self.endpoint_version}"

    @property
    def rest_address(self) -> str:
        """The host of the REST services, without a path: as set, else the one that SOAP requests go to."""
        parts = urlsplit(self.rest_url or self.soap_address)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def wsdl_file(self) -> Path | None:
        """The WSDL on this machine, when the settings name one."""
        return Path(self.wsdl) if self.wsdl and urlsplit(self.wsdl).scheme not in {"http", "https"} else None

    @property
    def wsdl_address(self) -> str:
        """Where the WSDL is fetched from: as set, else from the host that answers the requests."""
        if self.wsdl and self.wsdl_file is None:
            return self.wsdl
        parts = urlsplit(self.soap_address)
        return f"{parts.scheme}://{parts.netloc}/wsdl/v{self.endpoint_version}_0/netsuite.wsdl"

    @property
    def app_address(self) -> str:
        """Where people open this account in a browser."""
        return f"https://{self._host('app')}"

    def _host(self, service: str) -> str:
        return f"{self.account_id.lower().replace('_', '-')}.{service}.netsuite.com"
