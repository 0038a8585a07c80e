"""What an integration is given: the app's id, secret and certificate, and the user it acts as."""

from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

_KEY_BITS = 2048


@dataclass(frozen=True, kw_only=True, slots=True)
class Credentials:
    """`private_key_pem` belongs to the certificate that was uploaded to the app."""

    client_id: str
    client_secret: str
    username: str
    password: str
    security_token: str
    private_key_pem: str

    @property
    def public_key(self) -> rsa.RSAPublicKey:
        return _public_key(self.private_key_pem)


@cache
def _public_key(private_key_pem: str) -> rsa.RSAPublicKey:
    key = serialization.load_pem_private_key(private_key_pem.encode(), None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("the app's certificate is one of RSA")
    return key.public_key()


@cache
def default_credentials() -> Credentials:
    """Made-up ones; the key is a new one in every process."""
    key = rsa.generate_private_key(public_exponent=65_537, key_size=_KEY_BITS)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Credentials(
        client_id="3MVG9sandboxClientId",
        client_secret="sandbox-client-secret",  # noqa: S106 -- opens nothing but this stand-in
        username="integration@meridian.example",
        password="sandbox-password",  # noqa: S106 -- likewise
        security_token="sandboxSecurityToken",  # noqa: S106 -- likewise
        private_key_pem=pem.decode(),
    )
