from datetime import timedelta

from sandbox.salesforce import ApiError
from tests.contract.source_contract import read, records_of
from tests.sync.salesforce.bench import SalesforceBench
from tests.sync.salesforce.reading import in_bulk, listed


class TestBulk:
    async def test_brings_what_reading_row_by_row_does(self, bench: SalesforceBench) -> None:
        wanted = records_of(await read(bench))
        async with in_bulk() as other:
            pages = await read(other)
            assert records_of(pages) == wanted
            assert listed(pages) == other.ids("accounts")
            assert pages[-1].expected == len(wanted)
            operations = {each.operation for each in other.server.log}
            assert operations >= {"bulk_create", "bulk_job", "bulk_results"}

    async def test_goes_on_after_any_page(self) -> None:
        async with in_bulk() as bench:
            whole = await read(bench)
            for count in range(1, len(whole)):
                rest = await read(bench, whole[count - 1].cursor)
                assert [page.records for page in rest] == [page.records for page in whole[count:]]
            assert [each.operation for each in bench.server.log].count("bulk_create") == 1

    async def test_a_job_that_is_gone_is_begun_anew(self) -> None:
        async with in_bulk(sweep_days=30) as bench:
            whole = await read(bench)
            bench.pass_time(timedelta(days=8))
            rest = await read(bench, whole[2].cursor)
            assert set(records_of(rest)) == bench.ids("accounts")
            marks = [page.listing.is_first for page in rest if page.listing]
            assert marks[0]
            assert [each.operation for each in bench.server.log].count("bulk_create") == 2

    async def test_without_permission_it_is_read_row_by_row(self) -> None:
        async with in_bulk() as bench:
            refused = ApiError("FUNCTIONALITY_NOT_ENABLED", "Bulk API is not enabled", 403)
            bench.server.faults.error(refused, operation="bulk_create")
            pages = await read(bench)
            assert set(records_of(pages)) == bench.ids("accounts")
            assert "bulk_results" not in {each.operation for each in bench.server.log}

    async def test_a_job_that_ends_without_an_answer_is_done_row_by_row(self) -> None:
        async with in_bulk() as bench:
            jobs = bench.server.jobs
            faults = bench.server.faults
            faults.meanwhile(lambda: jobs.abort(next(iter(jobs._jobs)), bench.now), operation="bulk_job")
            assert set(records_of(await read(bench))) == bench.ids("accounts")
