"""What of Slack is answered here, where it is tested, and how it differs from Slack.

Beside the Web API below: Socket Mode (hello, envelopes, acknowledgements, retries of events, disconnect), delivery over
HTTP (signed, challenged, retried), response URLs, the payloads of commands, actions, suggestions, shortcuts and modals,
and the events app_home_opened, app_mention, app_uninstalled, channel_* and group_* (of their lives and members),
link_shared, member_joined_channel, member_left_channel, message.*, tokens_revoked and user_change. Not answered: OAuth,
other methods of files, user groups, scheduled and streamed messages, Slack's own rate limits (a fault on demand stands
in for them).
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """`differs` tells where the answer is less than Slack's."""

    tested_in: str
    differs: str = ""


_CHAT = "test_chat.py"
_CONVERSATIONS = "test_conversations.py"
_FILES = "test_files.py"
_MODALS = "test_modals.py"
_USERS = "test_users.py"

COVERAGE: Mapping[str, Covered] = {
    "apps.connections.open": Covered(tested_in="test_socket_mode.py", differs="debug_reconnects is not known"),
    "auth.test": Covered(tested_in="test_web_api.py"),
    "bots.info": Covered(tested_in=_USERS, differs="knows this app's bot only"),
    "chat.delete": Covered(tested_in=_CHAT),
    "chat.getPermalink": Covered(tested_in=_CHAT),
    "chat.postEphemeral": Covered(tested_in=_CHAT),
    "chat.postMessage": Covered(tested_in=_CHAT, differs="no markdown_text, no reply_broadcast, no unfurling by Slack"),
    "chat.unfurl": Covered(
        tested_in=_CHAT,
        differs="by channel and ts only; no metadata; what a preview's buttons answer cannot replace the preview",
    ),
    "chat.update": Covered(tested_in=_CHAT),
    "conversations.history": Covered(tested_in=_CONVERSATIONS),
    "conversations.info": Covered(tested_in=_CONVERSATIONS),
    "conversations.join": Covered(tested_in=_CONVERSATIONS),
    "conversations.list": Covered(tested_in=_CONVERSATIONS),
    "conversations.members": Covered(tested_in=_CONVERSATIONS),
    "conversations.open": Covered(tested_in=_CONVERSATIONS, differs="no conversations of several people"),
    "conversations.replies": Covered(tested_in=_CONVERSATIONS),
    "files.completeUploadExternal": Covered(
        tested_in=_FILES, differs="one channel; to complete a file again shares it again, which Slack does not promise"
    ),
    "files.getUploadURLExternal": Covered(tested_in=_FILES, differs="the upload takes the bytes alone, no form"),
    "reactions.add": Covered(tested_in=_CHAT, differs="any name is an emoji"),
    "users.conversations": Covered(tested_in=_CONVERSATIONS),
    "users.info": Covered(tested_in=_USERS),
    "users.list": Covered(tested_in=_USERS),
    "users.lookupByEmail": Covered(tested_in=_USERS),
    "views.open": Covered(tested_in=_MODALS),
    "views.publish": Covered(tested_in=_MODALS),
    "views.push": Covered(tested_in=_MODALS),
    "views.update": Covered(tested_in=_MODALS),
}
