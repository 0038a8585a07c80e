"""Sync trouble: one alert when a source stays in trouble, one word when it works again, and no flood between them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.deps import Deps
from bot.notify.news import News
from bot.notify.wanted import is_wanted, notice_of
from store.notices import add_notices
from store.runs import Outcome, SyncRun, latest_runs
from store.source_alerts import SourceAlert, move_alert, source_alert
from store.subscriptions import NewsKind, active_subscriptions

# What heals by itself in this time is no news.
PATIENCE = timedelta(minutes=10)
# At most one alert of a source in so long, however often it fails and recovers.
ALERT_EVERY = timedelta(hours=6)
REMIND_EVERY = timedelta(hours=24)


async def tell_trouble(deps: Deps) -> None:
    """Compare how the sources do with what people were told of them."""
    async with deps.store.read() as conn:
        runs = await latest_runs(conn)
        known = {source: await source_alert(conn, source) for source in deps.source_titles}
    for source, title in deps.source_titles.items():
        of_source = [run for run in runs if run.source == source]
        # A try that is under way says nothing yet.
        if of_source and not any(run.outcome is Outcome.RUNNING for run in of_source):
            await _tell(deps, known[source], trouble_words(title, of_source), title)


def trouble_words(title: str, runs: Iterable[SyncRun]) -> str:
    """What is wrong with a source, whose streams' newest runs are these; «» when nothing is."""
    ended = sorted(runs, key=lambda run: run.stream)
    failed = [run.stream for run in ended if run.outcome is Outcome.FAILED]
    if failed:
        return f"{title} could not be read ({', '.join(failed)}). Answers show the last known figures."
    if stopped := [run.stream for run in ended if run.outcome is Outcome.STOPPED]:
        streams = ", ".join(stopped)
        return f"{title} has lost very many records ({streams}). Nothing was deleted here; «tesorio status» says more."
    if broken := [run for run in ended if run.outcome is Outcome.DEGRADED]:
        kinds = ", ".join(f"{run.quarantined:,} {run.stream}" for run in broken)
        return f"{title} was read, but for what could not be understood: {kinds}. They may be missing in answers."
    return ""


def moved(known: SourceAlert, trouble: str, now: datetime, title: str) -> tuple[SourceAlert, str]:
    """How the source stands with people from now on, and what to tell them now; «» for nothing."""
    if not trouble:
        well = replace(known, trouble="", since=None, is_open=False)
        return well, f"{title} works again." if known.is_open else ""
    if known.since is None:
        return replace(known, trouble=trouble, since=now), ""
    still = replace(known, trouble=trouble)
    if not _is_due(known, now):
        return still, ""
    return replace(still, told_at=now, is_open=True), trouble


def _is_due(known: SourceAlert, now: datetime) -> bool:
    if known.since is None or now - known.since < PATIENCE:
        return False
    pause = REMIND_EVERY if known.is_open else ALERT_EVERY
    return known.told_at is None or now - known.told_at >= pause


async def _tell(deps: Deps, known: SourceAlert, trouble: str, title: str) -> None:
    now = deps.clock()
    after, words = moved(known, trouble, now, title)
    if after == known:
        return
    news = News(kind=NewsKind.SYNC_TROUBLE, occasion=now.isoformat(), at=now, origin=known.source, text=words)
    async with deps.store.write() as conn:
        if await move_alert(conn, known, after) and words:
            wanting = await active_subscriptions(conn)
            await add_notices(conn, [notice_of(one, news) for one in wanting if is_wanted(one, news, deps.today())])
