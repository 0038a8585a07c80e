"""Making a subscription of what was submitted: as durable work, once, and said where it goes."""

from collections.abc import Mapping
from datetime import datetime

from bot.access import Capability, Decision, SlackPerson, decide
from bot.deliver import slack_post
from bot.deps import Deps
from bot.notify.draft import TO_ME, Draft, changed, payload_of
from bot.notify.pausing import KIND as PAUSED
from bot.notify.posting import digest_mark
from bot.notify.rhythm import digest_day
from bot.notify.telling import tell_owner
from bot.notify.trying import already_told
from bot.views.subscribe import not_set_up, subscribed
from store.audit import AuditEvent, append_audit
from store.day_marks import mark_day
from store.deliveries import Delivery, add_deliveries, delivery_by_id
from store.portfolio import InvoiceFilter
from store.subscriptions import (
    ChannelSubscription,
    PauseCause,
    filter_json,
    filter_of_json,
    lock_place,
    put_subscription,
    subscription_by_id,
)
from store.users import Role
from store.work import Payload


async def make(deps: Deps, _work_id: str, payload: Payload) -> None:
    """Keep the subscription and say so where it goes, in one transaction; done before, it is not done again.

    What a form remembers may be forged: whoever submitted it must be allowed to change the subscription that it names,
    and a new one must not be there already.
    """
    at = datetime.fromisoformat(payload["at"])
    said = f"notice/{payload['id']}/set-up-{payload['nonce']}"
    async with deps.store.write() as conn:
        known = await subscription_by_id(conn, payload["id"])
        if await delivery_by_id(conn, said) is not None or (known is None and not payload["is_new"]):
            return
        person = SlackPerson(team_id=deps.team_id, user_id=payload["owner_slack"])
        if not _may_make(decision := await decide(conn, person, Capability.ACT), payload, known):
            denied = AuditEvent(
                at=deps.clock(), actor=decision.actor, action="subscribe.make.denied", subject=payload["id"]
            )
            await append_audit(conn, [denied])
            return
        made = made_of(payload, created_at=known.created_at if known else None)
        await lock_place(conn, made.channel_id)
        if same := await already_told(conn, made):
            await add_deliveries(conn, [_not_made(payload, same, at)])
            deps.outbox.ring()
            return
        await put_subscription(conn, made)
        if known is not None:
            await tell_owner(deps, conn, decision, known, "changed")
        await mark_day(conn, digest_mark(made), digest_day(made, at))
        told = subscribed(made, payload["by"], is_new=bool(payload["is_new"]))
        post = slack_post(told, id=said, kind="notice", channel=made.channel_id, at=at, author=made.owner_slack)
        await add_deliveries(conn, [post])
    deps.outbox.ring()


def _not_made(payload: Payload, same: str, at: datetime) -> Delivery:
    """For whoever submitted just the same as somebody else a moment before."""
    told_as = f"{PAUSED}/{payload['id']}/not-set-up-{payload['nonce']}"
    owner = payload["owner_slack"]
    return slack_post(not_set_up(same), id=told_as, kind=PAUSED, channel=owner, at=at)


def _may_make(decision: Decision, payload: Payload, known: ChannelSubscription | None) -> bool:
    is_same_account = decision.user is not None and decision.user.id == payload["owner_id"]
    if not decision.allowed or not is_same_account:
        return False
    return known is None if payload["is_new"] else known is not None and may_change(decision, known)


def may_change(decision: Decision, subscription: ChannelSubscription) -> bool:
    """Its owner may, an admin that of a channel, and for one whose owner may no more, whoever may act."""
    if decision.user is None or not decision.allowed:
        return False
    is_orphan = subscription.pause_cause is PauseCause.OWNER
    is_of_all = not subscription.is_direct and (decision.user.role is Role.ADMIN or is_orphan)
    return subscription.owner_id == decision.user.id or is_of_all


def making_payload(
    draft: Draft, wanted: InvoiceFilter, decision: Decision, memory: Mapping[str, str], at: datetime
) -> dict[str, str]:
    """What durable work is given; `memory` is the form's: its nonce, and the subscription that it edits, if any."""
    user = decision.user
    return payload_of(draft) | {
        "id": memory["subscription"] or memory["nonce"],
        "nonce": memory["nonce"],
        "is_new": "" if memory["subscription"] else "yes",
        "wanted": filter_json(wanted),
        "owner_id": user.id if user else "",
        "owner_slack": decision.person.user_id,
        "by": user.name if user else "",
        "at": at.isoformat(),
    }


def made_of(payload: Payload, *, created_at: datetime | None = None) -> ChannelSubscription:
    """The subscription that a payload asks for."""
    draft = Draft(**{name: payload[name] for name in Draft.__dataclass_fields__})
    at = datetime.fromisoformat(payload["at"])
    owner = payload["owner_slack"]
    blank = ChannelSubscription(
        id=payload["id"],
        channel_id=owner if draft.where == TO_ME else draft.where,
        owner_id=payload["owner_id"],
        owner_slack=owner,
        events=(),
        time_zone=draft.zone,
        created_at=created_at or at,
        counts_from=at,
        wanted=filter_of_json(payload["wanted"]),
    )
    return changed(blank, draft)
