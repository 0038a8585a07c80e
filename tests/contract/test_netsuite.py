from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.contract.source_contract import SourceBench, SourceContract
from tests.sync.netsuite.bench import netsuite_bench
from tests.sync.netsuite.suiteql_bench import SuiteQLBench


class TestNetSuiteSource(SourceContract):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[SourceBench]:
        async with netsuite_bench(tmp_path, customers=10, page_size=12) as bench:
            yield bench


class TestInvoicesBySuiteQL(SourceContract):
    @pytest.fixture
    async def bench(self, tmp_path: Path) -> AsyncIterator[SourceBench]:
        async with netsuite_bench(tmp_path, SuiteQLBench(tmp_path, customers=8, page_size=8)) as bench:
            yield bench
