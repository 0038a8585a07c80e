"""The methods apps.connections.open, auth.test and reactions.add."""

from dataclasses import replace

from sandbox.slack.arguments import Arguments
from sandbox.slack.core import Core
from sandbox.slack.errors import ApiError
from sandbox.slack.records import Json
from sandbox.slack.seed import TEAM_DOMAIN, TEAM_ID, TEAM_NAME
from sandbox.slack.web_api.channels import joined_channel


def open_connection(_: Arguments, core: Core) -> Json:
    return {"url": core.socket_url()}


def auth_test(_: Arguments, core: Core) -> Json:
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": TEAM_NAME,
        "team_id": TEAM_ID,
        "user": core.app.name,
        "user_id": core.app.bot_user,
        "bot_id": core.app.bot_id,
        "is_enterprise_install": False,
    }


def add_reaction(args: Arguments, core: Core) -> Json:
    channel = joined_channel(core, args.required("channel", "channel_not_found"))
    message = core.state.message(channel.id, args.required("timestamp", "no_item_specified"))
    if message is None or message.ephemeral_to is not None:
        raise ApiError("message_not_found")
    reaction = (args.required("name", "invalid_name").strip(":"), core.app.bot_user)
    if reaction in message.reactions:
        raise ApiError("already_reacted")
    core.state.update(replace(message, reactions=(*message.reactions, reaction)))
    return {}
