"""The form of a reply as it is drawn for a record: read from the store, with what was entered so far."""

from dataclasses import replace

from bot.cards import place_of
from bot.deps import Deps
from bot.matches import candidate_of, match_for
from bot.replies import about_of
from bot.reply_form import About, Filled
from bot.views.amounts import Place, money
from bot.views.match import match_words
from bot.views.reply import Origin, ReplyForm
from bot.views.values import RecordRef, encode
from store.db import ReadConnection


async def form_of(deps: Deps, origin: Origin, filled: Filled, *, query: str = "", notice: str = "") -> ReplyForm:
    """The form with what was entered; `query` led to the record where that is known, and may have guessed it."""
    async with deps.store.read() as conn:
        if query and filled.ref:
            origin = replace(origin, query=query, guessed=encode(filled.ref))
        record = await candidate_of(deps, conn, filled.ref) if filled.ref else None
        about = await about_of(conn, filled.ref)
        doubt = await _doubt(deps, conn, origin, filled.ref) if record else ""
    return ReplyForm(
        origin=origin,
        kind=filled.kind,
        record=record,
        text=filled.text,
        targets=deps.target_titles,
        chosen=filled.targets,
        owed=_owed(about, place_of(deps)) if about else "",
        doubt=doubt,
        notice=notice,
    )


def _owed(about: About, place: Place) -> str:
    """«$17,250.00 on INV-12345»: named, since another record may be chosen while this is on show."""
    amounts = " + ".join(money(each, place) for each in about.owed)
    return f"{amounts} on {about.label}" if amounts else ""


async def _doubt(deps: Deps, conn: ReadConnection, origin: Origin, ref: RecordRef | None) -> str:
    """Why the record may be another one than was meant; «» when it was found exactly or chosen by the person."""
    if ref is None or not origin.guessed or origin.guessed != encode(ref):
        return ""
    match = await match_for(deps, conn, ref, origin.query)
    return match_words(match) if match and match.is_doubtful else ""
