"""What becomes of a sharing once it was sent off: written down, checked once more, posted, and told to its sender."""

from bot.access import Capability, SlackPerson, decide
from bot.deliver import posted_at, slack_post
from bot.deps import Deps
from bot.shares.permalinks import permalink_of
from bot.shares.sharing import (
    Destination,
    Memory,
    NotThereError,
    find_destination,
    find_destination_for,
    memory_of,
    share_delivery,
    share_event,
)
from bot.slack.membership import UnreachableError
from bot.slack.modals import update_modal
from bot.views.outbox import REFUSED_HERE, way_out
from bot.views.parts import Message
from bot.views.share import arrived, arrived_message, not_shared, not_shared_message
from bot.views.shared import Sharing
from bot.views.values import decode
from store.audit import append_audit
from store.db import WriteConnection
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id
from store.errors import StoreError
from store.sending import Later, Outcome, Refused
from store.users import Role, User
from store.work import Payload, TryLaterError

_TOLD = "share.told"
_NO_RIGHT = "Your account here does not allow this any more."
_NO_RECORD = "This record is not known here any more."
_NOW_OUTSIDE = "Meanwhile people outside the company read that channel."


async def share(deps: Deps, work_id: str, payload: Payload) -> None:
    """Write the delivery of what was sent off, if it may still go there; else tell why not."""
    try:
        trouble = await _share(deps, work_id, payload)
        if trouble:
            await _tell_refusal(deps, work_id, payload, trouble)
    except (StoreError, UnreachableError) as error:
        raise TryLaterError(str(error)) from error
    deps.outbox.ring()


async def check(deps: Deps, delivery: Delivery) -> Outcome | None:
    """Why it cannot go where it was meant to, in the moment in which it is sent; None when it can."""
    memory = memory_of(delivery)
    if memory is None:
        return None
    try:
        to = await find_destination(deps, str(delivery.payload["channel"]), Role.ADMIN if memory.is_outside else None)
    except NotThereError as reason:
        return Refused(reason=f"{REFUSED_HERE}: {reason}")
    except UnreachableError as error:
        return Later(reason=str(error))
    return Refused(reason=f"{REFUSED_HERE}: {_NOW_OUTSIDE}") if to.is_outside and not memory.is_outside else None


async def tell(deps: Deps, delivery: Delivery) -> None:
    """Tell the sender what came of it: in the window that may still be open, else by a direct message."""
    memory = memory_of(delivery)
    if memory is None:
        return
    if delivery.state is DeliveryState.SENT:
        await _tell_arrival(deps, delivery, memory)
    elif delivery.state in {DeliveryState.REJECTED, DeliveryState.DEAD} and memory.view_id:
        # The outbox itself writes to its author, with the button to send it again.
        await update_modal(deps, memory.view_id, not_shared(way_out(delivery)))


async def _share(deps: Deps, work_id: str, payload: Payload) -> str:
    """Why it is not shared; «» when it is, now or since before a crash."""
    person = SlackPerson(team_id=payload["team_id"], user_id=payload["user_id"])
    async with deps.store.read() as conn:
        if await delivery_by_id(conn, work_id) is not None:
            return ""
        decision = await decide(conn, person, Capability.ACT)
    if not decision.allowed or decision.user is None:
        return _NO_RIGHT
    try:
        to = await find_destination_for(deps, person.user_id, payload["to"], decision.user.role)
    except NotThereError as reason:
        return str(reason)
    if to.is_outside and not payload["confirmed"]:
        return _NOW_OUTSIDE
    async with deps.store.write() as conn:
        return await _written(deps, conn, payload, to, decision.user, delivery_id=work_id)


async def _written(
    deps: Deps, conn: WriteConnection, payload: Payload, to: Destination, user: User, *, delivery_id: str
) -> str:
    is_redacted = to.is_outside or bool(payload["confirmed"])
    sharing = Sharing(
        ref=decode(payload["value"]),
        by=user.name,
        text=payload["text"],
        # Work of an earlier version remembers none.
        doubt=payload.get("query", ""),
        is_redacted=is_redacted,
    )
    post = await share_delivery(
        deps, conn, sharing, to, delivery_id=delivery_id, by=payload["user_id"], view_id=payload["view_id"]
    )
    if post is None:
        return _NO_RECORD
    await add_deliveries(conn, [post])
    await append_audit(conn, [share_event(deps, sharing, to, f"user:{user.id}")])
    return ""


async def _tell_arrival(deps: Deps, delivery: Delivery, memory: Memory) -> None:
    place = posted_at(delivery)
    permalink = await permalink_of(deps.slack, *place) if place and not memory.is_person else ""
    shown = arrived(memory.label, is_person=memory.is_person, permalink=permalink)
    if not memory.by or (memory.view_id and await update_modal(deps, memory.view_id, shown)):
        return
    told = arrived_message(memory.label, is_person=memory.is_person, permalink=permalink)
    await _write_to(deps, f"{_TOLD}/{delivery.id}/{delivery.round}", memory.by, told)


async def _tell_refusal(deps: Deps, work_id: str, payload: Payload, reason: str) -> None:
    if not await update_modal(deps, payload["view_id"], not_shared(reason)):
        await _write_to(deps, f"{_TOLD}/{work_id}", payload["user_id"], not_shared_message(reason))


async def _write_to(deps: Deps, delivery_id: str, user_id: str, told: Message) -> None:
    """A direct message that is sent once, however often this is called."""
    post = slack_post(told, id=delivery_id, kind=_TOLD, channel=user_id, at=deps.clock())
    async with deps.store.write() as conn:
        await add_deliveries(conn, [post])
    deps.outbox.ring()
