"""A client of the REST services that signs its assertions by hand, as the protocol has them."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from sandbox.netsuite import NetSuiteStandIn
from sandbox.netsuite.rest.oauth2 import ASSERTION_TYPE
from tests.sandbox.netsuite.conftest import Clock


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def assertion(ns: NetSuiteStandIn, clock: Clock, header: Mapping[str, Any], payload: Mapping[str, Any]) -> str:
    """A signed JWT of the stand-in's own client, with these changes."""
    now = int(clock().timestamp())
    key = serialization.load_pem_private_key(ns.client.private_key_pem.encode(), None)
    algorithm = "ES256" if isinstance(key, ec.EllipticCurvePrivateKey) else "PS256"
    head = {"typ": "JWT", "alg": algorithm, "kid": ns.client.certificate_id, **header}
    said = {
        "iss": ns.client.client_id,
        "scope": ["rest_webservices"],
        "aud": ns.token_url,
        "iat": now,
        "exp": now + 300,
        **payload,
    }
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (head, said))
    return f"{signed}.{encoded(_signature(key, signed.encode()))}"


def _signature(key: Any, signed: bytes) -> bytes:
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(signed, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    both = decode_dss_signature(key.sign(signed, ec.ECDSA(hashes.SHA256())))
    return b"".join(number.to_bytes(32) for number in both)


class RestClient:
    """Buys a token when it has none, and asks SuiteQL."""

    def __init__(self, ns: NetSuiteStandIn, clock: Clock, http: aiohttp.ClientSession) -> None:
        self.ns = ns
        self.clock = clock
        self.http = http
        self.token = ""

    async def buy(
        self, *, header: Mapping[str, Any] | None = None, payload: Mapping[str, Any] | None = None, **form: str
    ) -> tuple[int, Any]:
        sent = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(self.ns, self.clock, header or {}, payload or {}),
            **form,
        }
        async with self.http.post(self.ns.token_url, data=sent) as answer:
            return answer.status, await answer.json()

    async def ask(
        self, query: str, *, limit: int = 1000, offset: int = 0, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        if not self.token:
            _, given = await self.buy()
            self.token = given["access_token"]
        sent = {"Authorization": f"Bearer {self.token}", "Prefer": "transient", **(headers or {})}
        url = f"{self.ns.suiteql_url}?limit={limit}&offset={offset}"
        async with self.http.post(url, json={"q": query}, headers=sent) as answer:
            return answer.status, await answer.json()

    async def rows(self, query: str, *, limit: int = 1000) -> list[dict[str, str]]:
        """The items of a page, without their links."""
        status, answer = await self.ask(query, limit=limit)
        assert status == 200, answer
        return [{name: value for name, value in item.items() if name != "links"} for item in answer["items"]]


def error_of(answer: Any) -> tuple[str, str]:
    (detail,) = answer["o:errorDetails"]
    return detail["o:errorCode"], detail["detail"]
