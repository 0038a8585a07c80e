"""The session that all requests to Salesforce go over: bounded in time and size, and to Salesforce's hosts alone.

simple-salesforce sets no timeout and reads whatever comes; so the bounds are here, below it.
"""

from collections.abc import Iterator
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import requests

from sync.connectors.salesforce.settings import PAGE_REMEDY, SalesforceSettings
from sync.errors import RejectedError
from sync.http import Adapter, shutting_down, use_adapter

_MEGABYTE = 1024 * 1024
# Where organisations are: of companies, of the public sector, and in China.
_HOSTS = (".salesforce.com", ".force.com", ".cloudforce.com", ".salesforce.mil", ".sfcrmproducts.cn")


def new_session(settings: SalesforceSettings, closing: Event) -> requests.Session:
    """A session for one organisation; a redirect ends with an error, as nobody says where it leads."""
    session = requests.Session()
    session.max_redirects = 0
    use_adapter(session, _BoundedAdapter(settings, closing), settings.address)
    return session


class _BoundedAdapter(Adapter):
    """Sends to the host that is set, whatever host a login names; without one, to Salesforce's own by https only."""

    def __init__(self, settings: SalesforceSettings, closing: Event) -> None:
        self._settings, self._closing = settings, closing
        super().__init__(connections=settings.concurrency, unless_set="" if settings.url else "SALESFORCE_URL")

    def send(self, request: requests.PreparedRequest, *args: Any, **how: Any) -> requests.Response:
        if self._closing.is_set():
            raise shutting_down()
        settings = self._settings
        request.url = directed(request.url or "", settings.url)
        if not how.get("timeout"):
            how["timeout"] = (settings.connect_timeout_seconds, settings.read_timeout_seconds)
        response = super().send(request, *args, **how)
        response.raw = _BoundedRaw(response.raw, settings.max_answer_megabytes * _MEGABYTE, self._closing)
        return response


def directed(url: str, chosen: str | None) -> str:
    """Where a request really goes. Raises RejectedError for a host that is not Salesforce's, unless one was chosen."""
    parts = urlsplit(url)
    if chosen is not None:
        base = urlsplit(chosen)
        return parts._replace(scheme=base.scheme, netloc=base.netloc).geturl()
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or not f".{host}".endswith(_HOSTS):
        raise RejectedError(f"«{host[:100]}» is no host of Salesforce's; check SALESFORCE_DOMAIN")
    return url


class _BoundedRaw:
    """The body of a response as urllib3 has it, no longer than so many bytes."""

    def __init__(self, raw: Any, most_bytes: int, closing: Event) -> None:
        self._raw, self._most_bytes, self._closing = raw, most_bytes, closing

    def stream(self, size: int, decode_content: bool | None = None) -> Iterator[bytes]:  # noqa: FBT001 - urllib3's own
        total, is_whole = 0, False
        try:
            for chunk in self._raw.stream(size, decode_content=decode_content):
                total += len(chunk)
                self._judge(total)
                yield chunk
            is_whole = True
        finally:
            # requests leaves the connection of a body that it could not read open.
            if not is_whole:
                self._raw.close()

    def _judge(self, total: int) -> None:
        if self._closing.is_set():
            raise shutting_down()
        if total > self._most_bytes:
            raise RejectedError(f"the answer is larger than {self._most_bytes} bytes; {PAGE_REMEDY}")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)
