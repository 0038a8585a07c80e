"""The demo: stand-ins, a real sync, the real bot, and a page in which to try it."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.panel import Panel

from bot.cli.log import log_to_stderr
from bot.cli.shell import CommandError, say
from bot.cli.stopping import stop_signal
from bot.cli.syncing import SyncProgress
from bot.root.assistant import Assistant, daily_pulls, open_assistant
from bot.rules import Rules
from bot.settings import Settings, settings_from
from sandbox.crm_news import crm_box
from sandbox.news import outside, read_at_once
from sandbox.salesforce.schema import ERP_KEY
from sandbox.slack import Outcome, SlackStandIn, Waiting
from sandbox.slack.feed import OutsideChanged
from sandbox.slack.seed import ANA, BEN, CHLOE, TEAM_ID
from sandbox.stand_ins import StandIns, stand_ins
from store.crm.rules import CrmChoices, MatchBy
from store.crm.setup import Switched, switch_on
from store.cursors import read_as_of
from store.db import Store
from store.runs import SyncRun
from store.users import Role, SlackLink, add_user, link_slack
from store.work import WorkState
from sync.connectors.netsuite import connect
from sync.schedule import due_slot, slot_id

_ACCOUNTS = (
    (ANA, "ana.silva@meridian.example", "Ana Silva", Role.FINANCE),
    (BEN, "ben.okafor@meridian.example", "Ben Okafor", Role.VIEWER),
    (CHLOE, "chloe.dubois@meridian.example", "Chloé Dubois", Role.ADMIN),
)
# An account that nobody in Slack is linked to yet: Eva has to press «Connect» first.
_UNLINKED = ("eva.lima@meridian.example", "Eva Lima", Role.FINANCE)
_CHANNEL = "#ar-team"
_SHARED_TO = ("#ar-team", "#sales")
_ERP, _CRM = "netsuite", "salesforce"
_LOOK_SECONDS = 1.0
# What the bot does not hear is answered by nobody.
_ANSWER_SECONDS = 15
_NOBODY = "(Nobody answered. The bot hears what begins with /tesorio, for example: /tesorio help)"


async def run_demo(*, port: int, customers: int, lines: Sequence[str]) -> None:
    """Run until Ctrl-C, or type the lines as Ana in #ar-team, print what she reads, and end."""
    log_to_stderr(quiet=True)
    with tempfile.TemporaryDirectory(prefix="tesorio-demo-") as folder:
        async with stand_ins(port=port, customers=customers) as running:
            settings = demo_settings(running, Path(folder))
            await asyncio.to_thread(connect, settings.plain_environment(), {}, settings.data_dir)
            progress = _Progress()
            async with open_assistant(settings, progress=progress.note) as assistant:
                await _add_accounts(assistant.deps.store)
                _add_app(running)
                # The clock finds an empty store and starts the first reading, as it would for `tesorio run`.
                async with daily_pulls(_reading(assistant, _ERP), settings):
                    with progress.bars:
                        await _read_open_items(assistant, settings, progress)
                        if lines:
                            await _say_all(_slack_of(running), lines)
                            return
                        await _show(running, assistant, settings, progress)


def _slack_of(running: StandIns) -> SlackStandIn:
    if running.slack is None:
        raise AssertionError("the demo always runs Slack")
    return running.slack


def _reading(assistant: Assistant, name: str) -> Assistant:
    """The assistant as one who reads this source alone."""
    return replace(assistant, sources=tuple(source for source in assistant.sources if source.name == name))


async def _switch_crm_on(assistant: Assistant) -> None:
    """What an admin does in Home: by Tesorio's rules, the ERP's id being in a field of the account."""
    crm = assistant.deps.crm
    if crm is None:
        raise AssertionError("the demo always runs Salesforce")
    now = assistant.deps.clock()
    choices = CrmChoices(
        rules="tesorio", match_by=MatchBy.ERP_ID, account_field=ERP_KEY, contacts=False, account_managers=False
    )
    decision = Switched(
        system=crm.name,
        key="demo",
        is_on=True,
        at=now,
        since=now,
        by="the demo",
        organisation=await crm.organisation(),
    )
    async with assistant.deps.store.write() as conn:
        await switch_on(conn, crm.settled, choices, decision)


async def _show(running: StandIns, assistant: Assistant, settings: Settings, progress: "_Progress") -> None:
    """The page, with its boxes of what may happen in the other systems, until Ctrl-C.

    The CRM's accounts, for which nobody waits, are read once people can work.
    """
    firsts, slack = _first_pulls(assistant, settings), _slack_of(running)
    async with (
        read_at_once(assistant, _ERP, firsts[_ERP]) as read_erp,
        read_at_once(assistant, _CRM, firsts[_CRM]) as read_crm,
    ):
        _add_boxes(running, slack, read_erp, read_crm)
        progress.bars.print(_invitation(slack))
        await _switch_crm_on(assistant)
        async with daily_pulls(_reading(assistant, _CRM), settings):
            await stop_signal()


def _add_boxes(
    running: StandIns, slack: SlackStandIn, read_erp: Callable[[], None], read_crm: Callable[[], None]
) -> None:
    """What may happen in the other systems, before the mail that was sent."""
    if running.salesforce is None:
        raise AssertionError("the demo always runs Salesforce")
    box = crm_box(running.salesforce, read_crm, lambda: slack.core.feed.publish(OutsideChanged()))
    slack.core.outside = (outside(running.ledger, read_erp), box, *slack.core.outside)


def demo_settings(running: StandIns, folder: Path) -> Settings:
    """Settings that know the stand-ins and nothing else: neither .env nor this machine's environment."""
    # One person plays everybody here, and a script may type faster than anybody.
    # What is let happen here should be seen at once, and no server is behind with its clock.
    rules = Rules.model_validate(
        {
            "slack": {"commands_per_minute": 6000},
            "netsuite": {"lag_seconds": 0, "invoice_files": True},
            "custom_fields": {
                "customer": {"custentity_collector": "", "salesforce.Customer_Tier__c": ""},
                "invoice": {"custbody_contract": ""},
            },
        }
    )
    return settings_from(running.environment | {"TESORIO_DATA_DIR": str(folder)}, rules)


class _Progress:
    """Bars on the terminal, and a bell that rings whenever a page was saved."""

    def __init__(self) -> None:
        self.bars = SyncProgress()
        self.saved = asyncio.Event()

    def note(self, run: SyncRun) -> None:
        self.bars.show(run)
        self.saved.set()


async def _read_open_items(assistant: Assistant, settings: Settings, progress: _Progress) -> None:
    """Wait until people can work: all that is open is in. History goes on behind."""
    work_id = _first_pulls(assistant, settings)[_ERP]
    while not await _has_open_items(assistant):
        if await assistant.work.status(work_id) is WorkState.FAILED:
            raise CommandError(f"the first reading of {_ERP} failed; the log above says why")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS):
                await progress.saved.wait()
        progress.saved.clear()


def _first_pulls(assistant: Assistant, settings: Settings) -> dict[str, str]:
    """The work that reads each source for the first time, by the source's name."""
    slot = due_slot(assistant.deps.clock(), settings.rules.sync.daily_at, settings.timezone)
    return {source.name: slot_id(source.name, slot, attempt=1) for source in assistant.sources}


async def _has_open_items(assistant: Assistant) -> bool:
    async with assistant.deps.store.read() as conn:
        [erp] = _reading(assistant, _ERP).sources
        known = [await read_as_of(conn, erp.name, stream) for stream in erp.streams]
    return all(known)


async def _add_accounts(store: Store) -> None:
    now = datetime.now(UTC)
    async with store.write() as conn:
        for slack_user, email, name, role in _ACCOUNTS:
            user = await add_user(conn, email=email, name=name, role=role, at=now)
            link = SlackLink(
                team_id=TEAM_ID, slack_user_id=slack_user, user_id=user.id, linked_at=now, linked_by="demo"
            )
            await link_slack(conn, link)
        email, name, role = _UNLINKED
        await add_user(conn, email=email, name=name, role=role, at=now)


def _add_app(running: StandIns) -> None:
    """Ana adds the app to two channels, so that records can be shared to them."""
    if running.slack is None:
        return
    workspace, bot = running.slack.workspace, running.slack.core.app.bot_user
    for name in _SHARED_TO:
        channel = workspace.channel(name)
        without = tuple(member for member in channel.members if member != bot)
        running.slack.core.state.put_channel(replace(channel, members=without))
        workspace.invite_app(name, by=ANA)


def _is_answered(seen: Outcome) -> bool:
    """Whether there is something to read: a form that opens says first that it is being made."""
    blocks = (seen.view or {}).get("blocks") or [{}]
    return seen.answered and blocks[0].get("block_id") != "notice"


async def _say_all(slack: SlackStandIn, lines: Sequence[str]) -> None:
    for line in lines:
        outcome = await slack.workspace.say(
            ANA, _CHANNEL, line, Waiting(until=_is_answered, timeout_seconds=_ANSWER_SECONDS)
        )
        answer = slack.workspace.transcript(outcome) if outcome.answered else _NOBODY
        say(f"> {line}\n{answer}\n")


def _invitation(slack: SlackStandIn) -> Panel:
    text = (
        f"[bold]Open [link={slack.page_url}]{slack.page_url}[/link][/bold]\n\n"
        "and type in #ar-team, for example\n"
        "  /tesorio customer sun micro\n"
        "  /tesorio invoice inv123\n\n"
        "«In NetSuite», at the left, lets a payment arrive: who typed /tesorio subscribe is told.\n"
        "«In Salesforce» shows the notes that land there: Reply to Tesorio on a card, and tick Salesforce.\n"
        "As Chloé, the admin, the app's Home shows where both differ; Change connects Salesforce by Upflow's rules.\n\n"
        "Ctrl-C ends everything."
    )
    return Panel(text, title="Tesorio is ready", expand=False, padding=(1, 3))
