from collections import Counter

from sandbox.ledger import Ledger
from sandbox.ledger.records import Kind
from sandbox.salesforce import Org, SalesforceStandIn
from sandbox.salesforce.ids import known_id
from sandbox.salesforce.schema import ERP_KEY
from sandbox.salesforce.seed import seeded_org
from sandbox.salesforce.seed.keys import ERP_FIELD
from sandbox.salesforce.seed.people import OWNERS
from sandbox.slack.config import app_config
from sandbox.slack.seed import seed
from tests.sandbox.salesforce.conftest import TODAY, Clock


def made(clock: Clock, customers: int = 300, accounts: int = 0) -> tuple[Ledger, Org]:
    ledger = Ledger.seeded(today=TODAY, customers=customers, invoices_per_customer=0, now=clock)
    return ledger, seeded_org(ledger, now=clock, username="i@x.example", accounts=accounts)


def named_in_erp(ledger: Ledger) -> dict[int, str]:
    return {
        customer.id: str(field.value)
        for customer in ledger.customers.values()
        for field in customer.custom_fields
        if field.script_id == ERP_FIELD
    }


class TestSeed:
    def test_equal_ledgers_give_equal_orgs(self, clock: Clock) -> None:
        (_, one), (_, other) = made(clock), made(clock)

        assert dict(one.accounts) == dict(other.accounts)
        assert dict(one.contacts) == dict(other.contacts)

    def test_accounts_are_linked_one_way_or_the_other_or_not(self, clock: Clock) -> None:
        ledger, org = made(clock)
        keys = Counter(row[ERP_KEY] for row in org.accounts.values() if ERP_KEY in row)
        in_erp = named_in_erp(ledger)

        matched = [key for key, count in keys.items() if count == 1 and int(key) in ledger.customers]
        assert 200 < len(matched) < 300
        assert {len(named) for named in in_erp.values()} == {15, 18}
        assert all(known_id(named) in org.accounts for named in in_erp.values())
        assert [key for key, count in keys.items() if count > 1] == [
            str(ledger.customer_named("First National Bank").id)
        ]
        unmatched = [row for row in org.accounts.values() if ERP_KEY not in row and row["Type"] != "Prospect"]
        assert unmatched
        assert {record.script_id for record in ledger.records(Kind.CUSTOM_FIELD).values()} > {ERP_FIELD}

    async def test_the_accounts_of_a_customer_are_found(self, sf: SalesforceStandIn) -> None:
        expected = {
            "Sun Microsystems, Inc.": 1,
            "Sun Microsystems Federal, Inc.": 1,
            "ABC Industries": 1,
            "First National Bank": 2,
            "First National Bank of Omaha": 0,
            "Sunrise Microsystems": 0,
        }

        found = {name: len(sf.accounts_of(sf.ledger.customer_named(name).id)) for name in expected}

        assert found == expected

    def test_what_the_erp_holds_keeps_its_stamp(self, clock: Clock) -> None:
        plain = Ledger.seeded(today=TODAY, customers=60, invoices_per_customer=0, now=clock)
        ledger, _ = made(clock, customers=60)

        for customer in plain.customers.values():
            assert ledger.customers[customer.id].last_modified == customer.last_modified

    def test_owners_are_people_of_the_workspace(self, clock: Clock) -> None:
        _, org = made(clock)
        members = {member.email: member for member in seed(app_config()).members}
        owners = {org.users[row["OwnerId"]]["Email"] for row in org.accounts.values()}

        assert owners == {person.email for person in OWNERS}
        assert owners - set(members) == {"sam.rivers@meridian.example"}
        assert [user["Email"] for user in org.users.values() if not user["IsActive"]] == ["dan@meridian.example"]
        assert members["dan@meridian.example"].deleted

    def test_the_hazards_are_there(self, clock: Clock) -> None:
        _, org = made(clock, customers=40)
        accounts, contacts = org.accounts, list(org.contacts.values())
        loops = [
            row
            for row in accounts.values()
            if row.get("ParentId") and accounts[row["ParentId"]].get("ParentId") == row["Id"]
        ]

        addresses = Counter((row.get("AccountId"), row["Email"]) for row in contacts if "Email" in row)
        stamps = Counter(row["SystemModstamp"] for row in accounts.values())
        assert len(loops) == 2
        assert [row for row in contacts if "Email" not in row]
        assert max(addresses.values()) == 2
        assert max(stamps.values()) > 3
        assert any(row.get("Billing_Contact__c") for row in accounts.values())
        assert org.notes

    def test_prospects_fill_an_org_up(self, clock: Clock) -> None:
        _, org = made(clock, customers=40, accounts=1_000)

        assert len(org.accounts) == 1_000
        assert len({row["Name"] for row in org.accounts.values()}) > 990

    def test_a_small_ledger_gives_a_small_org(self, clock: Clock) -> None:
        _, org = made(clock, customers=1)

        assert len(org.accounts) == 5
