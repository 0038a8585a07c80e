"""Members, channels and messages of the workspace as they stand; every change of a message goes to the feed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sandbox.slack.feed import Feed, MessageChanged
from sandbox.slack.records import Channel, Member, Message
from sandbox.slack.seed import Seed

KEPT_PER_CHANNEL = 20_000


class State:
    """`now` gives aware instants; message timestamps follow it and never repeat."""

    def __init__(self, seed: Seed, feed: Feed, now: Callable[[], datetime]) -> None:
        self.members = {each.id: each for each in seed.members}
        self.channels = {each.id: each for each in seed.channels}
        self._messages: dict[str, dict[str, Message]] = {each.id: {} for each in seed.channels}
        self._feed = feed
        self._now = now
        self._last_micros = 0

    def next_ts(self) -> str:
        micros = int(self._now().timestamp() * 1_000_000)
        self._last_micros = max(micros, self._last_micros + 1)
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def channel_named(self, name: str) -> Channel | None:
        """The channel with this name (with or without `#`) or id."""
        wanted = name.removeprefix("#")
        if wanted in self.channels:
            return self.channels[wanted]
        return next((each for each in self.channels.values() if each.name and each.name == wanted), None)

    def direct_message(self, first: str, second: str) -> Channel:
        """The conversation of exactly these two, opened now if they have none."""
        pair = {first, second}
        for each in self.channels.values():
            if each.kind == "im" and set(each.members) == pair:
                return each
        opened = Channel(id=f"D0OPENED{len(self.channels):03d}", name="", kind="im", members=(first, second))
        self.put_channel(opened)
        return opened

    def put_channel(self, channel: Channel) -> None:
        self.channels[channel.id] = channel
        self._messages.setdefault(channel.id, {})

    def put_member(self, member: Member) -> None:
        self.members[member.id] = member

    def add_to(self, channel: Channel, member_id: str) -> Channel:
        if member_id in channel.members:
            return channel
        joined = replace(channel, members=(*channel.members, member_id))
        self.put_channel(joined)
        return joined

    def message(self, channel_id: str, ts: str) -> Message | None:
        return self._messages.get(channel_id, {}).get(ts)

    def messages(self, channel_id: str, viewer: str | None = None) -> tuple[Message, ...]:
        """Oldest first. Ephemeral ones only for their `viewer`."""
        kept = self._messages.get(channel_id, {}).values()
        return tuple(each for each in kept if each.ephemeral_to in (None, viewer))

    def add(self, message: Message) -> Message:
        kept = self._messages[message.channel]
        kept[message.ts] = message
        if len(kept) > KEPT_PER_CHANNEL:
            del kept[next(iter(kept))]
        self._feed.publish(MessageChanged(op="add", message=message))
        return message

    def update(self, message: Message) -> Message:
        self._messages[message.channel][message.ts] = message
        self._feed.publish(MessageChanged(op="update", message=message))
        return message

    def remove(self, message: Message) -> None:
        if self._messages[message.channel].pop(message.ts, None) is not None:
            self._feed.publish(MessageChanged(op="delete", message=message))

    def sees(self, member_id: str, message: Message) -> bool:
        channel = self.channels[message.channel]
        if message.ephemeral_to is not None:
            return message.ephemeral_to == member_id
        return member_id in channel.members
