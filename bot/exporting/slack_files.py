"""Files to Slack: announced, sent, shared with one person; and looked for where nobody knows whether they arrived."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import IO, Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.delivery import is_slack_address
from bot.deps import Deps
from bot.slack.client import retry_after, slack_reason, slack_refusal, slack_status
from store.work import TryLaterError

_UPLOAD_SECONDS = 300
_PAGE = 200
_MAX_PAGES = 20
# Slack's clock and ours may differ.
_EARLIER = timedelta(minutes=10)
_OK = 200
_BUSY = 429
_SERVER_ERROR = 500
_PASSING = frozenset(
    {"ratelimited", "rate_limited", "service_unavailable", "request_timeout", "fatal_error", "internal_error"}
)
_GONE = frozenset({"file_not_found", "file_deleted"})


class FileRefusedError(Exception):
    """Slack will not take this file, however often it is tried; the message is Slack's code."""


class FileGoneError(Exception):
    """Slack knows nothing of this upload any more."""


async def send_file(deps: Deps, name: str, content: IO[bytes], size: int) -> str:
    """Bring the bytes to Slack, where nobody sees them yet; the file's id. Raises TryLaterError, FileRefusedError."""
    told = await _call(deps, "files.getUploadURLExternal", {"filename": name, "length": size})
    url = str(told["upload_url"])
    if not is_slack_address(url, api_url=deps.slack.base_url):
        raise FileRefusedError("an address that is not Slack's")
    try:
        timeout = aiohttp.ClientTimeout(total=_UPLOAD_SECONDS)
        # A redirect would lead the file to an address that nobody checked.
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=content, allow_redirects=False) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, OSError) as error:
        raise TryLaterError(f"upload: {type(error).__name__}") from None
    if status >= _SERVER_ERROR or status == _BUSY:
        raise TryLaterError(f"upload: HTTP {status}")
    if status != _OK:
        raise FileRefusedError(f"upload: HTTP {status}")
    return str(told["file_id"])


async def conversation_with(deps: Deps, user_id: str) -> str:
    """The app's own conversation with a person. Raises likewise."""
    opened = await _call(deps, "conversations.open", {"users": user_id})
    return str(opened["channel"]["id"])


async def share_file(deps: Deps, file_id: str, *, channel_id: str, title: str, text: str, thread_ts: str = "") -> None:
    """Post the file. Raises likewise, and FileGoneError; after TryLaterError it may be there all the same."""
    files: list[dict[str, str | None]] = [{"id": file_id, "title": title}]
    try:
        await deps.slack.files_completeUploadExternal(
            files=files, channel_id=channel_id, initial_comment=text, thread_ts=thread_ts or None
        )
    except SlackApiError as error:
        if slack_reason(error) in _GONE:
            raise FileGoneError from None
        raise _named(error) from None
    except (aiohttp.ClientError, OSError) as error:
        raise TryLaterError(f"share: {type(error).__name__}") from None


async def is_shared(deps: Deps, file_id: str, *, channel_id: str, since: datetime) -> bool:
    """Whether a message with the file stands in the conversation. Raises likewise."""
    asked: dict[str, Any] = {
        "channel": channel_id,
        "oldest": f"{(since - _EARLIER).timestamp():.6f}",
        "limit": _PAGE,
    }
    for _ in range(_MAX_PAGES):
        page = await _call(deps, "conversations.history", asked)
        if any(file.get("id") == file_id for message in page["messages"] for file in message.get("files") or ()):
            return True
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return False
        asked["cursor"] = cursor
    return False


async def _call(deps: Deps, method: str, arguments: Mapping[str, Any]) -> Any:
    try:
        # These methods read forms and queries, not JSON.
        return await deps.slack.api_call(method, params=dict(arguments))
    except SlackApiError as error:
        raise _named(error) from None
    except (aiohttp.ClientError, OSError) as error:
        raise TryLaterError(f"{method}: {type(error).__name__}") from None


def _named(error: SlackApiError) -> TryLaterError | FileRefusedError:
    if slack_reason(error) in _PASSING or slack_status(error) >= _SERVER_ERROR:
        return TryLaterError(slack_reason(error), after_seconds=retry_after(error) or None)
    return FileRefusedError(slack_refusal(error))
