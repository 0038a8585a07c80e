"""Token-based authentication: the signature of a passport, and whether a request may pass.

The rules are those of SuiteTalk's TokenPassport: HMAC-SHA256 over account, consumer key, token, nonce and timestamp,
each percent-encoded and joined by «&»; five minutes of tolerance; a nonce serves once.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sandbox.netsuite.errors import SoapFaultError, invalid_login
from sandbox.netsuite.nonces import TIMESTAMP_TOLERANCE, instant_of

ALGORITHM = "HMAC-SHA256"


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """What an integration is given: the account (1234567_SB1 for a sandbox), the consumer and the token."""

    account: str
    consumer_key: str
    consumer_secret: str
    token_id: str
    token_secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Passport:
    """A tokenPassport header as it was sent."""

    account: str
    consumer_key: str
    token: str
    nonce: str
    timestamp: str
    algorithm: str
    signature: str


def signature(credentials: Credentials, nonce: str, timestamp: str) -> str:
    """The base64 HMAC-SHA256 that belongs to this nonce and these Unix seconds."""
    parts = (credentials.account, credentials.consumer_key, credentials.token_id, nonce, timestamp)
    key = f"{_encoded(credentials.consumer_secret)}&{_encoded(credentials.token_secret)}"
    base = "&".join(_encoded(part) for part in parts)
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha256)).decode()


def _encoded(part: str) -> str:
    return quote(part, safe="~")


class Gate:
    """Lets a passport through once. It remembers nonces for as long as their timestamp would still pass."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._used: dict[str, datetime] = {}

    def check(self, passport: Passport, at: datetime) -> None:
        """Raises SoapFaultError (InvalidCredentialsFault) when the passport is wrong, late or used before."""
        fault = self._objection(passport, at)
        if fault:
            raise fault
        self._used[passport.nonce] = at

    def _objection(self, passport: Passport, at: datetime) -> SoapFaultError | None:
        known = self._credentials
        if (passport.account, passport.consumer_key, passport.token) != (
            known.account,
            known.consumer_key,
            known.token_id,
        ):
            return invalid_login()
        if passport.algorithm != ALGORITHM or not self._signed(passport):
            return invalid_login()
        if abs(at - instant_of(passport.timestamp, at)) > TIMESTAMP_TOLERANCE:
            return invalid_login("Invalid login attempt: the timestamp is out of range.")
        if not (passport.nonce.isalnum() and 6 <= len(passport.nonce) <= 64):  # noqa: PLR2004 -- the lengths that are allowed
            return invalid_login("Invalid login attempt: the nonce is malformed.")
        self._forget(at)
        return (
            invalid_login("Invalid login attempt: the nonce was used before.") if passport.nonce in self._used else None
        )

    def _signed(self, passport: Passport) -> bool:
        expected = signature(self._credentials, passport.nonce, passport.timestamp)
        return hmac.compare_digest(expected.encode(), passport.signature.encode())

    def _forget(self, at: datetime) -> None:
        over = [nonce for nonce, seen in self._used.items() if at - seen > 2 * TIMESTAMP_TOLERANCE]
        for nonce in over:
            del self._used[nonce]
