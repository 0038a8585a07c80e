"""The search behind a select for records: customers and invoices that match what was typed so far."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.commands.guard import judged
from bot.deps import Deps
from bot.feature import Feature
from bot.lookup.match import Match
from bot.lookup.query import is_too_long
from bot.reading.matches import candidates_for, found_for
from bot.slack.view_request import SuggestionRequest, suggestion_request
from bot.views.match import Candidate
from bot.views.modal import Choice, options_json
from bot.views.pick import PICK_ACTION, offered
from bot.views.values import RecordKind
from store.db import ReadConnection

_KINDS: tuple[RecordKind, ...] = ("customer", "invoice")


async def suggestions(deps: Deps, request: SuggestionRequest) -> tuple[Choice, ...]:
    """The records that the text may mean; none for a person who may not look things up."""
    decision = await judged(deps, request.person, Capability.LOOK_UP, action=request.action_id, subject=request.typed)
    if not decision.allowed or not request.typed or is_too_long(request.typed):
        return ()
    async with deps.store.read() as conn:
        return offered(await _candidates(deps, conn, request.typed))


async def _candidates(deps: Deps, conn: ReadConnection, typed: str) -> tuple[Candidate, ...]:
    """Exact hits first, then what merely looks alike: customers before invoices in each."""
    found = [match for kind in _KINDS for match in (await found_for(deps, conn, kind, typed)).candidates]
    return await candidates_for(deps, conn, sorted(found, key=_is_not_exact))


def _is_not_exact(match: Match) -> bool:
    return not match.is_exact


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_typed(ack: Any, body: dict[str, Any]) -> None:
        await ack(options=options_json(await suggestions(deps, suggestion_request(body))))

    app.options(PICK_ACTION)(on_typed)


FEATURE = Feature(register=_register)
