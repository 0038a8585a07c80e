"""The app's Home tab: published when it is opened, and again when what it shows has just been changed by a click."""

import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from bot.access import Capability, SlackPerson
from bot.commands.guard import admitted, judged
from bot.deliver import sent_again
from bot.deps import Deps
from bot.feature import ActionRequest, Feature, action_request
from bot.reading.home import TROUBLED, home_of
from bot.slack.client import slack_reason
from bot.views.home import home_view, unlinked_home
from bot.views.home_admin import ARRIVED, DROP, RETRY
from bot.views.misses import outdated_button
from store.deliveries import Delivery, DeliveryState, delivery_by_id
from store.outbox import ended_by_hand, move_delivery

_log = logging.getLogger(__name__)


async def open_home(deps: Deps, person: SlackPerson) -> None:
    """Somebody has opened Home."""
    await judged(deps, person, Capability.LOOK_UP, action="home.open", subject="")
    await show_home(deps, person)


async def show_home(deps: Deps, person: SlackPerson) -> None:
    """Publish a person's Home as it is now; without any data for whoever is not linked."""
    # What was looked up a moment ago is noted, but maybe not written yet.
    await deps.audit.flush()
    async with deps.store.read() as conn:
        home = await home_of(deps, conn, person)
    view = home_view(home) if home else unlinked_home()
    try:
        await deps.slack.api_call("views.publish", json={"user_id": person.user_id, "view": view})
    except (SlackApiError, aiohttp.ClientError, OSError) as error:
        reason = slack_reason(error) if isinstance(error, SlackApiError) else type(error).__name__
        _log.warning("a Home was not published: %s", reason)


async def decide(deps: Deps, request: ActionRequest) -> None:
    """An admin sends a delivery again, or gives it up; Home then shows what is left."""
    allowed = await admitted(
        deps,
        request.person,
        Capability.RUN_THE_HOUSE,
        action=request.action_id,
        subject=request.value,
        reply=request.reply,
    )
    if allowed is None:
        return
    async with deps.store.write() as conn:
        delivery = await delivery_by_id(conn, request.value)
        if delivery is not None:
            await move_delivery(conn, delivery, _decided(deps, delivery, request.action_id))
    if delivery is None:
        await deps.answering.post_privately(request.reply, outdated_button())
    deps.outbox.ring()
    await show_home(deps, request.person)


def _decided(deps: Deps, delivery: Delivery, action_id: str) -> Delivery:
    """The delivery as the button leaves it; one that is no trouble any more stays as it is."""
    if delivery.state not in TROUBLED:
        return delivery
    if action_id == DROP:
        return ended_by_hand(delivery, DeliveryState.DROPPED, deps.clock(), "given up by an admin")
    if action_id == ARRIVED:
        return ended_by_hand(delivery, DeliveryState.SENT, deps.clock(), "")
    return sent_again(delivery, deps.clock())


def opener(body: Mapping[str, Any]) -> SlackPerson:
    """Whoever opened Home: somebody of our own workspace, or of the one that their user belongs to."""
    event = body.get("event") or {}
    return SlackPerson(team_id=str(body.get("team_id") or ""), user_id=str(event.get("user") or ""))


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_opened(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        if (body.get("event") or {}).get("tab") == "home":
            await open_home(deps, opener(body))

    async def on_decision(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        await decide(deps, action_request(body))

    app.event("app_home_opened")(on_opened)
    for action_id in (RETRY, ARRIVED, DROP):
        app.action(action_id)(on_decision)


FEATURE = Feature(events=frozenset({"app_home_opened"}), has_home=True, register=_register)
