import pytest
from structlog.testing import capture_logs

from sandbox.salesforce import hands
from sync.errors import SourceError, UsedUpError
from tests.contract.source_contract import read, records_of
from tests.sync.salesforce.bench import SalesforceBench
from tests.sync.salesforce.reading import until_error


class TestTrouble:
    async def test_pages_of_html_and_lost_connections_are_survived(self, bench: SalesforceBench) -> None:
        faults = bench.server.faults
        faults.html(503, operation="query", skip=1)
        faults.html(200, operation="query", skip=2)
        faults.drop(operation="query", skip=3)
        faults.truncate(operation="query", skip=4)
        assert set(records_of(await read(bench))) == bench.ids("accounts")

    async def test_a_used_up_limit_stops_and_the_next_run_goes_on(self, bench: SalesforceBench) -> None:
        bench.server.usage.limit = bench.server.usage.used + 7
        pages, error = await until_error(bench)
        assert isinstance(error, UsedUpError)
        asked = len(bench.server.log)
        with pytest.raises(UsedUpError):
            await read(bench, pages[-1].cursor)
        assert len(bench.server.log) == asked
        bench.server.usage.limit = 100_000
        again = bench.sources(bench.server.credentials)
        rest = [page async for page in again.pages("accounts", pages[-1].cursor, now=bench.now)]
        await again.close()
        assert set(records_of([*pages, *rest])) == bench.ids("accounts")

    async def test_a_field_that_vanished_is_dropped_with_a_line(self, bench: SalesforceBench) -> None:
        bench.server.faults.meanwhile(
            lambda: hands.drop_field(bench.org, "Account", "Region__c"), operation="query", skip=2
        )
        with capture_logs() as logs:
            pages = await read(bench)
        assert set(records_of(pages)) == bench.ids("accounts")
        assert [each["fields"] for each in logs if each["event"] == "salesforce.fields_gone"] == [["Region__c"]]

    async def test_a_stream_that_may_not_be_read_says_so(self, bench: SalesforceBench) -> None:
        hands.hide_object(bench.org, "Note")
        with pytest.raises(SourceError, match="Note"):
            await read(bench, stream="notes")
