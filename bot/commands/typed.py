"""What people type in our own conversation, or behind a mention: a subcommand, or a bare number or name.

The answer is a message where they typed it: in the thread, if it was one, and under the mention. Slash commands do not
work in threads; this does.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.commands.guard import admitted
from bot.commands.lookup import answer
from bot.commands.unfurl import is_previewed
from bot.deps import Deps
from bot.feature import Feature, SlashRequest, Subcommand
from bot.linked import linked_card, linked_record
from bot.lookup.match import Found, Match, Reason
from bot.lookup.query import is_too_long
from bot.reading.cards import being_read_first, card_for
from bot.reading.matches import candidates_for, found_for, match_of
from bot.slack.audience import reads_alone
from bot.slack.event_request import MessageRequest, bare, message_request
from bot.views.misses import no_match, too_long
from bot.views.parts import Message
from bot.views.typed import found_as
from bot.views.values import RecordKind, RecordRef
from store.db import ReadConnection

Handle = Callable[[Deps, SlashRequest], Awaitable[None]]

_HELP = "help"
_COMMANDS = ("/tesorio", "tesorio")
_KINDS: tuple[RecordKind, ...] = ("invoice", "customer")
_SUREST_FIRST = tuple(Reason)


def command_in(text: str, words: frozenset[str]) -> tuple[str, str]:
    """The subcommand that a text begins with, and the rest; «» and the whole text when it begins with none.

    People write `/tesorio` before it out of habit, and a colon behind it.
    """
    first, rest = _split(text)
    if first.lower() in _COMMANDS:
        text = rest
        first, rest = _split(text)
    word = first.lower().removesuffix(":")
    if word in words:
        return word, bare(rest)
    return ("", text) if text else (_HELP, "")


async def answer_bare(deps: Deps, request: MessageRequest, text: str) -> None:
    """Look for an invoice and for a customer, and show what was meant more likely."""
    allowed = await admitted(
        deps, request.person, Capability.LOOK_UP, action="lookup.text", subject=text, reply=request.reply, asked=text
    )
    if allowed is None:
        return
    async with deps.store.read() as conn:
        linked = await linked_record(conn, text)
    if linked and await is_previewed(deps, request, linked):
        return
    message, ref = await _found(deps, text, is_private=await reads_alone(deps, request.reply))
    await answer(deps, allowed, request.reply, message, ref)


async def answer_unknown(deps: Deps, request: SlashRequest, text: str, show_help: Handle) -> None:
    """Answer a slash command that begins with no subcommand as the number or name that it may be; else with help."""
    allowed = await admitted(
        deps, request.person, Capability.LOOK_UP, action="lookup.text", subject=text, reply=request.reply, asked=text
    )
    if allowed is None:
        return
    message, ref = await _found(deps, text, is_private=await reads_alone(deps, request.reply))
    if ref is None and message in (no_match(text), too_long()):
        await show_help(deps, replace(request, subcommand=text))
        return
    await answer(deps, allowed, request.reply, message, ref)


def likelier(found: Iterable[Found], text: str) -> Match | None:
    """The answer that matches more surely; in doubt a text with digits is a number. None when there is none."""
    answers = [each.answer for each in found if each.answer]
    guess: RecordKind = "invoice" if any(character.isdigit() for character in text) else "customer"
    return min(answers, key=lambda match: (_SUREST_FIRST.index(match.reason), match.kind != guess), default=None)


async def _found(deps: Deps, text: str, *, is_private: bool) -> tuple[Message, RecordRef | None]:
    async with deps.store.read() as conn:
        if shown := await linked_card(deps, conn, text, is_private=is_private):
            return shown
        if is_too_long(text):
            return too_long(), None
        found = [await found_for(deps, conn, kind, text) for kind in _KINDS]
        best = likelier(found, text)
        if best is None:
            return await _miss(deps, conn, text, found), None
        ref = RecordRef(kind=best.kind, record_id=best.record_id)
        [candidates] = [each.candidates for each in found if each.answer is best]
        match = await match_of(deps, conn, text, best, candidates)
        card = await card_for(deps, conn, ref, match=match, is_private=is_private)
        rivals = await candidates_for(deps, conn, [each.answer for each in found if each.answer not in {None, best}])
    return (found_as(card, best.kind, rivals), ref) if card else (no_match(text), None)


async def _miss(deps: Deps, conn: ReadConnection, text: str, found: Iterable[Found]) -> Message:
    nearest = await candidates_for(deps, conn, [match for each in found for match in each.nearest])
    being_read = [await being_read_first(deps, conn, kind) for kind in _KINDS]
    return no_match(text, nearest=nearest, being_read=next(filter(None, being_read), None))


def _split(text: str) -> tuple[str, str]:
    first, rest = [*text.split(maxsplit=1), "", ""][:2]
    return first, rest


def typed_feature(others: tuple[Feature, ...]) -> Feature:
    """Typing, for the subcommands of these features."""
    by_word: dict[str, Subcommand] = {
        subcommand.word: subcommand for feature in others for subcommand in feature.subcommands
    }
    words = frozenset(by_word)

    async def hear(deps: Deps, request: MessageRequest) -> None:
        word, text = command_in(request.text, words)
        if not word:
            await answer_bare(deps, request, text)
            return
        slash = SlashRequest(person=request.person, subcommand=word, text=text, reply=request.reply)
        await by_word[word].handle(deps, slash)

    def register(app: AsyncApp, deps: Deps) -> None:
        async def on_message(ack: Any, body: dict[str, Any]) -> None:
            await ack()
            request = message_request(body, bot_user=deps.bot_user)
            if request is not None:
                await hear(deps, request)

        app.event("message")(on_message)
        app.event("app_mention")(on_message)

    return Feature(
        scopes=frozenset({"app_mentions:read", "im:history"}),
        events=frozenset({"app_mention", "message.im"}),
        register=register,
    )
