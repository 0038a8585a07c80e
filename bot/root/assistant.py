"""The composition root: joins settings, store, sources, durable work and Slack into one running assistant.

Here, in the files beside it and in the command line, and nowhere else, `bot` and `sync` meet.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot.app import services
from bot.audit_log import AuditLog
from bot.clock import utc_now
from bot.deps import Deps
from bot.lookup.index import LookupIndex
from bot.root.crm import crm_of
from bot.root.data import (
    AlreadyRunningError,
    NoStoreError,
    only_one,
    open_schema,
    open_store,
    private_folder,
    refresh_index,
    replica_id,
    require_store,
)
from bot.root.files import SourceFiles
from bot.root.replicas import alive
from bot.root.slack import Door, WrongWorkspaceError, open_door, slack_identity
from bot.root.sources import build_sources, further_problems, ready_sources, startable, targets_of
from bot.root.work import senders_of, work_handlers
from bot.settings import Settings
from bot.slack.answering import Answering
from bot.slack.client import SlackClient
from store.health import check_integrity
from store.runs import SyncRun
from store.sending import Sender
from sync import daily
from sync.connector import Source, Target
from sync.durable import DurableWork
from sync.pull import Clock, Progress
from sync.push import free_places

__all__ = [
    "AlreadyRunningError",
    "Assistant",
    "NoStoreError",
    "WrongWorkspaceError",
    "build_sources",
    "daily_pulls",
    "further_problems",
    "open_assistant",
    "open_schema",
    "open_store",
    "private_folder",
    "refresh_index",
    "require_store",
    "startable",
    "utc_now",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Assistant:
    """The running bot."""

    deps: Deps
    work: DurableWork
    sources: tuple[Source, ...]
    door: Door
    senders: Mapping[str, Sender]

    async def pull(self, source: str, work_id: str, *, full: bool = False) -> None:
        """Start a pull that survives a crash."""
        await daily.start_pull(self.work, source, work_id, full=full)


@asynccontextmanager
async def open_assistant(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    progress: Progress = lambda _run: None,
    targets: tuple[Target, ...] | None = None,
) -> AsyncIterator[Assistant]:
    """Everything that `tesorio run` runs, connected to Slack, until the block ends.

    Notes are pushed to `targets`; to those that the settings name when there are none.
    Raises SettingsError, StoreError, WrongWorkspaceError, AlreadyRunningError, or SlackApiError for refused tokens.
    """
    sources = ready_sources(settings)
    async with AsyncExitStack() as stack:
        targets = targets_of(sources) if targets is None else targets
        for source in sources:
            stack.push_async_callback(source.close)
        for target in targets:
            stack.push_async_callback(target.close)
        private_folder(settings.data_dir)
        stack.enter_context(only_one(settings.data_dir))
        store = await stack.enter_async_context(open_store(settings))
        await check_integrity(store)
        slack = SlackClient(
            token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, retry_handlers=[]
        )
        identity = await slack_identity(slack, store)
        replica = replica_id(settings.data_dir)
        work = DurableWork(database_url=settings.work_database_url, executor_id=replica)
        deps = Deps(
            store=store,
            index=await stack.enter_async_context(LookupIndex.open(settings.data_dir / "index", store)),
            work=work,
            slack=slack,
            answering=await stack.enter_async_context(Answering(slack)),
            audit=await stack.enter_async_context(AuditLog(store)),
            clock=clock,
            zone=settings.timezone,
            locale=settings.rules.display.locale,
            stale_after=timedelta(hours=settings.rules.sync.stale_after_hours),
            source_titles={source.name: source.title for source in sources},
            target_titles={target.name: target.title for target in targets},
            target_takes={target.name: target.takes for target in targets},
            contact_roles=tuple(dict.fromkeys(role for target in targets for role in target.contact_roles)),
            mail=settings.mail,
            files=SourceFiles(sources),
            crm=crm_of(sources, store, work, clock=clock),
            team_id=identity["team_id"],
            bot_user=identity["user_id"],
            rules=settings.rules,
        )
        senders = senders_of(deps, targets, replica=replica)
        await free_places(store, replica)
        work.handlers.update(work_handlers(deps, sources, _waking(deps, progress), senders))
        await stack.enter_async_context(alive(work, store, replica, deps.services, clock=clock))
        await stack.enter_async_context(work)
        for service in services():
            await stack.enter_async_context(service(deps))
        door = await stack.enter_async_context(open_door(settings, deps, identity, work=work, holder=replica))
        yield Assistant(deps=deps, work=work, sources=sources, door=door, senders=senders)


@asynccontextmanager
async def daily_pulls(assistant: Assistant, settings: Settings) -> AsyncIterator[None]:
    """The clock: each source's daily slot, and at the start the slot that was missed while nothing ran."""
    at, zone, deps = settings.rules.sync.daily_at, settings.timezone, assistant.deps
    async with daily.daily_pulls(assistant.work, assistant.sources, deps.store, at=at, zone=zone, clock=deps.clock):
        yield


def _waking(deps: Deps, progress: Progress) -> Progress:
    """Tells the index and the services of every page that was saved, and then whoever watches."""

    def on_progress(run: SyncRun) -> None:
        if deps.index is not None:
            deps.index.wake()
        deps.changed.ring()
        progress(run)

    return on_progress
