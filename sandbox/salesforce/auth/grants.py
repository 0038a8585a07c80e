"""The token endpoint: client credentials, JWT bearer, and user name with password."""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sandbox.salesforce.auth.assertion import GrantError, check_assertion
from sandbox.salesforce.auth.credentials import Credentials
from sandbox.salesforce.auth.sessions import Sessions
from sandbox.salesforce.org import Org

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Grants:
    """Gives sessions. `allows_client_credentials` and `allows_password` are switches of the app and the org.

    `refusal` is what every grant is refused with, such as invalid_app_access when the app keeps the user out.
    """

    def __init__(self, org: Org, credentials: Credentials, sessions: Sessions) -> None:
        self.allows_client_credentials = True
        self.allows_password = True
        self.refusal: GrantError | None = None
        self._org = org
        self._credentials = credentials
        self._sessions = sessions

    def give(self, form: Mapping[str, str], authorization: str, address: str, at: datetime) -> dict[str, Any]:
        """The answer to a request for a token. Raises GrantError."""
        kinds: Mapping[str, Callable[[], None]] = {
            "client_credentials": lambda: self._by_client(form, authorization),
            "password": lambda: self._by_password(form),
            JWT_BEARER: lambda: check_assertion(form.get("assertion", ""), self._credentials, address, at),
        }
        kind = kinds.get(form.get("grant_type", ""))
        if kind is None:
            raise GrantError("unsupported_grant_type", "grant type not supported")
        kind()
        if self.refusal:
            raise self.refusal
        self.check_user()
        return self._token(address, at)

    def check_user(self) -> None:
        """Raises GrantError when the user may not log in."""
        user = self._org.users[self._org.acting_user]
        if user.get("IsActive") is False:
            raise GrantError("invalid_grant", "inactive user")

    def is_user(self, username: str, password: str) -> bool:
        """Whether these are the user's name, and the password with the security token behind it."""
        known = self._credentials
        return (username, password) == (known.username, known.password + known.security_token)

    def _by_client(self, form: Mapping[str, str], authorization: str) -> None:
        self._check_app(*_client(form, authorization))
        if not self.allows_client_credentials:
            raise GrantError("invalid_grant", "no client credentials user enabled")

    def _by_password(self, form: Mapping[str, str]) -> None:
        self._check_app(form.get("client_id", ""), form.get("client_secret", ""))
        if not self.allows_password or not self.is_user(form.get("username", ""), form.get("password", "")):
            raise GrantError("invalid_grant", "authentication failure")

    def _check_app(self, client_id: str, secret: str) -> None:
        if client_id != self._credentials.client_id:
            raise GrantError("invalid_client_id", "client identifier invalid")
        if secret != self._credentials.client_secret:
            raise GrantError("invalid_client", "invalid client credentials")

    def _token(self, address: str, at: datetime) -> dict[str, Any]:
        [organization] = self._org.rows("Organization")
        return {
            "access_token": self._sessions.open(at),
            "signature": base64.b64encode(organization.encode()).decode(),
            "scope": "api",
            "instance_url": address,
            "id": f"{address}/id/{organization}/{self._org.acting_user}",
            "token_type": "Bearer",
            "issued_at": str(int(at.timestamp() * 1000)),
        }


def _client(form: Mapping[str, str], authorization: str) -> tuple[str, str]:
    """The app's id and secret, from the header or from the form."""
    scheme, _, coded = authorization.partition(" ")
    if scheme != "Basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise GrantError("invalid_client", "invalid client credentials") from None
    return client_id, secret
