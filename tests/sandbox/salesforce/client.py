"""The real client of Salesforce, simple-salesforce, pointed at the stand-in's loopback address."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Self, TypeVar, cast
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce, SFType
from simple_salesforce.exceptions import SalesforceError

from sandbox.salesforce import SalesforceStandIn

T = TypeVar("T")

VERSION = "62.0"


class Loopback(HTTPAdapter):
    """Whatever host the client means: the stand-in is asked."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._at = urlsplit(url)

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        parts = urlsplit(request.url or "")
        request.url = urlunsplit((self._at.scheme, self._at.netloc, parts.path, parts.query, ""))
        return super().send(request, **{**options, "timeout": 30})


class Client:
    """Calls of simple-salesforce, each in a thread: the stand-in runs in the loop of the test."""

    def __init__(self, sf: SalesforceStandIn) -> None:
        self.standing_in = sf
        self.http = requests.Session()
        self.http.mount("https://", Loopback(sf.url))
        self.http.mount("http://", Loopback(sf.url))

    async def __aenter__(self) -> Self:
        given = self.standing_in.credentials
        self.api = await self.log_in(
            consumer_key=given.client_id, consumer_secret=given.client_secret, domain=self.standing_in.domain
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        self.http.close()

    async def log_in(self, version: str = VERSION, **given: str) -> Salesforce:
        return await asyncio.to_thread(Salesforce, **given, version=version, session=self.http)  # type: ignore[arg-type]

    async def do(self, call: Callable[..., T], *arguments: Any, **named: Any) -> T:
        return await asyncio.to_thread(call, *arguments, **named)

    def object(self, name: str) -> SFType:
        return cast("SFType", getattr(self.api, name))

    async def query(self, soql: str, **named: Any) -> Any:
        return await self.do(self.api.query, soql, **named)

    async def rows(self, soql: str, **named: Any) -> list[Any]:
        found = await self.do(self.api.query_all, soql, **named)
        return list(found["records"])

    async def refusal(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> tuple[int, str]:
        """The status and the code with which a call is refused."""
        error = await self.error(call, *arguments, **named)
        content: Any = error.content
        return int(error.status), str(content[0]["errorCode"])

    async def error(self, call: Callable[..., Any], *arguments: Any, **named: Any) -> SalesforceError:
        try:
            await self.do(call, *arguments, **named)
        except SalesforceError as error:
            return error
        raise AssertionError("it was not refused")

    async def raw(self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any) -> Any:
        """A plain HTTP request with the session's token."""
        url = f"{self.standing_in.url}{path}"
        mine = {"Authorization": f"Bearer {self.api.session_id}", **(headers or {})}
        return await self.do(self.http.request, method, url, headers=mine, **options)
