"""What of a CRM's data wants a look, in sentences for `tesorio status` and `tesorio match`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from store.account_figures import SentFigures, failed_figures, figures_trouble
from store.crm.conflicts import count_open_conflicts
from store.crm.report import MatchFigures, Remarks, match_figures, remarks_of
from store.crm.rules import CrmRules, MatchBy, crm_rules, has_key
from store.db import ReadConnection

# Accounts that left their customer are told of for so long.
MOVED_LATELY = timedelta(days=30)
_MOVED = f"that left a customer within {MOVED_LATELY.days} days"
_LOOPED = "with a field that points at a contact of an account that points back"
_NO_KEY = {
    MatchBy.ERP_ID: "the account's field with the ERP's internal id, or set [{0}] account_field",
    MatchBy.CRM_ID: "the customer's field with the account's id, or set [{0}] customer_field",
    MatchBy.SHARED: "the fields with the shared identifier, or set [{0}] account_field and customer_field",
}
_WIZARD = "nothing is matched yet: choose in «Connect {1}» on an admin's Home in Slack (`tesorio connect {0}`)"


async def crm_lines(conn: ReadConnection, now: datetime) -> tuple[str, ...]:
    """All that wants a look, a sentence each, after one with the figures; () where no CRM is connected."""
    rules = await crm_rules(conn)
    if rules is None:
        return ()
    title = rules.system.capitalize()
    figures = await match_figures(conn, rules)
    remarks = await remarks_of(conn, rules, since=now - MOVED_LATELY)
    failed, examples = await failed_figures(conn, rules.system, limit=1)
    lines = (
        *figure_lines(rules, figures),
        *remark_lines(remarks, await count_open_conflicts(conn)),
        *unsent_lines(failed, examples, await figures_trouble(conn, rules.system)),
    )
    return tuple(f"{title}: {line}" for line in lines)


def figure_lines(rules: CrmRules, found: MatchFigures) -> tuple[str, ...]:
    """How matching stands, and what to do about it."""
    if not has_key(rules):
        advice = f"{_WIZARD} {_NO_KEY[rules.match_by]}"
        return (advice.format(rules.system, rules.system.capitalize()),)
    see = f"see `tesorio match {rules.system}`"
    told = [
        (1, f"{found.matched:,} of {found.customers:,} customers have an account; {see}"),
        (
            found.ambiguous,
            f"{_are(found.ambiguous, 'account')} ambiguous and used for nobody: correct the keys over there; {see}",
        ),
        (
            found.awaited,
            f"{_are(found.awaited, 'account')} matched and not read yet: it comes with `tesorio sync {rules.system}`",
        ),
    ]
    return tuple(line for number, line in told if number)


def unsent_lines(failed: int, examples: Sequence[SentFigures], trouble: str = "") -> tuple[str, ...]:
    """What keeps figures from all accounts, and accounts that show old ones, with the reason of the first."""
    every = (f"figures were not written, tried again with the next reading: {trouble}",) if trouble else ()
    told = f"{_count(failed, 'account')} did not take the customer's figures, tried again with the next reading"
    return (*every, *(f"{told}: {one.source_id}, {one.failure}" for one in examples[:1]))


def remark_lines(found: Remarks, conflicts: int) -> tuple[str, ...]:
    """What else wants a look."""
    told = (
        (conflicts, "field", "on which the ERP and the CRM differ: keep or accept them in Slack's Home"),
        (found.contacts_without_email, "contact", "without an e-mail address: shown, and no mail goes there"),
        (found.shared_emails, "e-mail address", "shared by several contacts of one customer: all are shown"),
        (found.inactive_owners, "account", "with an owner who is no active user: give them another over there"),
        (found.looped_lookups, "account", f"{_LOOPED}: each contact is shown with the account that names it"),
        (found.moved, "account", f"{_MOVED}, by another key, a merger or a deletion: notes and contacts went along"),
    )
    gone = f"{_count(len(found.vanished), 'field')} of accounts deleted over there or hidden from us, and read no more"
    vanished = (f"{gone}: {', '.join(found.vanished)}",) if found.vanished else ()
    return (*(f"{_count(number, what)} {words}" for number, what, words in told if number), *vanished)


def _count(number: int, what: str) -> str:
    plural = f"{what}es" if what.endswith("s") else f"{what}s"
    return f"{number:,} {what if number == 1 else plural}"


def _are(number: int, what: str) -> str:
    return f"{_count(number, what)} {'is' if number == 1 else 'are'}"
