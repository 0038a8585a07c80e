"""Slack's Web API, whose answer is always one that can be read: a proxy's error page is a refusal, not a crash."""

import logging
from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

_ODD = "an answer that nobody understands"
_log = logging.getLogger(__name__)


class SlackClient(AsyncWebClient):
    """The SDK's client; an answer that is no JSON object raises SlackApiError as every other refusal does.

    `shut` is Slack's code for having taken our access away; from then on nothing is sent, and every call is refused
    with that code.
    """

    shut: str = ""
    _scopes_told: frozenset[str] = frozenset()

    def shut_down(self, reason: str) -> None:
        """Forget the token and send nothing more."""
        self.shut, self.token = reason, None

    async def api_call(self, api_method: str, **arguments: Any) -> AsyncSlackResponse:
        """See AsyncWebClient; the log says once which scope is missing for what."""
        if self.shut:
            raise _refused(self.shut)
        try:
            return await super().api_call(api_method, **arguments)
        except SlackApiError as error:
            self._tell_scope(api_method, missing_scope(error))
            raise

    def _tell_scope(self, api_method: str, scope: str) -> None:
        if scope and scope not in self._scopes_told:
            self._scopes_told |= {scope}
            _log.error("Slack refuses %s: scope %s is missing. Add it and install the app again", api_method, scope)

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await super()._request(http_verb=http_verb, api_url=api_url, req_args=req_args)
        except SlackApiError as error:
            raise _unreadable(getattr(error.response, "status", None)) from None
        # The SDK takes a text, such as «Bad gateway», for a mapping.
        if not isinstance(answer["data"], dict):
            raise _unreadable(answer["status_code"])
        return answer


def slack_reason(error: SlackApiError) -> str:
    """Slack's code for what it refused, such as invalid_auth; else the HTTP status of what was no answer of Slack's."""
    answer: Any = error.response
    code = _data(error).get("error")
    if code:
        return str(code)
    status = getattr(answer, "status_code", None) or getattr(answer, "status", None)
    return f"{_ODD} (HTTP {status})" if status else _ODD


def slack_status(error: SlackApiError) -> int:
    """The HTTP status of the refusal; 0 when it is not known."""
    answer: Any = error.response
    status = getattr(answer, "status_code", None) or _data(error).get("status")
    return status if isinstance(status, int) else 0


def slack_refusal(error: SlackApiError) -> str:
    """The same for a person to read: it says which scope is missing."""
    scope = missing_scope(error)
    return f"{slack_reason(error)}: {scope}" if scope else slack_reason(error)


def missing_scope(error: SlackApiError) -> str:
    """The scope that Slack wants for what it refused; «» when that was for another reason."""
    data = _data(error)
    return str(data.get("needed") or "") if data.get("error") == "missing_scope" else ""


def retry_after(error: SlackApiError) -> float:
    """How long Slack asked us to wait, in seconds; 0 when it did not say."""
    headers = getattr(error.response, "headers", None)
    told = next((str(value) for name, value in dict(headers or {}).items() if str(name).lower() == "retry-after"), "")
    return float(told) if told.isdecimal() else 0.0


def _data(error: SlackApiError) -> Mapping[str, Any]:
    answer: Any = error.response
    data = answer if isinstance(answer, Mapping) else getattr(answer, "data", None)
    return data if isinstance(data, Mapping) else {}


def _unreadable(status: int | None) -> SlackApiError:
    return _refused(f"{_ODD} (HTTP {status})" if status else _ODD, status=status)


def _refused(reason: str, *, status: int | None = None) -> SlackApiError:
    response = {"ok": False, "error": reason, "status": status}
    return SlackApiError(reason, response)  # type: ignore[no-untyped-call]  # the SDK has no types
