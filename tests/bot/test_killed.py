"""F17: notes on their way to Slack and to a system of record, killed at any moment, arrive once and in order."""

import asyncio
import random
import signal
import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from shutil import copyfile

import pytest

from sandbox.slack import SlackStandIn
from sandbox.slack.seed import ANA, AR_TEAM, BEN, BEN_APP_DM, TEAM_ID
from store.db import Store, sqlite_url
from store.deliveries import DeliveryState
from store.migrate import upgrade
from store.outbox import listed_deliveries
from store.refs import ExternalRef, add_refs
from store.users import Role, SlackLink, add_user, link_slack
from tests.bot.sender import Plan, live
from tests.contract.fake_target import NoteKeeper, note_keeper
from tests.patient import patient
from tests.store.make import AT, CUSTOMER_ID, make_customer, save


def new_folder(folder: Path, template: Path) -> Path:
    folder.mkdir()
    copyfile(template, folder / "store.db")
    return folder


async def prepare(url: str) -> None:
    """Let the store know a customer of the system, and Ana."""
    store = Store(url)
    await save(store, make_customer())
    async with store.write() as conn:
        await add_refs(conn, [ExternalRef(system="crm", object="account", external_id="A7", record_id=CUSTOMER_ID)])
        ana = await add_user(conn, email="ana@meridian.example", name="Ana", role=Role.FINANCE, at=AT)
        link = SlackLink(team_id=TEAM_ID, slack_user_id=ANA, user_id=ana.id, linked_at=AT, linked_by="test")
        await link_slack(conn, link)
    await store.close()


def stored_notes(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "store.db")) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return sorted(row[0] for row in conn.execute("SELECT text FROM notes"))


def places(folder: Path) -> dict[str, list[str]]:
    """What had to come where, in the order of the outbox."""
    found: dict[str, list[str]] = {}
    with closing(sqlite3.connect(folder / "store.db")) as conn:
        for (delivery_id,) in conn.execute("SELECT id FROM deliveries WHERE kind = 'test' ORDER BY sequence"):
            name, _, place = delivery_id.partition("/")
            found.setdefault({BEN: BEN_APP_DM}.get(place, place), []).append(name)
    return found


def decided(folder: Path) -> set[str]:
    """What somebody was asked about and sent again: what was behind it has gone on meanwhile."""
    with closing(sqlite3.connect(folder / "store.db")) as conn:
        rows = conn.execute("SELECT id FROM deliveries WHERE kind = 'test' AND decided_at IS NOT NULL").fetchall()
    return {str(row[0]).partition("/")[0] for row in rows}


def without(left_out: set[str], found: dict[str, list[str]]) -> dict[str, list[str]]:
    return {place: [text for text in texts if text not in left_out] for place, texts in found.items()}


def arrived(slack: SlackStandIn, keeper: NoteKeeper, prefix: str) -> dict[str, list[str]]:
    """What came where, in the order in which it came."""
    seen = {place: [each.text for each in slack.workspace.messages(place)] for place in (BEN_APP_DM, AR_TEAM)}
    return {
        place: [text for text in texts if text.startswith(prefix)]
        for place, texts in (seen | {"crm": keeper.texts()}).items()
    }


async def endure(folder: Path, template: Path, *, kills: int, notes: int) -> None:
    """Send notes again and again, each time killed at seeded moments until all has arrived, until so many kills."""
    dice = random.Random(17)  # noqa: S311 - a seeded choice of moments
    async with SlackStandIn(deadlines=patient()) as slack, note_keeper() as keeper:
        for turn in count():
            here, deaths, code = new_folder(folder / f"turn-{turn}", template), 0, None
            await prepare(sqlite_url(here / "store.db"))
            while code != 0:
                plan = Plan(
                    store_url=sqlite_url(here / "store.db"),
                    work_url=f"sqlite:///{here / 'work.db'}",
                    slack_url=slack.api_url,
                    slack_token=slack.bot_token,
                    target_url=keeper.url,
                    prefix=f"turn{turn}",
                    notes=notes,
                    death=dice.randrange(2**32) if deaths < kills else None,
                )
                code = await asyncio.to_thread(live, plan)
                assert code in {0, -signal.SIGKILL}
                deaths += code != 0
            expected = [f"turn{turn}-{number}" for number in range(notes)]
            assert stored_notes(here) == sorted(expected)
            came, asked = arrived(slack, keeper, f"turn{turn}-"), decided(here)
            assert without(asked, came) == without(asked, places(here))
            assert all(sorted(texts) == sorted(expected) for texts in (*came.values(), *places(here).values()))
            kills -= deaths
            if kills <= 0:
                return


class TestKilled:
    async def test_a_few_times(self, tmp_path: Path, sqlite_template: Path) -> None:
        await endure(tmp_path, sqlite_template, kills=1, notes=3)

    @pytest.mark.soak
    @pytest.mark.timeout(3600)
    async def test_two_hundred_times(self, tmp_path: Path, sqlite_template: Path) -> None:
        await endure(tmp_path, sqlite_template, kills=200, notes=8)


class TestReplicas:
    @pytest.mark.postgres
    async def test_two_send_each_thing_once_and_in_order(self, empty_postgres_url: str) -> None:
        store = Store(empty_postgres_url)
        await upgrade(store)
        await prepare(empty_postgres_url)
        async with SlackStandIn(deadlines=patient()) as slack, note_keeper() as keeper:
            plans = [
                Plan(
                    store_url=empty_postgres_url,
                    work_url=empty_postgres_url.replace("postgresql+asyncpg", "postgresql+psycopg"),
                    replica=f"replica-{number}",
                    slack_url=slack.api_url,
                    slack_token=slack.bot_token,
                    target_url=keeper.url,
                    prefix="both",
                    notes=3,
                    death=None,
                )
                for number in range(2)
            ]
            assert await asyncio.gather(*(asyncio.to_thread(live, plan) for plan in plans)) == [0, 0]
            seen = arrived(slack, keeper, "both-")
        async with store.read() as conn:
            found = await listed_deliveries(conn, (DeliveryState.SENT,), limit=100)
        await store.close()
        for place, texts in seen.items():
            to = {BEN_APP_DM: BEN}.get(place, place)
            assert texts == [one.id.partition("/")[0] for one in found if one.id.endswith(f"/{to}")]
            assert len(texts) == 3
