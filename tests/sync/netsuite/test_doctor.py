"""What the doctor finds missing, permission by permission, against an account whose role lacks it."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sandbox.netsuite import SoapFaultError
from sandbox.netsuite.permissions import Level
from sync.connector import Finding
from sync.connectors.netsuite.check_dates import date_findings
from sync.connectors.netsuite.lifecycle import Support, release_at, support_of
from sync.connectors.netsuite.role import PERMISSIONS, TO_GET
from sync.errors import NotPermittedError
from tests.contract.source_contract import read
from tests.sync.netsuite.bench import NetSuiteBench, netsuite_bench

# What the doctor finds wrong without each permission.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "Lists > Subsidiaries": ("subsidiaries",),
    "Lists > Accounts": ("accounts",),
    "Lists > Contacts": ("contacts", "push of contacts"),
    "Lists > Customers": ("customers", "balances"),
    "Transactions > Invoice": ("invoices",),
    "Transactions > Customer Payment": ("payments",),
    "Transactions > Customer Deposit": ("payments",),
    "Transactions > Deposit Application": ("deposit_applications",),
    "Transactions > Credit Memo": ("credit_memos",),
    "Transactions > Customer Refund": ("refunds",),
    "Transactions > Make Journal Entry": ("journal_entries",),
    "Transactions > Sales Order": ("sales_orders",),
    "Transactions > Find Transaction": (
        *("invoices", "payments", "deposit_applications", "credit_memos", "refunds", "journal_entries", "sales_orders"),
    ),
    "Lists > Currency": ("currencies", "exchange_rates"),
    "Lists > Notes Tab": ("notes", "push of notes"),
    "Lists > Track Messages": ("messages", "push of messages"),
    "Setup > Deleted Records": ("deletions",),
    "Setup > SOAP Web Services": ("login",),
    "Setup > Log in using Access Tokens": ("login",),
}

# What is done without, where it is missing.
SPARED: Mapping[str, str] = {
    "Setup > Custom Entity Fields": "custom fields of customers",
    "Setup > Custom Body Fields": "custom fields of transactions",
    "Lists > Documents and Files": "content of files",
    "Lists > Employees": "employees",
}


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[NetSuiteBench]:
    async with netsuite_bench(tmp_path, customers=6, invoice_files=False) as made:
        yield made


async def wrong(bench: NetSuiteBench) -> dict[str, Finding]:
    return {finding.check: finding for finding in await bench.source.check() if not finding.ok}


class TestRole:
    async def test_names_what_is_missing(self, bench: NetSuiteBench) -> None:
        # One account for all: starting one takes longer than looking at it.
        for lacked, checks in NEEDED.items():
            bench.server.permissions.restore()
            bench.server.permissions.lack(lacked.partition(" > ")[2])
            found = await wrong(bench)
            assert (lacked, tuple(found)) == (lacked, checks)
            assert all(lacked in finding.remedy for finding in found.values())

    async def test_who_is_a_primary_contact_can_be_done_without(self, bench: NetSuiteBench) -> None:
        assert "primary contacts" not in await wrong(bench)
        # The search for them is the one that names their role.
        bench.server.faults.refused(
            "WS_INVALID_SEARCH_OPERATN", "no such role", operation="search", holding=b"contactRole"
        )
        found = {each.check: each for each in await bench.source.check()}
        assert found["contacts"].ok
        assert found["primary contacts"].ok
        assert "no such role" in found["primary contacts"].detail

    async def test_a_role_that_may_not_search_is_not_told_to_see_more_records(self, bench: NetSuiteBench) -> None:
        bench.server.permissions.lack("Perform Search")
        found = await wrong(bench)
        assert {"customers", "invoices", "notes", "balances"} <= set(found)
        assert all("Lists > Perform Search" in finding.remedy for finding in found.values())
        assert "Lists > Customers" not in found["customers"].remedy

    @pytest.mark.parametrize(
        ("record_type", "check"),
        [("note", "push of notes"), ("contact", "push of contacts"), ("message", "push of messages")],
    )
    async def test_reading_is_not_enough_to_push(self, record_type: str, check: str, bench: NetSuiteBench) -> None:
        bench.server.permissions.limit(record_type, Level.VIEW)
        found = await wrong(bench)
        assert list(found) == [check]
        assert "(Full)" in found[check].remedy

    async def test_what_we_can_do_without_is_told(self, bench: NetSuiteBench) -> None:
        for lacked, check in SPARED.items():
            bench.server.permissions.restore()
            bench.server.permissions.lack(lacked.partition(" > ")[2])
            found = {finding.check: finding for finding in await bench.source.check()}
            assert [one.check for one in found.values() if not one.ok] == []
            assert f"the role lacks {lacked} (View)" in found[check].detail

    def test_every_permission_is_one_that_is_looked_at(self) -> None:
        assert {*NEEDED, *SPARED, "Lists > Perform Search"} == set(PERMISSIONS)

    async def test_files_that_are_wanted_need_their_permission(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, customers=2, invoice_files=True) as bench:
            bench.server.permissions.lack("Documents and Files")
            found = await wrong(bench)
        assert "Lists > Documents and Files" in found["content of files"].remedy

    async def test_looking_changes_nothing(self, bench: NetSuiteBench) -> None:
        before = bench.server.ledger.version
        await bench.source.check()
        assert bench.server.ledger.version == before

    @pytest.mark.parametrize(
        ("stream", "lacked"),
        [("invoices", "Invoice"), ("payments", "Customer Payment"), ("sales_orders", "Sales Order")],
    )
    async def test_a_pull_that_finds_nothing_says_when_it_may_not_look(
        self, stream: str, lacked: str, bench: NetSuiteBench
    ) -> None:
        cursor = (await read(bench, stream=stream))[-1].cursor
        bench.pass_time(bench.overlap * 3)
        bench.server.permissions.lack(lacked)
        for place in ("", cursor):
            with pytest.raises(NotPermittedError, match=f"Transactions > {lacked}"):
                await read(bench, place, stream)

    def test_every_type_is_opened_by_a_permission_of_the_list(self) -> None:
        assert set(TO_GET.values()) <= set(PERMISSIONS)


class TestLogin:
    async def test_a_feature_that_is_off_is_named(self, bench: NetSuiteBench) -> None:
        off = SoapFaultError("InsufficientPermissionFault", "WS_FEATURE_REQD", "The feature is not enabled.")
        bench.server.faults.soap(off, operation="getServerTime")
        found = await wrong(bench)
        assert "Setup > Company > Enable Features" in found["login"].remedy


class TestScript:
    async def test_answers_for_this_account(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, customers=2) as bench:
            bench.env = {"NETSUITE_RESTLET_URL": bench.server.restlet_url}
            await bench.source.close()
            bench.open()
            found = {finding.check: finding for finding in await bench.source.check()}
        assert (found["script"].ok, found["script"].detail) == (True, "answers, version 1")

    async def test_that_is_not_deployed(self, tmp_path: Path) -> None:
        async with netsuite_bench(tmp_path, customers=2) as bench:
            bench.env = {"NETSUITE_RESTLET_URL": bench.server.restlet_url.replace("deploy=1", "deploy=7")}
            await bench.source.close()
            bench.open()
            found = await wrong(bench)
        assert list(found) == ["script"]
        assert "Released" in found["script"].remedy


class TestDates:
    @pytest.mark.parametrize(
        ("day", "release"),
        [("2026-11-22", "2026.2"), ("2026-09-30", "2026.1"), ("2027-02-01", "2026.2"), ("2028-10-01", "2028.2")],
    )
    def test_release_of_a_day(self, day: str, release: str) -> None:
        assert release_at(date.fromisoformat(day)) == release

    @pytest.mark.parametrize(
        ("endpoint", "release", "support"),
        [
            ("2025_2", "2026.2", Support.SUPPORTED),
            ("2025_2", "2028.1", Support.SUPPORTED),
            ("2025_2", "2028.2", Support.GONE),
            ("2023_2", "2026.1", Support.SUPPORTED),
            ("2023_2", "2026.2", Support.REACHABLE),
            ("2022_1", "2026.2", Support.REACHABLE),
            ("2020_1", "2026.2", Support.REACHABLE),
            ("2020_1", "2027.1", Support.GONE),
            ("2019_1", "2026.1", Support.GONE),
            ("2018_2", "2026.1", Support.GONE),
            ("2026_1", "2026.2", Support.UNKNOWN),
        ],
    )
    def test_support_is_oracles_table(self, endpoint: str, release: str, support: Support) -> None:
        assert support_of(endpoint, release) is support

    def test_what_is_well_today_still_names_its_end(self) -> None:
        endpoint, way = date_findings("2025_2", datetime(2026, 11, 22, tzinfo=UTC))
        assert endpoint.ok
        assert way.ok
        assert [part in way.detail for part in ("2028.2", "2027.1", "SuiteQL")] == [True] * 3

    def test_an_old_endpoint_is_named_with_the_one_to_take(self) -> None:
        endpoint, _ = date_findings("2023_2", datetime(2026, 11, 22, tzinfo=UTC))
        assert endpoint.ok
        assert "NETSUITE_ENDPOINT_VERSION=2025_2" in endpoint.detail

    def test_after_the_end_it_is_an_error(self) -> None:
        found = date_findings("2025_2", datetime(2028, 11, 1, tzinfo=UTC))
        assert [(one.ok, bool(one.remedy)) for one in found] == [(False, True), (False, True)]
