"""What tests of the notifier start from: an installation without Slack, a clock by hand, and who subscribes."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.audit_log import AuditLog
from bot.deps import Deps
from bot.feed import read_on
from bot.notify.service import look_round, reader
from bot.slack.answering import Answering
from bot.slack.client import SlackClient
from store.channels import ChannelFacts, put_channel
from store.cursors import claim_cursor, complete_cursor
from store.customers import Customer
from store.day_marks import mark_day
from store.db import Store
from store.deliveries import Delivery, deliveries, delivery_from_row
from store.invoices import Invoice, InvoiceStatus
from store.runs import Outcome, SyncRun, start_run
from store.subscriptions import ChannelSubscription, NewsKind, put_subscription
from store.users import Role, SlackLink, add_user, link_slack
from sync.durable import DurableWork
from tests.store.make import AT, make_customer, make_invoice, save, usd

TEAM, ANA, CHANNEL = "T1", "U0ANA", "C0AR"
TODAY = date(2026, 11, 22)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = AT

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Notifier:
    """The notifier over a store, one round at a time."""

    deps: Deps
    clock: Clock

    async def look(self) -> None:
        """Read all changes, then do what time and waiting news ask for."""
        while await read_on(self.deps.store, reader(self.deps)):
            pass
        await look_round(self.deps)

    async def posts(self, kind: str = "notice") -> list[Delivery]:
        """What was put into the outbox, oldest first."""
        query = select(deliveries).where(deliveries.c.kind == kind).order_by(deliveries.c.sequence)
        async with self.deps.store.read() as conn:
            return [delivery_from_row(row) for row in (await conn.execute(query)).mappings()]

    async def texts(self, kind: str = "notice") -> list[str]:
        return [str(post.payload["text"]) for post in await self.posts(kind)]


def make_deps(store: Store, clock: Clock, **changes: Any) -> Deps:
    slack = SlackClient(token="xoxb-none", base_url="http://127.0.0.1:9/api/", retry_handlers=[])
    known: dict[str, Any] = {
        "store": store,
        "index": None,
        "work": DurableWork(database_url="sqlite://", executor_id="none"),
        "slack": slack,
        "answering": Answering(slack),
        "audit": AuditLog(store),
        "clock": clock,
        "zone": ZoneInfo("UTC"),
        "locale": "en_US",
        "stale_after": timedelta(hours=26),
        "source_titles": {"netsuite": "NetSuite"},
        "team_id": TEAM,
    }
    return Deps(**known | changes)


def make_subscription(**changes: Any) -> ChannelSubscription:
    known: dict[str, Any] = {
        "id": "s1",
        "channel_id": CHANNEL,
        "owner_id": "nobody",
        "owner_slack": ANA,
        "events": tuple(NewsKind),
        "time_zone": "UTC",
        "created_at": AT - timedelta(days=30),
        "counts_from": AT - timedelta(days=30),
    }
    return ChannelSubscription(**known | changes)


async def linked(store: Store, slack_user: str = ANA, role: Role = Role.FINANCE) -> str:
    """An account for a Slack user; its id."""
    async with store.write() as conn:
        user = await add_user(conn, email=f"{slack_user}@m.example", name=slack_user, role=role, at=AT)
        link = SlackLink(team_id=TEAM, slack_user_id=slack_user, user_id=user.id, linked_at=AT, linked_by="test")
        await link_slack(conn, link)
    return user.id


async def subscribed(store: Store, **changes: Any) -> ChannelSubscription:
    """A subscription of somebody who may have one; its digest was due never before now."""
    owner = changes.pop("owner_id", None) or await linked(store)
    made = make_subscription(owner_id=owner, **changes)
    async with store.write() as conn:
        await put_subscription(conn, made)
        await put_channel(conn, ChannelFacts(id=CHANNEL, name="ar", is_member=True), asked_at=AT)
    return made


async def read_once(store: Store) -> None:
    """NetSuite was read to its end, an hour ago."""
    ended = AT - timedelta(hours=1)
    async with store.write() as conn:
        for stream in ("customers", "invoices"):
            run = SyncRun(id=f"first/{stream}", source="netsuite", stream=stream, started_at=ended, outcome=Outcome.OK)
            await start_run(conn, replace(run, ended_at=ended))
            await complete_cursor(conn, await claim_cursor(conn, "netsuite", stream, run.id), at=ended)


async def settled(notifier: Notifier) -> None:
    """Let the notifier begin: its place in the feed is the end, and today's past due are told."""
    await read_on(notifier.deps.store, reader(notifier.deps))
    async with notifier.deps.store.write() as conn:
        await mark_day(conn, "past_due", notifier.clock().date())


CUSTOMER = make_customer(name="ABC Inc", sales_rep="Ann Lee")
PAYMENTS: dict[str, Any] = {"events": (NewsKind.PAYMENT,)}
PAST_DUE: dict[str, Any] = {"events": (NewsKind.PAST_DUE,)}


async def pay(notifier: Notifier, invoice: Invoice, minor: int) -> Invoice:
    """Save the invoice with so much less open on it."""
    left = invoice.open_balance.minor - minor
    status = InvoiceStatus.PARTIALLY_PAID if left else InvoiceStatus.PAID
    paid = replace(invoice, open_balance=usd(left), status=status)
    await save(notifier.deps.store, paid, at=notifier.clock())
    return paid


def invoices(count: int) -> list[Invoice]:
    """Open invoices of $100.00 that are not due for long."""
    return [make_invoice(str(number), due_date=date(2027, 1, 1)) for number in range(1, count + 1)]


async def begun(notifier: Notifier, *records: Customer | Invoice, **subscription: Any) -> None:
    """A store that has read these records, and one subscription."""
    await save(notifier.deps.store, CUSTOMER, *records, at=AT - timedelta(hours=1))
    await read_once(notifier.deps.store)
    await settled(notifier)
    await subscribed(notifier.deps.store, **subscription)
