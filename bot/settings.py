"""What the person who runs the bot has set: secrets and addresses by environment, with the rules of tesorio.toml."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from bot.database_url import blocking_url, checked_url
from bot.mail.settings import MailSettings, checked_sender, checked_smtp_url, mail_settings
from bot.rules import Rules
from store.db import sqlite_url

_SLACK_API = "https://slack.com/api/"
_HTTP_ADDRESS = "127.0.0.1:8080"
_MAX_PORT = 65_535
_WHERE = {
    "SLACK_BOT_TOKEN": "starts with xoxb-; in your Slack app's settings: OAuth & Permissions, Bot User OAuth Token",
    "SLACK_APP_TOKEN": "starts with xapp-; Basic Information, App-Level Tokens, scope connections:write",
    "SLACK_SIGNING_SECRET": "Basic Information, App Credentials, Signing Secret",
    "TESORIO_HTTP_ADDRESS": "such as 127.0.0.1:8080",
    "TESORIO_TIMEZONE": "a name such as America/New_York or Europe/Paris",
    "TESORIO_DATABASE_URL": "sqlite+aiosqlite:///… or postgresql+asyncpg://…",
    "SLACK_API_URL": "an address that ends in /api/",
}


class SettingsError(Exception):
    """Some settings are missing or malformed; `problems` names each, with where to get it.

    `rest` are the settings without the malformed ones, for whoever wants to know what else is wrong.
    """

    def __init__(self, problems: tuple[str, ...], *, rest: "Settings | None" = None) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.rest = rest


class Settings(BaseModel):
    """Everything that is set, checked for form. Whether Slack is set at all is `require_slack`'s question."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, populate_by_name=True)

    data_dir: Path = Field(default=Path("data"), alias="TESORIO_DATA_DIR")
    database_url_setting: str = Field(default="", alias="TESORIO_DATABASE_URL")
    timezone: ZoneInfo = Field(default=ZoneInfo("UTC"), alias="TESORIO_TIMEZONE")
    slack_bot_token: SecretStr = Field(default=SecretStr(""), alias="SLACK_BOT_TOKEN")
    slack_app_token: SecretStr = Field(default=SecretStr(""), alias="SLACK_APP_TOKEN")
    slack_api_url: str = Field(default=_SLACK_API, alias="SLACK_API_URL")
    slack_signing_secret: SecretStr = Field(default=SecretStr(""), alias="SLACK_SIGNING_SECRET")
    slack_mode: Literal["socket", "http"] = Field(default="socket", alias="TESORIO_SLACK_MODE")
    http_address_setting: str = Field(default="", alias="TESORIO_HTTP_ADDRESS")
    smtp_url: Annotated[SecretStr, AfterValidator(checked_smtp_url)] = Field(SecretStr(""), alias="TESORIO_SMTP_URL")
    mail_from: Annotated[str, AfterValidator(checked_sender)] = Field("", alias="TESORIO_MAIL_FROM")
    rules: Rules = Rules()
    environment: Mapping[str, SecretStr] = Field(default_factory=dict, repr=False)

    @field_validator("timezone", mode="before")
    @classmethod
    def _known_zone(cls, value: object) -> ZoneInfo:
        try:
            return value if isinstance(value, ZoneInfo) else ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"no time zone is called «{str(value)[:60]}»") from None

    @field_validator("database_url_setting")
    @classmethod
    def _known_driver(cls, value: str) -> str:
        return checked_url(value) if value else value

    @field_validator("slack_api_url")
    @classmethod
    def _api_root(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")) or not value.endswith("/api/"):
            raise ValueError("this is not the root of a Slack Web API")
        return value

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _token_form(cls, value: SecretStr, info: Any) -> SecretStr:
        prefix = "xoxb-" if info.field_name == "slack_bot_token" else "xapp-"
        if value.get_secret_value() and not value.get_secret_value().startswith(prefix):
            raise ValueError("this is another kind of token")
        return value

    @field_validator("http_address_setting")
    @classmethod
    def _host_and_port(cls, value: str) -> str:
        host, _, port = value.rpartition(":")
        if value and not (host and port.isdecimal() and int(port) <= _MAX_PORT):
            raise ValueError("this is not a host and a port")
        return value

    @property
    def http_address(self) -> tuple[str, int] | None:
        """Where the program listens: nowhere unless that is set, or needed for Slack to reach it."""
        value = self.http_address_setting or (_HTTP_ADDRESS if self.slack_mode == "http" else "")
        host, _, port = value.rpartition(":")
        return (host.strip("[]"), int(port)) if value else None

    @property
    def database_url(self) -> str:
        """The store's URL: SQLite in the data folder unless another is set."""
        return self.database_url_setting or sqlite_url(self.data_dir.absolute() / "store.sqlite")

    @property
    def work_database_url(self) -> str:
        """Where durable work is kept: beside the store, with the engine's own (blocking) driver."""
        return blocking_url(self.database_url) or f"sqlite:///{self.data_dir.absolute() / 'work.sqlite'}"

    @property
    def mail(self) -> MailSettings | None:
        """How mail leaves; None unless a mail server and an address to send from are set."""
        return mail_settings(self.smtp_url, self.mail_from, self.rules.mail)

    def plain_environment(self) -> dict[str, str]:
        """The environment for a connector to read its own settings from; secrets in clear, so never to be shown."""
        return {name: value.get_secret_value() for name, value in self.environment.items()}

    def require_slack(self) -> Self:
        """These settings, if the bot can reach Slack with them. Raises SettingsError naming every missing one."""
        wanted = {"SLACK_BOT_TOKEN": self.slack_bot_token}
        if self.slack_mode == "http":
            wanted["SLACK_SIGNING_SECRET"] = self.slack_signing_secret
        else:
            wanted["SLACK_APP_TOKEN"] = self.slack_app_token
        missing = [_problem(name, "is not set") for name, token in wanted.items() if not token.get_secret_value()]
        if missing:
            raise SettingsError(tuple(missing))
        return self


def load_settings(environ: Mapping[str, str], *, folder: Path) -> Settings:
    """Settings from the environment, over `.env` and `tesorio.toml` in the folder.

    `NAME_FILE` names a file that holds NAME's value, as container secrets do. Raises SettingsError with every problem.
    """
    problems: list[str] = []
    known = _with_files(_env_file(folder / ".env", problems) | dict(environ), problems)
    config = known.get("TESORIO_CONFIG")
    rules = _rules(Path(config or folder / "tesorio.toml"), problems, wanted=bool(config))
    try:
        settings = settings_from(known, rules)
    except SettingsError as error:
        raise SettingsError((*problems, *error.problems), rest=error.rest) from None
    if problems:
        raise SettingsError(tuple(problems), rest=settings)
    return settings


def settings_from(environment: Mapping[str, str], rules: Rules) -> Settings:
    """Settings from one mapping and nothing else. Raises SettingsError with every problem."""
    ours = {name: value for name, value in environment.items() if value and not name.endswith("_FILE")}
    kept = {name: SecretStr(value) for name, value in ours.items() if name.isupper()}
    values = {"rules": rules, "environment": kept}
    try:
        return Settings.model_validate(ours | values)
    except ValidationError as error:
        malformed = {str(one["loc"][0]) for one in error.errors(include_input=False)}
        sound = {name: value for name, value in ours.items() if name not in malformed}
        raise SettingsError(_problems(error), rest=Settings.model_validate(sound | values)) from None


def _env_file(path: Path, problems: list[str]) -> dict[str, str]:
    """What `.env` sets, if there is one; a trouble with it is added to the problems."""
    try:
        return {name: value for name, value in dotenv_values(path).items() if value is not None}
    except (OSError, UnicodeDecodeError):
        problems.append(f"{path} cannot be read")
        return {}


def _with_files(environment: Mapping[str, str], problems: list[str]) -> dict[str, str]:
    """The environment, with what the files hold that NAME_FILE names; likewise."""
    found = dict(environment)
    prefixes = ("TESORIO_", "SLACK_", "NETSUITE_", "SALESFORCE_", "INVOICED_")
    for name, path in environment.items():
        if not name.endswith("_FILE") or not name.startswith(prefixes) or not path:
            continue
        try:
            found[name.removesuffix("_FILE")] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            problems.append(f"{name}: the file that it names cannot be read")
    return found


def _rules(path: Path, problems: list[str], *, wanted: bool) -> Rules:
    """The rules of tesorio.toml, or the default ones; likewise."""
    if not path.exists() and not wanted:
        return Rules()
    try:
        return Rules.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        problems.append(f"TESORIO_CONFIG: {path} cannot be read")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path}: {error}")
    except ValidationError as error:
        problems += [f"{path}: {problem}" for problem in _problems(error)]
    return Rules()


def _problems(error: ValidationError) -> tuple[str, ...]:
    return tuple(
        _problem(".".join(str(part) for part in found["loc"]), found["msg"].removeprefix("Value error, "))
        for found in error.errors(include_input=False, include_context=False, include_url=False)
    )


def _problem(name: str, meaning: str) -> str:
    return f"{name}: {meaning}" + (f" ({_WHERE[name]})" if name in _WHERE else "")
