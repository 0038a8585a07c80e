"""`tesorio outbox`: what did not arrive, sent again or given up, with the store as the only thing between."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import update

from bot.deliver import slack_post
from bot.views.parts import message, paragraph
from store.audit import audit_events
from store.db import Store, sqlite_url
from store.deliveries import Delivery, DeliveryState, add_deliveries, deliveries, delivery_by_id
from tests.cli.console import Console
from tests.store.make import rows

_T = TypeVar("_T")


def a_post(name: str, state: DeliveryState, at: datetime, channel: str = "C1", **values: object) -> Delivery:
    content = message(name, [paragraph("text", name)])
    post = slack_post(content, id=name, kind="share", channel=channel, at=at)
    return replace(post, state=state, told=state.value, is_enqueued=True, **values)  # type: ignore[arg-type]  # any field


@pytest.fixture
def stored(upgraded: Console) -> Console:
    """A store with a delivery in each state, and one that can be looked up."""
    # Minutes are shown, so the age is counted from this test, not from when its file was loaded.
    at = datetime.now(UTC) - timedelta(hours=3, minutes=5)
    posts = [a_post(state.value, state, at) for state in DeliveryState if state is not DeliveryState.UNKNOWN]
    posts.append(a_post("unknown", DeliveryState.UNKNOWN, at, in_doubt=True, asked_at=at, reason="TimeoutError"))
    posts.append(a_post("traceable", DeliveryState.UNKNOWN, at, channel="U1", in_doubt=True))

    async def fill(store: Store) -> None:
        async with store.write() as conn:
            await add_deliveries(conn, posts)

    with_store(upgraded, fill)
    return upgraded


def with_store(console: Console, act: Callable[[Store], Awaitable[_T]]) -> _T:
    """What this makes of the store in the console's folder."""

    async def work() -> _T:
        store = Store(sqlite_url(console.folder / "data" / "store.sqlite"))
        try:
            return await act(store)
        finally:
            await store.close()

    return asyncio.run(work())


def read(console: Console, name: str) -> Delivery:
    async def act(store: Store) -> Delivery:
        async with store.read() as conn:
            found = await delivery_by_id(conn, name)
        assert found is not None
        return found

    return with_store(console, act)


class TestList:
    def test_shows_what_has_not_arrived_and_why(self, stored: Console) -> None:
        found = stored("outbox", "list", "--json").json
        assert [row["id"] for row in found] == ["queued", "rejected", "dead", "unknown", "traceable"]
        [unknown] = [row for row in found if row["id"] == "unknown"]
        assert unknown == {
            "id": "unknown",
            "state": "unknown",
            "kind": "share",
            "to": "slack/C1",
            "age": "3 h 5 min",
            "attempts": 0,
            "reason": "TimeoutError",
        }

    def test_by_state_and_as_a_table(self, stored: Console) -> None:
        ended = stored("outbox", "list", "--state", "sent", "--state", "dropped")
        assert "sent" in ended.out
        assert "unknown" not in ended.out
        assert stored("outbox", "list", "--limit", "1", "--json").json[0]["id"] == "queued"
        assert stored("outbox", "list", "--state", "lost").code == 2


class TestRetry:
    @pytest.mark.parametrize("name", ["rejected", "dead", "dropped"])
    def test_sets_it_going_again(self, stored: Console, name: str) -> None:
        ended = stored("outbox", "retry", name)
        assert ended.out == "1 delivery will be sent again.\n"
        again = read(stored, name)
        assert (again.state, again.round, again.is_enqueued) == (DeliveryState.QUEUED, 2, False)
        assert again.decided_at is not None

    def test_what_may_have_arrived_needs_a_word(self, stored: Console) -> None:
        refused = stored("outbox", "retry", "unknown")
        assert refused.code == 1
        assert "may have arrived" in refused.err
        assert read(stored, "unknown").round == 1
        assert stored("outbox", "retry", "unknown", "--yes").code == 0
        assert (read(stored, "unknown").state, read(stored, "unknown").in_doubt) == (DeliveryState.QUEUED, False)

    def test_what_can_be_looked_up_is(self, stored: Console) -> None:
        assert stored("outbox", "retry", "traceable").code == 0
        assert (read(stored, "traceable").state, read(stored, "traceable").in_doubt) == (DeliveryState.UNKNOWN, True)

    def test_what_is_not_kept_any_more_cannot_be_sent(self, stored: Console) -> None:
        async def empty(store: Store) -> None:
            async with store.write() as conn:
                await conn.execute(update(deliveries).where(deliveries.c.id == "dead").values(payload_json="{}"))

        with_store(stored, empty)
        refused = stored("outbox", "retry", "dead")
        assert refused.code == 1
        assert "too old, what they said is not kept any more: dead" in refused.err
        moved = stored("outbox", "retry", "--state", "dead", "--state", "rejected", "--json").json
        assert [row["id"] for row in moved] == ["rejected"]

    def test_all_in_a_state(self, stored: Console) -> None:
        moved = stored("outbox", "retry", "--state", "dead", "--state", "rejected", "--json").json
        assert [row["id"] for row in moved] == ["rejected", "dead"]
        assert {row["state"] for row in moved} == {"queued"}

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [((), "name deliveries"), (("nothing",), "no such delivery: nothing"), (("sent",), "has arrived")],
    )
    def test_says_what_is_wrong(self, stored: Console, arguments: tuple[str, ...], complaint: str) -> None:
        for command in ("retry", "drop"):
            ended = stored("outbox", command, *arguments)
            assert ended.code == 1
            assert complaint in ended.err


class TestDrop:
    def test_gives_up_and_is_audited(self, stored: Console) -> None:
        assert stored("outbox", "drop", "unknown", "queued", "--reason", "told by phone").code == 0
        assert (read(stored, "unknown").state, read(stored, "unknown").in_doubt) == (DeliveryState.DROPPED, True)
        assert read(stored, "queued").reason == "told by phone"
        found = with_store(stored, lambda store: rows(store, audit_events))
        assert [(row["actor"], row["action"], row["subject"]) for row in found] == [
            ("system", "outbox.drop", "queued"),
            ("system", "outbox.drop", "unknown"),
        ]


class TestHouse:
    def test_status_and_doctor_tell_of_it(self, stored: Console) -> None:
        told = stored("status", "--json").json["deliveries"]
        assert {row["state"]: row["deliveries"] for row in told} == {
            "queued": 1,
            "unknown": 2,
            "rejected": 1,
            "dead": 1,
            "dropped": 1,
            "oldest waits": "3 h 5 min",
        }
        [finding] = [row for row in stored("doctor", "database", "--json").json if row["check"] == "outbox"]
        assert finding["ok"] == "NO"
        assert finding["detail"] == "2 unknown, 1 rejected, 1 dead"
        stored("outbox", "drop", "--state", "unknown", "--state", "rejected", "--state", "dead")
        [finding] = [row for row in stored("doctor", "database", "--json").json if row["check"] == "outbox"]
        assert finding["detail"] == "the oldest waits for 3 h 5 min"
        stored("outbox", "drop", "--state", "queued")
        [finding] = [row for row in stored("doctor", "database", "--json").json if row["check"] == "outbox"]
        assert (finding["ok"], finding["detail"]) == ("yes", "0 on their way")
