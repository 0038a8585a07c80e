"""What happened just before everything is read again is not lost by it."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from sandbox.salesforce import hands
from store.crm.accounts import CrmAccount, account_record_id
from tests.contract.source_contract import read
from tests.sync.salesforce.bench import SalesforceBench, salesforce_bench

WEEK, HOUR = timedelta(days=8), timedelta(hours=1)


@pytest.fixture
async def bench() -> AsyncIterator[SalesforceBench]:
    async with salesforce_bench(customers=4) as bench:
        yield bench


class TestSweep:
    async def test_a_merger_since_the_last_read_is_told(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(WEEK)
        winner, loser = sorted(bench.ids("accounts"))[:2]
        hands.merge(bench.org, "Account", winner, loser)
        bench.pass_time(HOUR)
        pages = await read(bench, cursor)
        swept = {each for page in pages if page.listing for each in page.listing.source_ids}
        merged = {
            one.source_id: one.master_id
            for page in pages
            for one in page.records
            if isinstance(one, CrmAccount) and one.master_id
        }
        bench.pass_time(HOUR)
        after = await read(bench, pages[-1].cursor)

        assert merged == {loser: account_record_id("salesforce", winner)}
        assert swept == bench.ids("accounts")
        assert not any(page.listing for page in after)
