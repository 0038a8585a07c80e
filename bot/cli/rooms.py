"""Which file has which command, and its first line: known without loading what the commands need."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol, cast

import typer


class _Room(Protocol):
    register: Callable[[typer.Typer], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A command or a group of them: its name, the file beside this one that adds it, and the line in the overview."""

    name: str
    room: str
    line: str

    def load(self) -> Callable[[typer.Typer], None]:
        """What adds all commands of that file."""
        return cast("_Room", import_module(f"bot.cli.{self.room}")).register

    def announce(self, app: typer.Typer) -> None:
        """Add the name and the line alone."""
        app.command(self.name, help=self.line)(lambda: None)


ENTRIES = (
    Entry(
        name="run",
        room="running",
        line="Answer in Slack and keep the store in step with its sources, until Ctrl-C or SIGTERM.",
    ),
    Entry(
        name="sync",
        room="syncing",
        line="Read a system of record into the store, now. Killed in the middle, the next one goes on from there.",
    ),
    Entry(
        name="push",
        room="pushing",
        line="Send now what waits for a system of record, and say how each note, contact and message stands.",
    ),
    Entry(name="find", room="find", line="Find an invoice or customer as `/tesorio` does, and say why it matched."),
    Entry(
        name="share",
        room="sharing",
        line="Post a record's summary to a person or channel in Slack, as «Share to Slack» does.",
    ),
    Entry(
        name="status",
        room="status",
        line="How fresh each source is, how its last run ended, what could not be read, and whether balances agree.",
    ),
    Entry(
        name="doctor",
        room="house",
        line="Check settings, tokens, scopes and permissions, and say what to do about what is wrong.",
    ),
    Entry(
        name="match",
        room="matching",
        line="Which accounts of a CRM are which customers, which are not or not for certain, and what to do.",
    ),
    Entry(name="manifest", room="manifest", line="Print the Slack app manifest; manifest.yml is this output."),
    Entry(
        name="connect",
        room="connecting",
        line="Guided set-up of one system: tests the login and says what to do next.",
    ),
    Entry(name="users", room="people", line="Accounts of this product: who may ask, and who they are in Slack."),
    Entry(
        name="outbox",
        room="outbox",
        line="What is on its way to Slack and to the ERP, and what did not arrive.",
    ),
    Entry(name="db", room="database", line="The store's schema."),
    Entry(name="config", room="config", line="The settings as the program sees them."),
)
