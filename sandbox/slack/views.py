"""Modals in each person's stack, and published Home tabs."""

import secrets
from dataclasses import replace
from typing import Literal

from sandbox.slack.errors import ApiError
from sandbox.slack.feed import Feed, HomeChanged, ViewChanged
from sandbox.slack.interactivity import state_values
from sandbox.slack.records import Json, View

MAX_STACK = 3


class Views:
    """Opening, updating and closing; every change goes to the feed."""

    def __init__(self, feed: Feed, app_id: str, bot_id: str, team_id: str) -> None:
        self._feed = feed
        self._app_id = app_id
        self._bot_id = bot_id
        self._team_id = team_id
        self._open: dict[str, View] = {}
        self._stacks: dict[str, list[str]] = {}
        self._homes: dict[str, View] = {}

    def get(self, view_id: str) -> View | None:
        """An open modal or a published Home tab."""
        homes = {each.id: each for each in self._homes.values()}
        return self._open.get(view_id) or homes.get(view_id)

    def top(self, user: str) -> View | None:
        stack = self._stacks.get(user)
        return self._open[stack[-1]] if stack else None

    def home(self, user: str) -> View | None:
        return self._homes.get(user)

    def open(self, user: str, body: Json) -> View:
        """Whatever the person had open is replaced by this one modal."""
        self._forget(user)
        view_id = _new_id()
        view = View(id=view_id, user=user, body=body, hash=_new_hash(), root_id=view_id)
        return self._add(view, "open")

    def push(self, user: str, body: Json) -> View:
        """Refused with `push_limit_reached` when three views are stacked already."""
        below = self.top(user)
        if below is None:
            raise ApiError("not_found")
        if len(self._stacks[user]) >= MAX_STACK:
            raise ApiError("push_limit_reached")
        view = View(
            id=_new_id(),
            user=user,
            body=body,
            hash=_new_hash(),
            root_id=below.root_id,
            previous_id=below.id,
        )
        return self._add(view, "push")

    def update(self, view: View, body: Json, expected_hash: str | None = None) -> View:
        """Refused with `hash_conflict` when `expected_hash` is no longer the view's."""
        if expected_hash is not None and expected_hash != view.hash:
            raise ApiError("hash_conflict")
        kept = {
            block_id: chosen
            for block_id, chosen in view.values.items()
            if block_id in {block.get("block_id") for block in body.get("blocks", ())}
        }
        updated = replace(view, body=body, hash=_new_hash(), values=kept)
        self._open[view.id] = updated
        is_covered = view.id in self._stacks.get(view.user, [])[:-1]
        shown = self.described(updated)
        self._feed.publish(ViewChanged(op="update", user=view.user, view=shown, is_covered=is_covered))
        return updated

    def publish(self, user: str, body: Json, expected_hash: str | None = None) -> View:
        current = self._homes.get(user)
        if expected_hash is not None and current is not None and current.hash != expected_hash:
            raise ApiError("hash_conflict")
        view_id = current.id if current is not None else _new_id()
        view = View(id=view_id, user=user, body=body, hash=_new_hash(), root_id=view_id)
        self._homes[user] = view
        self._feed.publish(HomeChanged(user=user, view=self.described(view)))
        return view

    def with_external_id(self, external_id: str) -> View | None:
        found = (each for each in self._open.values() if each.body.get("external_id") == external_id)
        return next(found, None)

    def choose(self, view: View, values: dict[str, Json]) -> View:
        """Remember what the person entered or chose, by block_id and action_id."""
        chosen = replace(view, values={**view.values, **values})
        if view.id in self._open:
            self._open[view.id] = chosen
        elif view.user in self._homes:
            self._homes[view.user] = chosen
        return chosen

    def close(self, view: View) -> None:
        stack = self._stacks.get(view.user, [])
        if view.id in stack:
            stack.remove(view.id)
            del self._open[view.id]
            self._feed.publish(ViewChanged(op="close", user=view.user, view=self.described(view)))

    def clear(self, view: View) -> None:
        self._forget(view.user)
        self._feed.publish(ViewChanged(op="clear", user=view.user, view=self.described(view)))

    def described(self, view: View) -> Json:
        """The view as Slack shows it to the app."""
        blocks = list(view.body.get("blocks", ()))
        optional = ("title", "submit", "close", "external_id")
        return {
            "id": view.id,
            "team_id": self._team_id,
            "type": view.body.get("type"),
            "blocks": blocks,
            "private_metadata": view.body.get("private_metadata", ""),
            "callback_id": view.body.get("callback_id", ""),
            "state": {"values": state_values(blocks, view.values)},
            "hash": view.hash,
            "clear_on_close": view.body.get("clear_on_close", False),
            "notify_on_close": view.body.get("notify_on_close", False),
            "previous_view_id": view.previous_id,
            "root_view_id": view.root_id,
            "app_id": self._app_id,
            "bot_id": self._bot_id,
            "app_installed_team_id": self._team_id,
            **{name: view.body.get(name) for name in optional},
        }

    def _add(self, view: View, op: Literal["open", "push"]) -> View:
        self._open[view.id] = view
        self._stacks.setdefault(view.user, []).append(view.id)
        self._feed.publish(ViewChanged(op=op, user=view.user, view=self.described(view)))
        return view

    def _forget(self, user: str) -> None:
        for view_id in self._stacks.pop(user, ()):
            del self._open[view_id]


def _new_id() -> str:
    return f"V{secrets.token_hex(5).upper()}"


def _new_hash() -> str:
    return f"{secrets.randbits(32)}.{secrets.token_hex(4)}"
