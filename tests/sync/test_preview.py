from datetime import timedelta

from store.db import Store
from store.runs import Outcome
from sync.preview import preview_source
from sync.pull import PullOrder
from tests.sync.fake_source import FakeSource
from tests.sync.pulling import everything, pull


class TestPreviewSource:
    async def preview(self, source: FakeSource, store: Store, *, full: bool = False) -> list[tuple[object, ...]]:
        order = PullOrder(run_id="dry", full=full)
        seen: list[str] = []
        runs = await preview_source(
            source, store, order, clock=lambda: source.system.now, progress=lambda run: seen.append(run.stream)
        )
        assert len(seen) == sum(run.pages for run in runs)
        return [(run.stream, run.outcome, run.inserted, run.changed, run.unchanged, run.quarantined) for run in runs]

    async def test_tells_what_a_first_pull_would_bring(self, store: Store, source: FakeSource) -> None:
        source.system.broken = {"1003"}
        assert await self.preview(source, store) == [
            ("customers", Outcome.OK, 6, 0, 0, 0),
            ("invoices", Outcome.DEGRADED, 9, 0, 0, 1),
        ]

    async def test_tells_what_the_next_or_a_full_one_would_bring(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        source.system.now += timedelta(hours=5)
        source.system.edit("1003", "changed")
        source.system.add_invoice()
        assert (await self.preview(source, store))[1] == ("invoices", Outcome.OK, 1, 1, 0, 0)
        assert (await self.preview(source, store, full=True))[1] == ("invoices", Outcome.OK, 1, 1, 9, 0)

    async def test_changes_nothing(self, store: Store, source: FakeSource) -> None:
        await pull(source, store)
        before = await everything(store)
        source.system.now += timedelta(hours=5)
        source.system.edit("1003", "changed")
        await self.preview(source, store)
        assert await everything(store) == before
