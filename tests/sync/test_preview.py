from datetime import timedelta
from typing import Literal

import pytest

from store.db import Store
from store.runs import Outcome
from sync.errors import StopError
from sync.preview import MOST_EXAMPLES, Preview, preview_source
from sync.pull import PullOrder
from tests.sync.fake_source import FakeSource, FakeSystem
from tests.sync.pulling import Stopper, Unplugged, everything, pull

HOUR = timedelta(hours=1)


async def preview(source: FakeSource, store: Store, *, full: bool = False) -> tuple[Preview, ...]:
    order = PullOrder(run_id="dry", full=full)
    seen: list[str] = []
    found = await preview_source(
        source, store, order, clock=lambda: source.system.now, progress=lambda run: seen.append(run.stream)
    )
    assert len(seen) == sum(one.run.pages for one in found)
    return found


def counts(found: tuple[Preview, ...]) -> list[tuple[object, ...]]:
    runs = [one.run for one in found]
    return [(run.stream, run.outcome, run.inserted, run.changed, run.unchanged, run.quarantined) for run in runs]


class TestPreviewSource:
    async def test_tells_what_a_first_pull_would_bring(self, store: Store, source: FakeSource) -> None:
        source.system.broken = {"1003"}
        assert counts(await preview(source, store)) == [
            ("customers", Outcome.OK, 6, 0, 0, 0),
            ("invoices", Outcome.DEGRADED, 9, 0, 0, 1),
        ]

    async def test_tells_what_the_next_or_a_full_one_would_bring(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        source.system.now += 5 * HOUR
        source.system.edit("1003", "changed")
        source.system.add_invoice()
        assert counts(await preview(source, store))[1] == ("invoices", Outcome.OK, 1, 1, 0, 0)
        assert counts(await preview(source, store, full=True))[1] == ("invoices", Outcome.OK, 1, 1, 9, 0)

    async def test_shows_a_few_with_what_changes(self, store: Store, source: FakeSource) -> None:
        assert [len(one.examples) for one in await preview(source, store)] == [MOST_EXAMPLES] * 2
        await pull(source, store)
        source.system.now += 5 * HOUR
        source.system.add_invoice()
        source.system.edit("1003", "changed")
        _, invoices = await preview(source, store)
        shown = [(one.title, one.change.action, one.change.fields) for one in invoices.examples]
        assert shown == [("INV-1003", "changed", {"memo": (None, "changed")}), ("INV-1010", "inserted", {})]

    async def test_counts_once_what_comes_twice(self, store: Store, source: FakeSource) -> None:
        # What is open is read first, and again with all the others.
        twice = FakeSource(source.system, open_first=True)
        expected = counts(await preview(twice, store))
        assert expected[1][2:4] == (10, 0)
        assert expected[1][4] != 0
        runs = await pull(twice, store)
        assert [(run.inserted, run.changed, run.unchanged) for run in runs] == [row[2:5] for row in expected]

    async def test_changes_nothing(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        before = await everything(store)
        source.system.now += 5 * HOUR
        source.system.edit("1003", "changed")
        await preview(source, store)
        assert await everything(store) == before

    async def test_of_another_account_is_refused(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        source.system.account = "FAKE_2"
        with pytest.raises(StopError, match=r"account FAKE_1, not of FAKE_2"):
            await preview(source, store)


class TestDeletions:
    @pytest.mark.sampled
    @pytest.mark.parametrize("listed", ["all", "open", ""])
    async def test_are_counted_as_the_pull_would(
        self, store: Store, system: FakeSystem, listed: Literal["", "all", "open"]
    ) -> None:
        source = FakeSource(system, listed=listed, reports_deletions=not listed)
        await pull(source, store)
        system.now += HOUR
        for source_id in ("1003", "1009"):
            system.delete("invoice", source_id)
        system.now += HOUR
        system.add_invoice()
        before = await everything(store)
        previewed = [one.run.deleted for one in await preview(source, store)]
        assert await everything(store) == before
        assert previewed == [run.deleted for run in await pull(source, store, "next")]
        assert sum(previewed) == 2

    async def test_of_too_many_the_question_is_told(self, store: Store, system: FakeSystem) -> None:
        for _ in range(10):
            system.add_invoice()
        source = FakeSource(system, listed="all")
        system.now += HOUR
        await pull(source, store)
        system.now += HOUR
        system.records["invoice"].clear()
        _, invoices = await preview(source, store)
        assert invoices.run.deleted == 20
        assert "Fake lists no invoices any more: 20 of 20" in invoices.questions[0]
        with pytest.raises(StopError):
            await pull(source, store, "next")
        source.listed = ""
        _, waiting = await preview(source, store)
        assert (waiting.run.deleted, waiting.questions) == (20, invoices.questions)

    async def test_of_a_list_that_was_begun_before_nothing_is_said(self, store: Store, system: FakeSystem) -> None:
        source = FakeSource(system, listed="all")
        await pull(source, store)
        system.now += HOUR
        source.before_page = Stopper(Unplugged(), at=len(source.asked) + 3)
        with pytest.raises(Unplugged):
            await pull(source, store, "killed")
        assert [one.run.deleted for one in await preview(source, store)] == [0, 0]
