from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.target_contract import TargetBench, TargetContract
from tests.sync.netsuite.target_bench import target_bench


class TestNetSuiteTarget(TargetContract):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[TargetBench]:
        async with target_bench(tmp_path, customers=6) as bench:
            yield bench
