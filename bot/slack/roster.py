"""Which private channels people are in, as Slack said a moment ago, so that it is not asked with every letter typed.

Slack's events about who came and who left drop what they change. They reach one program only, so what another keeps is
good for a short time and no longer.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

_KEPT_SECONDS = 30.0
_MOST_PEOPLE = 1000


class Roster:
    """The answers, by Slack user; `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, most: int = _MOST_PEOPLE) -> None:
        self._clock, self._most = clock, most
        self._known: OrderedDict[str, tuple[float, frozenset[str]]] = OrderedDict()
        self._drops = 0

    @property
    def drops(self) -> int:
        """How often something was dropped: an answer to a question from before the last time is not to be kept."""
        return self._drops

    def channels_of(self, user_id: str) -> frozenset[str] | None:
        """The private channels of this person; None when that is not known, or not any more."""
        asked_at, channels = self._known.get(user_id, (float("-inf"), frozenset[str]()))
        return channels if self._clock() - asked_at < _KEPT_SECONDS else None

    def keep(self, user_id: str, channels: frozenset[str], *, drops: int) -> None:
        """Keep what Slack answered; `drops` is from before it was asked."""
        if drops != self._drops:
            return
        self._known.pop(user_id, None)
        self._known[user_id] = (self._clock(), channels)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def drop(self, user_id: str) -> None:
        """This person came into a channel, or left one."""
        self._drops += 1
        self._known.pop(user_id, None)

    def drop_all(self) -> None:
        """A channel is not what it was, or we came or left ourselves."""
        self._drops += 1
        self._known.clear()
