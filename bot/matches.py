"""From what was typed, or from the menu that keeps it, to why a record is on the card."""

from bot.deps import Deps
from bot.lookup.find import find_customer, find_invoice
from bot.lookup.match import Found
from bot.lookup.match import Match as LookupMatch
from bot.views.match import Candidate, Match
from bot.views.values import RecordKind, RecordRef
from store.db import ReadConnection


async def found_for(deps: Deps, conn: ReadConnection, kind: RecordKind, text: str) -> Found:
    """What the text may mean, best first."""
    find = find_invoice if kind == "invoice" else find_customer
    return await find(conn, deps.index, text)


async def match_for(deps: Deps, conn: ReadConnection, ref: RecordRef, query: str | None) -> Match | None:
    """How the query leads to this record, as the store is now; None when it does not, or nothing was asked."""
    if not query:
        return None
    found = await found_for(deps, conn, ref.kind, query)
    shown = next((match for match in found.candidates if match.record_id == ref.record_id), None)
    return match_of(query, shown, found.candidates) if shown else None


def match_of(query: str, shown: LookupMatch, candidates: tuple[LookupMatch, ...]) -> Match:
    """The reason for the record that is shown, with the others in the menu."""
    others = tuple(candidate_of(match) for match in candidates if match.record_id != shown.record_id)
    return Match(query=query, reason=None if shown.is_exact else shown.why, candidates=others)


def candidate_of(match: LookupMatch) -> Candidate:
    """A record as the menu offers it."""
    detail = " · ".join(filter(None, (match.number, match.why)))
    return Candidate(ref=RecordRef(kind=match.kind, record_id=match.record_id), label=match.label, detail=detail)
