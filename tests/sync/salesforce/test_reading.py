import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from sandbox.salesforce import ApiError, hands
from sandbox.salesforce.content import created
from store.contacts import Contact
from store.crm_accounts import CrmAccount, CrmOwner, account_record_id
from store.notes import Note
from sync.connector import Page
from sync.connectors.salesforce.soql import Condition, Query
from sync.errors import ReauthoriseError, RejectedError, SourceError, UsedUpError
from tests.contract.source_contract import read, records_of
from tests.sync.salesforce.bench import SalesforceBench, salesforce_bench
from tests.sync.salesforce.test_soql import HOSTILE

DAY = timedelta(days=1)


@pytest.fixture
async def bench() -> AsyncIterator[SalesforceBench]:
    async with salesforce_bench(customers=8) as bench:
        yield bench


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


class TestChanges:
    async def test_many_rows_of_one_stamp_are_read_over_pages(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        for source_id in bench.ids("accounts"):
            bench.edit(source_id)
        pages = await later(bench, cursor, timedelta(hours=1))
        assert set(records_of(pages)) == bench.ids("accounts")
        assert [len(page.records) for page in pages[:-3]] == [6] * len(pages[:-3])

    async def test_what_was_saved_late_is_found_in_the_overlap(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        late = bench.now - timedelta(minutes=5)
        source_id = min(bench.ids("accounts"))
        bench.org.edit("Account", source_id, Name="Late", SystemModstamp=late)
        assert account(await later(bench, cursor, timedelta(minutes=1)), source_id).name == "Late"

    async def test_a_span_that_takes_too_long_is_read_in_halves(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        for source_id in bench.ids("accounts"):
            bench.edit(source_id)
            bench.pass_time(timedelta(minutes=7))
        bench.server.faults.query_timeout(times=3)
        pages = await later(bench, cursor)
        assert set(records_of(pages)) == bench.ids("accounts")
        assert pages[-1].covered_until == bench.now

    async def test_everything_in_fewer_rows_when_it_takes_too_long(self) -> None:
        async with salesforce_bench(customers=8, page_size=200) as bench:
            bench.server.faults.query_timeout(skip=1, times=2)
            assert set(records_of(await read(bench))) == bench.ids("accounts")
            bench.server.faults.query_timeout(skip=1, times=20)
            with pytest.raises(RejectedError, match="QUERY_TIMEOUT"):
                await read(bench)

    async def test_what_cannot_be_counted_is_read_in_bulk(self, bench: SalesforceBench) -> None:
        bench.server.faults.query_timeout()
        assert set(records_of(await read(bench))) == bench.ids("accounts")
        assert "bulk_results" in {each.operation for each in bench.server.log}

    async def test_what_shows_others_waits_when_it_takes_too_long(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        owner = next(bench.org.living("Account"))["OwnerId"]
        bench.org.edit("User", owner, LastName="Renamed")
        bench.server.faults.query_timeout(skip=1, times=1)
        pages = await later(bench, cursor)
        assert (records_of(pages), pages[-1].covered_until) == ({}, bench.now)

    async def test_a_page_with_fewer_rows_than_asked_for_is_not_the_last(self, bench: SalesforceBench) -> None:
        bench.server.cursors.most_rows = 4
        assert set(records_of(await read(bench))) == bench.ids("accounts")

    async def test_an_owner_who_changed_brings_their_accounts_again(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        owner = next(bench.org.living("Account"))["OwnerId"]
        theirs = {row["Id"] for row in bench.org.living("Account") if row["OwnerId"] == owner}
        bench.org.edit("User", owner, IsActive=False, LastName="Renamed")
        pages = await later(bench, cursor)
        assert set(records_of(pages)) == theirs
        found = account(pages, min(theirs)).owner
        assert isinstance(found, CrmOwner)
        assert (found.is_active, found.name.split()[-1]) == (False, "Renamed")

    async def test_a_login_of_an_owner_brings_nothing(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        owner = next(bench.org.living("Account"))["OwnerId"]
        before = bench.org.users[owner]["LastModifiedDate"]
        bench.org.edit("User", owner, LastModifiedDate=before)
        assert records_of(await later(bench, cursor)) == {}

    async def test_a_looked_up_contact_who_changed_brings_the_account(self, bench: SalesforceBench) -> None:
        one = min(bench.ids("accounts"))
        other = bench.org.create("Contact", LastName="Payer", Email="payer@x.example")
        bench.org.edit("Account", one, Billing_Contact__c=other)
        bench.pass_time(DAY)
        first = await read(bench)
        (known,) = account(first, one).lookups
        assert (known.field, known.name, known.email) == ("Billing_Contact__c", "Payer", "payer@x.example")
        bench.pass_time(DAY)
        bench.org.edit("Contact", other, Email="new@x.example")
        pages = await later(bench, first[-1].cursor)
        assert set(records_of(pages)) == {one}
        assert account(pages, one).lookups[0].email == "new@x.example"


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


class TestTrouble:
    async def test_a_session_that_ends_between_pages_is_begun_anew(self, bench: SalesforceBench) -> None:
        bench.server.faults.expired_session(operation="query", skip=3)
        assert set(records_of(await read(bench))) == bench.ids("accounts")
        assert [each.operation for each in bench.server.log].count("token") == 2

    async def test_a_new_login_that_is_refused_is_not_tried_without_end(self, bench: SalesforceBench) -> None:
        await read(bench)
        bench.server.sessions.expire()
        bench.server.grants.allows_client_credentials = False
        for _ in range(5):
            with pytest.raises(ReauthoriseError):
                await read(bench)
        assert [each.operation for each in bench.server.log].count("token") <= 4

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


class TestRecords:
    async def test_an_account_with_all_that_counts(self, bench: SalesforceBench) -> None:
        row = bench.org.find("Account", Type="Customer - Direct")
        fields = {"Credit_Insured__c": True, "Contract_End__c": datetime(2026, 12, 1, tzinfo=bench.now.tzinfo).date()}
        bench.org.edit("Account", row["Id"], Phone="+1 555", Fax=None, ERP_Customer_Id__c=" 285 ", **fields)
        found = account(await read(bench), row["Id"])
        assert (found.name, found.phone, found.fax, found.key) == (row["Name"], "+1 555", None, "285")
        assert (found.street, found.city) == (row["BillingStreet"], row["BillingCity"])
        assert found.url == f"https://meridian.my.salesforce.com/{row['Id']}"
        custom = json.loads(found.custom_fields_json)
        assert custom["salesforce.Credit_Insured__c"] == {"type": "boolean", "value": "true"}
        assert custom["salesforce.Contract_End__c"] == {"type": "date", "value": "2026-12-01"}
        owner = bench.org.users[row["OwnerId"]]
        assert found.owner is not None
        assert (found.owner.id, found.owner.email) == (owner["Id"], owner["Email"])

    async def test_custom_fields_may_be_a_few(self) -> None:
        async with salesforce_bench(customers=4, custom_fields=["Region__c"]) as bench:
            found = [account(await read(bench), source_id) for source_id in bench.ids("accounts")]
            keys = {key for one in found for key in json.loads(one.custom_fields_json)}
            assert keys == {"salesforce.Region__c"}

    async def test_contacts_and_notes_name_their_account(self, bench: SalesforceBench) -> None:
        rows = bench.org.rows("Contact")
        for one in records_of(await read(bench, stream="contacts")).values():
            assert isinstance(one, Contact)
            row = rows[one.source_id]
            assert one.account_id == account_record_id("salesforce", row["AccountId"])
            assert (one.title, one.email, one.created_at) == (
                row.get("Title"),
                row.get("Email") or None,
                row["CreatedDate"],
            )
        (note,) = records_of(await read(bench, stream="notes")).values()
        assert isinstance(note, Note)
        assert (note.title, note.text) == ("Renewal call", "They want Net 45 & a <single> invoice.")
        assert note.about_id == note.account_id

    async def test_notes_on_contacts_are_none_of_ours(self, bench: SalesforceBench) -> None:
        parent = min(bench.ids("contacts"))
        bench.org.create("Note", ParentId=parent, Title="Birthday", OwnerId=bench.org.acting_user)
        assert len(records_of(await read(bench, stream="notes"))) == 1

    async def test_hidden_people_leave_names(self, bench: SalesforceBench) -> None:
        hands.hide_object(bench.org, "User")
        found = account(await read(bench), min(bench.ids("accounts")))
        assert found.owner is not None
        assert found.owner.email is None


LONG = "<p>Called &amp; wrote.</p>" * 30


class TestContentNotes:
    @pytest.fixture
    async def bench(self) -> AsyncIterator[SalesforceBench]:
        async with salesforce_bench(customers=6, note_kind="content_note") as bench:
            yield bench

    def noted(self, bench: SalesforceBench, account_id: str, content: str) -> str:
        note = {"Title": "Call", "Content": base64.b64encode(content.encode()).decode()}
        made = created(bench.org, bench.org.type("ContentNote"), note | {"OwnerId": bench.org.acting_user})
        if account_id:
            link = {"ContentDocumentId": made, "LinkedEntityId": account_id, "ShareType": "V"}
            bench.org.create("ContentDocumentLink", **link, Visibility="AllUsers")
        return made

    async def test_those_on_accounts_come_besides_the_old_ones(self, bench: SalesforceBench) -> None:
        one = min(bench.ids("accounts"))
        (old,) = bench.ids("notes")
        short, long = self.noted(bench, one, "Paid &amp; done"), self.noted(bench, one, LONG)
        self.noted(bench, "", "private")
        pages = await read(bench, stream="notes")
        found = records_of(pages)
        assert set(found) == listed(pages) == {old, short, long}
        notes = [found[short], found[long]]
        assert [one.text for one in notes if isinstance(one, Note)] == [
            "Paid & done",
            "\n\n".join(["Called & wrote."] * 30),
        ]
        assert {one.account_id for one in notes if isinstance(one, Note)} == {account_record_id("salesforce", one)}

    async def test_changes_and_deletions_of_both_kinds_are_told(self, bench: SalesforceBench) -> None:
        one = min(bench.ids("accounts"))
        (old,) = bench.ids("notes")
        kept, lost = self.noted(bench, one, "kept"), self.noted(bench, one, "lost")
        cursor = (await read(bench, stream="notes"))[-1].cursor
        bench.pass_time(DAY)
        bench.org.edit("ContentNote", kept, Title="New")
        hands.delete(bench.org, "ContentNote", lost)
        hands.delete(bench.org, "Note", old)
        pages = await later(bench, cursor, stream="notes")
        assert (set(records_of(pages)), gone(pages)) == ({kept}, {lost, old})
        assert listed(pages) == set()

    async def test_an_account_is_fetched_with_them(self, bench: SalesforceBench) -> None:
        one = max(bench.ids("accounts"))
        made = self.noted(bench, one, "Paid")
        found = await bench.source.fetch("crm_account", one, since=None)
        assert made in {each.source_id for each in found}
        assert [each.source_id for each in await bench.source.fetch("note", made, since=None)] == [made]


class TestAsking:
    @pytest.mark.parametrize("text", HOSTILE[:6])
    async def test_a_hostile_text_finds_itself_alone(self, bench: SalesforceBench, text: str) -> None:
        made = bench.org.create("Account", Name=text, OwnerId=bench.org.acting_user)
        condition = Condition(field="Name", is_="=", value=text)
        found = await bench.source.client.query(Query(fields=("Id",), source="Account", where=(condition,)))
        assert [row["Id"] for row in found.rows] == [made]

    async def test_what_is_described_is_asked_for_once_until_it_changes(self, bench: SalesforceBench) -> None:
        for _ in range(2):
            await read(bench)
        asked = [each for each in bench.server.log if each.path.endswith("/Account/describe")]
        assert ["If-Modified-Since" in each.headers for each in asked] == [False, True]
        hands.drop_field(bench.org, "Account", "Region__c")
        pages = await read(bench)
        assert not [one for one in bench.ids("accounts") if "Region__c" in account(pages, one).custom_fields_json]


class TestFetch:
    async def test_an_account_comes_with_its_contacts_and_notes(self, bench: SalesforceBench) -> None:
        (noted,) = bench.org.living("Note")
        found = await bench.source.fetch("crm_account", noted["ParentId"], since=None)
        contacts = {row["Id"] for row in bench.org.living("Contact") if row.get("AccountId") == noted["ParentId"]}
        assert [one.source_id for one in found[:1]] == [noted["ParentId"]]
        assert {one.source_id for one in found[1:]} == contacts | {noted["Id"]}

    async def test_one_that_is_hidden_is_not_taken_for_deleted(self, bench: SalesforceBench) -> None:
        source_id = min(bench.ids("accounts"))
        bench.server.access.hide_row(source_id)
        with pytest.raises(SourceError, match="not shared with us"):
            await bench.source.fetch("crm_account", source_id, since=None)

    @pytest.mark.parametrize("source_id", ["", "x", "1' OR Id != '", "001000000000001"])
    async def test_what_is_no_id_is_not_asked_for(self, bench: SalesforceBench, source_id: str) -> None:
        with pytest.raises(RejectedError):
            await bench.source.fetch("crm_account", source_id, since=None)
        assert not bench.server.log

    async def test_wrong_credentials_are_told_by_fetch_too(self, bench: SalesforceBench) -> None:
        source = bench.source_with_wrong_credentials()
        with pytest.raises(ReauthoriseError):
            await source.fetch("crm_account", min(bench.ids("accounts")), since=None)
        await source.close()
