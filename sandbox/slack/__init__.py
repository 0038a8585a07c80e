"""A Slack workspace on loopback: Web API, Socket Mode, interactivity, people and a web page to act as one of them."""

from sandbox.slack.config import AppConfig, app_config
from sandbox.slack.deadlines import Deadlines
from sandbox.slack.outcome import Outcome, Waiting, acknowledged, answered
from sandbox.slack.people import Workspace
from sandbox.slack.server import SlackStandIn

__all__ = [
    "AppConfig",
    "Deadlines",
    "Outcome",
    "SlackStandIn",
    "Waiting",
    "Workspace",
    "acknowledged",
    "answered",
    "app_config",
]
