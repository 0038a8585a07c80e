"""The Slack app manifest, made from what is registered, so that it cannot ask for more or less than is used."""

from dataclasses import asdict
from typing import Any

from bot.app import COMMAND, FEATURES, subcommands
from bot.doors.http_door import SLACK_PATH

_HINT_CHARACTERS = 1000
_SCOPES = frozenset(
    {
        "chat:write",  # answers whose response_url is worn out
        "users:read",  # `tesorio users link`: no guests, bots and closed accounts
        "users:read.email",  # `tesorio users link` without a member id
    }
)


def app_manifest(*, http_url: str = "") -> dict[str, Any]:
    """The manifest of an app (Slack's reference/app-manifest), with the least scopes that work.

    It is for Socket Mode; with the address at which Slack reaches this program from outside, for HTTP.
    """
    scopes = _SCOPES.union(*(feature.scopes for feature in FEATURES))
    request_url = f"{http_url.rstrip('/')}{SLACK_PATH}" if http_url else ""
    return {
        "display_information": {
            "name": "Tesorio",
            "description": "What a customer owes, how late and by whom, in a second.",
            "background_color": "#123b3a",
        },
        "features": _features(request_url),
        "oauth_config": {"scopes": {"bot": sorted(scopes)}},
        "settings": _settings(request_url),
    }


def _settings(request_url: str) -> dict[str, Any]:
    events = sorted(frozenset[str]().union(*(feature.events for feature in FEATURES)))
    subscriptions: dict[str, Any] = {"bot_events": events}
    interactivity: dict[str, Any] = {"is_enabled": True}
    if request_url:
        subscriptions = {"request_url": request_url, **subscriptions}
        # Selects that search ask the second of these.
        interactivity |= {"request_url": request_url, "message_menu_options_url": request_url}
    settings: dict[str, Any] = {
        "interactivity": interactivity,
        "org_deploy_enabled": False,
        "socket_mode_enabled": not request_url,
        "token_rotation_enabled": False,
    }
    return settings | {"event_subscriptions": subscriptions}


def _features(request_url: str) -> dict[str, Any]:
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
                **({"url": request_url} if request_url else {}),
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
