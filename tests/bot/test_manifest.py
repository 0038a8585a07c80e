"""The manifest asks for what is registered and used: nothing is missing in it, and nothing more is there."""

import re
from pathlib import Path

from bot.app import COMMAND, FEATURES, subcommands
from bot.manifest import app_manifest
from sandbox.slack.web_api.methods import METHODS
from tests.bot.listeners import listeners

ROOT = Path(__file__).parents[2]
BOT = ROOT / "bot"
# What Slack wants for an event; none for those of the app itself.
EVENT_SCOPES = {
    "app_mention": {"app_mentions:read"},
    "message.im": {"im:history"},
    "link_shared": {"links:read"},
    "user_change": {"users:read"},
    "app_home_opened": set[str](),
    "app_uninstalled": set[str](),
    "tokens_revoked": set[str](),
}
PREFIX_SCOPES = {"channel_": {"channels:read"}, "group_": {"groups:read"}, "member_": {"channels:read", "groups:read"}}


def scopes() -> set[str]:
    return set(app_manifest()["oauth_config"]["scopes"]["bot"])


def events() -> set[str]:
    return set(app_manifest()["settings"]["event_subscriptions"]["bot_events"])


def scopes_of(event: str) -> set[str]:
    if event in EVENT_SCOPES:
        return EVENT_SCOPES[event]
    return next(found for prefix, found in PREFIX_SCOPES.items() if event.startswith(prefix))


def methods_called() -> set[str]:
    """The Web API's methods that the bot's own code names, or calls by the SDK's names for them."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in BOT.rglob("*.py"))
    return {name for name in METHODS if f'"{name}"' in code or re.search(rf"\.{name.replace('.', '_')}\(", code)}


class TestListeners:
    def test_every_event_that_is_listened_to_is_subscribed_and_no_other(self) -> None:
        listened = {listener.name for listener in listeners() if listener.kind == "event"}
        assert {event.partition(".")[0] for event in events()} == listened

    def test_of_messages_only_those_to_the_app_are_asked_for(self) -> None:
        assert {event for event in events() if event.startswith("message")} <= {"message.im"}

    def test_every_shortcut_that_is_listened_to_is_in_the_menu_and_no_other(self) -> None:
        kinds = {"shortcut", "global_shortcut", "message_shortcut"}
        listened = {listener.name for listener in listeners() if listener.kind in kinds}
        shown = app_manifest()["features"].get("shortcuts", [])
        assert {shortcut["callback_id"] for shortcut in shown} == listened

    def test_the_command_is_the_one_that_is_registered(self) -> None:
        [command] = app_manifest()["features"]["slash_commands"]
        assert command["command"] == COMMAND
        assert command["usage_hint"] == " | ".join(subcommand.usage for subcommand in subcommands())[:1000]
        assert not [listener for listener in listeners() if listener.kind == "command"]

    def test_no_two_listeners_share_a_name(self) -> None:
        named = [listener for listener in listeners() if listener.kind != "event"]
        assert len(named) == len(set(named))

    def test_effects_are_actions_that_are_listened_to(self) -> None:
        actions = {listener.name for listener in listeners() if listener.kind == "action"}
        assert frozenset().union(*(feature.effects for feature in FEATURES)) <= actions


class TestScopes:
    def test_every_method_that_is_called_is_allowed(self) -> None:
        called = methods_called()
        assert {"chat.postMessage", "users.info", "views.open"} <= called
        refused = {name for name in called if METHODS[name].scopes and not scopes() & set(METHODS[name].scopes)}
        assert not refused

    def test_every_event_is_allowed(self) -> None:
        assert not {event: missing for event in events() if (missing := scopes_of(event) - scopes())}

    def test_none_is_asked_for_that_nothing_needs(self) -> None:
        of_methods = {scope for name in methods_called() for scope in METHODS[name].scopes}
        of_events = {scope for event in events() for scope in scopes_of(event)}
        assert scopes() - of_methods - of_events - {"commands"} == set()

    def test_history_is_that_of_the_apps_own_conversation_only(self) -> None:
        assert {scope for scope in scopes() if scope.endswith(":history")} <= {"im:history"}
