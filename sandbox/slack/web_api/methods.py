"""The method table. A method that is not in it is `unknown_method`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from sandbox.slack.arguments import Arguments
from sandbox.slack.core import Core
from sandbox.slack.records import Json
from sandbox.slack.web_api import chat, conversations, files, people, session, views

Handler = Callable[[Arguments, Core], Json]


@dataclass(frozen=True, kw_only=True, slots=True)
class Method:
    """`scopes`: the app needs at least one of them; none means that any valid token will do."""

    handler: Handler
    scopes: tuple[str, ...] = ()
    token: Literal["bot", "app"] = "bot"  # noqa: S105 - a kind of token


_CHANNELS_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")

METHODS: Mapping[str, Method] = {
    "apps.connections.open": Method(handler=session.open_connection, token="app"),  # noqa: S106 - a kind of token
    "auth.test": Method(handler=session.auth_test),
    "bots.info": Method(handler=people.bot_info, scopes=("users:read",)),
    "chat.delete": Method(handler=chat.delete, scopes=("chat:write",)),
    "chat.getPermalink": Method(handler=chat.get_permalink),
    "chat.postEphemeral": Method(handler=chat.post_ephemeral, scopes=("chat:write",)),
    "chat.postMessage": Method(handler=chat.post_message, scopes=("chat:write",)),
    "chat.unfurl": Method(handler=chat.unfurl, scopes=("links:write",)),
    "chat.update": Method(handler=chat.update, scopes=("chat:write",)),
    "conversations.history": Method(handler=conversations.history, scopes=_HISTORY),
    "conversations.info": Method(handler=conversations.info, scopes=_CHANNELS_READ),
    "conversations.join": Method(handler=conversations.join, scopes=("channels:join",)),
    "conversations.list": Method(handler=conversations.listing, scopes=_CHANNELS_READ),
    "conversations.members": Method(handler=conversations.members, scopes=_CHANNELS_READ),
    "conversations.open": Method(handler=conversations.open_conversation, scopes=("im:write", "mpim:write")),
    "conversations.replies": Method(handler=conversations.replies, scopes=_HISTORY),
    "files.completeUploadExternal": Method(handler=files.complete_upload, scopes=("files:write",)),
    "files.getUploadURLExternal": Method(handler=files.get_upload_url, scopes=("files:write",)),
    "reactions.add": Method(handler=session.add_reaction, scopes=("reactions:write",)),
    "users.conversations": Method(handler=conversations.joined, scopes=_CHANNELS_READ),
    "users.info": Method(handler=people.info, scopes=("users:read",)),
    "users.list": Method(handler=people.listing, scopes=("users:read",)),
    "users.lookupByEmail": Method(handler=people.lookup_by_email, scopes=("users:read.email",)),
    "views.open": Method(handler=views.open_view),
    "views.publish": Method(handler=views.publish),
    "views.push": Method(handler=views.push),
    "views.update": Method(handler=views.update),
}
