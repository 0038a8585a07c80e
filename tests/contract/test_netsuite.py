from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.source_contract import SourceBench, SourceContract
from tests.sync.netsuite.bench import netsuite_bench


class TestNetSuiteSource(SourceContract):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[SourceBench]:
        async with netsuite_bench(tmp_path) as bench:
            yield bench
