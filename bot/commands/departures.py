"""People who leave, or become guests: Slack tells it, and what they were linked to is theirs no more."""

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from bot.access import SlackPerson
from bot.commands.connect import cut_link
from bot.deps import Deps
from bot.feature import Feature
from bot.membership import profile_of
from store.slack_people import Standing


async def take_note(deps: Deps, user: dict[str, Any]) -> None:
    """Cut the link of somebody who is no full member any more."""
    profile = profile_of(user, deps.team_id)
    if profile.standing is Standing.MEMBER:
        return
    person = SlackPerson(team_id=deps.team_id, user_id=profile.user_id)
    await cut_link(deps, person, "system", f"in Slack: {profile.standing.value}")


def _register(app: AsyncApp, deps: Deps) -> None:
    async def on_change(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        user = (body.get("event") or {}).get("user")
        if isinstance(user, dict):
            await take_note(deps, user)

    app.event("user_change")(on_change)


FEATURE = Feature(events=frozenset({"user_change"}), scopes=frozenset({"users:read"}), register=_register)
