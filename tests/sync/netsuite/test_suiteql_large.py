"""Records whose texts are so long that a page of them is more than may be held: they come in smaller pages."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from store.invoices import Invoice
from sync.errors import RejectedError
from tests.contract.source_contract import read, records_of
from tests.sync.netsuite.bench import netsuite_bench
from tests.sync.netsuite.suiteql_bench import SuiteQLBench

CUSTOMERS = 24
# Ten of them are less than a megabyte, twenty are more.
LONG = "x" * 100_000


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[SuiteQLBench]:
    made = SuiteQLBench(tmp_path, customers=CUSTOMERS, page_size=20, max_answer_megabytes=1)
    async with netsuite_bench(tmp_path, made):
        yield made


def write(bench: SuiteQLBench, comments: str) -> None:
    for customer_id in bench.ledger.customers:
        bench.ledger.edit_customer(customer_id, comments=comments)
    bench.pass_time(timedelta(hours=1))


def asked(bench: SuiteQLBench, table: str) -> int:
    """How often records of a table were asked for by their stage or type."""
    return sum(f"FROM {table} WHERE ".encode() in one.body for one in bench.server.log)


class TestPage:
    async def test_that_is_too_large_is_read_in_halves(self, bench: SuiteQLBench) -> None:
        write(bench, LONG)
        pages = await read(bench, stream="customers")
        assert records_of(pages).keys() == bench.ids("customers")
        assert [len(page.records) for page in pages if page.records] == [10, 10, 4]

    async def test_is_tried_whole_once_in_a_reading(self, bench: SuiteQLBench) -> None:
        write(bench, LONG)
        await read(bench, stream="customers")
        assert asked(bench, "customer") == 1 + 3

    async def test_is_whole_where_it_is_small_enough(self, bench: SuiteQLBench) -> None:
        pages = await read(bench, stream="customers")
        assert [len(page.records) for page in pages if page.records] == [20, 4]

    async def test_is_read_on_after_it_was_broken_off(self, bench: SuiteQLBench) -> None:
        write(bench, LONG)
        first = (await read(bench, stream="customers"))[0]
        rest = [page async for page in bench.source.pages("customers", first.cursor, now=bench.now)]
        assert records_of([first, *rest]).keys() == bench.ids("customers")

    async def test_of_the_fewest_records_that_is_too_large_says_what_to_set(self, bench: SuiteQLBench) -> None:
        write(bench, LONG * 3)
        said = r"larger than 1048576 bytes, and is of 5 records only; raise \[netsuite\] max_answer_megabytes where"
        with pytest.raises(RejectedError, match=said):
            await read(bench, stream="customers")


class TestCard:
    async def test_has_as_many_invoices_in_smaller_pages(self, bench: SuiteQLBench) -> None:
        customer_id = min(bench.ledger.customers)
        # More than the pages of one card would hold that are half as large.
        added = {str(bench.ledger.add_invoice(customer_id, total_minor=100).id) for _ in range(60)}
        for invoice_id in added:
            bench.ledger.edit_invoice(int(invoice_id), memo=LONG)
        found = await bench.source.fetch("customer", str(customer_id), since=None)
        assert {one.source_id for one in found if isinstance(one, Invoice)} >= added
