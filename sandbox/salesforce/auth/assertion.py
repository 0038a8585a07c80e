"""The assertion of the JWT bearer flow, as the service checks it."""

import base64
import json
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from sandbox.salesforce.auth.credentials import Credentials

AUDIENCES = frozenset({"https://login.salesforce.com", "https://test.salesforce.com"})
MAX_AHEAD_SECONDS = 180


class GrantError(Exception):
    """No token is given; `error` and `description` are what OAuth 2.0 answers with."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error = error
        self.description = description
        self.status = status


def check_assertion(assertion: str, credentials: Credentials, own_address: str, at: datetime) -> None:
    """Raises GrantError unless the app's certificate signed it, for its user, for us, for now."""
    header, payload, signed, signature = _parts(assertion)
    if payload.get("iss") != credentials.client_id:
        raise GrantError("invalid_client_id", "client identifier invalid")
    if header.get("alg") != "RS256" or not _is_signed(credentials, signed, signature):
        raise GrantError("invalid_grant", "invalid assertion")
    if payload.get("aud") not in AUDIENCES | {own_address} and not _is_my_domain(payload.get("aud")):
        raise GrantError("invalid_grant", "audience is invalid")
    if not _is_timely(payload.get("exp"), at):
        raise GrantError("invalid_grant", "assertion expired")
    if payload.get("sub") != credentials.username:
        raise GrantError("invalid_grant", "user hasn't approved this consumer")


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    try:
        header, payload, signature = assertion.split(".")
        said = [json.loads(_decoded(part)) for part in (header, payload)]
        found = said[0], said[1], f"{header}.{payload}".encode(), _decoded(signature)
    except ValueError:
        raise GrantError("invalid_grant", "invalid assertion") from None
    if not all(isinstance(one, dict) for one in said):
        raise GrantError("invalid_grant", "invalid assertion")
    return found


def _decoded(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _is_signed(credentials: Credentials, signed: bytes, signature: bytes) -> bool:
    try:
        credentials.public_key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def _is_my_domain(audience: object) -> bool:
    return isinstance(audience, str) and audience.startswith("https://") and audience.endswith(".my.salesforce.com")


def _is_timely(ends: object, at: datetime) -> bool:
    """Whether the end is to come, and within three minutes; clients write it as a number or as its digits."""
    if not str(ends).isdecimal():
        return False
    left = int(str(ends)) - at.timestamp()
    return 0 < left <= MAX_AHEAD_SECONDS + 1
