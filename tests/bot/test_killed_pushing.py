"""F17 for NetSuite: notes, contacts and messages, killed at any moment on their way, are there once each."""

import asyncio
import random
import signal
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from sandbox.ledger import Kind, Ledger
from sandbox.netsuite import NetSuiteStandIn
from store.db import Store, sqlite_url
from store.records import record_id
from sync.connectors.netsuite import connect
from tests.bot import pusher, sender
from tests.bot.test_killed import new_folder
from tests.store.make import make_customer, save

NOBODY = "http://127.0.0.1:1/api/"


async def endure(folder: Path, template: Path, *, kills: int, names: int) -> None:
    """Push again and again, each time killed at seeded moments until all has arrived, until so many kills."""
    dice = random.Random(17)  # noqa: S311 - a seeded choice of moments
    ledger = Ledger.seeded(today=datetime.now(UTC).date(), customers=6, invoices_per_customer=1)
    async with NetSuiteStandIn(ledger) as account:
        await asyncio.to_thread(connect, environment(account), {}, folder)
        customer = str(min(ledger.customers))
        for turn in count():
            here, deaths, code = new_folder(folder / f"turn-{turn}", template), 0, None
            store = Store(sqlite_url(here / "store.db"))
            await save(store, make_customer(customer))
            await store.close()
            while code != 0:
                life = sender.Plan(
                    store_url=sqlite_url(here / "store.db"),
                    work_url=f"sqlite:///{here / 'work.db'}",
                    slack_url=NOBODY,
                    slack_token="xoxb-none",
                    target_url=NOBODY,
                    prefix=f"turn{turn}",
                    notes=names,
                    death=dice.randrange(2**32) if deaths < kills else None,
                )
                plan = pusher.Plan(
                    life=life,
                    environment=tuple(environment(account).items()),
                    folder=folder,
                    customer_id=record_id("netsuite", "customer", customer),
                )
                code = await asyncio.to_thread(pusher.live, plan)
                assert code in {0, -signal.SIGKILL}
                deaths += code != 0
            expected = sorted(f"turn{turn}-{number}" for number in range(names))
            assert arrived(ledger, f"turn{turn}-") == [expected] * len(pusher.KINDS)
            kills -= deaths
            if kills <= 0:
                return


def environment(account: NetSuiteStandIn) -> dict[str, str]:
    secrets = account.credentials
    return {
        "NETSUITE_ACCOUNT_ID": secrets.account,
        "NETSUITE_CONSUMER_KEY": secrets.consumer_key,
        "NETSUITE_CONSUMER_SECRET": secrets.consumer_secret,
        "NETSUITE_TOKEN_ID": secrets.token_id,
        "NETSUITE_TOKEN_SECRET": secrets.token_secret,
        "NETSUITE_SOAP_URL": account.soap_url,
    }


def arrived(ledger: Ledger, prefix: str) -> list[list[str]]:
    """The names of the notes, contacts and messages that NetSuite has, sorted."""
    notes = [note.text for note in ledger.records(Kind.NOTE).values()]
    contacts = [contact.entity_id.removeprefix("Bea ") for contact in ledger.contacts.values()]
    messages = [message.subject for message in ledger.records(Kind.MESSAGE).values()]
    return [sorted(name for name in names if name.startswith(prefix)) for names in (notes, contacts, messages)]


class TestKilled:
    async def test_once(self, tmp_path: Path, sqlite_template: Path) -> None:
        await endure(tmp_path, sqlite_template, kills=1, names=2)

    @pytest.mark.soak
    @pytest.mark.timeout(3600)
    async def test_two_hundred_times(self, tmp_path: Path, sqlite_template: Path) -> None:
        await endure(tmp_path, sqlite_template, kills=200, names=6)
