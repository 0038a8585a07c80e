"""What to send to Slack, where it may go, and what came of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from bot.views.parts import Message

Form = Literal["drawn", "simpler", "text"]
FORMS: tuple[Form, ...] = ("drawn", "simpler", "text")

_OK = 200
_BUSY = 429
_SERVER_ERROR = 500
_MAX_REASON = 100
_DEFAULT_WAIT_SECONDS = 1.0
_SLACK_HOSTS = ("slack.com", "slack-gov.com")
# Slack's words for a message whose content it will not draw; the same content in a simpler form may pass.
_BLOCKS_REFUSED = (
    "invalid_blocks",
    "invalid_attachments",
    "msg_blocks_too_long",
    "msg_too_long",
    "only_one_table_allowed",
    "block_mismatch",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What came of one attempt. `wait_seconds` is set when the same attempt may work after so long."""

    is_done: bool = False
    refuses_blocks: bool = False
    wait_seconds: float | None = None
    reason: str = ""


def form_of(message: Message, form: Form) -> dict[str, Any] | None:
    """The message as Slack takes it; None when it has no such form."""
    blocks = {"drawn": message.blocks, "simpler": message.simpler_blocks, "text": ()}[form]
    if form == "simpler" and not blocks:
        return None
    return {"text": message.text, "blocks": list(blocks), "unfurl_links": False, "unfurl_media": False}


def verdict_of_answer(status: int, headers: Mapping[str, str], body: str, *, method: str = "response_url") -> Verdict:
    """What Slack's answer to one attempt means. A method's refusal comes with status 200 and an error code."""
    reason = f"{method}: {status} {body[:_MAX_REASON]}"
    if status == _OK and method == "response_url":
        return Verdict(is_done=True)
    if status == _BUSY:
        return Verdict(wait_seconds=retry_after(headers), reason=reason)
    if status >= _SERVER_ERROR:
        return verdict_of_error(reason)
    return Verdict(refuses_blocks=refuses_blocks(body), reason=reason)


def verdict_of_error(reason: str) -> Verdict:
    """No answer, or one that says nothing: a second attempt may work."""
    return Verdict(wait_seconds=_DEFAULT_WAIT_SECONDS, reason=reason)


def refuses_blocks(told: str) -> bool:
    """Whether Slack's refusal is about how the message is drawn, so that a simpler form may pass."""
    return any(code in told for code in _BLOCKS_REFUSED)


def is_slack_address(url: str, *, api_url: str) -> bool:
    """Whether an answer may be posted there: to Slack over https, or to the host that the settings call Slack."""
    try:
        wanted, ours = urlsplit(url), urlsplit(api_url)
    except ValueError:
        return False
    host = wanted.hostname or ""
    if host and host == ours.hostname:
        return wanted.scheme == ours.scheme
    return wanted.scheme == "https" and any(host == known or host.endswith(f".{known}") for known in _SLACK_HOSTS)


def retry_after(headers: Mapping[str, str]) -> float:
    """The seconds that Slack asks us to wait; a second where it does not say so, or not as a number."""
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return float(told) if told.isdecimal() else _DEFAULT_WAIT_SECONDS
