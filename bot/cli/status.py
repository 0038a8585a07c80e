"""`tesorio status`: how fresh each source is, how its last run ended, what could not be read, whether it ties out."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from bot.cli.crm_words import crm_lines
from bot.cli.outbox import delivery_summary
from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async, say
from bot.cli.shown import INSTALL_AGAIN, run_row
from bot.clock import utc_now
from bot.root.data import open_store
from bot.settings import Settings
from store.crm.rules import crm_rules
from store.cursors import Cursor, list_cursors
from store.customers import Customer, customers_by_id
from store.db import ReadConnection, Store
from store.facts import SLACK_SHUT, SLACK_TEAM, SLACK_TEAM_ID, SLACK_USER, read_fact
from store.money import Money
from store.quarantine import Quarantined, list_quarantined, quarantined_streams
from store.records import RecordId
from store.runs import SyncRun, latest_runs
from store.tie_out import Cause, Difference, TieOut, known_differences, latest_tie_out
from store.users import count_users

_QUARANTINE_SHOWN = 20
_DIFFERENCES_SHOWN = 20
_DIFFERENCES_NAMED = 10_000
_HASH_SHOWN = 12
_CAUSES = {
    Cause.INCOMPLETE: "not all of its items have been read yet",
    Cause.BEHIND: "its items were last read well before the balances",
    Cause.QUARANTINED: "one of its records could not be read",
    Cause.UNPLACED: "a record that could not be read may be its own",
    Cause.CHANGED_SINCE: "something changed after the balances were read; the next run compares again",
    Cause.OTHER_CURRENCY: "it has open items in a currency without a balance",
    Cause.DEPOSITS_UNREAD: "what was drawn from customer deposits has not been read",
    Cause.REFUNDS_UNREAD: "customer refunds have not been read",
    Cause.JOURNALS_UNREAD: "journal entries have not been read",
    Cause.OTHER_TRANSACTIONS: (
        "a kind of transaction that is not read, such as a statement charge or a bank deposit on receivables"
    ),
}
_MEND = (
    "Correct these records over there by the reason beside each. They are asked for again in every run, and leave this "
    "list when they can be read; until then cards show what was known before."
)


def register(app: typer.Typer) -> None:
    """Add `status` to the command line."""
    app.command("status")(status)


def status(
    name: Annotated[str, typer.Argument(help="Only this source, such as netsuite, with all that differs.")] = "",
    as_json: Json = False,
) -> None:
    """How fresh each source is, how its last run ended, what could not be read, and whether balances agree."""

    async def work() -> dict[str, Any]:
        settings = current_settings()
        async with open_store(settings, create=False) as store:
            return await _status(settings, store, name)

    found = run_async(work)
    if as_json:
        print_json(found)
        return
    if not name:
        say(f"Slack: {_connection(found)}")
        if found["slack_shut"]:
            say(f"Slack has shut us out: {found['slack_shut']}. {INSTALL_AGAIN}")
        say(f"Accounts: {found['accounts']}")
    _show_sources(found)
    for line in found["crm"]:
        say(line)
    if not name:
        print_table("Outbox", found["deliveries"])


def _show_sources(found: dict[str, Any]) -> None:
    print_table("Sources", found["sources"])
    print_table("Last runs", found["runs"])
    print_table("Could not be read", found["quarantined"])
    if found["quarantined"]:
        say(_MEND + _more(found))
    if found["tie_outs"]:
        print_table("Balances compared", found["tie_outs"])
    if found["differences"]:
        print_table("Balances that differ", found["differences"])


def _more(found: dict[str, Any]) -> str:
    """Where those are that were left out."""
    left_out = found["quarantined_in_all"] - len(found["quarantined"])
    return f" {left_out:,} more: name the source, as in `tesorio status netsuite`." if left_out else ""


def _connection(found: dict[str, Any]) -> str:
    if not found["slack_team_id"]:
        return "not connected yet; run `tesorio connect slack`"
    return f"connected to {found['slack_workspace']} ({found['slack_team_id']}) as {found['slack_user'] or '-'}"


async def _status(settings: Settings, store: Store, name: str) -> dict[str, Any]:
    async with store.read() as conn:
        found = await _sources(settings, conn, name)
        if name:
            return found
        house = {
            "slack_workspace": await read_fact(conn, SLACK_TEAM),
            "slack_team_id": await read_fact(conn, SLACK_TEAM_ID),
            "slack_user": await read_fact(conn, SLACK_USER),
            "slack_shut": await read_fact(conn, SLACK_SHUT),
            "accounts": await count_users(conn),
        }
    return house | found | {"deliveries": await delivery_summary(store, utc_now())}


async def _sources(settings: Settings, conn: ReadConnection, name: str) -> dict[str, Any]:
    cursors = [one for one in await list_cursors(conn) if name in {"", one.source}]
    runs = [one for one in await latest_runs(conn) if name in {"", one.source}]
    known = sorted({*(one.source for one in cursors), *(one.source for one in runs)})
    if name and not known:
        raise CommandError(f"nothing was read from {name} yet; see `tesorio sync --help`")
    held = await list_quarantined(conn, limit=None if name else _QUARANTINE_SHOWN, source=name or None)
    all_held = await quarantined_streams(conn, name or None)
    compared = [found for found in [await latest_tie_out(conn, source) for source in known] if found]
    return {
        "sources": [_source_row(settings, one) for one in cursors],
        "runs": [_run_row(settings, one) for one in runs],
        "quarantined": [_quarantined_row(settings, one) for one in held],
        "quarantined_in_all": sum(all_held.values()),
        "tie_outs": [_tie_out_row(settings, one) for one in compared],
        "differences": await _difference_rows(
            settings, conn, compared, _DIFFERENCES_NAMED if name else _DIFFERENCES_SHOWN
        ),
        "crm": list(await crm_lines(conn, utc_now())) if name in {"", await _crm(conn)} else [],
    }


async def _crm(conn: ReadConnection) -> str:
    rules = await crm_rules(conn)
    return rules.system if rules else ""


def _source_row(settings: Settings, cursor: Cursor) -> dict[str, object]:
    return {
        "source": cursor.source,
        "stream": cursor.stream,
        "as_of": _local(settings, cursor.covered_until),
        "stale": _is_stale(settings, cursor.covered_until, utc_now()),
        "read_to_the_end": _local(settings, cursor.completed_at),
    }


def _run_row(settings: Settings, run: SyncRun) -> dict[str, object]:
    return {"source": run.source, "began": _local(settings, run.started_at), **run_row(run)}


def _quarantined_row(settings: Settings, held: Quarantined) -> dict[str, object]:
    return {
        "record": f"{held.source} {held.stream} {held.source_id}",
        "reason": held.reason,
        "since": _local(settings, held.since or held.seen_at),
        "payload": held.payload_hash[:_HASH_SHOWN],
    }


def _tie_out_row(settings: Settings, found: TieOut) -> dict[str, object]:
    return {
        "source": found.source,
        "at": _local(settings, found.at),
        "balances_as_of": _local(settings, found.balances_read_at),
        "compared": found.compared,
        "differing": found.differing,
        "new": found.appeared,
    }


async def _difference_rows(
    settings: Settings, conn: ReadConnection, compared: Sequence[TieOut], limit: int
) -> list[dict[str, object]]:
    listed = [one for found in compared for one in await known_differences(conn, found.source, limit=limit)]
    names = await customers_by_id(conn, [one.customer_id for one in listed])
    return [_difference_row(settings, one, names) for one in listed]


def _difference_row(settings: Settings, one: Difference, names: dict[RecordId, Customer]) -> dict[str, object]:
    customer = names.get(one.customer_id)
    return {
        "customer": customer.name if customer else one.customer_id,
        "currency": one.balance.currency,
        "balance": _decimal(one.balance),
        "open_invoices": _decimal(one.open),
        "credits": _decimal(one.credits),
        "payments": _decimal(one.payments),
        "refunds_and_journals": _decimal(one.adjustments),
        "difference": _decimal(one.amount),
        "since": _local(settings, one.since),
        "likely_cause": cause_words(one.causes),
    }


def cause_words(causes: Iterable[Cause]) -> str:
    """What a difference may come from, for people."""
    return "; ".join(_CAUSES[cause] for cause in causes)


def _decimal(amount: Money) -> str:
    return f"{amount.decimal:f}"


def _local(settings: Settings, instant: datetime | None) -> str | None:
    return instant.astimezone(settings.timezone).isoformat(timespec="seconds") if instant else None


def _is_stale(settings: Settings, covered_until: datetime | None, now: datetime) -> str:
    if covered_until is None:
        return "never read"
    return "yes" if now - covered_until > timedelta(hours=settings.rules.sync.stale_after_hours) else "no"
