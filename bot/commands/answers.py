"""«Post to channel» on an answer that only one person saw: it is made anew, and everybody there sees it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import Capability
from bot.commands.guard import admitted
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.reading.cards import card_for
from bot.reading.matches import match_for
from bot.reading.tables import table_anew
from bot.slack.audience import audience
from bot.views.answers import POST_ACTION, Again, not_posted, posted, read_again
from bot.views.misses import outdated_button
from bot.views.parts import Message
from bot.views.values import InvalidValueError, decode

Maker = Callable[[Deps, Again], Awaitable[Message | None]]


async def card_anew(deps: Deps, again: Again) -> Message | None:
    """The card of a record as the store has it now; None when there is no such record."""
    try:
        ref = decode(again.value)
    except InvalidValueError:
        return None
    async with deps.store.read() as conn:
        return await card_for(deps, conn, ref, match=await match_for(deps, conn, ref, again.query))


async def _table_anew(deps: Deps, again: Again) -> Message | None:
    return await table_anew(deps, again.value)


# How answers of each kind are made anew.
MAKERS: Mapping[str, Maker] = {"card": card_anew, "table": _table_anew}


async def post(deps: Deps, request: ActionRequest) -> None:
    """Post the answer, if the person may still see it and outsiders do not read the channel."""
    again = read_again(request.value)
    subject = again.value if again else request.value
    allowed = await admitted(
        deps, request.person, Capability.LOOK_UP, action=request.action_id, subject=subject, reply=request.reply
    )
    if allowed is None:
        return
    readers = await audience(deps, request.reply.channel_id)
    if readers.is_external:
        await deps.answering.post_privately(request.reply, not_posted(readers.reason))
        return
    maker = MAKERS.get(again.kind) if again else None
    message = await maker(deps, again) if maker and again else None
    if message is None:
        await deps.answering.post_privately(request.reply, outdated_button())
        return
    await deps.answering.post(request.reply, message)
    await deps.answering.replace(request.reply, posted())


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_post(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await post(deps, action_request(body))

    app.action(POST_ACTION)(on_post)


FEATURE = Feature(register=_register)
