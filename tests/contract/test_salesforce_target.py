from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.contract.target_contract import TargetBench, TargetContract
from tests.sync.salesforce.target_bench import SalesforceTargetBench, target_bench

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["note", "content_note"])
async def organisation(request: pytest.FixtureRequest) -> AsyncIterator[SalesforceTargetBench]:
    async with target_bench(customers=6, note_kind=request.param) as bench:
        yield bench


class TestSalesforceTarget(TargetContract):
    @pytest.fixture
    def bench(self, organisation: SalesforceTargetBench) -> TargetBench:
        organisation.renew()
        return organisation
