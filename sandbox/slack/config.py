"""The installed app: its tokens, and what its manifest grants and registers."""

from dataclasses import dataclass
from typing import Any

from sandbox.slack.records import Json

DEFAULT_MANIFEST: Json = {
    "features": {
        "bot_user": {"display_name": "tesorio", "always_online": True},
        "slash_commands": [
            {
                "command": "/tesorio",
                "description": "Look up a customer or an invoice",
                "usage_hint": "invoice INV-12345 | customer ABC Inc",
            }
        ],
        "shortcuts": [
            {"name": "Reply to Tesorio", "type": "message", "callback_id": "reply_to_tesorio"},
            {"name": "Share to Slack", "type": "message", "callback_id": "share_to_slack"},
            {"name": "Find in Tesorio", "type": "global", "callback_id": "find_in_tesorio"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "channels:history",
                "channels:join",
                "channels:read",
                "chat:write",
                "commands",
                "files:write",
                "groups:history",
                "groups:read",
                "im:history",
                "im:read",
                "im:write",
                "links:read",
                "links:write",
                "reactions:write",
                "users:read",
                "users:read.email",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_home_opened",
                "app_mention",
                "app_uninstalled",
                "link_shared",
                "message.im",
                "tokens_revoked",
                "user_change",
            ]
        }
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SlashCommand:
    command: str
    description: str = ""
    usage_hint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortcut:
    name: str
    callback_id: str
    type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class AppConfig:
    """The app as installed in this workspace.

    `app_token` may be of another app than `bot_token`, as when somebody took them from two: `app_token_of` is its id.
    """

    app_id: str = "A0TESORIO1"
    name: str = "tesorio"
    bot_id: str = "B0TESORIO1"
    bot_user: str = "U0TESORIO1"
    bot_token: str = "xoxb-sandbox-bot"  # noqa: S105 - opens nothing outside this process
    app_token: str = "xapp-sandbox-app"  # noqa: S105 - likewise
    app_token_of: str = ""
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105 - likewise
    commands: tuple[SlashCommand, ...]
    shortcuts: tuple[Shortcut, ...]
    scopes: frozenset[str]
    events: frozenset[str]
    unfurl_domains: tuple[str, ...] = ()


def app_config(manifest: Json = DEFAULT_MANIFEST, **overrides: Any) -> AppConfig:
    """The app that `manifest` describes; `overrides` replace single fields, such as a token."""
    features = manifest.get("features", {})
    settings = manifest.get("settings", {})
    described: Json = {
        "name": features.get("bot_user", {}).get("display_name", "tesorio"),
        "commands": tuple(_command(each) for each in features.get("slash_commands", ())),
        "shortcuts": tuple(_shortcut(each) for each in features.get("shortcuts", ())),
        "scopes": frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", ())),
        "events": frozenset(settings.get("event_subscriptions", {}).get("bot_events", ())),
        "unfurl_domains": tuple(features.get("unfurl_domains", ())),
    }
    return AppConfig(**{**described, **overrides})


def _command(entry: Json) -> SlashCommand:
    return SlashCommand(
        command=entry["command"],
        description=entry.get("description", ""),
        usage_hint=entry.get("usage_hint", ""),
    )


def _shortcut(entry: Json) -> Shortcut:
    return Shortcut(name=entry["name"], callback_id=entry["callback_id"], type=entry["type"])
