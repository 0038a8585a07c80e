"""OAuth 2.0 for machines: a certificate signs an assertion, the assertion buys a bearer token for an hour.

The assertion is a JWT as NetSuite takes it: ES256 to ES512 or PS256 to PS512, the certificate's id as `kid`, the client
id as `iss`, the scopes, the token address as `aud`, and less than an hour between `iat` and `exp`.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPES = frozenset({"restlets", "rest_webservices", "suite_analytics"})
LIFETIME = timedelta(minutes=60)
SKEW = timedelta(seconds=60)
MIN_RSA_BITS = 3072
_HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_CURVES = {"256": "secp256r1", "384": "secp384r1", "512": "secp521r1"}

PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey


class TokenError(Exception):
    """No token is given; `error` is the code of OAuth 2.0."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.status = status


@dataclass(frozen=True, kw_only=True, slots=True)
class MachineClient:
    """The integration's client id, and the certificate that was mapped to it: its id and its keys."""

    client_id: str
    certificate_id: str
    private_key_pem: str
    public_key: PublicKey

    @classmethod
    def made(cls, private_key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None) -> "MachineClient":
        """A client with this key, or with a new one of P-256."""
        key = private_key or ec.generate_private_key(ec.SECP256R1())
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return cls(
            client_id="sandbox-client-id",
            certificate_id="sandbox-certificate-id",
            private_key_pem=pem.decode(),
            public_key=key.public_key(),
        )


class Tokens:
    """Gives bearer tokens for assertions, and knows which ones are good."""

    def __init__(self, client: MachineClient) -> None:
        self._client = client
        # What the integration record ticks: the grant, and the scopes that a token may have.
        self.is_granted = True
        self.scopes = SCOPES
        self._given: dict[str, tuple[datetime, frozenset[str]]] = {}

    def give(self, form: Mapping[str, str], audience: str, at: datetime) -> dict[str, str]:
        """The answer to a request for a token. Raises TokenError."""
        if form.get("grant_type") != "client_credentials":
            raise TokenError("unsupported_grant_type")
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise TokenError("invalid_request")
        if not self.is_granted:
            raise TokenError("unauthorized_client")
        scopes = self._scopes(form.get("client_assertion", ""), audience, at)
        self._given = {known: (end, seen) for known, (end, seen) in self._given.items() if end > at}
        token = secrets.token_urlsafe(32)
        self._given[token] = (at + LIFETIME, scopes)
        return {"access_token": token, "expires_in": str(int(LIFETIME.total_seconds())), "token_type": "bearer"}

    def admits(self, authorization: str, scope: str, at: datetime) -> bool:
        """Whether the header bears a living token for this scope."""
        scheme, _, token = authorization.partition(" ")
        end, scopes = self._given.get(token, (at, frozenset()))
        return scheme == "Bearer" and at < end and scope in scopes

    def expire(self) -> None:
        """From now on no token that was given is good."""
        self._given.clear()

    def _scopes(self, assertion: str, audience: str, at: datetime) -> frozenset[str]:
        header, payload, signed, signature = _parts(assertion)
        if (header.get("typ"), header.get("kid")) != ("JWT", self._client.certificate_id):
            raise TokenError("invalid_client", 401)
        if not _is_signed(self._client.public_key, str(header.get("alg")), signed, signature):
            raise TokenError("invalid_client", 401)
        if (payload.get("iss"), payload.get("aud")) != (self._client.client_id, audience):
            raise TokenError("invalid_grant")
        if not _is_timely(payload, at):
            raise TokenError("invalid_grant")
        scopes = _scopes_of(payload.get("scope"))
        if not scopes or not scopes <= self.scopes:
            raise TokenError("invalid_scope")
        return scopes


def _parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    try:
        header, payload, signature = assertion.split(".")
        said = [json.loads(_decoded(part)) for part in (header, payload)]
        found = said[0], said[1], f"{header}.{payload}".encode(), _decoded(signature)
    except ValueError:
        raise TokenError("invalid_request") from None
    if not all(isinstance(one, dict) for one in said):
        raise TokenError("invalid_request")
    return found


def _decoded(part: str) -> bytes:
    if "=" in part:
        raise ValueError(part)
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _is_signed(key: PublicKey, algorithm: str, signed: bytes, signature: bytes) -> bool:
    family, size = algorithm[:2], algorithm[2:]
    if size not in _HASHES:
        return False
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            _verify_ec(key, family, size, signed, signature)
        else:
            _verify_rsa(key, family, size, signed, signature)
    except (InvalidSignature, ValueError):
        return False
    return True


def _verify_ec(key: ec.EllipticCurvePublicKey, family: str, size: str, signed: bytes, signature: bytes) -> None:
    half = (key.curve.key_size + 7) // 8
    if family != "ES" or key.curve.name != _CURVES[size] or len(signature) != 2 * half:
        raise InvalidSignature
    both = (int.from_bytes(part) for part in (signature[:half], signature[half:]))
    key.verify(encode_dss_signature(*both), signed, ec.ECDSA(_HASHES[size]))


def _verify_rsa(key: rsa.RSAPublicKey, family: str, size: str, signed: bytes, signature: bytes) -> None:
    if family != "PS" or key.key_size < MIN_RSA_BITS:
        raise InvalidSignature
    made = _HASHES[size]
    key.verify(signature, signed, padding.PSS(padding.MGF1(made), made.digest_size), made)


def _is_timely(payload: Mapping[str, Any], at: datetime) -> bool:
    issued, ends = payload.get("iat"), payload.get("exp")
    if not isinstance(issued, int) or not isinstance(ends, int):
        return False
    now = at.timestamp()
    return issued <= now + SKEW.total_seconds() and now < ends and 0 < ends - issued < LIFETIME.total_seconds()


def _scopes_of(said: object) -> frozenset[str]:
    """The scopes of a list, or of a text with commas."""
    parts = said if isinstance(said, list) else str(said or "").split(",")
    return frozenset(str(part).strip() for part in parts)
