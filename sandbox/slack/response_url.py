"""Posts to a response URL: five of them within thirty minutes, for the person who acted or for the channel."""

import asyncio
import json
from dataclasses import replace
from typing import Any

from aiohttp import web

from sandbox.slack.arguments import Arguments
from sandbox.slack.core import Core
from sandbox.slack.errors import ApiError
from sandbox.slack.faults import RESPONSE_URL
from sandbox.slack.posting import MAX_TEXT, post_as_app, with_ids
from sandbox.slack.records import Json, Message
from sandbox.slack.tickets import ResponseUrl
from sandbox.slack.web_api.content import message_content
from sandbox.slack.web_api.endpoint import cut, faulty, held_back

_GONE = ("used_url", "expired_url")


class ResponseUrls:
    def __init__(self, core: Core, closing: asyncio.Event) -> None:
        self._core = core
        self._closing = closing

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """404 with `used_url` or `expired_url` when the URL is worn out, 400 for content that Slack refuses."""
        args = Arguments(await _body(request))
        fault = self._core.faults.take(RESPONSE_URL, args)
        if fault is not None and fault.resets_before:
            return cut(request)
        if fault is not None and fault.status is not None:
            return faulty(fault)
        response = self._respond(request.match_info["token"], args)
        return await held_back(request, response, fault, self._closing)

    def _respond(self, token: str, args: Arguments) -> web.Response:
        try:
            ticket = self._core.tickets.open_url(token)
            respond(self._core, ticket, args)
        except ApiError as refusal:
            status = 404 if refusal.code in _GONE else 400
            return web.json_response({"ok": False, "error": refusal.code}, status=status)
        ticket.uses_left -= 1
        return web.json_response({"ok": True})


def respond(core: Core, ticket: ResponseUrl, args: Arguments) -> Message | None:
    """Do what the answer asks for: delete or replace the message acted on, else post (privately by default)."""
    original = _original(core, ticket)
    if args.flag("delete_original"):
        if original is not None:
            core.state.remove(original)
        return None
    content = message_content(args)
    if original is not None and args.flag("replace_original"):
        return _replaced(core, original, content)
    private = args.text("response_type", "ephemeral") != "in_channel"
    return post_as_app(
        core,
        core.state.channels[ticket.channel],
        **content,
        thread_ts=args.text("thread_ts") or None,
        ephemeral_to=ticket.user if private else None,
        command=ticket.command,
    )


def _replaced(core: Core, original: Message, content: Json) -> Message:
    return core.state.update(
        replace(
            original,
            text=content["text"][:MAX_TEXT],
            blocks=with_ids(content["blocks"]),
            attachments=content["attachments"],
            edited=original.ephemeral_to is None,
        )
    )


def _original(core: Core, ticket: ResponseUrl) -> Message | None:
    if ticket.source is None:
        return None
    return core.state.message(ticket.channel, ticket.source.ts)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.text())
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
