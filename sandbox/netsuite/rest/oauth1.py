"""OAuth 1.0a with HMAC-SHA256 as a RESTlet checks it: the query is signed, the realm and a JSON body are not."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote, unquote

from sandbox.netsuite.auth import ALGORITHM, Credentials
from sandbox.netsuite.nonces import Nonces

_PARAMETER = re.compile(r'([\w]+)="([^"]*)"')
_REQUIRED = frozenset(
    {
        "realm",
        "oauth_consumer_key",
        "oauth_token",
        "oauth_nonce",
        "oauth_timestamp",
        "oauth_signature_method",
        "oauth_signature",
    }
)
_KNOWN = _REQUIRED | {"oauth_version"}


def header_parameters(header: str) -> dict[str, str] | None:
    """The parameters of an Authorization header, decoded; None when it is none of OAuth, or doubles or lacks one."""
    scheme, _, rest = header.partition(" ")
    pairs = _PARAMETER.findall(rest)
    names = [name for name, _ in pairs]
    if scheme != "OAuth" or len(set(names)) != len(names) or not _REQUIRED <= set(names) <= _KNOWN:
        return None
    return {name: unquote(value) for name, value in pairs}


def base_string(method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """What is signed; `url` has no query, `parameters` are those of the query and of the header, undecorated."""
    encoded = sorted((_encoded(name), _encoded(value)) for name, value in parameters)
    joined = "&".join(f"{name}={value}" for name, value in encoded)
    return f"{method.upper()}&{_encoded(url)}&{_encoded(joined)}"


def signature(credentials: Credentials, base: str) -> str:
    """The base64 HMAC-SHA256 of a base string."""
    key = f"{_encoded(credentials.consumer_secret)}&{_encoded(credentials.token_secret)}"
    return base64.b64encode(hmac.digest(key.encode(), base.encode(), hashlib.sha256)).decode()


def _encoded(part: str) -> str:
    return quote(part, safe="~")


class OAuth1Gate:
    """Lets a signed request through once."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._nonces = Nonces()

    def admits(self, header: str, method: str, url: str, query: Iterable[tuple[str, str]], at: datetime) -> bool:
        """Whether the header's signature is right, its time near and its nonce new."""
        said = header_parameters(header)
        if said is None or not self._is_known(said):
            return False
        signed = [(name, value) for name, value in said.items() if name not in {"realm", "oauth_signature"}]
        expected = signature(self._credentials, base_string(method, url, [*query, *signed]))
        if not hmac.compare_digest(expected.encode(), said["oauth_signature"].encode()):
            return False
        return self._nonces.take(said["oauth_nonce"], said["oauth_timestamp"], at)

    def _is_known(self, said: dict[str, str]) -> bool:
        known = self._credentials
        return (
            said["realm"],
            said["oauth_consumer_key"],
            said["oauth_token"],
            said["oauth_signature_method"],
            said.get("oauth_version", "1.0"),
        ) == (known.account, known.consumer_key, known.token_id, ALGORITHM, "1.0")
