"""F25 and what else an organisation may hold: each gets its line in `status`, nothing is lost and nobody mixed up."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.salesforce import hands
from sandbox.salesforce.schema.account import ERP_KEY
from store.contacts import contacts_of
from store.customers import Customer, customer_by_id
from store.notes import notes_about
from store.records import record_id
from sync.errors import NotPermittedError
from tests.sync.salesforce.test_soql import HOSTILE
from tests.sync.salesforce.told import Told, told_of

# What an account's number takes.
_MOST_CHARACTERS = 40


@pytest.fixture
async def told(tmp_path: Path, sqlite_template: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Told]:
    async with told_of(tmp_path, sqlite_template, capsys, contacts=True) as made:
        yield made


async def customer(told: Told, source_id: str) -> Customer:
    async with told.store() as store, store.read() as conn:
        found = await customer_by_id(conn, record_id("netsuite", "customer", source_id))
    assert found is not None
    return found


async def notes(told: Told, source_id: str) -> list[str]:
    async with told.store() as store, store.read() as conn:
        return [each.text for each in await notes_about(conn, record_id("netsuite", "customer", source_id), limit=9)]


async def people(told: Told, source_id: str) -> set[str]:
    async with told.store() as store, store.read() as conn:
        found = await contacts_of(conn, record_id("netsuite", "customer", source_id), limit=99)
    return {each.source_id for each in found}


def quiet(told: Told) -> None:
    """Let the organisation hold nothing that wants a look of itself."""
    org = told.bench.org
    user = org.find("User", IsActive=True)["Id"]
    for row in list(org.living("Account")):
        org.edit("Account", row["Id"], OwnerId=user, Billing_Contact__c=None)
    for number, row in enumerate(list(org.living("Contact"))):
        org.edit("Contact", row["Id"], Email=f"person-{number}@acme.example")


class TestDisagreeing:
    async def test_the_erp_wins_and_what_differs_is_told(self, told: Told) -> None:
        row = told.keyed()[0]
        mine = {"name": "Sun Microsystems, Inc.", "phone": "+1 555 100 2000", "address": "1 Main St"}
        theirs = {"Name": "SUN (EMEA)", "Phone": "+44 20 7946 0000", "BillingStreet": "2 High St", "Fax": "+1 555 0100"}
        await told.add_customers(row[ERP_KEY], **mine)
        told.bench.org.edit("Account", row["Id"], **theirs)
        assert await told.pull() is None
        found = await customer(told, row[ERP_KEY])
        assert (found.name, found.phone, found.address, found.fax) == (*mine.values(), "+1 555 0100")
        assert "on which the ERP and the CRM differ: keep or accept them in Slack's Home" in await told.status()

    async def test_two_accounts_of_one_customer_are_nobodys_and_overwrite_nothing(self, told: Told) -> None:
        first, second = told.keyed()[:2]
        told.bench.org.edit("Account", first["Id"], Fax="+1 555 0101")
        told.bench.org.edit("Account", second["Id"], Fax="+1 555 0102", **{ERP_KEY: first[ERP_KEY]})
        assert await told.pull() is None
        assert (await customer(told, first[ERP_KEY])).fax is None
        assert "ambiguous and used for nobody: correct the keys over there" in await told.status()

        told.bench.org.edit("Account", second["Id"], **{ERP_KEY: second[ERP_KEY]})
        assert await told.pull() is None
        assert (await customer(told, first[ERP_KEY])).fax == "+1 555 0101"
        assert (await customer(told, second[ERP_KEY])).fax == "+1 555 0102"

    async def test_a_merger_keeps_notes_and_contacts(self, told: Told) -> None:
        org, (winner, loser) = told.bench.org, told.keyed()[:2]
        org.edit("Account", winner["Id"], **{ERP_KEY: None})
        note = {"Title": "Terms", "Body": "They pay on Fridays", "OwnerId": org.acting_user}
        org.create("Note", ParentId=loser["Id"], **note)
        assert await told.pull() is None
        before = await people(told, loser[ERP_KEY])
        hands.merge(org, "Account", winner["Id"], loser["Id"])
        assert await told.pull() is None
        assert "They pay on Fridays" in await notes(told, loser[ERP_KEY])
        related = {each for each in before if each.startswith("003") and " " not in each}
        assert related
        assert related <= await people(told, loser[ERP_KEY])
        assert "that left a customer within 30 days, by another key, a merger or a deletion" in await told.status()

    async def test_a_key_that_moved_takes_contacts_along_and_one_that_went_leaves_the_erps_word(
        self, told: Told
    ) -> None:
        org, (first, second) = told.bench.org, told.keyed()[:2]
        org.edit("Account", first["Id"], Fax="+1 555 0103")
        org.edit("Account", second["Id"], **{ERP_KEY: None})
        assert await told.pull() is None
        before = {each for each in await people(told, first[ERP_KEY]) if " " not in each}
        org.edit("Account", first["Id"], **{ERP_KEY: second[ERP_KEY]})
        assert await told.pull() is None
        assert before <= await people(told, second[ERP_KEY])
        assert (await customer(told, first[ERP_KEY])).fax is None
        assert (await customer(told, second[ERP_KEY])).fax == "+1 555 0103"
        assert "1 account that left a customer within 30 days" in await told.status()


class TestPeople:
    async def test_each_oddity_has_its_line(self, told: Told) -> None:
        quiet(told)
        org, (first, second) = told.bench.org, told.keyed()[:2]
        mine, theirs = (
            org.create("Contact", AccountId=row["Id"], LastName="Odd", Email=f"odd-{row['Id']}@acme.example".lower())
            for row in (first, second)
        )
        assert await told.pull() is None
        lines = (
            "1 contact without an e-mail address: shown, and no mail goes there",
            "1 e-mail address shared by several contacts of one customer: all are shown",
            "with an owner who is no active user: give them another over there",
            "2 accounts with a field that points at a contact of an account that points back",
        )
        before = await told.status()
        assert not [line for line in lines if line in before]

        org.create("Contact", AccountId=first["Id"], LastName="Silent")
        org.create("Contact", AccountId=first["Id"], LastName="Twin", Email=org.rows("Contact")[mine]["Email"].upper())
        org.edit("Account", first["Id"], OwnerId=org.find("User", IsActive=False)["Id"], Billing_Contact__c=theirs)
        org.edit("Account", second["Id"], Billing_Contact__c=mine)
        assert await told.pull() is None
        after = await told.status()
        assert [line for line in lines if line not in after] == []
        named = {row["Id"] for row in org.living("Contact") if row.get("AccountId") == first["Id"]}
        assert named <= await people(told, first[ERP_KEY])


class TestVanished:
    async def test_a_field_in_the_middle_of_a_run_is_left_out_and_told(self, told: Told) -> None:
        drop = ("Account", "Region__c")
        told.bench.server.faults.meanwhile(lambda: hands.drop_field(told.bench.org, *drop), operation="query", skip=3)
        assert await told.pull() is None
        assert set(await told.accounts()) == told.living()
        line = "1 field of accounts deleted over there or hidden from us, and read no more: Region__c"
        assert line in await told.status()

    async def test_without_the_field_of_the_key_no_account_leaves_its_customer(self, told: Told) -> None:
        row = told.keyed()[0]
        told.bench.org.edit("Account", row["Id"], Fax="+1 555 0104")
        assert await told.pull() is None
        hands.hide_field(told.bench.org, "Account", ERP_KEY)
        told.bench.org.edit("Account", row["Id"], Website="https://acme.example")
        assert isinstance(await told.pull(), NotPermittedError)
        assert (await customer(told, row[ERP_KEY])).fax == "+1 555 0104"
        assert (
            f"Account.{ERP_KEY}, which accounts are matched by, is not there or hidden from us" in await told.status()
        )


class TestLocked:
    async def test_an_account_that_somebody_holds_is_told_until_it_took_its_figures(
        self, tmp_path: Path, sqlite_template: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        figures = {"outstanding": "Outstanding_Balance__c", "open_invoices": "Open_Invoices__c"}
        async with told_of(tmp_path, sqlite_template, capsys, customers=4, figures=figures, page_size=200) as told:
            row = told.keyed()[0]
            assert await told.pull() is None
            told.bench.server.faults.lock_rows([row["Id"]], times=99)
            await told.send_figures()
            line = f"1 account did not take the customer's figures, tried again with the next reading: {row['Id']}"
            assert f"{line}, UNABLE_TO_LOCK_ROW" in await told.status()
            told.bench.server.faults.clear()
            await told.send_figures()
            assert line not in await told.status()
            assert told.bench.org.accounts[row["Id"]]["Open_Invoices__c"] == 0


class TestHostile:
    """A02: what reads like SOQL, SQL or a pattern stands for itself."""

    async def test_keys_match_themselves_alone(
        self, tmp_path: Path, sqlite_template: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        keys = [text.strip()[:_MOST_CHARACTERS] for text in HOSTILE]
        rules: dict[str, Any] = {"match_by": "shared", "account_field": "AccountNumber", "customer_field": "number"}
        async with told_of(tmp_path, sqlite_template, capsys, customers=4, **rules) as told:
            org = told.bench.org
            for place, key in enumerate(keys):
                await told.add_customers(f"9{place}", number=key)
                fields = {"Name": f"<!channel> {key}", "Fax": f"+1 555 01{place:02}", "OwnerId": org.acting_user}
                made = org.create("Account", AccountNumber=key, **fields)
                org.create("Note", ParentId=made, Title=key, Body=HOSTILE[place], OwnerId=org.acting_user)
            assert await told.pull() is None
            for place in range(len(keys)):
                assert (await customer(told, f"9{place}")).fax == f"+1 555 01{place:02}"
                assert [each.strip() for each in await notes(told, f"9{place}")] == [
                    HOSTILE[place].replace("\r", "\n").strip()
                ]
            assert f"{len(keys)} of " in await told.status()
