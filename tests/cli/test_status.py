"""`tesorio sync` and `status` over a source in memory: what is deleted, quarantined and tied out, told to people."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from store.db import Store, sqlite_url
from sync.pull import PullOrder, pull_source
from sync.registry import CONNECTORS
from tests.cli.console import Console
from tests.sync.fake_source import FakeSource, FakeSystem
from tests.sync.test_tie_out import Telling

HOUR = timedelta(hours=1)


@pytest.fixture
def system() -> FakeSystem:
    """Three customers and twenty invoices, of yesterday."""
    made = FakeSystem(now=datetime.now(UTC) - timedelta(days=1))
    for _ in range(3):
        made.add_customer()
    for _ in range(20):
        made.add_invoice()
    made.now += HOUR
    return made


@pytest.fixture
def fake(upgraded: Console, system: FakeSystem, monkeypatch: pytest.MonkeyPatch) -> Console:
    """A console of an installation whose one system lists all its invoices each time."""
    monkeypatch.setitem(CONNECTORS, "fake", lambda *_settings: FakeSource(system, listed="all"))
    assert upgraded("sync", "fake").code == 0
    system.now = datetime.now(UTC)
    return upgraded


class TestSync:
    def test_says_what_would_change_before_it_does(self, fake: Console, system: FakeSystem) -> None:
        system.edit("1003", "changed")
        system.add_invoice()
        system.delete("invoice", "1004")
        ended = fake("sync", "fake", "--dry-run", "--json")
        _, invoices = ended.json
        assert (invoices["inserted"], invoices["changed"], invoices["deleted"]) == (1, 1, 1)
        assert {(one["record"], one["change"]) for one in invoices["examples"]} == {
            ("INV-1003", "memo: None → changed"),
            ("INV-1020", "new"),
        }
        told = fake("sync", "fake", "--dry-run").out
        assert "Would be read from fake" in told
        assert "memo: None → changed" in told
        _, invoices = fake("sync", "fake", "--json").json
        assert (invoices["inserted"], invoices["changed"], invoices["deleted"]) == (1, 1, 1)
        assert "Such as" not in fake("sync", "fake", "--dry-run").out

    def test_asks_before_it_follows_a_mass_deletion(self, fake: Console, system: FakeSystem) -> None:
        system.records["invoice"].clear()
        assert "Would ask first: Fake lists no invoices any more" in fake("sync", "fake", "--dry-run").out
        ended = fake("sync", "fake")
        assert ended.code == 1
        remedy = "`tesorio sync fake --stream invoices --accept-deletions`"
        assert "Something only a person can decide" in ended.err
        assert remedy in ended.err
        assert "customers" in ended.out
        assert remedy in fake("status").out
        [run] = fake("sync", "fake", "--stream", "invoices", "--accept-deletions", "--json").json
        assert (run["outcome"], run["deleted"]) == ("ok", 20)
        assert remedy not in fake("status").out

    def test_the_share_is_a_setting(self, fake: Console, system: FakeSystem) -> None:
        for source_id in list(system.records["invoice"])[:12]:
            system.delete("invoice", source_id)
        assert fake("sync", "fake").code == 1
        (fake.folder / "tesorio.toml").write_text("[sync]\nmax_deleted_percent = 60\n")
        ended = fake("sync", "fake", "--json")
        assert (ended.code, ended.json[1]["deleted"]) == (0, 12)

    def test_a_stream_that_fails_leaves_the_others_and_is_named(
        self, fake: Console, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = FakeSource(FakeSystem(now=datetime.now(UTC)))

        async def fail(stream: str, _number: int) -> None:
            if stream == "customers":
                raise ValueError(stream)

        source.before_page = fail
        monkeypatch.setitem(CONNECTORS, "fake", lambda *_settings: source)
        with pytest.raises(ValueError, match="customers"):
            fake("sync", "fake")
        runs = {run["stream"]: run["outcome"] for run in fake("status", "fake", "--json").json["runs"]}
        assert runs == {"customers": "failed", "invoices": "ok"}

    def test_writes_lines_where_no_terminal_watches(self, fake: Console, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level("INFO", "bot"):
            fake("sync", "fake", "--stream", "invoices")
        last = caplog.records[-1].__dict__
        assert (last["stream"], last["outcome"], last["unchanged"]) == ("invoices", "ok", 0)


class TestStatus:
    def test_of_a_source_that_was_never_read_is_refused(self, fake: Console) -> None:
        ended = fake("status", "salesforce")
        assert ended.code == 1
        assert "nothing was read from salesforce yet" in ended.err

    def test_shows_what_could_not_be_read_and_what_to_do(self, fake: Console, system: FakeSystem) -> None:
        system.broken = {"1003"}
        system.edit("1003", "broken")
        fake("sync", "fake")
        [held] = fake("status", "fake", "--json").json["quarantined"]
        assert (held["record"], held["reason"], held["payload"]) == ("fake invoices 1003", "bad date", "hash of 1003")
        assert held["since"] is not None
        assert "Correct these records over there" in fake("status").out

    def test_shows_all_of_a_named_source_and_says_of_how_many_it_is_silent(
        self, fake: Console, system: FakeSystem
    ) -> None:
        for _ in range(10):
            system.add_invoice()
        system.broken = set(system.records["invoice"])
        fake("sync", "fake", "--full")
        assert len(fake("status", "--json").json["quarantined"]) == 20
        assert "10 more: name the source, as in `tesorio status netsuite`" in fake("status").out
        named = fake("status", "fake", "--json").json
        assert (len(named["quarantined"]), named["quarantined_in_all"]) == (30, 30)
        assert "more: name" not in fake("status", "fake").out

    def test_shows_balances_that_differ_with_their_likely_cause(
        self, fake: Console, system: FakeSystem, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert fake("status", "fake", "--json").json["tie_outs"] == []
        monkeypatch.setitem(CONNECTORS, "fake", lambda *_settings: Telling(system, 2_500))
        fake("sync", "fake")
        found = fake("status", "fake", "--json").json
        [compared], [one] = found["tie_outs"], found["differences"]
        assert (compared["compared"], compared["differing"], compared["new"]) == (1, 1, 1)
        assert (one["customer"], one["balance"], one["open_invoices"]) == ("Customer 1", "25.00", "20.00")
        assert (one["difference"], one["currency"]) == ("5.00", "USD")
        assert one["likely_cause"].startswith("a kind of transaction that is not read, such as a statement charge")
        assert "Balances that differ" in fake("status").out

    def test_is_of_the_named_source_alone(self, fake: Console) -> None:
        asyncio.run(_pull_another(fake))
        assert {row["source"] for row in fake("status", "--json").json["sources"]} == {"fake", "other"}
        found = fake("status", "other", "--json").json
        assert {row["source"] for row in (*found["sources"], *found["runs"])} == {"other"}
        assert "Outbox" not in fake("status", "other").out


async def _pull_another(fake: Console) -> None:
    source = FakeSource(FakeSystem(now=datetime.now(UTC)))
    source.name = "other"
    store = Store(sqlite_url(fake.folder / "data" / "store.sqlite"))
    await pull_source(source, store, PullOrder(run_id="run"), clock=lambda: datetime.now(UTC))
    await store.close()
