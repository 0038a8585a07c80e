from collections.abc import AsyncIterator

import pytest

from tests.contract.source_contract import SourceBench, SourceContract
from tests.sync.salesforce.bench import salesforce_bench


class TestSalesforceSource(SourceContract):
    @pytest.fixture
    async def bench(self) -> AsyncIterator[SourceBench]:
        async with salesforce_bench() as bench:
            yield bench
