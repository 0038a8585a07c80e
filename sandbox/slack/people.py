"""What people of the workspace do, as methods that a demo or a test awaits.

`user` is a member's id; `channel` an id or a name, such as "#ar-team". A place is a message, a view's id, or None for
the modal that the person has on top.
"""

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

from sandbox.slack import channel_acts
from sandbox.slack.acting import (
    close_modal,
    open_home_tab,
    run_command,
    say_message,
    submit_modal,
    suggested_options,
    use_element,
    use_shortcut,
)
from sandbox.slack.core import Core
from sandbox.slack.envelopes import Delivery
from sandbox.slack.faults import Faults
from sandbox.slack.interactivity import choice, elements, find_element
from sandbox.slack.outcome import FOR_AN_ANSWER, Outcome, Waiting, Watch
from sandbox.slack.plaintext import outcome_text
from sandbox.slack.posting import emit, event_payload
from sandbox.slack.records import Channel, Json, Member, Message, View
from sandbox.slack.socket_mode import SocketHub
from sandbox.slack.wire import member_json

Place = Message | str | None


class Workspace:
    """Awaiting methods return what the person saw, as soon as there was anything, or as `waiting` says otherwise."""

    def __init__(self, core: Core) -> None:
        self.core = core

    @property
    def hub(self) -> SocketHub:
        return self.core.hub

    @property
    def faults(self) -> Faults:
        return self.core.faults

    def messages(self, channel: str, viewer: str | None = None) -> tuple[Message, ...]:
        """Oldest first; ephemeral ones only for their viewer."""
        return self.core.state.messages(self.channel(channel).id, viewer)

    def modal(self, user: str) -> Json | None:
        top = self.core.views.top(user)
        return None if top is None else self.core.views.described(top)

    def home(self, user: str) -> Json | None:
        home = self.core.views.home(user)
        return None if home is None else self.core.views.described(home)

    def names(self) -> dict[str, str]:
        """What people call members and channels, by id."""
        people = {each.id: each.real_name for each in self.core.state.members.values()}
        return people | {each.id: each.name for each in self.core.state.channels.values()}

    def transcript(self, outcome: Outcome) -> str:
        """What the person saw, as text for a terminal."""
        return outcome_text(outcome, self.names())

    def channel(self, name: str) -> Channel:
        """Raises LookupError when there is none."""
        found = self.core.state.channel_named(name)
        if found is None:
            raise LookupError(name)
        return found

    def app_channel(self, user: str) -> Channel:
        return self.core.state.direct_message(user, self.core.app.bot_user)

    async def say(self, user: str, channel: str, text: str, waiting: Waiting = FOR_AN_ANSWER) -> Outcome:
        """Type a line: a slash command, or a message."""
        if text.startswith("/"):
            return await self.command(user, channel, text, waiting)
        return await self.post(user, channel, text, waiting)

    async def command(self, user: str, channel: str, line: str, waiting: Waiting = FOR_AN_ANSWER) -> Outcome:
        act = run_command(self.core, self._member(user), self.channel(channel), line)
        return await self._watched(user, act, waiting)

    async def post(
        self, user: str, channel: str, text: str, waiting: Waiting = FOR_AN_ANSWER, *, thread_ts: str | None = None
    ) -> Outcome:
        async def act() -> None:
            say_message(self.core, self._member(user), self.channel(channel), text, thread_ts)

        return await self._watched(user, act(), waiting)

    async def click(
        self, user: str, place: Place, action_id: str, *, value: str | None = None, waiting: Waiting = FOR_AN_ANSWER
    ) -> Outcome:
        """Press a button; `value` tells buttons with one action_id apart."""
        where = self._place(user, place)
        block_id, element = self._element(where, action_id, value)
        act = use_element(self.core, self._member(user), where, block_id=block_id, element=element, value=None)
        return await self._watched(user, act, waiting)

    async def choose(
        self, user: str, place: Place, action_id: str, value: Any, waiting: Waiting = FOR_AN_ANSWER
    ) -> Outcome:
        """Choose in a select, overflow, date picker, …; an option may be named by its value."""
        where = self._place(user, place)
        block_id, element = self._element(where, action_id)
        act = use_element(
            self.core, self._member(user), where, block_id=block_id, element=element, value=_chosen(element, value)
        )
        return await self._watched(user, act, waiting)

    async def suggestions(self, user: str, place: Place, action_id: str, query: str) -> Json:
        """What the app offers in an external select: `options` or `option_groups`."""
        where = self._place(user, place)
        block_id, _ = self._element(where, action_id)
        return await suggested_options(
            self.core, self._member(user), where, block_id=block_id, action_id=action_id, query=query
        )

    async def shortcut(
        self, user: str, callback_id: str, message: Message | None = None, waiting: Waiting = FOR_AN_ANSWER
    ) -> Outcome:
        act = use_shortcut(self.core, self._member(user), callback_id, message)
        return await self._watched(user, act, waiting)

    async def submit(self, user: str, values: Json, waiting: Waiting = FOR_AN_ANSWER) -> Outcome:
        """Submit the modal on top with these values by action_id."""
        view = self._place(user, None)
        assert isinstance(view, View)  # noqa: S101 - a place of None is a view
        with self.core.feed.listen() as queue:
            watch = Watch(queue, self.core.state, user, self.core.app.bot_user)
            filled = _filled(view, values)
            submitted = await submit_modal(self.core, self._member(user), view, filled)
            return await watch.outcome(submitted.delivery, submitted.errors, waiting)

    def enter(self, user: str, values: Json) -> None:
        """Fill in inputs of the modal on top by action_id, without submitting it."""
        view = self._place(user, None)
        assert isinstance(view, View)  # noqa: S101 - a place of None is a view
        self.core.views.choose(view, _filled(view, values))

    async def close(self, user: str, waiting: Waiting = FOR_AN_ANSWER) -> Outcome:
        view = self._place(user, None)
        assert isinstance(view, View)  # noqa: S101 - a place of None is a view
        return await self._watched(user, close_modal(self.core, self._member(user), view), waiting)

    async def open_home(self, user: str, tab: str = "home", waiting: Waiting = FOR_AN_ANSWER) -> Outcome:
        async def act() -> None:
            open_home_tab(self.core, self._member(user), tab)

        return await self._watched(user, act(), waiting)

    def invite_app(self, channel: str, by: str = "") -> None:
        """`/invite` the app; without `by` nobody is named as its inviter, as when it came another way."""
        channel_acts.join(self.core, self.channel(channel), self.core.app.bot_user, by)

    def remove_app(self, channel: str, by: str = "") -> None:
        channel_acts.remove_app(self.core, self.channel(channel), by or self.core.app.bot_user)

    def deactivate(self, user: str) -> None:
        self.change_member(user, deleted=True)

    def change_member(self, user: str, **changes: Any) -> None:
        """Change what a member is, as an administrator of the workspace does; `changes` are members of `Member`."""
        member = replace(self._member(user), **changes)
        self.core.state.put_member(member)
        with_email = "users:read.email" in self.core.app.scopes
        ts = self.core.state.next_ts()
        emit(self.core, {"type": "user_change", "user": member_json(member, with_email=with_email), "event_ts": ts})

    def uninstall(self, error: str = "account_inactive") -> None:
        """Remove the app from the workspace: the event goes out, and its bot token earns `error` from now on."""
        self.core.revoked = error
        emit(self.core, {"type": "app_uninstalled", "event_ts": self.core.state.next_ts()})

    def revoke_tokens(self, error: str = "token_revoked") -> None:
        """Take the bot's token away and leave the app: the event goes out, and the token earns `error` from now on."""
        self.core.revoked = error
        tokens = {"oauth": [], "bot": [self.core.app.bot_user]}
        emit(self.core, {"type": "tokens_revoked", "tokens": tokens, "event_ts": self.core.state.next_ts()})

    def send_event(self, event: Json) -> None:
        """Any other event, sent whether the app subscribed to it or not."""
        payload = event_payload(self.core, event)
        self.core.background.start(self.hub.deliver_event(payload))

    async def _watched(self, user: str, act: Awaitable[Delivery | None], waiting: Waiting = FOR_AN_ANSWER) -> Outcome:
        with self.core.feed.listen() as queue:
            watch = Watch(queue, self.core.state, user, self.core.app.bot_user)
            delivery = await act
            return await watch.outcome(delivery, {}, waiting)

    def _member(self, user: str) -> Member:
        return self.core.state.members[user]

    def _place(self, user: str, place: Place) -> Message | View:
        if isinstance(place, Message):
            return self.core.state.message(place.channel, place.ts) or place
        view = self.core.views.top(user) if place is None else self.core.views.get(place)
        if view is None:
            raise LookupError("no such view is open")
        return view

    def _element(self, place: Message | View, action_id: str, value: str | None = None) -> tuple[str, Json]:
        found = find_element(_blocks_of(place), action_id, value)
        if found is None:
            raise LookupError(f"no element {action_id}")
        return found


def _blocks_of(place: Message | View) -> list[Json]:
    """A view's blocks, or a message's with those of the previews below it."""
    if isinstance(place, View):
        return list(place.body["blocks"])
    return [*place.blocks, *(block for each in place.attachments for block in each.get("blocks", ()))]


def _chosen(element: Json, value: Any) -> Any:
    """An option named by its value stands for the whole option."""
    options = [*element.get("options", ())]
    for group in element.get("option_groups", ()):
        options.extend(group["options"])
    by_value = {option["value"]: option for option in options}
    if isinstance(value, list):
        return [by_value.get(each, each) if isinstance(each, str) else each for each in value]
    return by_value.get(value, value) if isinstance(value, str) else value


def _filled(view: View, values: Json) -> Json:
    """The values by block_id and action_id, in the form that a view's state has."""
    filled: Json = {}
    for block_id, element in elements(view.body["blocks"]):
        action_id = element.get("action_id")
        if action_id in values:
            entry = choice(element["type"], _chosen(element, values[action_id]))
            filled.setdefault(block_id, {})[action_id] = entry
    return filled
