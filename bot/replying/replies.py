"""Replies in the store: the record that one is about, and all that is written when one is saved.

A reply travels as the payload of durable work. Everything that follows from it is written in one transaction, under ids
that its key fixes, so it can be written again without a second note.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from bot.deliver import slack_post
from bot.replying.reply_form import About, Said
from bot.views.names import customer_name, invoice_number
from bot.views.reply import Origin, ReplyKind, short_record_words, state_words, thread_line
from bot.views.values import RecordRef
from store.aging import open_balances
from store.customers import customer_by_id
from store.db import ReadConnection, WriteConnection
from store.deliveries import Delivery, DeliveryState, add_deliveries
from store.disputes import Dispute, DisputeReason, add_dispute
from store.invoices import invoice_by_id, is_owed
from store.money import Money
from store.notes import Note
from store.promises import Promise, add_promise
from store.pulled import upsert_records
from store.pushes import note_push
from store.records import RecordId, record_id
from store.users import User
from store.work import Payload

ORIGIN = "tesorio"
LINE = "reply.line"
_MAX_SHOWN = 600


async def about_of(conn: ReadConnection, ref: RecordRef | None) -> About | None:
    """What a reply about this record needs to know of it; None for one that we never saw."""
    if ref is None:
        return None
    if ref.kind == "customer":
        customer = await customer_by_id(conn, ref.record_id)
        owed = (await open_balances(conn, [ref.record_id])).get(ref.record_id, ())
        return About(ref=ref, label=customer_name(customer), customer_id=customer.id, owed=owed) if customer else None
    invoice = await invoice_by_id(conn, ref.record_id)
    if invoice is None:
        return None
    return About(
        ref=ref,
        label=invoice_number(invoice),
        customer_id=invoice.customer_id or invoice.id,
        owed=(invoice.open_balance,) if is_owed(invoice) else (),
        limits=(invoice.total,) if invoice.total.minor > 0 else (),
    )


def key_of(slack_user: str, nonce: str) -> str:
    """What names the reply that this person saves with the form of this name."""
    return f"{slack_user}-{nonce}".lower()


def payload_of(
    said: Said, origin: Origin, author: User, slack_user: str, *, targets: tuple[str, ...], view_id: str, at: datetime
) -> dict[str, str]:
    """All that the durable work needs to write a reply down."""
    amounts = {"currency": said.amount.currency, "amount": str(said.amount.minor)} if said.amount else {}
    return {
        "key": key_of(slack_user, origin.nonce),
        "kind": said.kind.value,
        "about_kind": said.about.ref.kind,
        "about_id": said.about.ref.record_id,
        "about": short_record_words(said.about.ref, said.about.label),
        "customer_id": said.about.customer_id,
        "text": said.text,
        "title": said.title,
        **amounts,
        "owed": str(said.owed.minor) if said.owed else "",
        "promised_on": said.promised_on.isoformat() if said.promised_on else "",
        "reason": said.reason.value if said.reason else "",
        "targets": ",".join(targets),
        "author": author.name,
        "author_id": author.id,
        "slack_user": slack_user,
        "channel": origin.channel,
        "thread_ts": origin.thread_ts,
        "permalink": origin.permalink,
        "view_id": view_id,
        "written_at": at.isoformat(),
    }


async def write_reply(conn: WriteConnection, payload: Payload, titles: Mapping[str, str], *, at: datetime) -> None:
    """The note, the promise or dispute that it records, and what is to be delivered of it, once.

    `titles` says how people call the targets.
    """
    note = _note(payload)
    await upsert_records(conn, [note], at=at)
    if payload["kind"] == ReplyKind.PROMISE:
        await add_promise(conn, _promise(payload, note), at=at)
    if payload["kind"] == ReplyKind.DISPUTE:
        await add_dispute(conn, _dispute(payload, note), at=at)
    await add_deliveries(conn, [*_pushes(payload, note, at), *_line(payload, note, titles, at)])


def _note(payload: Payload) -> Note:
    written_at = datetime.fromisoformat(payload["written_at"])
    return Note(
        id=record_id(ORIGIN, "note", payload["key"]),
        origin=ORIGIN,
        source_id=payload["key"],
        seen_at=written_at,
        source_changed_at=written_at,
        about_id=RecordId(payload["about_id"]),
        text=payload["text"] or payload["title"],
        written_at=written_at,
        title=payload["title"] or None,
        author=payload["author"],
        author_id=payload["author_id"],
        permalink=payload["permalink"] or None,
    )


def _promise(payload: Payload, note: Note) -> Promise:
    return Promise(
        id=f"promise:{payload['key']}",
        about_id=note.about_id,
        amount=_money(payload, "amount"),
        owed=_money(payload, "owed"),
        promised_on=date.fromisoformat(payload["promised_on"]),
        made_at=note.written_at,
        author=payload["author"],
        author_id=payload["author_id"],
        slack_user=payload["slack_user"],
        note_id=note.id,
        permalink=note.permalink,
    )


def _dispute(payload: Payload, note: Note) -> Dispute:
    return Dispute(
        id=f"dispute:{payload['key']}",
        invoice_id=note.about_id,
        reason=DisputeReason(payload["reason"]),
        amount=_money(payload, "amount"),
        opened_at=note.written_at,
        author=payload["author"],
        author_id=payload["author_id"],
        slack_user=payload["slack_user"],
        note_id=note.id,
        permalink=note.permalink,
    )


def _pushes(payload: Payload, note: Note, at: datetime) -> list[Delivery]:
    """The note to each target, with what its handler shows when it moves."""
    return [
        _with(_push(payload, note, target, at), payload, "view_id", "kind", "about", "title", "text")
        for target in targets_of(payload)
    ]


def _push(payload: Payload, note: Note, target: str, at: datetime) -> Delivery:
    parts = (payload["title"], payload["text"], payload["permalink"] and f"Slack: {payload['permalink']}")
    return note_push(
        id=f"{note.id}/{target}",
        target=target,
        about_kind=payload["about_kind"],
        about_id=note.about_id,
        customer_id=RecordId(payload["customer_id"]),
        note_id=note.id,
        text="\n".join(filter(None, parts)),
        written_at=note.written_at,
        at=at,
        title=payload["title"] or "Note",
        author_name=payload["author"],
        author=payload["slack_user"],
    )


def _line(payload: Payload, note: Note, titles: Mapping[str, str], at: datetime) -> list[Delivery]:
    """The quiet line under the message that was answered. Nobody is told when it fails but by its handler."""
    if not payload["channel"] or not payload["thread_ts"]:
        return []
    state = state_words(queued(targets_of(payload), titles))
    line = slack_post(
        thread_line(payload["author"], ReplyKind(payload["kind"]), state),
        id=line_id(note.id),
        kind=LINE,
        channel=payload["channel"],
        thread_ts=payload["thread_ts"],
        at=at,
        about_id=note.about_id,
        note_id=note.id,
    )
    return [_with(line, payload, "kind", "about", "author", "slack_user")]


def line_id(note_id: str) -> str:
    """The id of the delivery that is the line under the answered message."""
    return f"{note_id}/line"


def queued(targets: tuple[str, ...], titles: Mapping[str, str]) -> dict[str, DeliveryState]:
    """How it stands in each target, by title, right after it was saved."""
    return {titles.get(target, target): DeliveryState.QUEUED for target in targets}


def targets_of(payload: Payload) -> tuple[str, ...]:
    """The systems that the reply is sent to, by name."""
    return tuple(filter(None, payload["targets"].split(",")))


def shown_text(text: str) -> str:
    """As much of a reply as its confirmation repeats."""
    return text[:_MAX_SHOWN]


def _with(delivery: Delivery, payload: Payload, *names: str) -> Delivery:
    """The delivery with what its handler needs to know of the reply, apart from what its sender reads."""
    return replace(delivery, payload={**delivery.payload, "reply": {name: payload[name] for name in names}})


def _money(payload: Payload, name: str) -> Money:
    return Money(currency=payload["currency"], minor=int(payload[name]))
