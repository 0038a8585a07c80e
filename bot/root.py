"""The composition root: joins settings, store, sources, durable work and Slack into one running assistant.

Here and in the command line, and nowhere else, `bot` and `sync` meet.
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from slack_sdk.web.async_client import AsyncWebClient

from bot.answering import Answering
from bot.app import build_app, effects
from bot.audit_log import AuditLog
from bot.commands import refresh
from bot.deps import Deps
from bot.lookup.index import LookupIndex
from bot.settings import Rules, Settings, SettingsError, settings_from
from bot.socket import SocketDoor
from store import migrate
from store.db import Store
from store.errors import SchemaOlderError, StoreError
from store.facts import bind_fact, read_fact
from store.health import check_integrity
from store.runs import SyncRun
from store.work import Payload
from sync import daily
from sync.connector import Source
from sync.durable import DurableWork, Handler
from sync.errors import NotPermittedError, ReauthoriseError, RetryError, SourceError
from sync.pull import Clock, Progress, refresh_record
from sync.registry import CONNECTORS
from sync.settings import SettingsError as ConnectorSettingsError

# Somebody looks at the old card meanwhile. The daily pull has all the patience that a slow source needs.
_REFRESH_SECONDS = 10
_log = logging.getLogger(__name__)


class WrongWorkspaceError(Exception):
    """The Slack tokens belong to another workspace than the one this store was set up with."""


class AlreadyRunningError(Exception):
    """One data folder serves one running program."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(f"another tesorio runs in {data_dir}; stop it, or set TESORIO_DATA_DIR to another folder")


def utc_now() -> datetime:
    """The one place where the product reads the clock."""
    return datetime.now(UTC)


def build_sources(settings: Settings) -> tuple[Source, ...]:
    """The sources that are set. Raises SettingsError naming all that is set wrongly, and tables that no one reads."""
    problems = [
        f"tesorio.toml: nothing is called [{name}]"
        for name in sorted(settings.rules.connector_tables - set(CONNECTORS))
    ]
    environment, made = settings.plain_environment(), []
    for name, build in CONNECTORS.items():
        try:
            made.append(build(environment, settings.rules.connector(name), settings.data_dir))
        except ConnectorSettingsError as error:
            problems.extend(error.problems)
    if problems:
        raise SettingsError(tuple(problems))
    return tuple(source for source in made if source is not None)


def ready_sources(settings: Settings) -> tuple[Source, ...]:
    """The sources, if Slack is set too. Raises SettingsError with the problems of both at once."""
    problems: list[str] = []
    for ask in (settings.require_slack, lambda: build_sources(settings)):
        try:
            ask()
        except SettingsError as error:
            problems.extend(error.problems)
    if problems:
        raise SettingsError(tuple(problems))
    return build_sources(settings)


def startable(load: Callable[[], Settings]) -> Settings:
    """The loaded settings, if the bot can run with them. Raises SettingsError with all that is wrong, at once."""
    try:
        settings = load()
    except SettingsError as error:
        raise SettingsError((*error.problems, *further_problems(error))) from None
    ready_sources(settings)
    return settings


def further_problems(error: SettingsError) -> tuple[str, ...]:
    """What is missing besides, as far as the well-formed settings show."""
    try:
        ready_sources(error.rest or settings_from({}, Rules()))
    except SettingsError as further:
        named = {problem.partition(":")[0] for problem in error.problems}
        return tuple(problem for problem in further.problems if problem.partition(":")[0] not in named)
    return ()


async def open_schema(store: Store) -> None:
    """Create the schema in an empty database; refuse any other that is not this program's. Raises StoreError."""
    try:
        await migrate.check(store)
    except SchemaOlderError:
        if not await migrate.is_empty(store):
            raise
        await migrate.upgrade(store)


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """The store, with its schema checked."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = Store(settings.database_url)
    try:
        await open_schema(store)
        yield store
    finally:
        await store.close()


async def refresh_index(settings: Settings, store: Store) -> None:
    """Bring the lookup index up to the store, unless a running bot does: `find` only reads it."""
    try:
        with _only_one(settings.data_dir):
            async with LookupIndex.open(settings.data_dir / "index", store) as index:
                if index is not None:
                    await index.refresh(store)
    except AlreadyRunningError:
        return


@dataclass(frozen=True, kw_only=True, slots=True)
class Assistant:
    """The running bot."""

    deps: Deps
    work: DurableWork
    sources: tuple[Source, ...]
    door: SocketDoor

    async def pull(self, source: str, work_id: str, *, full: bool = False) -> None:
        """Start a pull that survives a crash."""
        await daily.start_pull(self.work, source, work_id, full=full)


@asynccontextmanager
async def open_assistant(
    settings: Settings, *, clock: Clock = utc_now, progress: Progress = lambda _run: None
) -> AsyncIterator[Assistant]:
    """Everything that `tesorio run` runs, connected to Slack, until the block ends.

    Raises SettingsError, StoreError, WrongWorkspaceError, AlreadyRunningError, or SlackApiError for refused tokens.
    """
    sources = ready_sources(settings)
    async with AsyncExitStack() as stack:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        stack.enter_context(_only_one(settings.data_dir))
        store = await stack.enter_async_context(open_store(settings))
        await check_integrity(store)
        for source in sources:
            stack.push_async_callback(source.close)
        slack = AsyncWebClient(
            token=settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, retry_handlers=[]
        )
        identity = await _identity(slack, store)
        index = await stack.enter_async_context(LookupIndex.open(settings.data_dir / "index", store))
        answering = await stack.enter_async_context(Answering(slack))
        audit = await stack.enter_async_context(AuditLog(store))
        work = DurableWork(database_url=settings.work_database_url, executor_id=_replica_id(settings.data_dir))
        deps = Deps(
            store=store,
            index=index,
            work=work,
            slack=slack,
            answering=answering,
            audit=audit,
            clock=clock,
            zone=settings.timezone,
            locale=settings.rules.display.locale,
            stale_after=timedelta(hours=settings.rules.sync.stale_after_hours),
            source_titles={source.name: source.title for source in sources},
            team_id=identity["team_id"],
        )

        def on_progress(run: SyncRun) -> None:
            if index is not None:
                index.wake()
            progress(run)

        work.handlers.update(_handlers(deps, sources, on_progress))
        await stack.enter_async_context(work)
        door = SocketDoor(
            build_app(deps, identity),
            app_token=settings.slack_app_token.get_secret_value(),
            web_client=slack,
            with_effects=effects(),
        )
        stack.push_async_callback(door.close)
        await door.open()
        yield Assistant(deps=deps, work=work, sources=sources, door=door)


@asynccontextmanager
async def daily_pulls(assistant: Assistant, settings: Settings) -> AsyncIterator[None]:
    """The clock: each source's daily slot, and at the start the slot that was missed while nothing ran."""
    at, zone, deps = settings.rules.sync.daily_at, settings.timezone, assistant.deps
    async with daily.daily_pulls(assistant.work, assistant.sources, deps.store, at=at, zone=zone, clock=deps.clock):
        yield


def _handlers(deps: Deps, sources: tuple[Source, ...], progress: Progress) -> Mapping[str, Handler]:
    by_name = {source.name: source for source in sources}

    async def read_again(_work_id: str, payload: Payload) -> None:
        source = by_name.get(payload["origin"])
        trouble = await _read_record(deps, source, payload) if source else f"{payload['origin']} is not set up here"
        await refresh.finish(deps, payload, trouble)

    pull = daily.pull_handler(sources, deps.store, clock=deps.clock, progress=progress)
    return {daily.PULL: pull, "refresh": read_again}


async def _read_record(deps: Deps, source: Source, payload: Payload) -> str:
    """Read the record that a refresh asks for; why that failed, or «»."""
    try:
        async with asyncio.timeout(_REFRESH_SECONDS):
            found = await refresh_record(source, deps.store, payload["kind"], payload["source_id"], clock=deps.clock)
    except TimeoutError:
        return _trouble(source, RetryError())
    except SourceError as error:
        _log.warning("refresh of %s failed: %s", payload["record_id"], error)
        return _trouble(source, error)
    except StoreError as error:
        _log.warning("refresh of %s failed: %s", payload["record_id"], error)
        return f"What {source.title} has now could not be stored"
    return "" if found else f"{source.title} has this record no more"


def _trouble(source: Source, error: SourceError) -> str:
    """Why a refresh failed, for a person in Slack: no vendor words, no detail that only the log should have."""
    name = source.title
    if isinstance(error, RetryError):
        return f"{name} did not answer just now"
    if isinstance(error, ReauthoriseError | NotPermittedError):
        return f"{name} refused our access; an admin can run `tesorio doctor`"
    return f"{name} could not give this record"


async def _identity(slack: AsyncWebClient, store: Store) -> Mapping[str, str]:
    """Who we are in Slack, bound to the first workspace that we meet. Raises WrongWorkspaceError, SlackApiError."""
    told = await slack.auth_test()
    identity = {name: str(told.get(name) or "") for name in ("team_id", "team", "user_id", "user", "bot_id")}
    async with store.read() as conn:
        bound = await read_fact(conn, "slack.team_id")
    if bound is None:
        async with store.write() as conn:
            bound = await bind_fact(conn, "slack.team_id", identity["team_id"])
            await bind_fact(conn, "slack.team", identity["team"])
    if bound != identity["team_id"]:
        raise WrongWorkspaceError(f"this store belongs to workspace {bound}, the tokens to {identity['team_id']}")
    return identity


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for this process. Raises AlreadyRunningError when another has it."""
    with (data_dir / "running.lock").open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunningError(data_dir) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _replica_id(data_dir: Path) -> str:
    """This data folder's name among replicas: the same after a restart, so that unfinished work is found again."""
    path = data_dir / "replica_id"
    if not path.exists():
        path.write_text(uuid4().hex, encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()
