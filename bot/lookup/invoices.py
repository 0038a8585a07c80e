"""Which invoice was meant: candidates of the store, sorted into tiers. Nothing is read here."""

from collections.abc import Iterable
from datetime import date
from enum import IntEnum

from rapidfuzz.distance import OSA

from bot.lookup.edits import SHORTEST
from bot.lookup.match import MAX_CANDIDATES, Match, Reason
from bot.lookup.query import InvoiceQuery, quoted
from store.search import InvoiceHit

# Below this two numbers share little more than their prefix.
_NEAREST_PERCENT = 60


class Tier(IntEnum):
    """How surely an invoice is meant, the surest first."""

    EXACT = 1
    NORMALISED = 2
    SAME_DIGITS = 3
    ONE_EDIT = 4
    UNIQUE_ENDING = 5
    BEGINNING = 6
    ENDING = 7
    SUBSTRING = 8


def ranked_invoices(query: InvoiceQuery, hits: Iterable[InvoiceHit]) -> tuple[Match, ...]:
    """The hits that match in some way, best first: by tier, then open before paid, then the newest."""
    tiers = {hit: tier for hit in hits if (tier := invoice_tier(query, hit))}
    endings = [hit for hit, tier in tiers.items() if tier is Tier.ENDING]
    if len(endings) == 1:
        tiers[endings[0]] = Tier.UNIQUE_ENDING
    ranked = sorted(tiers, key=lambda hit: (tiers[hit], *_precedence(query, hit)))
    return tuple(_match(hit, *_reason(query, hit, tiers[hit])) for hit in ranked)


def nearest_invoices(query: InvoiceQuery, hits: Iterable[InvoiceHit]) -> tuple[Match, ...]:
    """A few invoices with a similar number: suggestions only, since a similar number is another invoice."""
    scores = {hit: 100 * max(OSA.normalized_similarity(key, hit.number_key) for key in query.keys) for hit in hits}
    near = [hit for hit, score in scores.items() if score >= _NEAREST_PERCENT]
    ranked = sorted(near, key=lambda hit: (-scores[hit], *_precedence(query, hit)))
    return tuple(_match(hit, Reason.SIMILAR, "similar number") for hit in ranked[:MAX_CANDIDATES])


def invoice_tier(query: InvoiceQuery, hit: InvoiceHit) -> Tier | None:
    """The best tier in which this invoice matches; None when it does not. An ending counts as not unique here."""
    key = hit.number_key
    if hit.number == query.text:
        return Tier.EXACT
    if not query.keys or not key:
        return None
    if key in query.keys:
        return Tier.NORMALISED
    if query.is_bare and _ends_in_run(key, query.digits):
        return Tier.SAME_DIGITS
    if any(len(typed) >= SHORTEST and OSA.distance(key, typed, score_cutoff=1) == 1 for typed in query.keys):
        return Tier.ONE_EDIT
    return _part_tier(query, key)


def _part_tier(query: InvoiceQuery, key: str) -> Tier | None:
    if key.startswith(query.keys):
        return Tier.BEGINNING
    if query.digits and key.endswith(query.digits) and (query.may_be_a_tail or _ends_in_run(key, query.digits)):
        return Tier.ENDING
    return Tier.SUBSTRING if any(typed in key for typed in query.keys) else None


def _ends_in_run(key: str, digits: str) -> bool:
    """Whether the whole run of digits at the key's end is this one."""
    return key.endswith(digits) and not key[: -len(digits)][-1:].isdigit()


def _precedence(query: InvoiceQuery, hit: InvoiceHit) -> tuple[int, bool, int, str, str]:
    """Among equals: the fuller form of what was typed, open before paid, the newest, then by number."""
    form = query.keys.index(hit.number_key) if hit.number_key in query.keys else len(query.keys)
    newest = (hit.invoice_date or date.min).toordinal()
    return form, not hit.is_open, -newest, hit.number, hit.id


def _reason(query: InvoiceQuery, hit: InvoiceHit, tier: Tier) -> tuple[Reason, str]:
    return {
        Tier.EXACT: (Reason.SAME_NUMBER, "same number"),
        Tier.NORMALISED: (Reason.WRITTEN_DIFFERENTLY, "same number, written differently"),
        Tier.SAME_DIGITS: (Reason.SAME_DIGITS, "same digits"),
        Tier.ONE_EDIT: (Reason.ONE_CHARACTER_DIFFERS, "one character differs"),
        Tier.UNIQUE_ENDING: (Reason.ENDS_WITH, f"the only number that ends in {query.digits}"),
        Tier.BEGINNING: (Reason.STARTS_WITH, f"number starts with {_shared_part(query, hit)}"),
        Tier.ENDING: (Reason.ENDS_WITH, f"number ends in {query.digits}"),
        Tier.SUBSTRING: (Reason.CONTAINS, f"number contains {_shared_part(query, hit)}"),
    }[tier]


def _shared_part(query: InvoiceQuery, hit: InvoiceHit) -> str:
    """The part of the number that was typed: as it was typed, unless only a piece of it is meant."""
    shared = next((key for key in query.keys if key in hit.number_key), "")
    return quoted(query.text if (shared,) == query.keys[:1] else shared.upper())


def _match(hit: InvoiceHit, reason: Reason, why: str) -> Match:
    return Match(kind="invoice", record_id=hit.id, label=hit.number, reason=reason, why=why)
