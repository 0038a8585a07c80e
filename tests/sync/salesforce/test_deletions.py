from sandbox.salesforce import ApiError, hands
from store.crm.accounts import account_record_id
from tests.contract.source_contract import read, records_of
from tests.sync.salesforce.bench import SalesforceBench
from tests.sync.salesforce.reading import DAY, account, gone, later, listed


class TestDeletions:
    async def test_what_was_purged_is_told_by_the_log(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        purged = max(bench.ids("accounts"))
        hands.purge(bench.org, "Account", purged)
        assert gone(await later(bench, cursor)) == {purged}

    async def test_a_log_with_a_gap_has_everything_read_again(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        purged = max(bench.ids("accounts"))
        hands.purge(bench.org, "Account", purged)
        hands.trim_deletions(bench.org)
        pages = await later(bench, cursor)
        assert (gone(pages), listed(pages)) == (set(), bench.ids("accounts"))

    async def test_a_log_that_is_refused_counts_as_a_gap(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        refused = ApiError("INVALID_REPLICATION_DATE", "startDate cannot be so long ago")
        bench.server.faults.error(refused, operation="deleted")
        pages = await later(bench, cursor)
        assert pages[-1].covered_until == bench.now
        assert listed(pages) == bench.ids("accounts")

    async def test_a_log_that_is_never_to_be_had_does_not_have_everything_read_each_time(
        self, bench: SalesforceBench
    ) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.server.faults.error(ApiError("INVALID_TYPE", "no log is kept"), operation="deleted", times=3)
        for _ in range(3):
            pages = await later(bench, cursor)
            cursor = pages[-1].cursor
            assert listed(pages) == set()
        purged = max(bench.ids("accounts"))
        hands.purge(bench.org, "Account", purged)
        assert gone(await later(bench, cursor)) == {purged}

    async def test_what_went_while_the_log_was_refused_is_told_when_it_is_had_again(
        self, bench: SalesforceBench
    ) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        purged = max(bench.ids("accounts"))
        hands.purge(bench.org, "Account", purged)
        bench.server.faults.error(ApiError("INSUFFICIENT_ACCESS", "not today"), operation="deleted")
        pages = await later(bench, cursor)
        assert gone(pages) == set()
        assert gone(await later(bench, pages[-1].cursor)) == {purged}

    async def test_an_account_that_was_merged_names_its_master(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        winner, loser = sorted(bench.ids("accounts"))[:2]
        merged_at = bench.now
        hands.merge(bench.org, "Account", winner, loser)
        found = account(await later(bench, cursor), loser)
        assert found.master_id == account_record_id("salesforce", winner)
        assert found.deleted_at == merged_at

    async def test_what_came_back_is_a_record_again(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        source_id = max(bench.ids("accounts"))
        bench.delete(source_id)
        pages = await later(bench, cursor)
        assert source_id in gone(pages)
        bench.pass_time(DAY)
        hands.undelete(bench.org, "Account", source_id)
        assert account(await later(bench, pages[-1].cursor), source_id).deleted_at is None

    async def test_a_contact_without_an_account_is_nobodys(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench, stream="contacts"))[-1].cursor
        bench.pass_time(DAY)
        source_id = min(bench.ids("contacts"))
        bench.org.edit("Contact", source_id, AccountId=None)
        pages = await later(bench, cursor, stream="contacts")
        assert (gone(pages), records_of(pages)) == ({source_id}, {})


class TestSweep:
    async def test_a_first_read_lists_what_there_is(self, bench: SalesforceBench) -> None:
        for stream in ("accounts", "contacts", "notes"):
            pages = await read(bench, stream=stream)
            marks = [(page.listing.is_first, page.listing.is_last) for page in pages if page.listing]
            assert listed(pages) == bench.ids(stream)
            assert marks == [(number == 0, number == len(pages) - 1) for number in range(len(pages))]

    async def test_after_a_week_what_changed_without_a_trace_is_read(self, bench: SalesforceBench) -> None:
        pages = await read(bench)
        hidden, formula = sorted(bench.ids("accounts"))[:2]
        days: set[str] = set()
        for _ in range(7):
            pages = await later(bench, pages[-1].cursor)
            bench.server.access.hide_row(hidden)
            days |= set(records_of(pages))
        assert listed(pages) == bench.ids("accounts") - {hidden}
        assert formula in days
