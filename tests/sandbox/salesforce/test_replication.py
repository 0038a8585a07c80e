from datetime import datetime, timedelta
from typing import Any

import pytest

from sandbox.salesforce import Org, SalesforceStandIn
from sandbox.salesforce.hands import delete, merge, purge, trim_deletions, undelete
from sandbox.salesforce.soql import Queries
from tests.sandbox.salesforce.client import Client
from tests.sandbox.salesforce.conftest import Clock


async def updated(client: Client, start: datetime, end: datetime) -> Any:
    return await client.do(client.object("Account").updated, start, end)


async def deleted(client: Client, start: datetime, end: datetime) -> Any:
    return await client.do(client.object("Account").deleted, start, end)


class TestUpdated:
    async def test_ids_of_whole_minutes_are_told(self, client: Client, sf: SalesforceStandIn, clock: Clock) -> None:
        some, other, *_ = sf.org.accounts
        start = clock.at
        clock.pass_(minutes=5, seconds=30)
        sf.org.edit("Account", some, Fax="1")
        clock.pass_(minutes=5)
        sf.org.edit("Account", other, Fax="1")

        early = await updated(client, start, start + timedelta(minutes=6, seconds=59))
        late = await updated(client, start, clock.at + timedelta(days=1))
        clock.pass_(minutes=1)
        later = await updated(client, start, clock.at)

        assert (early["ids"], early["latestDateCovered"]) == ([some], "2026-11-22T12:06:00.000+0000")
        assert (late["ids"], late["latestDateCovered"]) == ([some], "2026-11-22T12:10:00.000+0000")
        assert later["ids"] == [some, other]

    async def test_what_is_covered_may_lag(self, client: Client, sf: SalesforceStandIn, clock: Clock) -> None:
        start = clock.at
        clock.pass_(minutes=10)
        sf.org.replication_lag = timedelta(minutes=4)

        assert (await updated(client, start, clock.at))["latestDateCovered"] == "2026-11-22T12:06:00.000+0000"

    @pytest.mark.parametrize(("back", "length"), [(31 * 86_400, 3_600), (600, 59), (600, -60)])
    async def test_a_window_has_its_bounds(self, client: Client, clock: Clock, back: int, length: int) -> None:
        start = clock.at - timedelta(seconds=back)

        refusal = await client.refusal(client.object("Account").updated, start, start + timedelta(seconds=length))

        assert refusal == (400, "INVALID_REPLICATION_DATE")

    async def test_a_time_without_a_zone_is_refused(self, client: Client) -> None:
        path = "/services/data/v62.0/sobjects/Account/updated"
        query = {"start": "2026-11-22T02:00:00:", "end": "2026-11-22T03:00:00"}

        answer = await client.raw("GET", path, params=query)

        assert answer.json()[0]["errorCode"] == "INVALID_REPLICATION_DATE"


class TestDeleted:
    async def test_the_log_outlives_the_recycle_bin(self, client: Client, sf: SalesforceStandIn, clock: Clock) -> None:
        some, other, *_ = sf.org.accounts
        start = clock.at
        delete(sf.org, "Account", some)
        purge(sf.org, "Account", other)
        clock.pass_(minutes=2)

        told = await deleted(client, start, clock.at)

        assert [each["id"] for each in told["deletedRecords"]] == [some, other]
        assert told["deletedRecords"][0]["deletedDate"] == "2026-11-22T12:00:00.000+0000"
        assert told["earliestDateAvailable"] == "2026-11-07T12:02:00.000+0000"
        assert await client.rows("SELECT Id FROM Account WHERE IsDeleted = TRUE", include_deleted=True) != []

    async def test_a_trimmed_log_says_since_when(self, client: Client, sf: SalesforceStandIn, clock: Clock) -> None:
        delete(sf.org, "Account", next(iter(sf.org.accounts)))
        clock.pass_(minutes=5)
        trim_deletions(sf.org)

        told = await deleted(client, clock.at - timedelta(days=1), clock.at)

        assert told["deletedRecords"] == []
        assert told["earliestDateAvailable"] == "2026-11-22T12:05:00.000+0000"

    async def test_it_goes_back_15_days(self, client: Client, clock: Clock) -> None:
        start = clock.at - timedelta(days=16)

        assert await client.refusal(client.object("Account").deleted, start, clock.at) == (
            400,
            "INVALID_REPLICATION_DATE",
        )


@pytest.fixture
def family(org: Org) -> tuple[str, str, str]:
    """An account, another one, and a contact of the first."""
    one, other = (org.create("Account", Name=name) for name in ("One", "Other"))
    contact = org.create("Contact", LastName="L", AccountId=one)
    org.create("Note", ParentId=one, Title="t", OwnerId=org.acting_user)
    org.edit("Account", other, Billing_Contact__c=contact, ParentId=one)
    return one, other, contact


class TestRecycling:
    def test_what_hangs_on_a_record_goes_and_comes_with_it(
        self, org: Org, clock: Clock, family: tuple[str, str, str]
    ) -> None:
        one, other, contact = family
        clock.pass_(minutes=1)

        delete(org, "Account", one)
        assert [org.accounts[one]["IsDeleted"], org.contacts[contact]["IsDeleted"]] == [True, True]
        assert not list(org.living("Note"))
        assert org.accounts[other].keys().isdisjoint({"Billing_Contact__c", "ParentId"})
        assert [each.id for each in org.deleted][:2] == [one, contact]

        undelete(org, "Account", one)
        assert [row["Id"] for row in org.living("Contact")] == [contact]
        assert len(list(org.living("Note"))) == 1
        assert org.deleted == []

    def test_what_was_deleted_before_stays_so(self, org: Org, clock: Clock, family: tuple[str, str, str]) -> None:
        one, _, contact = family
        delete(org, "Contact", contact)
        clock.pass_(minutes=1)
        delete(org, "Account", one)

        undelete(org, "Account", one)

        assert list(org.living("Contact")) == []

    def test_a_purged_row_is_in_no_query(self, org: Org, family: tuple[str, str, str]) -> None:
        purge(org, "Contact", family[2])

        assert Queries(org).found("SELECT Id FROM Contact", with_deleted=True).rows == []


class TestMerge:
    def test_losers_name_their_master_and_children_move(
        self, org: Org, clock: Clock, family: tuple[str, str, str]
    ) -> None:
        loser, winner, contact = family
        clock.pass_(minutes=1)

        merge(org, "Account", winner, loser[:15])

        gone = org.accounts[loser]
        assert (gone["IsDeleted"], gone["MasterRecordId"]) == (True, winner)
        assert org.contacts[contact]["AccountId"] == winner
        assert {org.contacts[contact]["SystemModstamp"], org.accounts[winner]["SystemModstamp"]} == {clock.at}
        assert next(org.living("Note"))["ParentId"] == winner
        assert org.accounts[winner].get("ParentId") is None


class TestSilentChange:
    def test_no_stamp_tells_it(self, org: Org, clock: Clock, family: tuple[str, str, str]) -> None:
        before = org.accounts[family[0]]["SystemModstamp"]
        org.change_silently("Account", family[0], Contract_End__c=clock.at.date())
        read = "SELECT SystemModstamp, Contract_Days_Left__c FROM Account WHERE Contract_End__c != null"

        today = Queries(org).found(read)
        clock.pass_(days=1)
        tomorrow = Queries(org).found(read)

        assert today.rows[0]["SystemModstamp"] == tomorrow.rows[0]["SystemModstamp"] == before
        assert [found.columns[1].read(found.rows[0]) for found in (today, tomorrow)] == [0, -1]
