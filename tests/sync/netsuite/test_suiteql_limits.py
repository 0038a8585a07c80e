"""How many requests at a time the account leaves us, and how far its clock is from ours, by its REST services."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sync.connectors.netsuite import NetSuiteSource
from sync.connectors.netsuite.suiteql.limits import left_to_us
from tests.contract.source_contract import read
from tests.sync.netsuite.bench import netsuite_bench
from tests.sync.netsuite.suiteql_bench import SuiteQLBench, TokenlessBench


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[SuiteQLBench]:
    async with netsuite_bench(tmp_path, TokenlessBench(tmp_path, customers=1, concurrency=4)) as made:
        assert isinstance(made, SuiteQLBench)
        yield made


def allowed(bench: SuiteQLBench) -> int:
    assert isinstance(bench.source, NetSuiteSource)
    return bench.source._client.slots.limit


class TestLimit:
    async def test_is_kept_to_where_it_is_told(self, bench: SuiteQLBench) -> None:
        bench.server.rest.is_administrator = True
        bench.server.rest.integration_limit = 2
        await read(bench, stream="customers")
        assert allowed(bench) == 2

    async def test_is_the_setting_where_it_is_not_told(self, bench: SuiteQLBench) -> None:
        await read(bench, stream="customers")
        assert allowed(bench) == 4
        await read(bench, stream="accounts")
        assert [one.operation for one in bench.server.log].count("system") == 1

    @pytest.mark.parametrize(
        ("told", "expected"),
        [
            ({"integrationConcurrencyLimit": 3, "integrationLimitType": "integrationSpecific"}, 3),
            ({"accountConcurrencyLimit": 9, "accountUnallocatedConcurrencyLimit": 0}, 1),
            ({"accountConcurrencyLimit": 9}, 9),
            ({"accountConcurrencyLimit": "9"}, None),
            ({}, None),
        ],
    )
    def test_leaves_one_at_least(self, told: dict[str, Any], expected: int | None) -> None:
        assert left_to_us(told) == expected


class TestClock:
    async def test_is_compared_with_theirs(self, bench: SuiteQLBench) -> None:
        (clock,) = [one for one in await bench.source.check() if one.check == "SuiteQL clock"]
        assert (clock.ok, clock.detail) == (True, "the clocks differ by 0 s")

    async def test_that_is_far_off_is_told(self, bench: SuiteQLBench) -> None:
        await read(bench, stream="customers")
        own = bench.now
        source = NetSuiteSource(
            bench.settings(bench.server.credentials), bench.folder, clock=lambda: own + timedelta(minutes=6)
        )
        found = {one.check: one for one in await source.check()}
        await source.close()
        assert not all(one.ok for one in found.values())
        assert "clock" in " ".join(one.remedy for one in found.values() if not one.ok)
