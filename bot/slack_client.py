"""Slack's Web API, whose answer is always one that can be read: a proxy's error page is a refusal, not a crash."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

_ODD = "an answer that nobody understands"


class SlackClient(AsyncWebClient):
    """The SDK's client; an answer that is no JSON object raises SlackApiError as every other refusal does."""

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
    data = answer if isinstance(answer, Mapping) else getattr(answer, "data", None)
    code = data.get("error") if isinstance(data, Mapping) else None
    if code:
        return str(code)
    status = getattr(answer, "status_code", None) or getattr(answer, "status", None)
    return f"{_ODD} (HTTP {status})" if status else _ODD


def _unreadable(status: int | None) -> SlackApiError:
    reason = f"{_ODD} (HTTP {status})" if status else _ODD
    return SlackApiError(reason, {"ok": False, "error": reason})  # type: ignore[no-untyped-call]  # the SDK has no types
