"""Ways to log in, and what each of them knows of us."""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, kw_only=True, slots=True)
class Secret:
    """OAuth 2.0 client credentials: the app logs in as the user that it runs as, at the organisation's My Domain."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """OAuth 2.0 JWT bearer: an assertion that our key signs, for a user who is pre-authorised in the app."""

    client_id: str
    username: str
    private_key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Password:
    """SOAP login, which Salesforce retires."""

    username: str
    password: str = field(repr=False)
    security_token: str = field(repr=False)


Credentials: TypeAlias = Secret | Certificate | Password
