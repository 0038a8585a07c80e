"""`tesorio push`: what waits for NetSuite is sent, in the order of each customer, by whoever can."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from store.customers import customers
from store.db import Store
from store.deliveries import Delivery, DeliveryState, add_deliveries, delivery_by_id
from store.invoices import invoices
from store.leases import take_lease
from store.pushes import note_push
from store.records import RecordId, record_id
from tests.cli.console import Console
from tests.cli.test_outbox import read, with_store

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DEAD = "http://127.0.0.1:9/services/NetSuitePort_2025_2"
IMPATIENT = "[netsuite]\nretry_attempts = 1\n"


def a_note(name: str, about: RecordId, kind: str = "customer", **values: object) -> Delivery:
    made = note_push(
        id=f"{name}/netsuite",
        target="netsuite",
        about_kind=kind,
        about_id=about,
        customer_id=about,
        note_id=record_id("tesorio", "note", name),
        text=f"Text of {name}",
        written_at=NOW,
        at=NOW,
        title="Note",
        author_name="Ana",
    )
    return replace(made, **values)  # type: ignore[arg-type]  # any field


@pytest.fixture
def waiting(filled: Console) -> Console:
    """A store in which three notes wait: two of one customer, of which the first was to wait for an hour."""

    async def fill(store: Store) -> None:
        async with store.write() as conn:
            known = (await conn.execute(select(customers.c.id).order_by(customers.c.id).limit(2))).scalars().all()
            invoice = (await conn.execute(select(invoices.c.id).limit(1))).scalar_one()
            later = datetime.now(UTC) + timedelta(hours=1)
            notes = [
                a_note("u1-first", RecordId(known[0]), not_before=later, attempts=3),
                a_note("u1-second", RecordId(known[0])),
                a_note("u1-third", RecordId(invoice), "invoice"),
            ]
            await add_deliveries(conn, notes)

    with_store(filled, fill)
    return filled


class TestPush:
    def test_sends_what_waits_and_then_there_is_nothing(self, waiting: Console) -> None:
        ended = waiting("push", "netsuite", "--json")
        assert ended.code == 0, ended.err
        assert [(row["id"], row["state"]) for row in ended.json] == [
            ("u1-first/netsuite", "sent"),
            ("u1-second/netsuite", "sent"),
            ("u1-third/netsuite", "sent"),
        ]
        first = read(waiting, "u1-first/netsuite")
        assert first.external_id.isdecimal()
        again = waiting("push")
        assert (again.code, again.out) == (0, "Sent: none\n")

    def test_what_may_have_arrived_is_looked_up_first(self, waiting: Console) -> None:
        assert waiting("push").code == 0
        sent = read(waiting, "u1-third/netsuite")

        async def forget(store: Store) -> None:
            async with store.write() as conn:
                doubtful = replace(sent, id="twin", state=DeliveryState.UNKNOWN, in_doubt=True, external_id="")
                await add_deliveries(conn, [doubtful])

        with_store(waiting, forget)
        assert waiting("push").code == 0
        assert read(waiting, "twin").external_id == sent.external_id

    def test_behind_what_does_not_arrive_nothing_of_that_customer_is_sent(self, waiting: Console) -> None:
        (waiting.folder / "tesorio.toml").write_text(IMPATIENT)
        ended = waiting("push", "--json", NETSUITE_SOAP_URL=DEAD, NETSUITE_RESTLET_URL="")
        assert ended.code == 1
        assert "not everything has arrived" in ended.err
        assert [(row["id"], row["state"], row["attempts"]) for row in ended.json] == [
            ("u1-first/netsuite", "queued", 4),
            ("u1-third/netsuite", "queued", 1),
        ]
        assert read(waiting, "u1-second/netsuite").attempts == 0

    def test_leaves_it_to_a_running_bot(self, waiting: Console, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bot.cli.pushing._PATIENCE", timedelta())

        async def run(store: Store) -> None:
            async with store.write() as conn:
                await take_lease(conn, "replica/x", "x", now=datetime.now(UTC), lasting=timedelta(minutes=1))

        with_store(waiting, run)
        ended = waiting("push", "--json")
        assert ended.code == 1
        assert {row["state"] for row in ended.json} == {"queued"}

        async def look(store: Store) -> Delivery | None:
            async with store.read() as conn:
                return await delivery_by_id(conn, "u1-first/netsuite")

        hastened = with_store(waiting, look)
        assert hastened is not None
        assert (hastened.not_before, hastened.round) == (None, 2)

    def test_names_what_is_not_set_up(self, filled: Console, bare: Console) -> None:
        assert "nothing is sent to invoiced from here" in filled("push", "invoiced").err
        ended = bare("push")
        assert (ended.code, "no system is set up to send to" in ended.err) == (1, True)
