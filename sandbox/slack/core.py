"""The parts of one running workspace, as every room of the stand-in receives them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox.slack.background import Background
from sandbox.slack.config import AppConfig
from sandbox.slack.faults import Faults
from sandbox.slack.feed import Feed
from sandbox.slack.files import Files
from sandbox.slack.outside import Outside
from sandbox.slack.socket_mode import SocketHub
from sandbox.slack.state import State
from sandbox.slack.tickets import Source, Tickets
from sandbox.slack.views import Views


@dataclass(kw_only=True)
class Core:
    """`base_url` is known once the server listens; `revoked` is the error that the bot token earns after removal.

    `outside` is what its page shows of other systems, and may let happen there; () unless somebody says what.
    """

    app: AppConfig
    feed: Feed
    state: State
    hub: SocketHub
    tickets: Tickets
    views: Views
    faults: Faults
    files: Files
    background: Background
    now: Callable[[], datetime]
    base_url: str = ""
    revoked: str | None = None
    outside: tuple[Outside, ...] = ()

    def response_url(self, *, channel: str, user: str, source: Source | None = None, command: str | None = None) -> str:
        token = self.tickets.issue_url(channel=channel, user=user, source=source, command=command)
        return f"{self.base_url}/response/{token}"

    def socket_url(self) -> str:
        return f"{self.base_url.replace('http', 'ws', 1)}/link/?ticket={self.hub.issue_ticket()}"
