from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest

from sandbox.salesforce import hands
from sync.connector import Finding, Source
from sync.connectors.salesforce.check import way_finding
from sync.connectors.salesforce.settings import SalesforceSettings
from tests.sync.salesforce.bench import LiveBench, SalesforceBench, salesforce_bench

PASSWORD = {
    "SALESFORCE_DOMAIN": "login",
    "SALESFORCE_USERNAME": "ada@acme.com",
    "SALESFORCE_PASSWORD": "pw",
    "SALESFORCE_SECURITY_TOKEN": "st",
}


@pytest.fixture
async def bench() -> AsyncIterator[SalesforceBench]:
    async with salesforce_bench(customers=4) as bench:
        yield bench


async def found(source: Source) -> dict[str, Finding]:
    return {one.check.removeprefix("salesforce "): one for one in await source.check()}


class TestWayIn:
    @pytest.mark.parametrize(("today", "is_ok"), [(date(2026, 11, 22), True), (date(2027, 6, 1), False)])
    def test_a_password_is_warned_of_until_it_is_over(self, today: date, is_ok: bool) -> None:  # noqa: FBT001 - a case
        told = way_finding(SalesforceSettings.from_mapping(PASSWORD, {}), today)
        assert told.ok is is_ok
        assert "1 June 2027" in told.detail
        assert "External Client App" in told.remedy

    async def test_all_three_ways_lead_in(self) -> None:
        async with salesforce_bench(LiveBench(customers=4)) as bench:
            known = bench.server.credentials
            user = {"SALESFORCE_CLIENT_SECRET": "", "SALESFORCE_USERNAME": known.username}
            key = {"SALESFORCE_PRIVATE_KEY": known.private_key_pem}
            secret = {"SALESFORCE_PASSWORD": known.password, "SALESFORCE_SECURITY_TOKEN": known.security_token}
            ways: dict[str, bool] = {}
            for env in ({}, user | key, user | secret):
                bench.env = env
                source = bench.sources(known)
                told = await found(source)
                ways[told["way in"].detail.partition(" ")[0]] = told["login"].ok
                await source.close()
        assert ways == {"client": True, "a": True, "user": True}


class TestFindings:
    async def test_a_healthy_organisation(self, bench: SalesforceBench) -> None:
        told = await found(bench.source)
        assert [one for one in told.values() if not one.ok] == []
        assert told["login"].detail.endswith("production")
        assert "API requests" in told["requests"].detail

    async def test_a_disabled_api_is_named(self, bench: SalesforceBench) -> None:
        bench.server.access.has_api = False
        told = await found(bench.source)
        assert not told["login"].ok
        assert "API Enabled" in told["login"].remedy

    async def test_an_organisation_that_is_down_may_be_up_later(self, bench: SalesforceBench) -> None:
        bench.server.faults.html(503, times=99)
        told = await found(bench.source)
        assert told["login"].remedy.startswith("Try again")

    @pytest.mark.parametrize("name", ["Account", "Contact", "Note"])
    async def test_an_object_that_is_hidden_is_named(self, bench: SalesforceBench, name: str) -> None:
        hands.hide_object(bench.org, name)
        told = (await found(bench.source))[name]
        assert not told.ok
        assert told.remedy == f"Give the permission set Read and View All Records on {name}."

    async def test_what_nobody_asks_for_is_not_missed(self) -> None:
        rules: dict[str, Any] = {"account_notes": False, "lookup_contacts": False}
        async with salesforce_bench(customers=4, **rules) as bench:
            for name in ("Contact", "Note", "User"):
                hands.hide_object(bench.org, name)
            told = await found(bench.source)
            assert [one for one in told.values() if not one.ok] == []
            assert told["Note"].detail == "hidden from us: no notes are asked for"

    async def test_fields_that_are_hidden_are_named(self, bench: SalesforceBench) -> None:
        hands.hide_field(bench.org, "Account", "Phone")
        hands.hide_field(bench.org, "Account", "Fax")
        told = (await found(bench.source))["Account"]
        assert (told.ok, told.detail) == (False, "hidden from us: Phone, Fax")
        assert "View All Fields on Account" in told.remedy

    async def test_a_key_that_is_not_there_names_others(self) -> None:
        async with salesforce_bench(customers=4, account_field="Gone__c") as bench:
            told = (await found(bench.source))["key"]
            assert not told.ok
            assert "ERP_Customer_Id__c" in told.remedy

    async def test_a_key_that_is_not_unique_is_told(self, bench: SalesforceBench) -> None:
        told = (await found(bench.source))["key"]
        assert told.ok
        assert "Unique and External ID" in told.remedy

    async def test_the_id_itself_needs_no_field(self) -> None:
        async with salesforce_bench(customers=4, match_by="crm_id") as bench:
            assert (await found(bench.source))["key"].ok

    async def test_a_limit_that_is_nearly_used_up(self, bench: SalesforceBench) -> None:
        bench.server.usage.used = 90_000
        told = (await found(bench.source))["requests"]
        assert not told.ok
        assert "reading stops at 80%" in told.detail

    async def test_a_clock_that_is_off(self, bench: SalesforceBench) -> None:
        server_now = bench.now
        bench.server.org.now = lambda: server_now
        source = bench.sources(bench.server.credentials)
        source._clock = lambda: server_now + timedelta(minutes=20)
        told = (await found(source))["clock"]
        await source.close()
        assert (told.ok, told.remedy) == (False, "Set this machine's clock by NTP.")

    async def test_no_account_at_all_is_a_missing_permission(self, bench: SalesforceBench) -> None:
        for source_id in bench.ids("accounts"):
            bench.server.access.hide_row(source_id)
        told = (await found(bench.source))["accounts"]
        assert (told.ok, told.remedy) == (False, "Give the permission set View All Records on Account.")
