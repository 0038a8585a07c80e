"""Opening and changing modals: the trigger is spent at once, and what is shown follows."""

import logging
from contextvars import ContextVar
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.deps import Deps
from bot.feature import ActionRequest
from bot.slack.answering import ReplyTo
from bot.slack.client import slack_reason
from bot.views.misses import trigger_expired
from bot.views.modal import loading_modal

_log = logging.getLogger(__name__)
# What the trigger of the request under way was spent on. With the trigger: one task may serve several requests.
_spent_on: ContextVar[tuple[str, str]] = ContextVar("spent_on", default=("", ""))


async def open_loading(deps: Deps, trigger_id: str, title: str, *, reply: ReplyTo) -> str | None:
    """Spend the trigger on a small view at once; its id. None when Slack refused: the person has been told."""
    return await open_modal(deps, trigger_id, loading_modal(title), reply=reply)


async def open_modal(deps: Deps, trigger_id: str, view: dict[str, Any], *, reply: ReplyTo) -> str | None:
    """Open a view that needs no data; likewise."""
    return await _spent(deps, "views.open", trigger_id, view, reply)


async def open_over(deps: Deps, request: ActionRequest, title: str) -> str | None:
    """A small view at once for what a click asks for: over the modal that it was in, else a first one; its id.

    Where Slack stacks no further view, it is the modal of the click itself, to be changed. None likewise.
    """
    if request.view_type != "modal":
        return await open_loading(deps, request.trigger_id, title, reply=request.reply)
    pushed = loading_modal(title)
    return await _spent(deps, "views.push", request.trigger_id, pushed, request.reply, if_full=request.view_id)


async def update_modal(deps: Deps, view_id: str, view: dict[str, Any]) -> bool:
    """Change an open view; False when it is open no more."""
    try:
        await deps.slack.api_call("views.update", json={"view_id": view_id, "view": view})
    except (SlackApiError, aiohttp.ClientError, OSError) as error:
        _log.info("a view was not updated: %s", _reason(error))
        return False
    return True


def opened_by(trigger_id: str) -> str:
    """The view that this request opened by its trigger, for whoever has to tell that it will not be filled; or «»."""
    spent, view_id = _spent_on.get()
    return view_id if trigger_id and spent == trigger_id else ""


async def _spent(
    deps: Deps, method: str, trigger_id: str, view: dict[str, Any], reply: ReplyTo, *, if_full: str | None = None
) -> str | None:
    try:
        opened = await deps.slack.api_call(method, json={"trigger_id": trigger_id, "view": view})
    except (SlackApiError, aiohttp.ClientError, OSError) as error:
        if if_full and _reason(error) == "push_limit_reached":
            return if_full
        _log.warning("%s refused: %s", method, _reason(error))
        await deps.answering.post_privately(reply, trigger_expired())
        return None
    view_id = str(opened["view"]["id"])
    _spent_on.set((trigger_id, view_id))
    return view_id


def _reason(error: Exception) -> str:
    return slack_reason(error) if isinstance(error, SlackApiError) else type(error).__name__
