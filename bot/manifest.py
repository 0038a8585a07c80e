"""The Slack app manifest, made from what is registered, so that it cannot ask for more or less than is used."""

from dataclasses import asdict
from typing import Any

from bot.app import COMMAND, FEATURES, subcommands

_HINT_CHARACTERS = 1000
_SCOPES = frozenset(
    {
        "chat:write",  # answers whose response_url is worn out
        "users:read",  # `tesorio users link`: no guests, bots and closed accounts
        "users:read.email",  # `tesorio users link` without a member id
    }
)


def app_manifest() -> dict[str, Any]:
    """The manifest of a Socket-Mode app (Slack's reference/app-manifest), with the least scopes that work."""
    scopes = _SCOPES.union(*(feature.scopes for feature in FEATURES))
    events = frozenset[str]().union(*(feature.events for feature in FEATURES))
    settings: dict[str, Any] = {
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "socket_mode_enabled": True,
        "token_rotation_enabled": False,
    }
    if events:
        settings["event_subscriptions"] = {"bot_events": sorted(events)}
    features = _features()
    return {
        "display_information": {
            "name": "Tesorio",
            "description": "What a customer owes, how late and by whom, in a second.",
            "background_color": "#123b3a",
        },
        "features": features,
        "oauth_config": {"scopes": {"bot": sorted(scopes)}},
        "settings": settings,
    }


def _features() -> dict[str, Any]:
    hint = " | ".join(subcommand.usage for subcommand in subcommands())
    shortcuts = [asdict(shortcut) for feature in FEATURES for shortcut in feature.shortcuts]
    domains = sorted(frozenset[str]().union(*(feature.unfurl_domains for feature in FEATURES)))
    features: dict[str, Any] = {
        # The app's own conversation is a place to type in, too.
        "app_home": {
            "home_tab_enabled": any(feature.has_home for feature in FEATURES),
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "tesorio", "always_online": True},
        "slash_commands": [
            {
                "command": COMMAND,
                "description": "Look up a customer or an invoice",
                "usage_hint": hint[:_HINT_CHARACTERS],
                "should_escape": False,
            },
        ],
    }
    if shortcuts:
        features["shortcuts"] = shortcuts
    if domains:
        features["unfurl_domains"] = domains
    return features
