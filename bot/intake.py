"""What every request goes through, whichever door it came in by: acknowledged, told from its copies, limited, served.

Bolt acknowledges only when a listener answered 200; an event without a listener, or an exception, would leave the
request open and Slack would send it again. And it polls for the listener's ack every 10 ms. So it is acked here.
"""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.acks import OnceAck, nowhere
from bot.answering import Answering
from bot.asking import asker, part, reply_for
from bot.inbox import Inbox, request_key
from bot.limits import Limiter, Verdict
from bot.metrics import Metrics
from bot.views.apologies import open_with_complaint, too_fast, too_fast_text

# A restart has twenty seconds in all, and other rooms have to close after this one.
_DRAIN_SECONDS = 10
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


_EVENT = Way(acks_first=True, is_claimed=True)
_EFFECT = Way(acks_first=False, is_claimed=True)
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

    async def close(self) -> None:
        """Take nothing more, and let end what was taken; what does not is served after the next start."""
        self.is_leaving = True
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
                await self._answer(payload, ack, headers)
                await self._done(way, key)
            else:
                self._metrics.count("repeated")
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

    async def _done(self, way: Way, key: str) -> None:
        if way.is_claimed and way.acks_first and key:
            await self._inbox.done(key)

    async def _owed(self, key: str, payload: Mapping[str, Any]) -> None:
        try:
            await self._answer(payload, OnceAck(nowhere), {})
        except Exception:  # noqa: BLE001 - likewise
            _log.exception("request %s could not be handled", key)
        await self._inbox.done(key)


def way_of(payload: Mapping[str, Any], with_effects: frozenset[str]) -> Way:
    """How a request of this payload is taken."""
    kind = payload.get("type")
    if kind == "event_callback":
        return _EVENT
    if kind == "block_suggestion":
        return _SUGGESTION
    if kind == "view_submission" or any(action.get("action_id") in with_effects for action in _actions(payload)):
        return _EFFECT
    return _READING


def _kind(payload: Mapping[str, Any]) -> str:
    return str(payload.get("type") or ("slash command" if payload.get("command") else "unknown"))[:40]


def _actions(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    actions = payload.get("actions")
    return [action for action in actions if isinstance(action, Mapping)] if isinstance(actions, list) else []
