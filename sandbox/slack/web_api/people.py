"""The methods users.* and bots.info."""

from sandbox.slack.arguments import Arguments
from sandbox.slack.core import Core
from sandbox.slack.errors import ApiError
from sandbox.slack.records import Json, Member
from sandbox.slack.web_api.paging import page_of
from sandbox.slack.wire import EPOCH_OF_TEAM, member_json


def info(args: Arguments, core: Core) -> Json:
    member = core.state.members.get(args.required("user", "user_not_found"))
    if member is None:
        raise ApiError("user_not_found")
    return {"user": _described(member, core)}


def listing(args: Arguments, core: Core) -> Json:
    members = [_described(each, core) for each in core.state.members.values()]
    page, metadata = page_of(members, args)
    return {"members": page, "cache_ts": int(core.now().timestamp()), "response_metadata": metadata}


def lookup_by_email(args: Arguments, core: Core) -> Json:
    """Deactivated people are not found, as with Slack."""
    wanted = args.required("email", "users_not_found").casefold()
    for member in core.state.members.values():
        if member.email.casefold() == wanted and not member.deleted:
            return {"user": _described(member, core)}
    raise ApiError("users_not_found")


def bot_info(args: Arguments, core: Core) -> Json:
    if args.text("bot", core.app.bot_id) != core.app.bot_id:
        raise ApiError("bot_not_found")
    return {
        "bot": {
            "id": core.app.bot_id,
            "deleted": False,
            "name": core.app.name,
            "updated": EPOCH_OF_TEAM,
            "app_id": core.app.app_id,
            "user_id": core.app.bot_user,
        }
    }


def _described(member: Member, core: Core) -> Json:
    return member_json(member, with_email="users:read.email" in core.app.scopes)
