"""Token-based authentication of SuiteTalk: the passport that signs one request, once.

The rule is Oracle's (SOAP web services, «token-based authentication»): HMAC-SHA256 over five values joined by
ampersands, each percent-encoded, with both secrets as the key.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import quote

ALGORITHM = "HMAC-SHA256"
# NetSuite takes 6 to 64 letters and digits.
_NONCE_BYTES = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """The account and the four secrets; `account` in its upper-case, underscored form."""

    account: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    token_id: str = field(repr=False)
    token_secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Passport:
    """The header of one request. NetSuite refuses a nonce that it has seen: never send a passport twice."""

    account: str
    consumer_key: str = field(repr=False)
    token: str = field(repr=False)
    nonce: str
    timestamp: int
    signature: str


def new_passport(credentials: Credentials, *, timestamp: int) -> Passport:
    """A passport for a request that is sent now; `timestamp` in seconds since 1970."""
    return signed_passport(credentials, nonce=secrets.token_hex(_NONCE_BYTES), timestamp=timestamp)


def signed_passport(credentials: Credentials, *, nonce: str, timestamp: int) -> Passport:
    """The passport with this nonce and timestamp."""
    return Passport(
        account=credentials.account,
        consumer_key=credentials.consumer_key,
        token=credentials.token_id,
        nonce=nonce,
        timestamp=timestamp,
        signature=_signature(credentials, nonce, timestamp),
    )


def _signature(credentials: Credentials, nonce: str, timestamp: int) -> str:
    base = _joined(credentials.account, credentials.consumer_key, credentials.token_id, nonce, str(timestamp))
    key = _joined(credentials.consumer_secret, credentials.token_secret)
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha256)).decode()


def _joined(*values: str) -> str:
    return "&".join(quote(value, safe="") for value in values)
