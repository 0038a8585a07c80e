from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.source_contract import SourceBench, SourceContract
from tests.sync.netsuite.bench import netsuite_bench
from tests.sync.netsuite.suiteql_bench import TokenlessBench


class TestNetSuiteSource(SourceContract):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[SourceBench]:
        async with netsuite_bench(tmp_path, customers=10, page_size=12) as bench:
            yield bench


@pytest.mark.repeated(keep=8)
class TestNetSuiteSourceBySuiteQL(SourceContract):
    """Without a token: all that is read comes by SuiteQL."""

    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[SourceBench]:
        async with netsuite_bench(tmp_path, TokenlessBench(tmp_path, customers=6, page_size=10)) as bench:
            yield bench
