import json
from datetime import datetime, timedelta

import pytest

from sandbox.salesforce import hands
from sandbox.salesforce.field import Field, FieldType
from store.contacts import Contact
from store.crm.accounts import CrmOwner, account_record_id
from store.notes import Note
from sync.errors import RejectedError
from tests.contract.source_contract import read, records_of
from tests.sync.salesforce.bench import SalesforceBench, salesforce_bench
from tests.sync.salesforce.reading import DAY, account, later, listed


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

    async def test_a_new_field_is_read_of_accounts_that_did_not_change(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        source_id = min(bench.ids("accounts"))
        field = Field(name="Segment__c", label="Segment", type=FieldType.STRING, length=20, is_custom=True)
        hands.define_field(bench.org, "Account", field)
        bench.org.change_silently("Account", source_id, Segment__c="Mid market")
        pages = await later(bench, cursor)
        assert listed(pages) == bench.ids("accounts")
        assert "Mid market" in account(pages, source_id).custom_fields_json
        assert listed(await later(bench, pages[-1].cursor)) == set()

    async def test_a_merger_before_a_new_field_is_still_told(self, bench: SalesforceBench) -> None:
        cursor = (await read(bench))[-1].cursor
        bench.pass_time(DAY)
        winner, loser = sorted(bench.ids("accounts"))[:2]
        hands.merge(bench.org, "Account", winner, loser)
        hands.drop_field(bench.org, "Account", "Region__c")
        assert account(await later(bench, cursor), loser).master_id == account_record_id("salesforce", winner)

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
