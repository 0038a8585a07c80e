"""Many conflicts decided at once, as durable work: a few customers at a time, so that nobody waits for all of them."""

from datetime import datetime

from bot.commands.home import show_home
from bot.crm.allowed import person_of, still_runs_the_house
from bot.crm.log import log_view, system_titles
from bot.deliver import slack_post
from bot.deps import Deps
from bot.slack.modals import update_modal
from bot.views.conflict_log import TITLE, LogRef, many_words
from bot.views.conflicts import literal_titles
from bot.views.crm import short_message
from store.audit import AuditEvent, append_audit
from store.conflict_log import count_decided_at, count_undecided, decide_some
from store.crm.conflicts import Choice
from store.db import WriteConnection
from store.deliveries import add_deliveries
from store.errors import StoreError
from store.work import Payload, TryLaterError

DECIDE = "conflicts.decide"
KIND = "crm"
_CUSTOMERS = 100
_MORE = "More fields differ than you were asked about. Look again."


async def decide_many(deps: Deps, work_id: str, payload: Payload) -> None:
    """Decide what the button asked for, and tell what came of it. Done again, it goes on where it ended."""
    if not await still_runs_the_house(
        deps, payload, action="conflicts.decide_all", subject=payload["field"], title=TITLE
    ):
        return
    try:
        said = await _decided(deps, payload)
    except StoreError as error:
        raise TryLaterError(str(error)) from error
    view = await log_view(deps, LogRef(field=payload["field"]), said=said)
    if not await update_modal(deps, payload["view_id"], view):
        post = slack_post(
            short_message(said), id=f"{work_id}/told", kind=KIND, channel=payload["slack_user"], at=deps.clock()
        )
        async with deps.store.write() as conn:
            await add_deliveries(conn, [post])
        deps.outbox.ring()
    await show_home(deps, person_of(payload))


async def _decided(deps: Deps, payload: Payload) -> str:
    choice, field, by = Choice(payload["choice"]), payload["field"], payload["actor"]
    until, at = datetime.fromisoformat(payload["until"]), datetime.fromisoformat(payload["at"])
    async with deps.store.read() as conn:
        counts = await count_undecided(conn, until=until)
        before = await count_decided_at(conn, choice, by=by, at=at)
    if (counts.get(field, 0) if field else sum(counts.values())) + before > int(payload["number"]):
        return _MORE
    after, is_more = None, True
    while is_more:
        async with deps.store.write() as conn:
            number, after = await decide_some(
                conn, choice, field, until=until, after=after, limit=_CUSTOMERS, by=by, at=at
            )
            await _note(conn, payload, number, at)
        is_more = after is not None
    deps.changed.ring()
    async with deps.store.read() as conn:
        number = await count_decided_at(conn, choice, by=by, at=at)
    titles = literal_titles(system_titles(deps))
    return f"{many_words(choice, number, field, titles)}."


async def _note(conn: WriteConnection, payload: Payload, number: int, at: datetime) -> None:
    """Each transaction's part of the decision is in the audit trail."""
    if not number:
        return
    action = f"conflicts.{'kept' if Choice(payload['choice']) is Choice.KEEP else 'accepted'}"
    detail = {"number": str(number), "until": payload["until"]}
    event = AuditEvent(at=at, actor=payload["actor"], action=action, subject=payload["field"] or "all", detail=detail)
    await append_audit(conn, [event])
