"""The whole product between its two stand-ins: what tests of the bot act in, and what they look at afterwards."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.deliver import SlackPosts
from bot.manifest import app_manifest
from bot.root.assistant import Assistant, open_assistant
from bot.rules import Rules
from bot.settings import Settings, settings_from
from sandbox.ledger import Ledger
from sandbox.netsuite import NetSuiteStandIn
from sandbox.slack import Outcome, SlackStandIn, Waiting, app_config
from sandbox.slack.people import Workspace
from sandbox.slack.records import Message
from sandbox.slack.seed import ANA, BEN, CHLOE, DEACTIVATED, TEAM_ID
from sandbox.stand_ins import USER_ZONE, StandIns
from store.audit import audit_events
from store.db import Store
from store.deliveries import Delivery, delivery_by_id
from store.sending import FINAL
from store.users import Role, SlackLink, add_user, deactivate_user, link_slack
from store.work import WorkState
from sync.connector import Target
from sync.connectors.netsuite import connect
from tests.bot.pulled import PulledStore
from tests.patient import patient

CHANNEL = "#ar-team"
CUSTOMERS = 20
# Far more than a pull takes, for a machine that has much else to do.
_PATIENCE_SECONDS = 100
# Long enough for what must come, and for nothing else to follow it.
SETTLED = Waiting(quiet_seconds=0.1)
# A source that is down is given up soon.
# And nobody types as fast as a test.
_RULES = Rules.model_validate(
    {"netsuite": {"retry_attempts": 2, "retry_wait_seconds": 0.05}, "slack": {"commands_per_minute": 100_000}}
)
# E-mails can be written, and wait.
_NO_MAIL_SERVER = {"TESORIO_SMTP_URL": "smtp://127.0.0.1:9", "TESORIO_MAIL_FROM": "ar@meridian.example"}
ACKED = Waiting(until=lambda _: True)
_ACCOUNTS = (
    (ANA, "ana@meridian.example", Role.FINANCE),
    (BEN, "ben@meridian.example", Role.VIEWER),
    (CHLOE, "chloe@meridian.example", Role.ADMIN),
    (DEACTIVATED, "dan@meridian.example", Role.ADMIN),
)


@dataclass
class Clock:
    """The real time, moved by hand."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Log(logging.Handler):
    """Every log line, as a file would hold it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []
        self.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)

    def text(self) -> str:
        return "\n".join(map(self.format, self.records))

    def errors(self) -> list[str]:
        return [self.format(record) for record in self.records if record.levelno >= logging.ERROR]


@dataclass(kw_only=True)
class World:
    slack: SlackStandIn
    netsuite: NetSuiteStandIn
    ledger: Ledger
    settings: Settings
    assistant: Assistant
    clock: Clock
    log: Log = field(default_factory=Log)

    @property
    def workspace(self) -> Workspace:
        return self.slack.workspace

    @property
    def store(self) -> Store:
        return self.assistant.deps.store

    async def say(self, text: str, *, user: str = ANA, waiting: Waiting | None = None) -> Outcome:
        return await self.workspace.say(user, CHANNEL, text, waiting or Waiting())

    async def card(self, text: str, *, user: str = ANA) -> Message:
        """The one message that answers a command, whatever else is told meanwhile."""
        outcome = await self.say(text, user=user, waiting=Waiting(until=lambda seen: bool(_answers(seen))))
        [answer] = _answers(outcome)
        return answer

    def shown(self, seen: Message | Outcome) -> str:
        """What a person reads."""
        return self.workspace.transcript(seen if isinstance(seen, Outcome) else Outcome(messages=(seen,)))

    async def audited(self) -> list[tuple[str, str, str]]:
        """Actor, action and subject of every event, oldest first, of all that people have done until now."""
        await self.catch_up()
        await self.assistant.deps.audit.flush()
        columns = audit_events.c
        query = select(columns.actor, columns.action, columns.subject).order_by(columns.sequence)
        async with self.store.read() as conn:
            return [(row.actor, row.action, row.subject) for row in await conn.execute(query)]

    async def delivered(self, delivery_id: str) -> Delivery:
        """The delivery once it has come to an end."""
        async with asyncio.timeout(60):
            while True:
                async with self.store.read() as conn:
                    found = await delivery_by_id(conn, delivery_id)
                if found is not None and found.state in FINAL and found.told == found.state.value:
                    return found
                await asyncio.sleep(0.02)

    def pass_time(self, seconds: float) -> None:
        """Move the clock; what waits in the outbox notices at once."""
        self.clock.ahead += timedelta(seconds=seconds)
        self.assistant.deps.decisions.ring()
        self.assistant.deps.outbox.ring()

    async def catch_up(self) -> None:
        """Wait until what is under way has ended, in Slack and here."""
        at_work = self.assistant.door.at_work
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self.slack.core.background.idle()
            while at_work:
                await asyncio.wait(at_work)

    def last_envelope(self) -> Any:
        return self.workspace.hub.deliveries[-1]

    def last_payload(self, kind: str) -> dict[str, Any]:
        """What Slack sent last of this type, such as block_actions."""
        sent = (each.payload for each in reversed(self.workspace.hub.deliveries))
        return next(dict(payload) for payload in sent if payload.get("type") == kind)


def _answers(seen: Outcome) -> list[Message]:
    """Messages that stand below a command."""
    return [each for each in seen.messages if each.command is not None]


@asynccontextmanager
async def open_world(
    folder: Path,
    *,
    targets: tuple[Target, ...] | None = (),
    more_settings: Mapping[str, str] | None = None,
    slack_rules: Mapping[str, Any] | None = None,
    more_rules: Mapping[str, Any] | None = None,
) -> AsyncIterator[World]:
    """Both stand-ins, the assistant between them with its first sync done, and four accounts, one of them closed.

    Notes can be pushed to `targets`, or to the stand-in when they are None: `tests.contract.fake_target` has one that
    stores and fails as it is told.
    """
    clock = Clock()
    await _PULLED.copy_to(folder)
    async with _stand_ins(clock) as (slack, netsuite, environment):
        environment |= {"TESORIO_DATA_DIR": str(folder), **(more_settings or {})}
        rules = _RULES.slack.model_copy(update=dict(slack_rules or {}))
        settings = settings_from(environment, _RULES.model_copy(update={"slack": rules, **(more_rules or {})}))
        await asyncio.to_thread(connect, settings.plain_environment(), {}, settings.data_dir)
        async with open_assistant(settings, clock=clock, targets=targets) as assistant:
            # Slack's troubles are waited out all the same, only sooner.
            assistant.deps.answering._pause = _no_time
            posts = assistant.senders["slack"]
            assert isinstance(posts, SlackPosts)
            posts.spacing = timedelta()
            await add_accounts(assistant.deps.store)
            if assistant.deps.index is not None:
                await assistant.deps.index.refresh(assistant.deps.store)
            ledger = netsuite.ledger
            world = World(
                slack=slack, netsuite=netsuite, ledger=ledger, settings=settings, assistant=assistant, clock=clock
            )
            yield world


@asynccontextmanager
async def _stand_ins(clock: Clock) -> AsyncIterator[tuple[SlackStandIn, NetSuiteStandIn, dict[str, str]]]:
    """Both of them, the same ones each time, and the settings that lead to them."""
    ledger = Ledger.seeded(customers=CUSTOMERS, today=clock().date(), invoices_per_customer=4)
    async with (
        NetSuiteStandIn(ledger, user_zone=USER_ZONE) as netsuite,
        SlackStandIn(app=app_config(app_manifest()), deadlines=patient()) as slack,
    ):
        environment = StandIns(ledger=ledger, slack=slack, netsuite=netsuite).environment
        yield slack, netsuite, {**environment, **_NO_MAIL_SERVER}


async def _pull(folder: Path) -> None:
    """Have the assistant read the whole account for the first time."""
    clock = Clock()
    async with _stand_ins(clock) as (_, _, environment):
        settings = settings_from(environment | {"TESORIO_DATA_DIR": str(folder)}, _RULES)
        await asyncio.to_thread(connect, settings.plain_environment(), {}, settings.data_dir)
        async with open_assistant(settings, clock=clock, targets=()) as assistant:
            await assistant.pull("netsuite", "first")
            assert await ended(assistant, "first") is WorkState.DONE


_PULLED = PulledStore(_pull)


async def _no_time(_seconds: float) -> None:
    await asyncio.sleep(0)


async def ended(assistant: Assistant, work_id: str) -> WorkState:
    """How a piece of durable work ended; it tells nobody, so it is asked."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while (state := await assistant.work.status(work_id)) in {None, WorkState.PENDING}:  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.02)
    assert state is not None
    return state


async def add_accounts(store: Store) -> None:
    now = datetime.now(UTC)
    async with store.write() as conn:
        for slack_user, email, role in _ACCOUNTS:
            user = await add_user(conn, email=email, name=email, role=role, at=now)
            link = SlackLink(
                team_id=TEAM_ID, slack_user_id=slack_user, user_id=user.id, linked_at=now, linked_by="test"
            )
            await link_slack(conn, link)
            if slack_user == DEACTIVATED:
                await deactivate_user(conn, user.id)


def elements(message: Message, action_id: str) -> list[Any]:
    """The buttons and menus of a message with this action."""
    found = []
    for block in message.blocks:
        inside = [*block.get("elements", ()), *filter(None, [block.get("accessory")])]
        found += [each for each in inside if each.get("action_id") == action_id]
    return found
