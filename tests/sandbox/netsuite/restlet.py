"""A client of the RESTlet that signs with oauthlib."""

from typing import Any, Literal

import aiohttp
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256
from oauthlib.oauth1 import Client as Signer

from sandbox.netsuite import NetSuiteStandIn
from tests.sandbox.netsuite.conftest import Clock

Verb = Literal["DELETE", "GET", "POST"]
JSON = {"Content-Type": "application/json"}


class RestletClient:
    """Signs with oauthlib and calls the stand-in."""

    def __init__(self, ns: NetSuiteStandIn, clock: Clock, http: aiohttp.ClientSession) -> None:
        self.ns = ns
        self.clock = clock
        self.http = http

    def authorization(self, method: Verb, url: str, **changes: Any) -> str:
        known = self.ns.credentials
        said = {"realm": known.account, "signature_method": SIGNATURE_HMAC_SHA256, **changes}
        signer = Signer(
            known.consumer_key,
            client_secret=said.pop("client_secret", known.consumer_secret),
            resource_owner_key=known.token_id,
            resource_owner_secret=known.token_secret,
            timestamp=said.pop("timestamp", str(int(self.clock().timestamp()))),
            **said,
        )
        _, headers, _ = signer.sign(url, http_method=method)
        return str(headers["Authorization"])

    async def call(self, method: Verb, url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        sent = {**JSON, "Authorization": self.authorization(method, url), **headers}
        async with self.http.request(method, url, json=body, headers=sent) as answer:
            return answer.status, await answer.json(content_type=None)

    async def get(self, **asked: str) -> Any:
        status, answer = await self.call("GET", self.url(**asked))
        assert status == 200, answer
        return answer

    async def refused(self, method: Verb, body: Any = None, **asked: str) -> tuple[int, str]:
        status, answer = await self.call(method, self.url(**asked), body)
        return status, answer["error"]["code"]

    def url(self, **asked: str) -> str:
        return self.ns.restlet_url + "".join(f"&{name}={value}" for name, value in asked.items())
