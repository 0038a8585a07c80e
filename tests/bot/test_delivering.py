"""One delivery brought to its end, with senders and features that do as they are told."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfile
from zoneinfo import ZoneInfo

import pytest

from bot.audit_log import AuditLog
from bot.commands.outbox import troubles
from bot.delivering import BURST, Delivering
from bot.deps import Deps
from bot.feature import Delivered
from bot.slack.answering import Answering
from bot.slack.client import SlackClient
from store.db import Store, sqlite_url
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id
from store.errors import StoreBusyError
from store.outbox import ended_by_hand, listed_deliveries, move_delivery
from store.sending import Absent, Arrived, InDoubt, Later, Outcome, Refused, Trace, Untraceable
from store.users import Role, deactivate_user
from store.work import TryLaterError
from sync.durable import DurableWork
from tests.notify.make import linked
from tests.store.make import AT

QUEUED, SENT, UNKNOWN = DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.UNKNOWN


@dataclass
class FakeSender:
    """Answers with what is on its lists, and then with arrivals."""

    outcomes: list[Outcome] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    spacing: timedelta = timedelta()
    sent: list[Delivery] = field(default_factory=list)
    found: int = 0
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def send(self, delivery: Delivery) -> Outcome:
        self.sent.append(delivery)
        if self.meanwhile is not None:
            await self.meanwhile()
        return self.outcomes.pop(0) if self.outcomes else Arrived(external_id="N1")

    async def find(self, _delivery: Delivery) -> Trace:
        self.found += 1
        return self.traces.pop(0)


class Clock:
    """Is behind the end of every wait as soon as it is asked."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        self.now += timedelta(hours=25)
        return self.now


class Bench:
    """The handler over a store of its own."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.sender, self.clock = store, FakeSender(), Clock()
        self.heard: list[tuple[str, str]] = []
        slack = SlackClient(base_url="http://127.0.0.1:1/api/")
        self.deps = Deps(
            store=store,
            index=None,
            work=DurableWork(database_url=f"sqlite:///{folder / 'work.db'}", executor_id="here"),
            slack=slack,
            answering=Answering(slack),
            audit=AuditLog(store),
            clock=self.clock,
            zone=ZoneInfo("UTC"),
            locale="en_US",
            stale_after=timedelta(hours=1),
            source_titles={},
            team_id="T1",
        )

    async def hear(self, _deps: Deps, delivery: Delivery) -> None:
        self.heard.append((delivery.id, delivery.state.value))

    def handler(self, told: Delivered | None = None) -> Delivering:
        return Delivering(
            self.deps,
            senders={"crm": self.sender},
            told={"note": told or self.hear},
            checks={},
            trouble=troubles,
            backoff=lambda _attempt, _asked: 1.0,
            outdated_after=timedelta(days=3000),
        )

    async def add(self, **values: object) -> None:
        known = Delivery(
            id="d", kind="note", target="crm", lane="crm/7", payload={"text": "x"}, created_at=AT, author="U1"
        )
        async with self.store.write() as conn:
            await add_deliveries(conn, [replace(known, **values)])  # type: ignore[arg-type]  # any field

    async def deliver(self, told: Delivered | None = None) -> Delivery:
        async with asyncio.timeout(60):
            await self.handler(told)("work", {"delivery_id": "d"})
        return await self.read()

    async def read(self) -> Delivery:
        async with self.store.read() as conn:
            found = await delivery_by_id(conn, "d")
        assert found is not None
        return found


@pytest.fixture
async def bench(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Bench]:
    copyfile(sqlite_template, tmp_path / "store.db")
    store = Store(sqlite_url(tmp_path / "store.db"))
    yield Bench(store, tmp_path)
    await store.close()


class TestStates:
    async def test_the_feature_hears_of_each_state_once(self, bench: Bench) -> None:
        bench.sender.outcomes = [Later(reason="busy"), InDoubt(reason="reset")]
        bench.sender.traces = [Absent()]
        await bench.add()
        delivery = await bench.deliver()
        assert (delivery.state, delivery.attempts) == (SENT, 3)
        assert bench.heard == [("d", "unknown"), ("d", "queued"), ("d", "sent")]
        await bench.deliver()
        assert len(bench.heard) == 3

    async def test_is_in_doubt_while_it_is_sent(self, bench: Bench) -> None:
        seen: list[Delivery] = []

        async def look() -> None:
            seen.append(await bench.read())

        bench.sender.meanwhile = look
        await bench.add()
        await bench.deliver()
        assert [(one.state, one.in_doubt, one.attempts) for one in seen] == [(QUEUED, True, 1)]
        assert bench.sender.sent[0].tried_at is not None

    async def test_what_was_left_in_doubt_by_a_crash_is_looked_up_first(self, bench: Bench) -> None:
        bench.sender.traces = [Arrived(external_id="N7")]
        await bench.add(in_doubt=True, attempts=1, tried_at=AT)
        assert (await bench.deliver()).external_id == "N7"
        assert not bench.sender.sent

    async def test_an_end_that_nobody_was_told_of_is_told(self, bench: Bench) -> None:
        await bench.add(state=SENT)
        await bench.deliver()
        assert bench.heard == [("d", "sent")]

    async def test_a_delivery_that_is_gone_is_no_work(self, bench: Bench) -> None:
        await bench.handler()("work", {"delivery_id": "never was"})
        assert not bench.sender.sent
        assert not bench.heard


class TestSpacing:
    async def test_a_lane_takes_a_few_one_right_after_the_other(self, bench: Bench) -> None:
        bench.deps = replace(bench.deps, clock=lambda: AT)
        bench.sender.spacing = timedelta(hours=1)
        for nth in range(BURST - 1):
            await bench.add(id=f"another {nth}", state=SENT, tried_at=AT)
        await bench.add()
        await bench.deliver()
        assert [sent.tried_at for sent in bench.sender.sent] == [AT]

    async def test_and_rests_until_they_are_spread_out(self, bench: Bench) -> None:
        bench.deps = replace(bench.deps, clock=lambda: datetime.now(UTC))
        bench.sender.spacing = timedelta(seconds=0.1)
        before = datetime.now(UTC)
        for nth in range(BURST):
            await bench.add(id=f"another {nth}", state=SENT, tried_at=before)
        await bench.add(id="elsewhere", state=SENT, tried_at=before + timedelta(hours=1), lane="crm/8")
        await bench.add()
        await bench.deliver()
        [sent] = bench.sender.sent
        assert sent.tried_at is not None
        assert BURST * timedelta(seconds=0.1) <= sent.tried_at - before


class TestTrouble:
    @pytest.mark.parametrize(
        ("outcome", "trace", "kind"),
        [(Refused(reason="no"), None, "outbox.trouble"), (InDoubt(reason="x"), Untraceable(), "outbox.question")],
    )
    async def test_its_author_is_told_once(self, bench: Bench, outcome: Outcome, trace: Trace, kind: str) -> None:
        bench.sender.outcomes, bench.sender.traces = [outcome], [trace]
        await bench.add()
        delivery = await bench.deliver()
        assert delivery.state in {DeliveryState.REJECTED, DeliveryState.DEAD}
        async with bench.store.read() as conn:
            told = [one for one in await listed_deliveries(conn, (QUEUED,), limit=9) if one.kind == kind]
        assert [one.payload["channel"] for one in told] == ["U1"]

    @pytest.mark.parametrize("may_see", [True, False])
    async def test_quotes_only_to_who_may_see_it_now(self, bench: Bench, may_see: bool) -> None:  # noqa: FBT001 - a table's column
        person = await linked(bench.store, "U1", Role.VIEWER)
        bench.sender.outcomes = [Refused(reason="no")]
        await bench.add(payload={"text": "Sun Microsystems owes $5.00"})
        if not may_see:
            async with bench.store.write() as conn:
                await deactivate_user(conn, person)
        await bench.deliver()
        async with bench.store.read() as conn:
            [told] = await listed_deliveries(conn, (QUEUED,), limit=9)
        assert ("Sun Microsystems" in json.dumps(told.payload)) is may_see

    async def test_a_feature_that_breaks_does_not_hold_up_the_lane(
        self, bench: Bench, caplog: pytest.LogCaptureFixture
    ) -> None:
        async def broken(_deps: Deps, _delivery: Delivery) -> None:
            raise ValueError("no such line")

        await bench.add()
        assert (await bench.deliver(broken)).told == "sent"
        assert "no such line" in caplog.text

    @pytest.mark.parametrize("error", [StoreBusyError(), TryLaterError("not now")])
    async def test_a_feature_that_cannot_now_is_told_again(self, bench: Bench, error: Exception) -> None:
        async def busy(_deps: Deps, _delivery: Delivery) -> None:
            raise error

        await bench.add()
        with pytest.raises(TryLaterError):
            await bench.deliver(busy)
        assert (await bench.read()).state is SENT
        await bench.deliver()
        assert bench.heard == [("d", "sent")]
        assert len(bench.sender.sent) == 1


class TestPeople:
    async def test_an_arrival_counts_though_it_was_dropped_meanwhile(self, bench: Bench) -> None:
        async def drop() -> None:
            before = await bench.read()
            async with bench.store.write() as conn:
                await move_delivery(conn, before, ended_by_hand(before, DeliveryState.DROPPED, AT, "no need"))

        bench.sender.meanwhile = drop
        await bench.add()
        delivery = await bench.deliver()
        assert (delivery.state, delivery.external_id) == (SENT, "N1")

    async def test_a_stop_waits_for_the_answer(self, bench: Bench) -> None:
        begun, answer = asyncio.Event(), asyncio.Event()

        async def slow() -> None:
            begun.set()
            await answer.wait()

        bench.sender.meanwhile = slow
        await bench.add()
        work = asyncio.create_task(bench.deliver())
        await begun.wait()
        work.cancel()
        await asyncio.sleep(0)
        answer.set()
        with pytest.raises((asyncio.CancelledError, TimeoutError)):
            await work
        assert (await bench.read()).external_id == "N1"
