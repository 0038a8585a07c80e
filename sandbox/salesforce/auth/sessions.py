"""Sessions: which bearer tokens are good."""

import secrets
from datetime import datetime, timedelta

from sandbox.salesforce.errors import session_expired

LIFETIME = timedelta(hours=2)


class Sessions:
    """A session lives for two hours from its last use. `opened` counts all that there ever were."""

    def __init__(self, organization_id: str) -> None:
        self.opened = 0
        self._organization = organization_id[:15]
        self._last_use: dict[str, datetime] = {}

    def open(self, at: datetime) -> str:
        """A new bearer token."""
        self.opened += 1
        token = f"{self._organization}!AQ{secrets.token_urlsafe(48)}"
        self._last_use[token] = at
        return token

    def use(self, authorization: str, at: datetime) -> None:
        """Raises ApiError, INVALID_SESSION_ID, for a header that bears no living token."""
        scheme, _, token = authorization.partition(" ")
        last = self._last_use.get(token)
        if scheme not in {"Bearer", "OAuth"} or last is None or at - last > LIFETIME:
            raise session_expired()
        self._last_use[token] = at

    def expire(self) -> None:
        """From now on no token that was given is good."""
        self._last_use.clear()
