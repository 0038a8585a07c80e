"""The methods views.*."""

import json

from sandbox.slack.arguments import Arguments
from sandbox.slack.blocks import view_errors
from sandbox.slack.core import Core
from sandbox.slack.errors import ApiError
from sandbox.slack.posting import with_ids
from sandbox.slack.records import Json, View

MAX_VIEW_BYTES = 250_000


def open_view(args: Arguments, core: Core) -> Json:
    body = _view_argument(args, "modal")
    trigger = core.tickets.take_trigger(args.required("trigger_id", "invalid_trigger_id"))
    return {"view": core.views.described(core.views.open(trigger.user, body))}


def push(args: Arguments, core: Core) -> Json:
    body = _view_argument(args, "modal")
    trigger = core.tickets.take_trigger(args.required("trigger_id", "invalid_trigger_id"))
    if trigger.view_id is None:
        raise ApiError("invalid_trigger_id")
    return {"view": core.views.described(core.views.push(trigger.user, body))}


def update(args: Arguments, core: Core) -> Json:
    body = _view_argument(args, "modal")
    view = _wanted(args, core)
    return {"view": core.views.described(core.views.update(view, body, args.get("hash")))}


def publish(args: Arguments, core: Core) -> Json:
    body = _view_argument(args, "home")
    user = args.required("user_id")
    if user not in core.state.members:
        raise ApiError("user_not_found")
    return {"view": core.views.described(core.views.publish(user, body, args.get("hash")))}


def checked_view(body: object, kind: str) -> Json:
    """`body` with its block ids, when it is a fit view of this kind."""
    if not isinstance(body, dict):
        raise ApiError("invalid_arguments", ("must be an object [json-pointer:/view]",))
    errors = view_errors(body, kind)
    if errors:
        raise ApiError("invalid_arguments", errors)
    if len(json.dumps(body, ensure_ascii=False).encode()) > MAX_VIEW_BYTES:
        raise ApiError("view_too_large")
    return {**body, "blocks": list(with_ids(body["blocks"]))}


def _view_argument(args: Arguments, kind: str) -> Json:
    return checked_view(args.json("view", "invalid_arguments"), kind)


def _wanted(args: Arguments, core: Core) -> View:
    external_id = args.text("external_id")
    found = core.views.with_external_id(external_id) if external_id else core.views.get(args.required("view_id"))
    if found is None or found.body.get("type") != "modal":
        raise ApiError("not_found")
    return found
