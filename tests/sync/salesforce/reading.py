"""What tests of reading share: an organisation read in bulk, and what pages hold."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from store.crm.accounts import CrmAccount
from sync.connector import Page
from sync.errors import SourceError
from tests.contract.source_contract import read, records_of
from tests.sync.salesforce.bench import SalesforceBench, salesforce_bench

DAY = timedelta(days=1)


@asynccontextmanager
async def in_bulk(**rules: Any) -> AsyncIterator[SalesforceBench]:
    async with salesforce_bench(customers=8, bulk_above=5, bulk_page_size=4, **rules) as bench:
        yield bench


def listed(pages: list[Page]) -> set[str]:
    return {each for page in pages if page.listing for each in page.listing.source_ids}


def gone(pages: list[Page]) -> set[str]:
    return {one.source_id for page in pages for one in page.gone}


def account(pages: list[Page], source_id: str) -> CrmAccount:
    found = records_of(pages)[source_id]
    assert isinstance(found, CrmAccount)
    return found


async def later(bench: SalesforceBench, cursor: str, length: timedelta = DAY, stream: str = "accounts") -> list[Page]:
    bench.pass_time(length)
    return await read(bench, cursor, stream)


async def until_error(bench: SalesforceBench) -> tuple[list[Page], SourceError | None]:
    pages: list[Page] = []
    try:
        async for page in bench.source.pages("accounts", "", now=bench.now):
            pages += [page]
    except SourceError as error:
        return pages, error
    return pages, None
