"""How tests write e-mails from a card, and what they look at afterwards."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sandbox.slack import Outcome, Waiting
from sandbox.slack.seed import ANA
from sandbox.smtp import Mail, MailStandIn
from store.deliveries import Delivery
from store.invoices import invoice_by_id
from store.messages import Message, messages_about
from store.money import Money
from store.pulled import tombstone_records, upsert_records
from store.records import RecordId
from store.work import WorkState
from tests.bot.replying import A_FORM, about_invoice, card_of, last_submission, submit
from tests.bot.world import World, ended, open_world

SENDER = "Accounts Receivable <ar@meridian.example>"
TO = "pat@sun.example"
A_PREVIEW = Waiting(until=lambda seen: "This is what will be sent" in str(seen.view))


@asynccontextmanager
async def mail_world(folder: Path, mail: MailStandIn, **rules: Any) -> AsyncIterator[World]:
    """A world that can send mail, and records it in NetSuite."""
    settings = {"TESORIO_SMTP_URL": mail.url, "TESORIO_MAIL_FROM": SENDER}
    async with open_world(folder, targets=None, more_settings=settings, more_rules=rules) as world:
        yield world


async def form_on(world: World, line: str = "/tesorio invoice INV-12345", user: str = ANA) -> None:
    card = await card_of(world, line, user)
    await world.workspace.click(user, card, "email.open", waiting=A_FORM)


async def previewed(world: World, line: str = "/tesorio invoice INV-12345", **fields: Any) -> Outcome:
    """The second step, with these values in the first; to TO alone unless they say otherwise."""
    await form_on(world, line)
    values = {"to": [], "others": TO} | fields
    entered = {f"email.{name}": value for name, value in values.items()}
    return await world.workspace.submit(ANA, entered, A_PREVIEW)


async def sent(world: World) -> str:
    """Press «Send»; the id of the delivery, once it is in the outbox."""
    await submit(world, {})
    pressed = last_submission(world)
    key = f"{pressed['user']['id']}-{json.loads(pressed['view']['private_metadata'])['nonce']}".lower()
    assert await ended(world.assistant, f"email-{key}") is WorkState.DONE
    return f"email/{key}"


async def mailed(world: World, **fields: Any) -> Delivery:
    """The delivery of an e-mail to TO, once it has come to an end."""
    await previewed(world, **fields)
    return await world.delivered(await sent(world))


async def recorded(world: World, about: RecordId | None = None) -> tuple[Message, ...]:
    """The messages about INV-12345 that were written here."""
    async with world.store.read() as conn:
        found = await messages_about(conn, about or about_invoice(world), limit=99)
    return tuple(each for each in found if each.author_id)


def newest(mail: MailStandIn, address: str = TO) -> Mail:
    return mail.box.to(address)[-1]


async def change(world: World, record: Any, **changes: Any) -> None:
    """What a sync would write, of a record that its source has."""
    newer = max(record.source_changed_at or world.clock(), world.clock()) + timedelta(seconds=1)
    changed = replace(record, deleted_at=None, source_changed_at=newer, **changes)
    async with world.store.write() as conn:
        await upsert_records(conn, [changed], at=world.clock())


async def change_invoice(world: World, **changes: Any) -> None:
    async with world.store.read() as conn:
        known = await invoice_by_id(conn, about_invoice(world))
    await change(world, known, **changes)


async def bury(world: World, kind: str, *ids: RecordId) -> None:
    async with world.store.write() as conn:
        await tombstone_records(conn, kind, ids, at=world.clock())


def usd(minor: int) -> Money:
    return Money(currency="USD", minor=minor)


def subjects(mail: MailStandIn) -> list[str]:
    return [each.subject for each in mail.box.mails]
