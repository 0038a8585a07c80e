"""`tesorio run` as a program of its own, pointed by settings alone at a Slack and a NetSuite that the test runs."""

import asyncio
import contextlib
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.root.assistant import open_store
from bot.rules import Rules
from bot.settings import settings_from
from sandbox.ledger import Ledger
from sandbox.netsuite import NetSuiteStandIn
from sandbox.slack import SlackStandIn
from sandbox.slack.seed import ANA
from sandbox.stand_ins import USER_ZONE, StandIns
from sync.connectors.netsuite import connect
from tests.bot.world import CHANNEL, Clock, add_accounts
from tests.cli.console import BARE, TESORIO
from tests.patient import patient

PATIENCE_SECONDS = 60
_ROOT = Path(__file__).parents[2]


class Rig:
    """Two services, and a folder in which the program works. `log()` is what it has written to stderr so far."""

    def __init__(self, slack: SlackStandIn, netsuite: NetSuiteStandIn, folder: Path) -> None:
        self.slack, self.netsuite, self.folder = slack, netsuite, folder
        found = StandIns(ledger=netsuite.ledger, slack=slack, netsuite=netsuite).environment
        self.environment: Mapping[str, str] = {**BARE, **found, "PYTHONPATH": str(_ROOT)}

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Process]:
        """The program, connected; killed at the end if it still runs."""
        async with self.started() as (program, told):
            if not told.startswith("Connected to Slack workspace"):
                pytest.fail(f"{told!r}: {self.log()}")
            yield program

    @asynccontextmanager
    async def started(self) -> AsyncIterator[tuple[Process, str]]:
        """The program and its first line; killed at the end if it still runs."""
        with (self.folder / "log").open("w", encoding="utf-8") as log:
            program = await asyncio.create_subprocess_exec(
                *TESORIO, "run", stdout=PIPE, stderr=log, cwd=self.folder, env=self.environment
            )
        assert program.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                told = await program.stdout.readline()
            yield program, told.decode()
        finally:
            with contextlib.suppress(ProcessLookupError):
                program.kill()
            await program.communicate()

    async def answer(self, line: str) -> str:
        """What Ana reads, as soon as the record is there."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                text = self.slack.workspace.transcript(await self.slack.workspace.say(ANA, CHANNEL, line))
                if "owes" in text:
                    return text
                await asyncio.sleep(0.2)

    async def stop(self, program: Process, *signals: int) -> None:
        """Send the signals, and wait for the end."""
        for number in signals:
            program.send_signal(number)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await program.wait()


@asynccontextmanager
async def open_rig(folder: Path) -> AsyncIterator[Rig]:
    """The services, and a folder that knows them: the WSDL is there and so are the accounts."""
    ledger = Ledger.seeded(customers=20, today=Clock()().date(), invoices_per_customer=4)
    async with NetSuiteStandIn(ledger, user_zone=USER_ZONE) as netsuite, SlackStandIn(deadlines=patient()) as slack:
        made = Rig(slack, netsuite, folder)
        settings = settings_from({**made.environment, "TESORIO_DATA_DIR": str(folder / "data")}, Rules())
        await asyncio.to_thread(connect, settings.plain_environment(), {}, settings.data_dir)
        async with open_store(settings) as store:
            await add_accounts(store)
        yield made
