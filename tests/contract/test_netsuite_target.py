from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.contract.target_contract import TargetBench, TargetContract
from tests.sync.netsuite.target_bench import NetSuiteTargetBench, target_bench

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def account(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[NetSuiteTargetBench]:
    async with target_bench(tmp_path_factory.mktemp("account"), customers=6) as bench:
        yield bench


class TestNetSuiteTarget(TargetContract):
    @pytest.fixture
    def bench(self, account: NetSuiteTargetBench) -> TargetBench:
        account.renew()
        return account
