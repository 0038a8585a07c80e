"""OAuth 2.0 for machines: an assertion that our key signs buys a bearer token, which is kept until it ends.

The form is NetSuite's («OAuth 2.0 client credentials flow»): a JWT by PS256 or ES256 to ES512, with the id of the
certificate as its `kid`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, RSAKey

SCOPE = "rest_webservices"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 300
# A token that ends within this is not used any more.
_SPARE_SECONDS = 60
_ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """Whom the key belongs to: the integration's client id, and the id that NetSuite gave to the certificate."""

    client_id: str
    certificate_id: str
    private_key: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A bearer token, and the second since 1970 at which it ends."""

    value: str = field(repr=False)
    ends_at: float

    def is_good_at(self, second: float) -> bool:
        """Whether a request that is sent now will still be admitted."""
        return second < self.ends_at - _SPARE_SECONDS


def key_of(private_key: str) -> "ECKey | RSAKey":
    """The key of a PEM text. Raises ValueError for what is no private key of RSA or of a curve that NetSuite takes."""
    # Takes as long to load as all of NetSuite's settings, and most have no certificate.
    from joserfc.errors import JoseError  # noqa: PLC0415
    from joserfc.jwk import ECKey, RSAKey  # noqa: PLC0415

    for kind in (ECKey, RSAKey):
        try:
            key = kind.import_key(private_key)
        except (ValueError, TypeError, JoseError):
            continue
        if not key.is_private:
            break
        if isinstance(key, RSAKey) or key.curve_name in _ALGORITHMS:
            return key
    raise ValueError("is no private key in PEM form, of RSA or of the curves P-256, P-384 and P-521")


def form_for(certificate: Certificate, address: str, *, timestamp: int) -> Mapping[str, str]:
    """What is posted to the token address; `timestamp` in seconds since 1970."""
    from joserfc import jwt  # noqa: PLC0415 - as above
    from joserfc.jwk import RSAKey  # noqa: PLC0415 - as above

    key = key_of(certificate.private_key)
    algorithm = "PS256" if isinstance(key, RSAKey) else _ALGORITHMS[key.curve_name]
    header = {"typ": "JWT", "alg": algorithm, "kid": certificate.certificate_id}
    claims = {
        "iss": certificate.client_id,
        "scope": [SCOPE],
        "aud": address,
        "iat": timestamp,
        "exp": timestamp + _ASSERTION_SECONDS,
    }
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": jwt.encode(header, claims, key, algorithms=[algorithm]),
    }


def token_of(answer: Mapping[str, Any], *, timestamp: float) -> Token | None:
    """The token of an answer; None when there is none in it."""
    value, seconds = answer.get("access_token"), str(answer.get("expires_in", ""))
    if not isinstance(value, str) or not value or not seconds.isdecimal():
        return None
    return Token(value=value, ends_at=timestamp + min(int(seconds), 24 * 3600))
