"""What every request goes through, whichever door it came in by: acknowledged, told from its copies, limited, served.

Bolt acknowledges only when a listener answered 200; an event without a listener, or an exception, would leave the
request open and Slack would send it again. And it polls for the listener's ack every 10 ms. So it is acked here.
"""

import asyncio
import logging
from collections.abc import Collection, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.doors.acks import OnceAck, nowhere
from bot.doors.asking import asker, part, reply_for
from bot.doors.inbox import Inbox, request_key
from bot.doors.limits import Limiter, Verdict
from bot.doors.metrics import Metrics
from bot.slack.answering import Answering
from bot.views.apologies import open_with_complaint, press_again_text, too_fast, too_fast_text
from store.errors import StoreError

# A restart has twenty seconds in all, and other rooms have to close after this one.
_DRAIN_SECONDS = 10
# So long after the last try an event is served again that the store could not take; after them, the next start does.
_AGAIN_SECONDS = (1.0, 5.0, 20.0, 60.0, 300.0)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Way:
    """How a request is taken.

    `is_claimed` when it changes something; `acks_first` when its answer does not have to be in the acknowledgement,
    and nothing is lost by giving that before the request is served.
    """

    acks_first: bool
    is_claimed: bool
    is_remembered: bool = True

    @property
    def is_owed(self) -> bool:
        """Whether it was acknowledged before its effect is there, and has to be served whatever comes between."""
        return self.is_claimed and self.acks_first


_EVENT = Way(acks_first=True, is_claimed=True)
_EFFECT = Way(acks_first=False, is_claimed=True)
# Not claimed: the id of what a form starts comes from the form itself, so starting it twice starts it once. A claim
# without that start, as a kill leaves it, would close the form as if it had been saved when Slack sends it again.
_FORM = Way(acks_first=False, is_claimed=False)
_SUGGESTION = Way(acks_first=False, is_claimed=False, is_remembered=False)
_READING = Way(acks_first=True, is_claimed=False)


class Intake:
    """Serves requests. `with_effects` are the actions whose listener acks itself, after it has stored what it will do.

    `app` must run its listeners before it responds (process_before_response), so that it is known here when a request
    is over.
    """

    def __init__(
        self,
        app: AsyncApp,
        *,
        inbox: Inbox,
        limiter: Limiter,
        answering: Answering,
        with_effects: frozenset[str],
        metrics: Metrics,
    ) -> None:
        self._app, self._inbox, self._limiter, self._answering = app, inbox, limiter, answering
        self._with_effects, self._metrics = with_effects, metrics
        # The requests that are being served.
        self.at_work: set[asyncio.Task[None]] = set()
        self.is_leaving = False

    def take(self, payload: Mapping[str, Any], ack: OnceAck, headers: Mapping[str, str]) -> bool:
        """Serve one request in the background. False, and nothing was done, when the program is about to end."""
        if self.is_leaving:
            # Unacknowledged, it comes again, to another connection or after the restart.
            return False
        self._start(self._serve(payload, ack, headers))
        return True

    async def resume(self) -> None:
        """Serve what was acknowledged before the program was ended in the middle."""
        for owed in await self._inbox.unfinished():
            _log.info("request %s is taken up again", owed.key)
            self._start(self._owed(owed.key, owed.payload))

    async def take_over(self, living: Collection[str]) -> None:
        """Serve what programs have acknowledged that are gone: all but the living ones and this one."""
        if self.is_leaving:
            return
        for owed in await self._inbox.left_by_others(living):
            _log.info("request %s is taken over from a program that is gone", owed.key)
            self._start(self._owed(owed.key, owed.payload))

    async def close(self) -> None:
        """Take nothing more, and let end what was taken; what does not is served after the next start."""
        self.is_leaving = True
        _log.info("no more requests are taken; %d are still being served", len(self.at_work))
        if not self.at_work:
            return
        _, unfinished = await asyncio.wait(self.at_work, timeout=_DRAIN_SECONDS)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    def _start(self, serving: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(serving)
        self.at_work.add(task)
        task.add_done_callback(self.at_work.discard)

    async def _serve(self, payload: Mapping[str, Any], ack: OnceAck, headers: Mapping[str, str]) -> None:
        try:
            way, key = way_of(payload, self._with_effects), request_key(payload)
            if way.acks_first and not way.is_claimed:
                await ack()
            is_new = await self._is_new(way, key, payload)
            if way.acks_first:
                await ack()
            if is_new:
                await self._answer_new(way, key, payload, ack, headers)
            else:
                self._metrics.count("repeated")
                await _answer_again(payload, ack)
        except Exception:  # noqa: BLE001 - the outer door: told once, and Slack need not send it again
            _log.exception("a request of type %s could not be handled", _kind(payload))
            self._metrics.count("failed")
        # Not when it was cut off: a form that was not served must not close as if it had been.
        await ack.at_last()
        self._metrics.acked(ack.seconds or 0.0)

    async def _is_new(self, way: Way, key: str, payload: Mapping[str, Any]) -> bool:
        if not way.is_remembered:
            return True
        if not way.is_claimed:
            return self._inbox.remember(key)
        return await self._inbox.claim(key, payload if way.acks_first else None)

    async def _answer_new(
        self, way: Way, key: str, payload: Mapping[str, Any], ack: OnceAck, headers: Mapping[str, str]
    ) -> None:
        if not way.is_owed:
            await self._answer(payload, ack, headers)
            return
        try:
            await self._answer(payload, ack, headers)
        except StoreError as error:
            self._postpone(key, payload, error, tries=0)
            return
        if key:
            await self._inbox.done(key)

    async def _answer(self, payload: Mapping[str, Any], ack: OnceAck, headers: Mapping[str, str]) -> None:
        person = asker(payload)
        verdict = self._limiter.ask(person) if person else Verdict()
        if not verdict.allowed:
            self._metrics.count("limited")
            await self._hold_back(payload, ack, verdict)
            return
        self._metrics.count("served")
        request = AsyncBoltRequest(mode="socket_mode", body=dict(payload), headers=dict(headers), context={"ack": ack})
        await self._app.async_dispatch(request)

    async def _hold_back(self, payload: Mapping[str, Any], ack: OnceAck, verdict: Verdict) -> None:
        """Tell the person once; a form stays open with what is in it, each time."""
        if payload.get("type") == "view_submission":
            await ack(**open_with_complaint(part(payload, "view"), too_fast_text(verdict.wait_seconds)))
            return
        await ack()
        if verdict.is_first:
            await self._answering.post_privately(reply_for(payload), too_fast(verdict.wait_seconds))

    async def _owed(self, key: str, payload: Mapping[str, Any], *, tries: int = 0) -> None:
        try:
            await self._answer(payload, OnceAck(nowhere), {})
        except StoreError as error:
            self._postpone(key, payload, error, tries=tries)
            return
        except Exception:  # noqa: BLE001 - the outer door: one broken request must not stop the others that are owed
            _log.exception("request %s could not be handled", key)
        await self._inbox.done(key)

    def _postpone(self, key: str, payload: Mapping[str, Any], error: StoreError, *, tries: int) -> None:
        """Serve it again in a while. It is not noted as done, so the next start does if this program ends before."""
        if tries == len(_AGAIN_SECONDS):
            _log.error("request %s is left for the next start: %s", key, error)
            return
        _log.warning("request %s could not be served and is tried again: %s", key, error)
        asyncio.get_running_loop().call_later(_AGAIN_SECONDS[tries], self._serve_again, key, payload, tries + 1)

    def _serve_again(self, key: str, payload: Mapping[str, Any], tries: int) -> None:
        if not self.is_leaving:
            self._start(self._owed(key, payload, tries=tries))


def way_of(payload: Mapping[str, Any], with_effects: frozenset[str]) -> Way:
    """How a request of this payload is taken."""
    kind = payload.get("type")
    if kind == "event_callback":
        return _EVENT
    if kind == "block_suggestion":
        return _SUGGESTION
    if kind == "view_submission":
        return _FORM
    if any(action.get("action_id") in with_effects for action in _actions(payload)):
        return _EFFECT
    return _READING


async def _answer_again(payload: Mapping[str, Any], ack: OnceAck) -> None:
    """A form that comes again stays open: an empty answer would close it, and nobody knows that it was saved."""
    if payload.get("type") == "view_submission":
        await ack(**open_with_complaint(part(payload, "view"), press_again_text()))


def _kind(payload: Mapping[str, Any]) -> str:
    return str(payload.get("type") or ("slash command" if payload.get("command") else "unknown"))[:40]


def _actions(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    actions = payload.get("actions")
    return [action for action in actions if isinstance(action, Mapping)] if isinstance(actions, list) else []
