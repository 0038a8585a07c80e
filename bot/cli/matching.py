"""`tesorio match`: which accounts of a CRM are which customers, and what to do about the others."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from bot.cli.crm_words import MOVED_LATELY, crm_lines
from bot.cli.shell import CommandError, Json, current_settings, print_json, print_table, run_async, say
from bot.root.assistant import open_store, utc_now
from bot.settings import Settings
from store.crm.conflicts import Conflict, count_open_conflicts, open_conflicts
from store.crm.report import (
    PastLink,
    ambiguous_keys,
    customers_alone,
    match_figures,
    matched_pairs,
    past_links,
    unmatched_accounts,
)
from store.crm.rules import CrmRules, crm_rules
from store.db import ReadConnection

_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add `match` to the command line."""
    app.command("match")(match)


def match(
    name: Annotated[str, typer.Argument(help="Which CRM, such as salesforce.")],
    limit: Annotated[int, typer.Option(min=1, help="So many rows of each list.")] = _SHOWN,
    as_json: Json = False,
) -> None:
    """Which accounts of a CRM are which customers, which are not or not for certain, and what to do."""

    async def work() -> dict[str, Any]:
        settings = current_settings()
        async with open_store(settings, create=False) as store, store.read() as conn:
            rules = await crm_rules(conn)
            if rules is not None and rules.system != name:
                raise CommandError(f"no CRM called {name} is connected here; there is {rules.system}")
            if rules is None:
                raise CommandError(f"{name} was not read here yet: `tesorio connect {name}` does that")
            return await _found(settings, conn, rules, limit)

    found = run_async(work)
    if as_json:
        print_json(found)
        return
    print_table("Accounts and customers", [found["figures"]])
    print_table("Matched", found["matched"])
    print_table("Ambiguous", found["ambiguous"])
    print_table("Accounts without a customer", found["unmatched"])
    print_table("Customers without an account", found["customers_without_account"])
    if found["moved"]:
        print_table(f"Left a customer within {MOVED_LATELY.days} days", found["moved"])
    if found["conflicts"]:
        print_table("Fields that differ from the ERP's", found["conflicts"])
    for line in found["to_do"]:
        say(line)


async def _found(settings: Settings, conn: ReadConnection, rules: CrmRules, limit: int) -> dict[str, Any]:
    now = utc_now()
    moved = await past_links(conn, since=now - MOVED_LATELY, limit=limit)
    return {
        "rules": _rules_row(rules),
        "figures": asdict(await match_figures(conn, rules)) | {"open_conflicts": await count_open_conflicts(conn)},
        "matched": [asdict(each) for each in await matched_pairs(conn, limit=limit)],
        "ambiguous": [
            {"key": each.key, "accounts": ", ".join(each.accounts), "customers": ", ".join(each.customers)}
            for each in await ambiguous_keys(conn, rules, limit=limit)
        ],
        "unmatched": [
            {"account_id": each.id, "key": each.key} for each in await unmatched_accounts(conn, rules, limit=limit)
        ],
        "customers_without_account": [
            {"customer": each.id, "key": each.key} for each in await customers_alone(conn, rules, limit=limit)
        ],
        "moved": [_moved_row(settings, each) for each in moved],
        "conflicts": [_conflict_row(settings, each) for each in await open_conflicts(conn, limit=limit)],
        "to_do": list(await crm_lines(conn, now)),
    }


def _rules_row(rules: CrmRules) -> dict[str, object]:
    return {
        "match_by": rules.match_by.value,
        "account_field": rules.account_field,
        "customer_field": rules.customer_field,
        "contacts": rules.contacts.value,
        "fields": {name: policy.value for name, policy in rules.policies.items()},
    }


def _moved_row(settings: Settings, moved: PastLink) -> dict[str, object]:
    return {
        "account_id": moved.account_id,
        "was": moved.was,
        "now": moved.now,
        "until": _local(settings, moved.until),
    }


def _conflict_row(settings: Settings, conflict: Conflict) -> dict[str, object]:
    return {
        "customer": conflict.customer_name,
        "field": conflict.field,
        "erp": conflict.standing.erp_value,
        "crm": conflict.standing.crm_value,
        "since": _local(settings, conflict.standing.since),
    }


def _local(settings: Settings, instant: datetime) -> str:
    return instant.astimezone(settings.timezone).isoformat(timespec="seconds")
