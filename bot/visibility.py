"""Who sees an answer: the channel, as the help page says, unless a setting or who reads it speaks against that."""

from bot.deps import Deps
from bot.slack.answering import ReplyTo
from bot.slack.audience import Audience, audience
from bot.views.answers import INVITE, Again, private_form
from bot.views.parts import Message


async def visible_answer(deps: Deps, reply: ReplyTo, message: Message, *, again: Again | None = None) -> bool:
    """Post an answer where the channel sees it, if outsiders do not; else only the person does, and reads why.

    Where the settings want answers private, the person gets a button that posts it; `again` says what that button must
    know to make the answer anew. Whether the answer arrived.
    """
    if reply.is_private and not reply.channel_id:
        return await deps.answering.post_privately(reply, message)
    readers = await audience(deps, reply.channel_id)
    if reply.is_private and not readers.is_direct:
        return await deps.answering.post_privately(reply, _private(message, readers, again))
    if may_be_seen(deps, readers):
        return await deps.answering.post(reply, message)
    return await deps.answering.post_privately(reply, _private(message, readers, again))


async def visible_replacement(deps: Deps, reply: ReplyTo, message: Message, *, again: Again | None = None) -> bool:
    """Put an answer in the place of a message; beside it, for the person alone, if outsiders read that message."""
    readers = await audience(deps, reply.channel_id)
    was_private = not reply.message_ts
    if was_private and not may_be_seen(deps, readers):
        return await deps.answering.replace(reply, _private(message, readers, again))
    if readers.is_external:
        return await deps.answering.post_privately(reply, _private(message, readers, None))
    return await deps.answering.replace(reply, message)


def may_be_seen(deps: Deps, readers: Audience) -> bool:
    return not readers.is_external and (readers.is_direct or deps.rules.slack.answers == "channel")


def _private(message: Message, readers: Audience, again: Again | None) -> Message:
    # Nobody can be invited to a conversation of two, and there the id begins otherwise.
    way_out = INVITE if readers.is_untold and readers.channel_id.startswith("C") else ""
    return private_form(message, reason=readers.reason, way_out=way_out, again=again)
