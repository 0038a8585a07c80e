"""Links to records of the ERP that are pasted in a channel become cards, when the person who shares them may see them.

The rules are those of the previews that people know from GitHub: no card when the same record was shared in the channel
within half an hour, none for a message with three links or more. Whoever is not linked is told how, once a day.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.access import Capability, Decision, SlackPerson
from bot.commands.guard import judged, refusal
from bot.commands.lookup import note_shown
from bot.deps import Deps
from bot.feature import Feature
from bot.linked import is_ours
from bot.links import DOMAINS, RecordLink, addresses, record_link
from bot.reading.cards import card_for
from bot.slack.audience import audience
from bot.slack.client import slack_reason
from bot.slack.event_request import LinkRequest, MessageRequest, link_request
from bot.slack.membership import UnreachableError, read_profile
from bot.views.parts import Message
from bot.views.preview import preview
from bot.views.values import RecordRef
from bot.visibility import may_be_seen
from store.day_marks import mark_day
from store.db import WriteConnection
from store.slack_people import Standing
from store.unfurls import note_shared

# A card that was shown so recently is still on the screen.
QUIET = timedelta(minutes=30)
# A message with so many links is a list, and its previews would bury the conversation.
_TOO_MANY = 3
_log = logging.getLogger(__name__)


async def unfurl(deps: Deps, request: LinkRequest) -> None:
    """Put the cards of the records below the message, where everybody who reads it may see them."""
    links = wanted_links(request.urls)
    if not links or not await _is_shown_in(deps, request.reply.channel_id):
        return
    subject = ", ".join(link.ref.record_id for link in links.values())
    decision = await judged(deps, request.person, Capability.LOOK_UP, action="unfurl", subject=subject)
    if not decision.allowed:
        await _maybe_invite(deps, request, decision)
        return
    refs = await _news(deps, request, links)
    cards = await _cards(deps, refs)
    if cards and await _attach(deps, request, cards):
        for url in cards:
            note_shown(deps, decision, refs[url])


def wanted_links(urls: tuple[str, ...]) -> Mapping[str, RecordLink]:
    """The links that get a card: each record's first, and none where there are too many."""
    if len(urls) >= _TOO_MANY:
        return {}
    first: dict[RecordRef, tuple[str, RecordLink]] = {}
    for url in urls:
        if link := record_link(url):
            first.setdefault(link.ref, (url, link))
    return dict(first.values())


async def is_previewed(deps: Deps, request: MessageRequest, ref: RecordRef) -> bool:
    """Whether the card of this record hangs below the message that asks for it: then it needs no answer."""
    links, channel_id = wanted_links(addresses(request.text)), request.reply.channel_id
    if ref not in {link.ref for link in links.values()} or not await _is_shown_in(deps, channel_id):
        return False
    async with deps.store.write() as conn:
        return await _is_news(deps, conn, channel_id, request.message_ts, ref)


async def _is_shown_in(deps: Deps, channel_id: str) -> bool:
    """Our own conversation with a person has no previews: what is typed there is answered."""
    readers = await audience(deps, channel_id)
    return may_be_seen(deps, readers) and not readers.is_direct


async def _news(deps: Deps, request: LinkRequest, links: Mapping[str, RecordLink]) -> dict[str, RecordRef]:
    """The records of ours whose card the channel has not just seen, by their link."""
    async with deps.store.read() as conn:
        ours = {url: link.ref for url, link in links.items() if await is_ours(conn, link)}
    if not ours:
        return {}
    channel_id, ts = request.reply.channel_id, request.message_ts
    async with deps.store.write() as conn:
        return {url: ref for url, ref in ours.items() if await _is_news(deps, conn, channel_id, ts, ref)}


async def _is_news(deps: Deps, conn: WriteConnection, channel_id: str, message_ts: str, ref: RecordRef) -> bool:
    now = deps.clock()
    shown_by = await note_shared(
        conn, channel_id=channel_id, record_id=ref.record_id, message_ts=message_ts, at=now, since=now - QUIET
    )
    return shown_by == message_ts


async def _cards(deps: Deps, refs: Mapping[str, RecordRef]) -> dict[str, Message]:
    async with deps.store.read() as conn:
        cards = {url: await card_for(deps, conn, ref) for url, ref in refs.items()}
    return {url: card for url, card in cards.items() if card}


async def _attach(deps: Deps, request: LinkRequest, cards: Mapping[str, Message]) -> bool:
    """Whether Slack took the previews. Nobody asked for them, so nobody is told when it did not."""
    previews = {url: preview(card) for url, card in cards.items()}
    arguments = {"channel": request.reply.channel_id, "ts": request.message_ts, "unfurls": previews}
    try:
        await deps.slack.api_call("chat.unfurl", json=arguments)
    except (SlackApiError, aiohttp.ClientError, OSError) as error:
        reason = slack_reason(error) if isinstance(error, SlackApiError) else type(error).__name__
        _log.warning("a link got no preview: %s", reason)
        return False
    return True


async def _maybe_invite(deps: Deps, request: LinkRequest, decision: Decision) -> None:
    """Tell a person who has no account here how to get one, at most once a day; no program is told."""
    person = request.person
    if decision.user is not None or not await _is_person(deps, person):
        return
    async with deps.store.write() as conn:
        is_first = await mark_day(conn, f"unfurl.invite/{person.team_id}/{person.user_id}", deps.today())
    if is_first:
        await deps.answering.post_privately(request.reply, refusal(decision))


async def _is_person(deps: Deps, person: SlackPerson) -> bool:
    try:
        profile = await read_profile(deps.slack, person.user_id, deps.team_id)
    except UnreachableError:
        return False
    return profile.standing in {Standing.MEMBER, Standing.GUEST}


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_link(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        request = link_request(body, bot_user=deps.bot_user)
        if request is not None:
            await unfurl(deps, request)

    app.event("link_shared")(on_link)


FEATURE = Feature(
    scopes=frozenset({"links:read", "links:write", "chat:write", "users:read"}),
    events=frozenset({"link_shared"}),
    unfurl_domains=DOMAINS,
    register=_register,
)
